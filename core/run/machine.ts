/**
 * The XState machine of a run, generated from its runbook: a compound state per step in order, their ways back in
 * reverse, beside a region for holds. It has no invoke and no timers, so a replay needs nothing but the entries.
 */
import { assign, initialTransition, setup, transition } from 'xstate';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import { stepOf, undoOrder } from '../runbook/steps.ts';
import { OPENING_GATE, type RunContext, type RunEvent, type RunInput } from './context.ts';
import { hasStarted, type Phase, phaseOf, turnOf } from './progress.ts';
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
    goes: ({ context, event }, { way }: { way: string }) =>
      event.type === 'run.decided' && event.way === way && allowed(context, event).ok,
    passes: ({ context, event }, { step }: { step: string }) =>
      event.type === 'run.decided' && event.way === 'forward' && takes(context, event, step),
    calms: ({ context, event }) => allowed(context, event).ok && reduce(context, event).holds.length === 0,
    untouched: ({ context }, { step }: { step: string }) => {
      const found = stepOf(context.runbook, step);
      return found === undefined || !hasStarted(context, found);
    },
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

/** One step: call out → cross-check → key → watch → after. A void leads back, a failure to a new arming or past it. */
function stepState({ id, eyes, when }: Step) {
  const answers = { 'step.refused': take(id), 'step.withdrawn': take(id), 'check.differed': take(id) };
  const voided = { 'step.voided': leads(id, 'ready', 'failed') };
  const started = { 'step.started': take(id, 'running') };
  const armed = { 'step.armed': take(id, 'armed') };
  const passed = { 'run.decided': { guard: { type: 'passes' as const, params: { step: id } }, target: 'done' } };
  return {
    initial: 'ready',
    states: {
      ready: { on: { ...armed, ...passed, ...(when === null ? {} : { 'step.skipped': take(id, 'done') }) } },
      armed: {
        on:
          eyes === 2
            ? { ...answers, ...voided, ...started }
            : { ...answers, ...voided, 'step.confirmed': take(id), 'step.keyed': take(id, 'keyed') },
      },
      keyed: { on: { ...answers, ...voided, ...started } },
      running: {
        on: {
          'step.started': take(id),
          'step.aborted': take(id),
          'step.attested': take(id),
          'step.voided': leads(id, 'running', 'ready', 'failed', 'unknown', 'done'),
          'step.finished': leads(id, 'done', 'running', 'ready', 'failed', 'unknown'),
          'step.failed': leads(id, 'failed', 'running', 'unknown'),
          'step.unknown': leads(id, 'unknown', 'running'),
          'step.resolved': leads(id, 'done', 'failed', 'running', 'unknown', 'ready'),
        },
      },
      failed: { on: { ...armed, ...passed } },
      unknown: { on: { 'step.resolved': leads(id, 'done', 'failed', 'unknown', 'ready') } },
      done: { type: 'final' as const },
    },
  };
}

const gateState = ({ id }: Step) => ({
  initial: 'ready',
  states: {
    ready: {
      on: {
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

const BACK = 'undo-';

/** The steps in order, and behind the decision to go back their undo steps in reverse; what never started is passed by. */
function workRegion(runbook: Runbook) {
  const forward = runbook.steps.map((step, index) => {
    const next = runbook.steps[index + 1];
    return [`step-${step.id}`, { ...stateOf(step), onDone: next ? `step-${next.id}` : 'complete' }] as const;
  });
  const undone = undoOrder(runbook);
  const back = undone.flatMap((step, index) => {
    const next = undone[index + 1];
    const target = next ? `${BACK}${next.id}` : 'undone';
    const always = { guard: { type: 'untouched' as const, params: { step: step.id } }, target };
    return step.undo ? [[`${BACK}${step.id}`, { ...stepState(step.undo.step), always, onDone: target }] as const] : [];
  });
  const first = undone[0];
  const goBack = {
    guard: { type: 'goes' as const, params: { way: 'back' } },
    target: `.${first ? `${BACK}${first.id}` : 'undone'}`,
  };
  return {
    initial: forward[0]?.[0] ?? 'complete',
    states: { ...Object.fromEntries(forward), complete: {}, ...Object.fromEntries(back), undone: {} },
    on: { 'run.decided': goBack },
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
  'lead.taken',
  'briefing.answered',
  'briefing.waived',
  'clock.passed',
  'run.deviated',
  'act.signed',
] as const;

/** Returns the machine of a runbook; cache it by the folder's digest, building costs about 0.1 ms a step. */
export function runMachine(runbook: Runbook) {
  return kit.createMachine({
    id: 'run',
    context: ({ input }) => opened(input),
    initial: 'open',
    states: {
      open: {
        type: 'parallel',
        states: { hold: holdRegion, work: workRegion(runbook) },
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
 * Returns the snapshot after `event`, or why it cannot follow. XState ignores an unknown event silently, so `can()` is
 * asked first: an entry that the machine cannot take is a refusal here and INVALID in a verifier.
 */
export function advance(machine: RunMachine, snapshot: RunSnapshot, event: RunEvent): Result<RunSnapshot> {
  const rule = allowed(snapshot.context, event);
  if (!rule.ok) return rule;
  if (!snapshot.can(event)) return fail('XCK_NOT_NOW', { what: event.type, why: 'the run is in another phase' });
  return ok(transition(machine, snapshot, event)[0]);
}

/** Returns the snapshot in the machine of a longer list of steps: the run stands where it stood, or at the first new step where that is its turn now. */
export function transplanted(machine: RunMachine, snapshot: RunSnapshot, context: RunContext): RunSnapshot {
  const value = snapshot.value as { readonly open: { readonly hold: string; readonly work: unknown } };
  const turn = turnOf(context);
  const work = turn && context.inserted.includes(turn.id) ? { [`step-${turn.id}`]: 'ready' } : value.open.work;
  return machine.resolveState({ value: { open: { hold: value.open.hold, work } } as never, context });
}
