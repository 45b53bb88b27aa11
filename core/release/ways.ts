/** Roll back and roll forward side by side, row by row. It explains the machine's rules and never has rules of its own: `possible` is theirs. */
import type { Hold, RunContext } from '../run/context.ts';
import { unresolvedItems } from '../run/context.ts';
import { hasStarted, isDone, undoSteps } from '../run/progress.ts';
import { demandFor, mayGoBack, mayGoForward } from '../run/rules.ts';
import type { Step } from '../runbook/runbook.ts';
import { forwardSteps } from '../runbook/steps.ts';
import { hasEnded } from './clocks.ts';
import type { StepTime } from './figures.ts';
import { utc } from './words.ts';

export interface Reason {
  readonly sentence: string;
  /** Since when it is so, where the log says. */
  readonly since: number | null;
}

/** One thing that would happen on a way. */
export interface Deed {
  readonly what: 'pass' | 'patch' | 'run' | 'undo';
  /** Null for the patch, whose steps are not written yet. */
  readonly step: string | null;
  readonly title: string;
  readonly takes: { readonly ms: number; readonly from: 'rehearsal' | 'runbook' } | null;
}

export interface Way {
  readonly possible: boolean;
  /** Why it is not; empty where it is. */
  readonly why: readonly Reason[];
  readonly does: readonly Deed[];
  /** Of all whose time is known; `whole` where that is every one. */
  readonly takes: { readonly ms: number; readonly whole: boolean };
  /** What is gone on this way, or will be. */
  readonly lost: readonly string[];
  /** Undo windows that still run. */
  readonly left: readonly { readonly clock: string; readonly ends: number; readonly means: string }[];
  /** Seats that must sign or confirm something on it. */
  readonly stay: readonly string[];
  /** Backups that it restores, and when each was last restored for trial; null where that did not end well. */
  readonly drilled: readonly { readonly step: string; readonly at: number | null }[];
}

/** What is known beside the context. */
export interface Known {
  readonly times: Readonly<Record<string, StepTime>>;
  /** Durations of the last rehearsal, ms by step; null where there is none. */
  readonly rehearsed: Readonly<Record<string, number>> | null;
}

/** Returns both ways out of a hold as they stand at `now`. A clock whose time is over counts as passed, written down or not. */
export function ways(given: RunContext, hold: Hold, now: number, known: Known): { back: Way; forward: Way } {
  const context = atNow(given, now);
  return { back: back(context, hold, known), forward: forward(context, hold, known) };
}

const atNow = (context: RunContext, now: number): RunContext => ({
  ...context,
  clocks: Object.fromEntries(
    Object.entries(context.clocks).map(([id, clock]) => [id, { ...clock, passed: hasEnded(clock, now) }]),
  ),
});

function back(context: RunContext, hold: Hold, known: Known): Way {
  const steps = undoSteps(context).filter((step) => !isDone(context, step));
  const does = steps.map((step): Deed => ({ ...deed('undo', step, known), ...undoTime(context, step, known) }));
  const from = steps.flatMap((step) => originOf(context, step)?.undo?.from ?? []);
  return {
    possible: idle(context) && mayGoBack(context).ok,
    why: [...underWay(context, known), ...whyNotBack(context, known)],
    does,
    takes: total(does),
    lost: endedClocks(context).map(({ means, ends }) => `Over since ${utc(ends)}: ${means}.`),
    left: runningClocks(context),
    stay: seats(context, hold, steps),
    drilled: [...new Set(from)].map((step) => ({ step, at: drilledAt(context, step, known) })),
  };
}

function forward(context: RunContext, hold: Hold, known: Known): Way {
  const failed = hold.step !== null && context.outcomes[hold.step] === 'failed' ? hold.step : undefined;
  const steps = context.runbook.steps.filter((step) => !isDone(context, step) && step.id !== failed);
  const passed = forwardSteps(context.runbook).filter(({ id }) => id === failed);
  const does: Deed[] = [
    ...passed.map(({ id, title }): Deed => ({ what: 'pass', step: id, title, takes: null })),
    { what: 'patch', step: null, title: 'The steps of the patch, each cross-checked', takes: null },
    ...steps.map((step) => deed('run', step, known)),
  ];
  return {
    possible: idle(context) && mayGoForward(context, hold, failed).ok,
    why: [...underWay(context, known), ...whyNotForward(context, hold, known)],
    does,
    takes: total(does.filter(({ what }) => what !== 'pass')),
    lost: [...steps.flatMap((step) => tooLate(context, step)), ...steps.flatMap(pointOfNoReturn)],
    left: runningClocks(context),
    stay: seats(context, hold, steps),
    drilled: [],
  };
}

const idle = ({ armings }: RunContext): boolean => Object.keys(armings).length === 0;

const underWay = (context: RunContext, { times }: Known): Reason[] =>
  Object.values(context.armings).map(({ step, started }) =>
    started === null
      ? { sentence: `Step ${step} is armed.`, since: null }
      : { sentence: `Step ${step} is running.`, since: times[step]?.started ?? null },
  );

