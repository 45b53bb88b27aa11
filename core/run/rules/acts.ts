/** Rules of holds and of the acts that several people sign: lift, decide, deviate, close. The distinct-person rules are the quorum's. */
import { enough, runDemand } from '../../approval/quorum.ts';
import { fail } from '../../errors.ts';
import { allSteps, forwardSteps, stepOf } from '../../runbook/steps.ts';
import {
  armingOf,
  type EventOf,
  type Hold,
  type RunContext,
  type Signer,
  seatOf,
  unresolvedItems,
} from '../context.ts';
import { allDone, hasStarted, isDone, turnOf, undoSteps } from '../progress.ts';
import { debriefed } from './briefing.ts';
import { all, type Check, later, leadless, unless, yes } from './check.ts';
import { collected } from './collected.ts';
import { resolvable } from './commands.ts';
import { mayLead } from './crew.ts';
import { demandFor } from './demand.ts';

/** Anybody may hold, at any time; but a hold names the step that it is about, for that decides who lifts it. */
export const mayHold = (context: RunContext, event: EventOf<'hold.raised'>): Check =>
  all(
    unless(
      event.plan !== undefined || event.runbook !== undefined,
      later('a hold on a plan or a runbook stands outside the run'),
    ),
    unless(!isConcerned(context, event), later('the hold does not name the step that it is about')),
  );

/** A failure names what failed, a wrong answer what was armed; any other hold names no step, or one that is under way. */
function isConcerned(context: RunContext, { cause, step }: EventOf<'hold.raised'>): boolean {
  const results = Object.values(context.items[step ?? ''] ?? {}).map(({ result }) => result);
  if (cause === 'failed') return results.includes('failed') || results.includes('not-started');
  if (cause === 'unknown') return results.includes('unknown');
  if (step === undefined) return cause !== 'differed';
  const turn = turnOf(context);
  const under = turn ? [turn, ...turn.children].some((one) => one.id === step && !isDone(context, one)) : false;
  return under || armingOf(context, step) !== undefined || results.some((result) => result !== 'finished');
}

const holdOf = (context: RunContext, ref: string): Hold | undefined => context.holds.find((one) => one.ref === ref);

/** Anybody may add to a hold; conditions are set by who raised it or the lead, met by their owners, and the raiser alone has a stance. */
export function mayUpdate(context: RunContext, event: EventOf<'hold.updated'>): Check {
  const hold = holdOf(context, event.hold);
  if (!hold) return fail('XCK_STALE', { act: 'update' });
  const seat = seatOf(context, event.actor);
  const conditions = event.conditions ?? hold.conditions;
  const foreign = (event.met ?? []).find((id) => conditions[id] === undefined || conditions[id] !== seat);
  const unknown = Object.values(conditions).find((owner) => !Object.hasOwn(context.runbook.crew, owner));
  return all(
    unless(
      event.conditions !== undefined && hold.by !== event.actor && seat !== 'lead',
      later('conditions are set by who raised the hold or the lead'),
    ),
    unless(unknown !== undefined, fail('XCK_UNKNOWN', { what: 'seat', name: unknown ?? '' })),
    unless(foreign !== undefined, fail('XCK_CONDITION', { condition: foreign ?? '' })),
    unless(event.stance !== undefined && hold.by !== event.actor, later('only who raised the hold is asked')),
  );
}

/** A clock passes once, and only one that runs. */
export function mayPass(context: RunContext, event: EventOf<'clock.passed'>): Check {
  const clock = Object.hasOwn(context.clocks, event.clock) ? context.clocks[event.clock] : undefined;
  return all(
    unless(!clock || clock.passed, later('this clock does not run')),
    unless(clock !== undefined && event.ts < clock.ends, later('this clock still runs')),
    unless(event.about !== undefined, later('only after the close is it about the close')),
  );
}

/** What each act is about, while that still is what it was. */
function isAbout(context: RunContext, { act, about }: EventOf<'act.signed'>): boolean {
  if (act === 'lift' || act === 'decide') return holdOf(context, about) !== undefined;
  if (act === 'resolve') return resolvable(context, about) !== null;
  return about === (act === 'waive' ? context.opened : context.last);
}

/** Acts that the lead proposes and others join, for they are the lead's to weigh first. */
const PROPOSED: Readonly<Record<string, string>> = { decide: 'propose a decision', deviate: 'propose a deviation' };

export function maySign(context: RunContext, event: EventOf<'act.signed'>): Check {
  const seated = context.seats[event.seat];
  const before = context.collection;
  const joins =
    before !== null &&
    before.act === event.act &&
    before.about === event.about &&
    before.content === event.bodies?.['content'];
  const again = joins && before.signers.some((one) => one.person === event.actor);
  const proposes = !joins && PROPOSED[event.act] !== undefined;
  const own = seated?.person === event.actor && seated.role === event.role;
  const takes = event.act === 'lead' && event.seat === 'lead' && !own;
  return all(
    takes ? mayLead(context, event.actor, event.role) : unless(!own, fail('XCK_NOT_SEATED', {})),
    unless(!isAbout(context, event), fail('XCK_STALE', { act: event.act })),
    unless(again, fail('XCK_TWICE', {})),
    unless(proposes && event.seat !== 'lead', fail('XCK_LEAD', { act: PROPOSED[event.act] ?? '' })),
    event.act === 'close' ? unless(Object.keys(context.armings).length > 0, later('a step is armed or running')) : yes,
  );
}

const byLead = (signers: readonly Signer[], act: string): Check =>
  unless(!signers.some((one) => one.seat === 'lead'), fail('XCK_LEAD', { act }));

