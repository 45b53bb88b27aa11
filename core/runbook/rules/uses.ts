/** Rules of used runbooks: what they need is here, what they are given fits, and nothing of them is lowered. */
import { checkInput } from '../inputs.ts';
import { didYouMean } from '../nearest.ts';
import { inputsOf } from '../normalise.ts';
import type { InputSpec, Step } from '../runbook.ts';
import { withInner } from '../steps.ts';
import { wholeExpression } from '../templates.ts';
import { useKeysRule } from './kinds.ts';
import { rehearsableRule } from './rehearsal.ts';
import { longestId } from './step.ts';
import type { UseSubject } from './subject.ts';

/** What belongs to a run as a whole, so that a used runbook cannot bring it along. */
const WHOLE = ['window', 'locks', 'rehearsal'] as const;

export function useRules(subject: UseSubject): void {
  const { other, source, written, path, steps, report } = subject;
  const at = [...path, 'use'];
  useKeysRule(subject);
  for (const key of WHOLE)
    if (other[key] !== undefined && source[key] === undefined)
      report(at, 'use', `“${written.use}” has “${key}:”, this runbook has not.`, `Add “${key}:” that holds for both.`);
  seatRules(subject);
  const all = steps.flatMap(withInner);
  for (const target of new Set(all.map((step) => step.target)))
    if (!Object.hasOwn(subject.runbook.targets, target))
      report(at, 'target', `“${written.use}” runs on the target “${target}”.`, 'Add it to “targets:”.');
  for (const secret of new Set(all.flatMap((step) => step.secrets)))
    if (!Object.hasOwn(subject.runbook.secrets, secret))
      report(at, 'secret', `“${written.use}” needs the secret “${secret}”.`, 'Add it to “secrets:”.');
  idRules(subject, all);
  for (const step of all) rehearsableRule(subject, step, at);
  withRules(subject);
}

/** Whoever the other runbook asks is in this crew too, and is as sure to be there. */
function seatRules({ other, runbook, written, path, report }: UseSubject): void {
  const at = [...path, 'use'];
  for (const [seat, { optional }] of Object.entries(other.crew)) {
    const here = Object.hasOwn(runbook.crew, seat) ? runbook.crew[seat] : undefined;
    if (!here) report(at, 'seat', `“${written.use}” has the seat “${seat}”.`, 'Add it to “crew:”.');
    else if (here.optional && !optional)
      report(at, 'optional', `“${written.use}” needs the ${seat} seat, which is optional here.`, 'Make it required.');
    else if (other.presence.required.includes(seat) && !runbook.presence.required.includes(seat))
      report(
        at,
        'presence',
        `“${written.use}” requires the presence of the ${seat} seat.`,
        'Add it to “presence: required”.',
      );
  }
}

/** Ids of what stands in place: steps, clocks and questions have `<step>-` before their own. */
function idRules({ other, written, path, report }: UseSubject, all: readonly Step[]): void {
  const own = [...Object.keys(other.clocks ?? {}), ...[other.briefing, other.debrief].flatMap(idsOf)];
  const ids = [
    ...all.filter(({ id }) => !id.endsWith('-undo')).map((step) => [step.id, longestId(step)] as const),
    ...own.map((id) => [`${written.id}-${id}`, 64] as const),
  ];
  const long = ids.find(([id, longest]) => id.length > longest);
  if (long)
    report(
      [...path, 'id'],
      'id',
      `The id “${long[0]}” would have ${long[0].length} characters; it may have ${long[1]}.`,
      'Make the id of this step shorter.',
    );
}

const idsOf = (questions: readonly { readonly id: string }[] = []): string[] => questions.map(({ id }) => id);

function withRules({ other, written, path, report }: UseSubject): void {
  const inputs = inputsOf(other);
  const given = written.with ?? {};
  for (const name of Object.keys(given))
    if (!Object.hasOwn(inputs, name))
      report(
        [...path, 'with', name],
        'use',
        `“${written.use}” has no input “${name}”.`,
        didYouMean(name, Object.keys(inputs)),
        'key',
      );
  for (const [name, spec] of Object.entries(inputs)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined && spec.default === null)
      report([...path, 'use'], 'use', `“${written.use}” asks for the input “${name}”.`, `Add “with: {${name}: …}”.`);
    const wrong = value === undefined ? undefined : wrongValue(spec, value);
    if (wrong) report([...path, 'with', name], 'type', `This value ${wrong}.`, 'Make it fit the input.');
  }
}

/** What is wrong with a given value, where its text tells; what an expression comes to is checked when it is known. */
function wrongValue(spec: InputSpec, value: string | number | boolean): string | undefined {
  if (typeof value !== 'string' || !value.includes('${{')) return checkInput(spec, value);
  return wholeExpression(value) === undefined && spec.type !== 'string'
    ? `is text around an expression, not of type ${spec.type}`
    : undefined;
}
