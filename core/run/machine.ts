/**
 * The XState machine of a run, generated from its runbook: a compound state per step in order, beside a region for
 * holds. It has no invoke and no timers, so a replay needs nothing but the entries.
 */
import { type AnyActorScope, assign, createEmptyActor, initialTransition, setup } from 'xstate';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import { stepOf } from '../runbook/steps.ts';
import { OPENING_GATE, type RunContext, type RunEvent, type RunInput } from './context.ts';
import { type Phase, phaseOf, turnOf, undoSteps } from './progress.ts';
import { opened, reduce } from './reduce.ts';
import { allowed } from './rules.ts';

/** The step or gate that an event is about. */
const subjectOf = (event: RunEvent): string | null =>
  'step' in event ? (event.step ?? null) : 'gate' in event ? event.gate : null;

const takes = (context: RunContext, event: RunEvent, step: string | null): boolean =>
  (step === null || subjectOf(event) === step) && allowed(context, event).ok;

const leadsTo = (context: RunContext, event: RunEvent, id: string, phase: Phase): boolean => {
  const step = stepOf(context.runbook, id);
  return step !== undefined && phaseOf(reduce(context, event), step) === phase;
};

const kit = setup({
  types: { context: {} as RunContext, events: {} as RunEvent, input: {} as RunInput },
  guards: {
    allowed: ({ context, event }, { step }: { step: string | null }) => takes(context, event, step),
    leads: ({ context, event }, { step, to }: { step: string; to: Phase }) =>
      takes(context, event, step) && leadsTo(context, event, step, to),
    /** The objection at a gate is overridden by what the hold region takes in the same event. */
    opens: ({ context, event }, { step }: { step: string }) =>
      allowed(context, event).ok && leadsTo(context, event, step, 'done'),
    turns: ({ context, event }) => event.type === 'run.decided' && event.way === 'back' && allowed(context, event).ok,
    passes: ({ context, event }, { step }: { step: string }) =>
      event.type === 'run.decided' && event.way === 'forward' && takes(context, event, step),
    calms: ({ context, event }) => allowed(context, event).ok && reduce(context, event).holds.length === 0,
  },
  actions: { apply: assign(({ context, event }) => reduce(context, event)) },
});

export type RunMachine = ReturnType<typeof runMachine>;
export type RunSnapshot = ReturnType<RunMachine['resolveState']>;

const take = (step: string | null, target?: string) => ({
  guard: { type: 'allowed' as const, params: { step } },
  actions: 'apply' as const,
  ...(target === undefined ? {} : { target }),
});
/** One of the phases that an outcome can lead to; a step with waves comes back for the next one. */
const leads = (step: string, ...phases: Phase[]) =>
  phases.map((to) => ({
    guard: { type: 'leads' as const, params: { step, to } },
    actions: 'apply' as const,
    target: to,
  }));

/** What outcomes lead to: a step with waves comes back for the next one, and may be over while others of it run. */
function runningState({ id, for_each }: Step) {
  const own = { 'step.aborted': take(id), 'step.attested': take(id) };
  const resolved = { 'step.resolved': leads(id, 'done', 'failed', 'running', 'unknown', 'ready') };
  if (for_each === null)
    return {
      ...own,
      ...resolved,
      'step.finished': take(id, 'done'),
      'step.failed': take(id, 'failed'),
      'step.unknown': take(id, 'unknown'),
    };
  return {
    ...own,
    ...resolved,
    'step.started': take(id),
    'step.voided': leads(id, 'running', 'ready', 'failed', 'unknown', 'done'),
    'step.finished': leads(id, 'done', 'running', 'ready', 'failed', 'unknown'),
    'step.failed': leads(id, 'failed', 'running', 'unknown'),
    'step.unknown': leads(id, 'unknown', 'running'),
  };
}

/** One step: call out → cross-check → key → watch → after. A void leads back, a failure to a new arming or past it. */
function stepState(step: Step) {
  const { id, eyes, when } = step;
  const answers = { 'step.refused': take(id), 'step.withdrawn': take(id), 'check.differed': take(id) };
  const voided = { 'step.voided': leads(id, 'ready', 'failed') };
  const started = { 'step.started': take(id, 'running') };
  const armed = { 'step.armed': take(id, 'armed') };
  const passed = { 'run.decided': { guard: { type: 'passes' as const, params: { step: id } }, target: 'done' } };
  const confirmed = { 'step.confirmed': take(id), 'step.keyed': take(id, 'keyed') };
  return {
    initial: 'ready',
    states: {
      ready: { on: { ...armed, ...passed, ...(when === null ? {} : { 'step.skipped': take(id, 'done') }) } },
      armed: { on: { ...answers, ...voided, ...(eyes === 2 ? started : confirmed) } },
      ...(eyes === 2 ? {} : { keyed: { on: { ...answers, ...voided, ...started } } }),
      running: { on: runningState(step) },
      failed: { on: { ...armed, ...passed } },
      unknown: { on: { 'step.resolved': leads(id, 'done', 'failed', 'unknown', 'ready') } },
      done: { type: 'final' as const },
    },
  };
}

