/** What happened to each step, told from the run's state and entries for people; it judges nothing: the machine has done that. */
import type { Sealed } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import { openArming, type RunContext } from '../../core/run/context.ts';
import { isDone, phaseOf, turnOf, undoSteps } from '../../core/run/progress.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import type { Step } from '../../core/runbook/runbook.ts';
import { type Attempt, attemptsOf } from './attempts.ts';
import { type HoldStory, holdsOf } from './holds.ts';

export type StepState =
  | 'todo'
  | 'waiting'
  | 'running'
  | 'done'
  | 'held'
  | 'void'
  | 'failed'
  | 'unknown'
  | 'aborted'
  | 'skipped'
  | 'passed';

export interface StepStory {
  readonly step: Step;
  /** Its place for people: `4`, a child of step 3 `3.1`, the way back of step 4 `4`. */
  readonly label: string;
  /** `step 4`, `undo of step 4`. */
  readonly name: string;
  readonly child: boolean;
  readonly back: boolean;
  readonly state: StepState;
  readonly attempts: readonly Attempt[];
}

export interface Story {
  /** Forward, then what is undone. */
  readonly steps: readonly StepStory[];
  readonly holds: readonly HoldStory[];
  /** The step that is armed, running or next; null when all are done. */
  readonly current: StepStory | null;
  /** The first irreversible step; null where there is none. */
  readonly wall: string | null;
}

type Placed = Pick<StepStory, 'step' | 'label' | 'name' | 'child' | 'back'>;

function placesOf(context: RunContext): readonly Placed[] {
  const forward = context.runbook.steps.flatMap((step, index): Placed[] => {
    const label = String(index + 1);
    const own = { step, label, name: `step ${label}`, child: false, back: false };
    const children = step.children.map((child, at) => {
      const inner = `${label}.${at + 1}`;
      return { step: child, label: inner, name: `step ${inner}`, child: true, back: false };
    });
    return [own, ...children];
  });
  if (context.way !== 'back') return forward;
  const undone = undoSteps(context).map((step): Placed => {
    const of = forward.find((one) => one.step.undo?.step.id === step.id);
    return { step, label: of?.label ?? '', name: `the undo of step ${of?.label ?? ''}`, child: false, back: true };
  });
  return [...forward, ...undone];
}

const WORST_FIRST: readonly StepState[] = ['unknown', 'failed', 'aborted', 'running', 'waiting', 'held'];

function stateOf(context: RunContext, step: Step, own: readonly Attempt[], held: boolean): StepState {
  const standing = context.outcomes[step.id];
  if (standing === 'skipped' || standing === 'passed') return standing;
  const phase = phaseOf(context, step);
  const last = own.at(-1);
  if (phase === 'done') return 'done';
  if (phase === 'running' || phase === 'unknown') return phase;
  if (phase === 'failed') return last?.aborted ? 'aborted' : 'failed';
  if (phase !== 'ready') return 'waiting';
  if (held) return 'held';
  if (last?.voided && !last.ended) return 'void';
  return Object.keys(context.items[step.id] ?? {}).length > 0 ? 'waiting' : 'todo';
}

/** Where a `parallel` stands, by its children. */
function parallelState(children: readonly StepState[], step: Step, context: RunContext): StepState {
  if (isDone(context, step)) return 'done';
  return WORST_FIRST.find((state) => children.includes(state)) ?? (children.includes('done') ? 'waiting' : 'todo');
}

function currentOf(context: RunContext): string | undefined {
  const open = openArming(context);
  if (open) return open.step;
  const turn = turnOf(context);
  if (turn?.kind !== 'parallel') return turn?.id;
  return (turn.children.find((child) => !isDone(context, child)) ?? turn).id;
}

/** Tells the run so far. */
export function tell(state: RunState, entries: readonly Sealed<RunEntry>[]): Story {
  const context = contextOf(state);
  const attempts = attemptsOf(entries);
  const open = currentOf(context);
  const turn = turnOf(context);
  const plain = (step: Step) => {
    const held = context.holds.length > 0 && (step.id === open || step.id === turn?.id);
    const gate = step.kind === 'gate' && step.id === turn?.id && !held;
    return gate ? 'waiting' : stateOf(context, step, attempts.get(step.id) ?? [], held);
  };
  const steps = placesOf(context).map((placed): StepStory => {
    const { step } = placed;
    const state = step.kind === 'parallel' ? parallelState(step.children.map(plain), step, context) : plain(step);
    return { ...placed, state, attempts: attempts.get(step.id) ?? [] };
  });
  return {
    steps,
    holds: holdsOf(entries, attempts),
    current: steps.find(({ step }) => step.id === open) ?? null,
    wall: steps.find(({ step }) => step.irreversible)?.step.id ?? null,
  };
}

/** Open holds, newest first. */
export const openHolds = (story: Story | null): readonly HoldStory[] =>
  (story?.holds ?? []).filter((one) => one.end === null).toReversed();
