/** Rules of expressions: every name is known and every type fits, and none stands where it would not be resolved or would tell a blind value. */
import { readsOf } from '../cel.ts';
import { quoted } from '../explain.ts';
import type { Path } from '../problem.ts';
import { stepOf } from '../steps.ts';
import { asCondition, asList, isTemplate, readsIn, type Templates, typeFits, wholeExpression } from '../templates.ts';
import type { StepSubject, Subject, UseSubject } from './subject.ts';

/** What has a value where: in what the step does, before anything is measured, after it, for one item; or the text is no template at all. */
type Place = 'does' | 'before' | 'after' | 'item' | 'script' | 'condition' | 'items';

/** Where texts of a step are resolved; `*` is any key, `#` any index. */
const PLACES = (
  [
    ['run.#', 'does'],
    ['backup.run.#', 'after'],
    ['backup.drill.#', 'after'],
    ['backup.artifact.path', 'after'],
    ['manual', 'after'],
    ['manual.text', 'after'],
    ['verify.*.run.#', 'after'],
    ['step.verify.*.run.#', 'after'],
    ['cross_check.challenge.#.hint', 'after'],
    ['env.*', 'before'],
    ['probes.*.run.#', 'before'],
    ['probes.*.http.url', 'before'],
    ['wait.probes.*.run.#', 'before'],
    ['wait.probes.*.http.url', 'before'],
    ['for_each.items.#', 'before'],
    ['for_each.items', 'items'],
    ['step.run.#', 'item'],
    ['shell', 'script'],
    ['step.shell', 'script'],
    ['when', 'condition'],
  ] as const
).map(([pattern, place]) => [pattern.split('.'), place] as const);

const fits = (pattern: readonly string[], path: Path): boolean =>
  pattern.length === path.length &&
  pattern.every((part, at) => part === '*' || (part === '#' ? typeof path[at] === 'number' : part === path[at]));

const placeOf = (path: Path): Place | undefined => PLACES.find(([pattern]) => fits(pattern, path))?.[1];

/** Every text of a value, with where it stands. */
export function textsOf(value: unknown, path: Path = []): (readonly [Path, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  const parts = Array.isArray(value) ? value.entries() : Object.entries(value);
  return [...parts].flatMap(([key, part]) => textsOf(part, [...path, key]));
}

const without = (value: object, ...keys: string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));

export function expressionRules(subject: StepSubject): void {
  const { written, path: above } = subject;
  for (const [path, text] of textsOf(without(written, 'parallel', 'undo'))) {
    const place = placeOf(path);
    if (place === 'condition') conditionRule(subject, [...above, ...path], text);
    else if (isTemplate(text)) templateRules(subject, [...above, ...path], text, place);
    else if (place === 'items') itemsRule(subject, [...above, ...path], text);
  }
}

function templateRules(subject: StepSubject, path: Path, text: string, place: Place | undefined): void {
  const { blind, report } = subject;
  const named = blindIn(text, blind);
  if (place === 'script') scriptRule(subject, path, text);
  else if (named !== undefined) {
    const mend = 'Use a value that no challenge asks for.';
    report(path, 'blind', `“probes.${named}” is blind until the start, and would show here.`, mend);
  } else if (place === 'items') itemsRule(subject, path, text);
  else if (place && place !== 'condition') textRules(subject, path, text, templatesAt(subject, place), subject.before);
  else if (!isExpectation(path)) nowhere(subject, path);
}

/** Expectations have rules of their own. */
const isExpectation = (path: Path): boolean => path.at(-1) === 'expect';

function templatesAt({ names, step, is }: StepSubject, place: 'does' | 'before' | 'after' | 'item'): Templates {
  // An undo is shown with its step, before its own probes are measured, so that its command names none.
  const does = is === 'undo' ? (step.for_each ? names.item(step, false) : names.before) : names.after(step);
  if (place === 'item') return names.item(step, true);
  return { does, before: names.before, after: names.after(step) }[place];
}

function nowhere({ report }: Subject, path: Path): void {
  report(path, 'expression', 'No expression is resolved here.', 'Write it out; it would be shown as it stands.');
}

function textRules(
  subject: Subject,
  path: Path,
  text: string,
  templates: Templates,
  before: StepSubject['before'] | null,
): void {
  const flaw = templates.flaw(text);
  if (flaw)
    subject.report(
      path,
      'expression',
      `The expression ${quoted(flaw.expression)} cannot be used: ${flaw.why}.`,
      flaw.mend,
    );
  else if (before) orderRule(subject, path, readsIn(text), before);
}

