/** The claims about an arming (I17): what the agent signed is what the folder and the inputs render to, measured and bound as it says. */
import { lineJson, statementMs, statementTime } from '../approval/statement.ts';
import { asciiJcs, jcs } from '../bytes/jcs.ts';
import type { Lines } from '../log/acts.ts';
import { agentOf, type Roster } from '../log/roster.ts';
import type { RunEntryOf } from '../log/tables.ts';
import { finishedItems } from '../run/context.ts';
import { type ArmingFacts, contextOf, type RunState } from '../run/state.ts';
import { blindProbes } from '../runbook/blind.ts';
import { holds } from '../runbook/expression.ts';
import type { InputValue } from '../runbook/inputs.ts';
import { matchesRendered, render, whenHolds } from '../runbook/render.ts';
import type { Do, Rendered } from '../runbook/runbook.ts';
import { stepOf } from '../runbook/steps.ts';
import type { Scope } from '../runbook/templates.ts';
import type { Leaf } from './read.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** What every arming of a run is rendered from, beside the run as it stands. */
export interface Rendering {
  /** As they were signed at the opening; deviations change them in the run's context. */
  readonly inputs: Readonly<Record<string, InputValue>>;
  readonly roster: Roster;
  /** Named values of the steps that have finished, by step. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Armed = Leaf<RunEntryOf<'step.armed'>>;

/** What expressions of a step may name as the run stands before it; `data` and `probes` are the agent's. */
export function scopeOf(
  before: RunState,
  { inputs, outputs }: Pick<Rendering, 'inputs' | 'outputs'>,
  step: string,
  { data, probes }: { readonly data: string; readonly probes: Readonly<Record<string, string>> },
): Scope {
  const { facts } = before;
  const context = contextOf(before);
  return {
    inputs: { ...inputs, ...context.changed },
    run: { id: facts.run, mode: facts.mode, started_at_ms: facts.openedAt, data },
    probes,
    steps: outputs,
    finished: finishedItems(context, step),
  };
}

/** Probe values that may stand in what is shown: none that a challenge asks for. */
const shownValues = ({ action, values }: ArmingFacts): Record<string, string> => {
  const blind = blindProbes(action);
  return Object.fromEntries(Object.entries(values).filter(([id]) => !blind.has(id)));
};

/** The lines that an `armed` statement must have; target and do are compared with the rendering instead. */
export function armedLines({ entry }: Armed, signed: Lines<'armed'>, facts: RunState['facts']): Lines<'armed'> {
  return {
    ...signed,
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    runbook: facts.runbook,
    step: entry.step,
    attempt: String(entry.attempt),
    agent: entry.actor,
    action: entry.bodies?.action ?? '',
    probes: asciiJcs(entry.probes),
    roster: facts.roster,
    nonce: entry.nonce,
    'not-after': statementTime(entry.not_after),
  };
}

const sameKeys = (a: object, b: object): boolean => Object.keys(a).sort().join() === Object.keys(b).sort().join();

/** Checks that the armed bytes are the rendering of the run's folder and inputs, and that the agent serves their target. */
export function isRendering({ entry }: Armed, facts: ArmingFacts, before: RunState, given: Rendering): Reason[] {
  const { lines, action } = facts;
  const { runbook } = contextOf(before);
  const scope = scopeOf(before, given, entry.step, { data: action.data, probes: shownValues(facts) });
  const rendered = render(runbook, entry.step, scope);
  if (!rendered.ok) return [reason('XCK_POLICY', rendered.refusal.sentence, entry.seq, 'I17')];
  const signed = { target: lineJson(lines.target), do: lineJson(lines.do), action } as Rendered;
  const match = matchesRendered(rendered.value, signed);
  const due = whenHolds(runbook, entry.step, scope);
  const what = rendered.value.do;
  const wave = what.kind === 'for_each' ? { items: what.items.map(({ id }) => id), of: what.of } : undefined;
  const serves = agentOf(given.roster, entry.actor)?.serves ?? [];
  return [
    ...(match.ok ? [] : [reason('XCK_POLICY', match.refusal.sentence, entry.seq, 'I17')]),
    ...unless(due.ok && due.value, 'XCK_POLICY', 'its condition does not hold', entry.seq, 'I17'),
    ...unless(
      jcs(wave ?? null) === jcs(entry.wave ?? null),
      'XCK_POLICY',
      'its items are not those of its command',
      entry.seq,
      'I17',
    ),
    ...unless(
      serves.includes(rendered.value.target.agent),
      'XCK_POLICY',
      `${entry.actor} does not serve ${rendered.value.target.agent}`,
      entry.seq,
      'I13',
    ),
  ];
}

/** Checks that a step was skipped because its condition was false, and not because somebody wanted it. */
export function isSkipped({ entry }: Leaf<RunEntryOf<'step.skipped'>>, before: RunState, given: Rendering): Reason[] {
  const scope = scopeOf(before, given, entry.step, { data: '', probes: {} });
  const due = whenHolds(contextOf(before).runbook, entry.step, scope);
  return unless(due.ok && !due.value, 'XCK_POLICY', 'its condition holds', entry.seq, 'I17');
}

/** Checks that exactly the action's probes were measured, and that each says of its expectation what its value says. */
export function isMeasured({ entry }: Armed, { action, values }: ArmingFacts): Reason[] {
  const bound = Object.entries(entry.probes).every(([id, { digest }]) => entry.bodies?.[`probe-${id}`] === digest);
  const named = Object.keys(entry.bodies ?? {}).filter((name) => name.startsWith('probe-')).length;
  const complete = sameKeys(entry.probes, action.probes) && named === Object.keys(entry.probes).length;
  return [
    ...unless(bound && complete, 'XCK_POLICY', 'it was not measured by the probes of its action', entry.seq, 'I17'),
    ...Object.entries(entry.probes).flatMap(([id, { ok }]) => {
      const expect = action.probes[id]?.expect ?? null;
      const said = expectation(expect, values[id]);
      const fits = (ok === null) === (expect === null) && (said === null || said === ok);
      return unless(
        fits,
        'XCK_POLICY',
        `the expectation of the probe ${id} is not what its value says`,
        entry.seq,
        'I17',
      );
    }),
  ];
}

/** What an expectation says of a recorded value; null where it needs more than the value, which is all that is recorded. */
export function expectation(expect: string | null, value: string | undefined): boolean | null {
  if (expect === null || value === undefined || /\b(status|stdout)\b/.test(expect)) return null;
  const said = holds(expect, { value, status: 0, stdout: '', exit_code: 0 });
  return said.ok && said.value;
}

/** Checks that the arming is for as long as the runbook allows, from the agent's own time on. */
export function isTimely({ entry }: Armed, { lines }: ArmingFacts, before: RunState): Reason[] {
  const validFor = stepOf(contextOf(before).runbook, entry.step)?.valid_for_ms ?? 0;
  const [at, until] = [statementMs(lines.at), statementMs(lines['not-after'])];
  const fits =
    at !== undefined && until === entry.not_after && until > at && until - at <= Math.ceil(validFor / 1000) * 1000;
  return unless(fits, 'XCK_POLICY', 'it is valid for another time than the runbook says', entry.seq, 'I17');
}

/** The `do` of an arming, which `isRendering` has found to be one. */
export const doOf = ({ lines }: ArmingFacts): Do => lineJson(lines.do) as Do;
