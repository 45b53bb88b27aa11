/**
 * The XState machine of a run, generated from its runbook: a compound state per step in order, beside a region for
 * holds. It has one guard and one action, no invoke and no timers, so a replay needs nothing but the entries.
 */
import { assign, initialTransition, setup, transition } from 'xstate';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import type { RunContext, RunEvent, RunInput } from './context.ts';
import { opened, reduce } from './reduce.ts';
import { allowed } from './rules.ts';

const kit = setup({
  types: { context: {} as RunContext, events: {} as RunEvent, input: {} as RunInput },
  guards: {
    allowed: ({ context, event }, params: { step: string | null }) =>
      (params.step === null || ('step' in event && event.step === params.step)) && allowed(context, event).ok,
    lastHold: ({ context, event }) => context.holds.length === 1 && allowed(context, event).ok,
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

/** One step: call out → cross-check → key → watch → after. A void leads back to ready, a failure to a new arming. */
function stepState({ id, eyes }: Step, next: string) {
  const answers = {
    'step.refused': take(id),
    'step.withdrawn': take(id),
    'check.differed': take(id),
    'step.voided': take(id, 'ready'),
  };
  const started = { 'step.started': take(id, 'running') };
  return {
    initial: 'ready',
    states: {
      ready: { on: { 'step.armed': take(id, 'armed') } },
      armed: {
        on:
          eyes === 2
            ? { ...answers, ...started }
            : { ...answers, 'step.confirmed': take(id), 'step.keyed': take(id, 'keyed') },
      },
      keyed: { on: { ...answers, ...started } },
      running: {
        on: {
          'step.aborted': take(id),
          'step.finished': take(id, 'done'),
          'step.failed': take(id, 'failed'),
          'step.unknown': take(id, 'unknown'),
        },
      },
      failed: { on: { 'step.armed': take(id, 'armed') } },
      unknown: {},
      done: { type: 'final' as const },
    },
    onDone: next,
  };
}

function workRegion(steps: readonly Step[]) {
  const states = steps.map((step, index) => [
    `step-${step.id}`,
    stepState(step, index + 1 < steps.length ? `step-${steps[index + 1]?.id}` : 'complete'),
  ]);
  return { initial: `step-${steps[0]?.id}`, states: { ...Object.fromEntries(states), complete: {} } };
}

const holdRegion = {
  initial: 'clear',
  states: {
    clear: { on: { 'hold.raised': take(null, 'held') } },
    held: {
      on: {
        'hold.raised': take(null),
        'hold.lifted': [{ guard: 'lastHold' as const, actions: 'apply' as const, target: 'clear' }, take(null)],
      },
    },
  },
};

/** Returns the machine of a runbook; cache it by the folder's digest, building costs about 0.1 ms a step. */
export function runMachine(runbook: Runbook) {
  return kit.createMachine({
    id: 'run',
    context: ({ input }) => opened(input),
    initial: 'open',
    states: {
      open: {
        type: 'parallel',
        states: { hold: holdRegion, work: workRegion(runbook.steps) },
        on: {
          'seat.taken': take(null),
          'seat.left': take(null),
          'presence.lost': take(null),
          'presence.back': take(null),
          'act.signed': take(null),
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