/** Checks that the signatures collected lift this hold: the lead, the quorum of its step or of the run, every condition met. */
export function mayLift(context: RunContext, event: EventOf<'hold.lifted'>): Check {
  const hold = holdOf(context, event.hold);
  const signers = collected(context, 'lift', event.hold, event);
  if (!hold || !signers) return fail('XCK_STALE', { act: 'lift' });
  return all(
    liftable(context, hold),
    byLead(signers, 'sign the lift'),
    enough(demandFor(context, hold.step), context, signers),
  );
}

/** Checks that a hold may be lifted at all, whoever signs. */
export function liftable(context: RunContext, hold: Hold): Check {
  const step = stepOf(context.runbook, hold.step ?? '');
  const results = Object.values(context.items[step?.id ?? ''] ?? {}).map(({ result }) => result);
  const decides = step?.on_failure === 'decide' && results.includes('failed') && context.outcomes[step.id] !== 'passed';
  return all(
    unless(decides && (hold.cause === 'failed' || hold.cause === 'unknown'), fail('XCK_DECIDE', {})),
    unless(hold.cause === 'unknown' && results.includes('unknown'), fail('XCK_UNRESOLVED', { step: step?.id ?? '' })),
    conditionsMet(hold),
  );
}

function conditionsMet(hold: Hold): Check {
  const unmet = Object.keys(hold.conditions).filter((id) => !hold.met.includes(id));
  return unless(unmet.length > 0, fail('XCK_CONDITIONS', { conditions: unmet.join(', ') }));
}

/** Checks that no step's end is unknown. */
function allKnown(context: RunContext): Check {
  const step = Object.keys(context.items).find((id) => unresolvedItems(context, id).length > 0);
  return unless(step !== undefined, fail('XCK_UNRESOLVED', { step: step ?? '' }));
}

/** Checks that there is a way back: nothing is unknown, and every irreversible step that started can be undone in time. */
export function mayGoBack(context: RunContext): Check {
  const started = forwardSteps(context.runbook).filter((step) => hasStarted(context, step));
  const stuck = started.find((step) => step.irreversible && step.undo === null);
  const late = undoSteps(context).flatMap((step) => step.while.filter((id) => context.clocks[id]?.passed));
  return all(
    unless(context.way === 'back', later('the run is being undone already')),
    allKnown(context),
    unless(stuck !== undefined, fail('XCK_NO_WAY_BACK', { step: stuck?.id ?? '' })),
    unless(late.length > 0, fail('XCK_CLOCK', { clock: late[0] ?? '' })),
  );
}

/** Checks a decision about a hold: proposed by the lead, for no other signature can come first, and possible. What it inserts is checked where its content is read. */
export function mayDecide(context: RunContext, event: EventOf<'run.decided'>): Check {
  const hold = holdOf(context, event.hold);
  const signers = collected(context, 'decide', event.hold, event);
  if (!hold || !signers) return fail('XCK_STALE', { act: 'decide' });
  return all(
    unless(Object.keys(context.armings).length > 0, later('a step is armed or running')),
    event.way === 'back' ? mayGoBack(context) : mayGoForward(context, hold, event.step),
    enough(demandFor(context, hold.step), context, signers),
  );
}

/** The step that is passed is exactly the one that the hold is about, where that has failed. */
export function mayGoForward(context: RunContext, hold: Hold, step: string | undefined): Check {
  const failed = hold.step !== null && context.outcomes[hold.step] === 'failed' ? hold.step : undefined;
  return all(
    unless(context.way === 'back', later('the run is being undone')),
    unless(step !== failed, later(failed === undefined ? 'no step has failed' : `${failed} has failed`)),
    allKnown(context),
    conditionsMet(hold),
  );
}

/** Checks a deviation: proposed by the lead, for no other signature can come first, then signed by the quorum of the run. */
export function mayDeviate(context: RunContext, event: EventOf<'run.deviated'>): Check {
  const signers = collected(context, 'deviate', context.last, event);
  if (!signers) return fail('XCK_STALE', { act: 'deviate' });
  return all(
    unless(Object.keys(context.armings).length > 0, later('a step is armed or running')),
    allKnown(context),
    enough(runDemand(context.runbook), context, signers),
  );
}

/** Checks a close: the lead and one seat that stands in some step's `by`; `done` and `rolled-back` only when all is. */
export function mayClose(context: RunContext, event: EventOf<'run.closed'>): Check {
  const signers = collected(context, 'close', context.last, event);
  if (!signers) return fail('XCK_STALE', { act: 'close' });
  const by = new Set(allSteps(context.runbook).flatMap((step) => step.by));
  const second = signers.some((one) => one.seat !== 'lead' && (by.size === 0 || by.has(one.seat)));
  const others = signers.filter((one) => one.seat !== 'lead').length;
  const left = event.result === 'aborted' && leadless(context) && others >= 2;
  return all(
    unless(Object.keys(context.armings).length > 0, later('a step is armed or running')),
    event.result === 'aborted' ? yes : isComplete(context, event.result === 'rolled-back'),
    left ? yes : byLead(signers, 'sign the close'),
    left ? yes : unless(!second, fail('XCK_QUORUM', { missing: 1, seats: [...by].join(' or ') })),
  );
}

function isComplete(context: RunContext, back: boolean): Check {
  return all(
    unless(context.holds.length > 0, fail('XCK_HELD', {})),
    unless(back !== (context.way === 'back'), later(back ? 'the run was not undone' : 'the run was undone')),
    unless(!allDone(context), later('not every step is done')),
    debriefed(context),
  );
}