/** Outputs are there once their step has finished. */
function orderRule(
  { runbook, report }: Subject,
  path: Path,
  reads: readonly (readonly string[])[],
  before: StepSubject['before'],
): void {
  const late = reads.find(
    ([object, id = '']) => object === 'steps' && stepOf(runbook, id) && !before.some((step) => step.id === id),
  );
  if (late)
    report(
      path,
      'expression',
      `The outputs of “${late[1]}” are not there yet.`,
      'Name outputs of steps that stand before this one.',
    );
}

function scriptRule({ report }: Subject, path: Path, text: string): void {
  if (isTemplate(text))
    report(
      path,
      'shell',
      'A script holds no expressions, so that no value can become code.',
      'Give the value a name under “env:” and write "$NAME" here.',
    );
}

function conditionRule(subject: StepSubject, path: Path, text: string): void {
  const { names, report, before } = subject;
  if (isTemplate(text)) {
    report(path, 'expression', '“when” is an expression as it stands.', 'Leave “${{” and “}}” out.');
    return;
  }
  const checked = asCondition(names.before.check(text));
  if ('flaw' in checked)
    report(path, 'expression', `This condition cannot be used: ${checked.flaw.why}.`, checked.flaw.mend);
  else orderRule(subject, path, readsOf(text), before);
}

function itemsRule(subject: StepSubject, path: Path, text: string): void {
  const { names, report, before } = subject;
  const whole = wholeExpression(text);
  if (whole === undefined) {
    const mend = `Write a list, or one expression: \${{ inputs.shards.split(",") }}.`;
    report(path, 'expression', 'The items are neither a list nor one expression.', mend);
    return;
  }
  const checked = asList(names.before.check(whole));
  if ('flaw' in checked)
    report(
      path,
      'expression',
      `The expression ${quoted(whole.trim())} cannot be used: ${checked.flaw.why}.`,
      checked.flaw.mend,
    );
  else orderRule(subject, path, readsOf(whole), before);
}

/** The blind probe that a text names, whichever way it is written. */
const blindIn = (text: string, blind: ReadonlySet<string>): string | undefined => {
  const named = [...text.matchAll(/\bprobes\s*(?:\.\s*|\[\s*["'])([a-z][a-z0-9_-]*)/g)].map(([, id = '']) => id);
  return named.find((id) => blind.has(id));
};

/** Where texts of a runbook are resolved, beside its steps. */
export function runbookExpressionRules(subject: Subject): void {
  const { source, names } = subject;
  for (const [path, text] of textsOf(without(source, 'steps'))) {
    if (!isTemplate(text)) continue;
    if (fits(['links', '#', 'url'], path)) textRules(subject, path, text, names.link, null);
    else if (fits(['locks', '#'], path)) textRules(subject, path, text, names.lock, null);
    else if (fits(['rehearsal', 'steps', '*', 'shell'], path)) scriptRule(subject, path, text);
    else if (fits(['rehearsal', 'steps', '*', 'run', '#'], path)) replacementRule(subject, path, text);
    else nowhere(subject, path);
  }
}

/** What a rehearsal runs instead is resolved where the step itself is. */
function replacementRule(subject: Subject, path: Path, text: string): void {
  const step = stepOf(subject.runbook, String(path[2]));
  if (step) textRules(subject, path, text, subject.names.instead(step), null);
}

/** What a used runbook is given is resolved here, and must be of the type that it asks for there. */
export function withExpressionRules(subject: UseSubject): void {
  const { written, path: above, other, names, report, before } = subject;
  for (const [path, text] of textsOf(without(written, 'use'))) {
    const [key, name = ''] = path.map(String);
    if (!isTemplate(text)) continue;
    if (key !== 'with') nowhere(subject, [...above, ...path]);
    else textRules(subject, [...above, ...path], text, names.before, before);
    const whole = wholeExpression(text);
    const type = other.inputs && Object.hasOwn(other.inputs, name) ? other.inputs[name]?.type : undefined;
    const checked = whole === undefined ? undefined : names.before.check(whole);
    if (key === 'with' && type && checked && 'compiled' in checked && !typeFits(type, checked.compiled.type))
      report(
        [...above, ...path],
        'type',
        `The input “${name}” is of type ${type}, this expression of type ${checked.compiled.type}.`,
        'Convert with int(…), double(…) or string(…).',
      );
  }
}
