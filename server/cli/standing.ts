/** Where a run and its steps stand, and what it waits for with the word that gives it. It reads the fold and changes nothing. */
import { demandOf, enough } from '../../core/approval/quorum.ts';
import { CAUSES } from '../../core/release/holdSummary.ts';
import {
  type Arming,
  type Hold,
  type Outcome,
  openArming,
  type RunContext,
  unresolvedItems,
} from '../../core/run/context.ts';
import {
  agreed,
  allDone,
  armable,
  isDone,
  type Missing,
  notGo,
  phaseOf,
  turnOf,
  unanswered,
  underWay,
  undoSteps,
} from '../../core/run/progress.ts';
import { liftable } from '../../core/run/rules/acts.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import type { Step } from '../../core/runbook/runbook.ts';
import { forwardSteps, parallelOf, stepOf } from '../../core/runbook/steps.ts';

/** A step as a list of steps shows it. */
export interface StepLine {
  readonly step: Step;
  /** How deep it stands: children of a `parallel` stand one deeper. */
  readonly depth: 0 | 1;
  readonly state: string;
}

/** The steps of the run, those on the way back after those that ran forward. */
export function stepLines(state: RunState): StepLine[] {
  const context = contextOf(state);
  const { runbook, way } = context;
  const forward = forwardSteps(runbook).map((step) => ({
    step,
    depth: parallelOf(runbook, step.id) ? (1 as const) : (0 as const),
    state: stepState(context, step),
  }));
  const back = way === 'back' ? undoSteps(context) : [];
  return [...forward, ...back.map((step) => ({ step, depth: 0 as const, state: stepState(context, step) }))];
}

/** Where a step stands, in a word or two. */
function stepState(context: RunContext, step: Step): string {
  const arming = context.armings[step.id];
  if (arming && step.for_each !== null && arming.started !== null) return wave(arming);
  const phase = phaseOf(context, step);
  const standing = context.outcomes[step.id];
  if (phase === 'done') return standing ?? (step.kind === 'gate' ? 'go' : 'finished');
  if (phase === 'failed') return standing ?? 'failed';
  const items = context.items[step.id] ?? {};
  const finished = Object.values(items).filter(({ result }) => result === 'finished').length;
  if (phase === 'ready') return finished > 0 ? `${finished}/${context.sizes[step.id]} items` : 'waiting';
  return phase;
}

const ended = (arming: Arming, result: Outcome): number =>
  Object.values(arming.starts).filter(({ outcome }) => outcome === result).length;

const wave = (arming: Arming): string =>
  `running, ${ended(arming, 'finished')}/${arming.items.length} of this wave finished${arming.stopped ? ', the rest is void' : ''}`;

/** What the run waits for, in a sentence or two, each with its word. */
export function waitingFor(state: RunState): string {
  const context = contextOf(state);
  const { run } = state.facts;
  if (context.closed !== null) return `The run is closed: ${context.closed}.`;
  const open = Object.values(context.armings);
  if (context.holds.length > 0) return [held(context, run), ...open.filter(isRunning).map(runs)].join(' ');
  const absent = context.away.filter((seat) => context.runbook.presence.required.includes(seat));
  if (absent.length > 0)
    return `Nothing goes on without ${absent.join(' and ')}. Another takes the lead with: crosscheck run lead ${run}`;
  if (open.length > 0) return open.map((arming) => armingText(context, run, arming)).join(' ');
  return underWay(context) ? goesOn(context, run) : (briefing(context, run) ?? goesOn(context, run));
}

const isRunning = ({ starts }: Arming): boolean => Object.values(starts).some(({ outcome }) => outcome === null);
const runs = ({ step }: Arming): string => `Step ${step} is running; only crosscheck run abort stops it.`;

function held(context: RunContext, run: string): string {
  const why = context.holds.map(({ cause, step }) => `${CAUSES[cause]}${step === null ? '' : ` (${step})`}`).join('; ');
  return `HELD: ${why}. ${context.holds.map((hold) => endsBy(context, run, hold)).at(0)}`;
}