const gateState = ({ id, when }: Step) => ({
  initial: 'ready',
  states: {
    ready: {
      on: {
        ...(when === null ? {} : { 'step.skipped': take(id, 'done') }),
        'gate.polled': [...leads(id, 'done'), take(id)],
        'hold.lifted': { guard: { type: 'opens' as const, params: { step: id } }, target: 'done' },
        'run.decided': { guard: { type: 'opens' as const, params: { step: id } }, target: 'done' },
      },
    },
    done: { type: 'final' as const },
  },
});

/** The children of a `parallel` side by side; it is done when all of them are. */
const parallelState = ({ children }: Step) => ({
  type: 'parallel' as const,
  states: Object.fromEntries(children.map((child) => [`step-${child.id}`, stepState(child)])),
});

function stateOf(step: Step) {
  if (step.kind === 'parallel') return parallelState(step);
  return step.kind === 'gate' ? gateState(step) : stepState(step);
}

/** The steps in order. The decision to go back is taken here; whoever folds puts the run into the machine of its undo steps. */
function workRegion(steps: readonly Step[]) {
  const states = steps.map((step, index) => {
    const next = steps[index + 1];
    const onDone = next ? `step-${next.id}` : 'complete';
    const whole = step.kind === 'parallel' && step.when !== null;
    const skipped = whole ? { on: { 'step.skipped': take(step.id, onDone) } } : {};
    return [`step-${step.id}`, { ...stateOf(step), ...skipped, onDone }] as const;
  });
  return {
    initial: states[0]?.[0] ?? 'complete',
    states: { ...Object.fromEntries(states), complete: {} },
    on: { 'run.decided': { guard: 'turns' as const } },
  };
}

const holdRegion = {
  initial: 'clear',
  states: {
    clear: { on: { 'hold.raised': take(null, 'held') } },
    held: {
      on: {
        'hold.raised': take(null),
        'hold.updated': take(null),
        'hold.lifted': [{ guard: 'calms' as const, actions: 'apply' as const, target: 'clear' }, take(null)],
        'run.decided': [{ guard: 'calms' as const, actions: 'apply' as const, target: 'clear' }, take(null)],
      },
    },
  },
};

const ANYTIME = [
  'seat.taken',
  'seat.left',
  'presence.lost',
  'presence.back',
  'roster.followed',
  'lead.taken',
  'roster.followed',
  'briefing.answered',
  'briefing.waived',
  'clock.passed',
  'run.deviated',
  'act.signed',
] as const;

/** Returns the machine of these steps, by default a runbook's own; cache it by the folder's digest, building costs about 0.1 ms a step. */
export function runMachine(runbook: Runbook, steps: readonly Step[] = runbook.steps) {
  return kit.createMachine({
    id: 'run',
    context: ({ input }) => opened(input),
    initial: 'open',
    states: {
      open: {
        type: 'parallel',
        states: { hold: holdRegion, work: workRegion(steps) },
        on: {
          ...Object.fromEntries(ANYTIME.map((type) => [type, take(null)])),
          'gate.polled': take(OPENING_GATE),
          'run.closed': take(null, 'closed'),
        },
      },
      closed: { type: 'final' },
    },
  });
}

export const begin = (machine: RunMachine, input: RunInput): RunSnapshot => initialTransition(machine, input)[0];

/**
 * What a transition asks of the actor around it: nothing, for the machine has no invoke, no timers and no effects.
 * XState's own pure `transition` makes an actor of the machine, and with it a run from its beginning, for every event.
 */
const ALONE: AnyActorScope = (() => {
  const self = createEmptyActor();
  const nothing = () => undefined;
  return {
    ...{ self, system: self.system, id: '', sessionId: '', logger: nothing, defer: nothing },
    ...{ emit: nothing, stopChild: nothing, actionExecutor: nothing },
  };
})();

/**
 * Returns the snapshot after `event`, or why it cannot follow. XState ignores an unknown event silently and leaves the
 * very snapshot that it was given: an entry that the machine did not take is a refusal here and INVALID in a verifier.
 */
export function advance(machine: RunMachine, snapshot: RunSnapshot, event: RunEvent): Result<RunSnapshot> {
  const rule = allowed(snapshot.context, event);
  if (!rule.ok) return rule;
  const next = machine.transition(snapshot, event, ALONE);
  return next === snapshot ? fail('XCK_NOT_NOW', { what: event.type, why: 'the run is in another phase' }) : ok(next);
}

/** Whether an entry leads into another machine: of a longer list of steps, or of the way back. */
export interface Moved {
  readonly machine: RunMachine;
  readonly snapshot: RunSnapshot;
}

/** Returns the run in the machine that its context asks for from here on; it stands where it stood, or at the step whose turn it is now. */
export function moved(snapshot: RunSnapshot, context: RunContext): Moved {
  const machine = runMachine(context.runbook, context.way === 'back' ? undoSteps(context) : context.runbook.steps);
  const { hold, work } = (snapshot.value as { readonly open: { readonly hold: string; readonly work: unknown } }).open;
  const turn = turnOf(context);
  const here = turn ? { [`step-${turn.id}`]: 'ready' } : 'complete';
  const stays = context.way === 'forward' && !(turn && context.inserted.includes(turn.id));
  const value = { open: { hold, work: stays ? work : here } } as never;
  return { machine, snapshot: machine.resolveState({ value, context }) };
}