/** The reasons of `mayGoBack`, all of them and with their times. */
function whyNotBack(context: RunContext, { times }: Known): Reason[] {
  const started = forwardSteps(context.runbook).filter((step) => hasStarted(context, step));
  const stuck = started.filter((step) => step.irreversible && step.undo === null);
  return [
    ...(context.way === 'back' ? [{ sentence: 'The run is being undone already.', since: null }] : []),
    ...whatNobodyKnows(context, times),
    ...stuck.map(({ id }) => ({
      sentence: `Step ${id} cannot be undone, and it has started.`,
      since: times[id]?.started ?? null,
    })),
    ...undoSteps(context).flatMap((step) =>
      step.while.flatMap((id) => {
        const clock = context.clocks[id];
        return clock?.passed
          ? [{ sentence: `Too late for ${step.id}: the window “${id}” has ended.`, since: clock.ends }]
          : [];
      }),
    ),
  ];
}

const whatNobodyKnows = (context: RunContext, times: Known['times']): Reason[] =>
  Object.keys(context.items)
    .filter((step) => unresolvedItems(context, step).length > 0)
    .map((step) => ({
      sentence: `Nobody knows yet how ${step} ended; its quorum says so first, with evidence.`,
      since: times[step]?.ended ?? null,
    }));

/** The reasons of `mayGoForward`, all of them. */
function whyNotForward(context: RunContext, { conditions, met }: Hold, { times }: Known): Reason[] {
  const unmet = Object.keys(conditions).filter((id) => !met.includes(id));
  return [
    ...(context.way === 'back' ? [{ sentence: 'The run is being undone.', since: null }] : []),
    ...whatNobodyKnows(context, times),
    ...(unmet.length > 0
      ? [{ sentence: `Conditions of this hold are not met: ${unmet.join(', ')}.`, since: null }]
      : []),
  ];
}

function deed(what: 'run' | 'undo', { id, title }: Step, { rehearsed }: Known): Deed {
  const ms = rehearsed && Object.hasOwn(rehearsed, id) ? rehearsed[id] : undefined;
  return { what, step: id, title, takes: ms === undefined ? null : { ms, from: 'rehearsal' } };
}

/** The step whose way back an undo step is. */
const originOf = ({ runbook }: RunContext, undo: Step): Step | undefined =>
  forwardSteps(runbook).find((step) => step.undo?.step.id === undo.id);

/** What was measured comes before what is written. */
function undoTime(context: RunContext, step: Step, known: Known): Pick<Deed, 'takes'> {
  const written = originOf(context, step)?.undo?.takes_ms ?? null;
  const { takes } = deed('undo', step, known);
  return { takes: takes ?? (written === null ? null : { ms: written, from: 'runbook' }) };
}

const total = (does: readonly Deed[]): Way['takes'] => ({
  ms: does.reduce((sum, { takes }) => sum + (takes?.ms ?? 0), 0),
  whole: does.every(({ takes }) => takes !== null),
});

const clocksOf = ({ runbook, clocks }: RunContext) =>
  Object.entries(runbook.clocks).flatMap(([clock, { means }]) => {
    const running = clocks[clock];
    return running ? [{ clock, means, ends: running.ends, passed: running.passed }] : [];
  });

const endedClocks = (context: RunContext) => clocksOf(context).filter(({ passed }) => passed);
const runningClocks = (context: RunContext): Way['left'] =>
  clocksOf(context).flatMap(({ passed, clock, ends, means }) => (passed ? [] : [{ clock, ends, means }]));

const tooLate = ({ clocks }: RunContext, { id, while: needs }: Step): string[] =>
  needs.flatMap((clock) => {
    const running = clocks[clock];
    return running?.passed ? [`Step ${id} can no longer start: the window “${clock}” ended ${utc(running.ends)}.`] : [];
  });

const pointOfNoReturn = ({ id, irreversible, undo }: Step): string[] => {
  if (!irreversible) return [];
  return [
    undo === null
      ? `Once ${id} has started, it cannot be undone.`
      : `Once ${id} has started, only ${undo.step.id} mends it.`,
  ];
};

/** The lead, the quorum of the decision, and whoever confirms, attests or votes in its steps, in the order of the crew. */
function seats(context: RunContext, hold: Hold, steps: readonly Step[]): string[] {
  const asked = steps
    .flatMap((step) => [step, ...step.children])
    .flatMap(({ eyes, by, manual, gate }) => [
      ...(eyes > 2 ? by : []),
      ...(manual ? [manual.by] : []),
      ...(gate ?? []),
    ]);
  const all = new Set(['lead', ...demandFor(context, hold.step).by, ...asked]);
  return Object.keys(context.runbook.crew).filter((seat) => all.has(seat));
}

const drilledAt = ({ outcomes }: RunContext, step: string, { times }: Known): number | null =>
  outcomes[step] === 'finished' ? (times[step]?.ended ?? null) : null;