/** The word that ends a hold. */
function endsBy(context: RunContext, run: string, hold: Hold): string {
  const unknown = hold.step !== null && unresolvedItems(context, hold.step).length > 0;
  if (unknown) return `People say what became of it: crosscheck step resolve ${run} ${hold.step}`;
  const may = liftable(context, hold);
  if (may.ok) return `The lead and the quorum lift it with: crosscheck run lift ${run}`;
  return may.refusal.code === 'XCK_DECIDE'
    ? `The lead and the quorum decide: crosscheck run decide ${run} back|forward`
    : `${may.refusal.sentence} Their seats say so with: crosscheck run update ${run} --met ID`;
}

const bySeat = (missing: readonly Missing[]): string =>
  missing.map(({ question, seat }) => `${question} (${seat})`).join(', ');

function briefing(context: RunContext, run: string): string | undefined {
  const open = unanswered(context, context.runbook.briefing);
  const silent = notGo(context);
  const parts = [
    ...(open.length > 0 ? [`The briefing waits for ${bySeat(open)}: crosscheck run answer ${run} QUESTION VALUE`] : []),
    ...(silent.length > 0 ? [`Go or no-go of ${silent.join(', ')}: crosscheck run answer ${run} go`] : []),
  ];
  return parts.length > 0 ? parts.join(' ') : undefined;
}

/** Nothing is armed and nothing holds: what the next act is. */
function goesOn(context: RunContext, run: string): string {
  const turn = turnOf(context);
  if (!turn && allDone(context)) return ending(context, run);
  if (turn?.gate) {
    const silent = turn.gate.filter((seat) => !agreed(context, turn.id, [seat]));
    return `The gate ${turn.id} waits for ${silent.join(', ')}: crosscheck run answer ${run} go`;
  }
  const next = armable(context).map(({ id }) => id);
  if (next.length === 0) return `Step ${turn?.id} waits for its outcome.`;
  const back = context.way === 'back' ? 'The run is being undone. ' : '';
  return `${back}The lead arms step ${next.join(' or ')}: crosscheck step arm ${run} ${next.length === 1 ? next[0] : 'STEP'}`;
}

function ending(context: RunContext, run: string): string {
  const open = unanswered(context, context.runbook.debrief);
  if (open.length > 0) return `The debrief waits for ${bySeat(open)}: crosscheck run answer ${run} QUESTION VALUE`;
  const done = context.way === 'back' ? 'Every step is undone' : 'All steps are done';
  return `${done}: the lead and one reviewer close it with: crosscheck run close ${run}`;
}

function armingText(context: RunContext, run: string, arming: Arming): string {
  const step = stepOf(context.runbook, arming.step);
  if (!step) return '';
  if (step.manual && isRunning(arming) && arming.attested === null)
    return `The ${step.manual.by} does step ${step.id} by hand and attests to it: crosscheck step attest ${run} ${step.id} pass|fail --evidence TEXT`;
  if (arming.started !== null) return `Step ${step.id} is ${stepState(context, step)}.`;
  const checked = enough(demandOf(step), context, arming.confirmations);
  if (!checked.ok) return `${checked.refusal.sentence} They answer with: crosscheck step check ${run}`;
  if (arming.keyed !== null) return 'The key is turned; the agent measures again and starts.';
  return `The lead starts step ${step.id}: crosscheck step ${step.eyes > 2 ? `key ${run}` : `start ${run} ${step.id}`}`;
}

/** The step that a word is about where none is named: the armed one, else the one whose turn it is. */
export function stepAtHand(context: RunContext): string | undefined {
  return openArming(context)?.step ?? armable(context)[0]?.id ?? turnOf(context)?.id;
}

/** Steps that are neither done nor undone, by id and title. */
export const undone = (context: RunContext): Step[] =>
  (context.way === 'back' ? undoSteps(context) : context.runbook.steps).filter((step) => !isDone(context, step));
