/** Rules from call out to the key: who may arm what, who may answer, what a start needs. */
import { demandOf, enough, mayConfirmWith, mayCount, rightKeys } from '../../approval/quorum.ts';
import { fail } from '../../errors.ts';
import type { Step } from '../../runbook/runbook.ts';
import { parallelOf, stepOf } from '../../runbook/steps.ts';
import { waveIds } from '../../runbook/wave.ts';
import { type Arming, armingOf, type EventOf, finishedItems, type RunContext } from '../context.ts';
import { armable, turnOf } from '../progress.ts';
import { briefed } from './briefing.ts';
import { all, type Check, calm, isLead, later, same, unless, yes } from './check.ts';

export function maySkip(context: RunContext, event: EventOf<'step.skipped'>): Check {
  const step = stepOf(context.runbook, event.step);
  return all(
    unless(step?.when == null, later('only a step with a condition is skipped')),
    unless(turnOf(context)?.id !== event.step, later('it is not the turn of this step')),
    unless(begun(context, event.step), later('the step is armed, or has run')),
    briefed(context),
    calm(context),
  );
}

/** Whether anything of a step, or of a child of it, is armed or has run. */
const begun = (context: RunContext, id: string): boolean =>
  [id, ...(stepOf(context.runbook, id)?.children ?? []).map((child) => child.id)].some(
    (step) => armingOf(context, step) !== undefined || context.items[step] !== undefined,
  );

export function mayArm(context: RunContext, event: EventOf<'step.armed'>): Check {
  const step = stepOf(context.runbook, event.step);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: event.step });
  const fits = event.attempt === (context.attempts[event.step] ?? 0) + 1;
  return all(
    unless(!isLead(context, event.asked_by), fail('XCK_LEAD', { act: 'arm a step' })),
    calm(context),
    briefed(context),
    beside(context, step),
    unless(!armable(context).some(({ id }) => id === step.id), later('it is not the turn of this step')),
    unless(!fits, later('the attempt is not the next one')),
    inItsClocks(context, step),
    isWave(context, step, event),
    unless(
      Object.values(event.probes).some((probe) => probe.ok === false),
      fail('XCK_PROBE', { probe: 'one of them', why: 'its expectation does not hold' }),
    ),
  );
}

/** One arming at a time, but for the children of one `parallel`. */
function beside(context: RunContext, step: Step): Check {
  const own = parallelOf(context.runbook, step.id);
  const other = Object.keys(context.armings).find(
    (id) => id === step.id || own === undefined || parallelOf(context.runbook, id) !== own,
  );
  return unless(other !== undefined, later(`step ${other} is armed`));
}

/** Checks that no clock that must still run has passed. */
export function inItsClocks(context: RunContext, step: Step): Check {
  const over = step.while.find((id) => context.clocks[id]?.passed);
  return over === undefined ? yes : fail('XCK_CLOCK', { clock: over });
}

/** The items are exactly those of the next wave. */
function isWave(context: RunContext, step: Step, { wave }: EventOf<'step.armed'>): Check {
  if (step.for_each === null) return unless(wave !== undefined, later('this step has no waves'));
  if (!wave) return later('the wave is missing');
  const before = context.sizes[step.id];
  const next = waveIds(wave.of, step.for_each.canary, finishedItems(context, step.id));
  return all(
    unless(before !== undefined && before !== wave.of, later('the step has another number of items')),
    unless(!same(wave.items, next), later(`the next wave is ${next.join(', ')}`)),
  );
}

/** The entry names the arming that is open, byte for byte; an answer for another step, attempt, run or arming is none. */
export function isArming(context: RunContext, event: { step: string; attempt: number; armed: string }): Check {
  const open = armingOf(context, event.step);
  const is = open && open.attempt === event.attempt && open.ref === event.armed;
  return is ? yes : fail('XCK_OTHER_ARMING', { step: event.step });
}

export function mayAnswer(
  context: RunContext,
  event: EventOf<'step.confirmed' | 'step.refused' | 'check.differed'>,
): Check {
  const step = stepOf(context.runbook, event.step);
  const seated = context.seats[event.seat];
  const arming = armingOf(context, event.step);
  if (!step || !arming) return fail('XCK_OTHER_ARMING', { step: event.step });
  const voice = { person: event.actor, seat: event.seat, role: seated?.role ?? '' };
  return all(
    isArming(context, event),
    unless(seated?.person !== event.actor, selfOr(context, event.actor, fail('XCK_NOT_SEATED', {}))),
    'role' in event
      ? unless(seated?.role !== event.role, fail('XCK_ROLE', { seat: event.seat, roles: seated?.role ?? '' }))
      : yes,
    mayCount(demandOf(step), context, voice),
    unless(arming.stopped || arming.started !== null, later('this arming can no longer be answered')),
    event.type === 'step.confirmed'
      ? all(
          calm(context),
          unless(arming.keyed !== null, later('the key is turned')),
          fresh(arming, event),
          mayConfirmWith(step, context, event.kind),
        )
      : yes,
  );
}

/** A person who may never count is told so, rather than that a seat is missing. */
const selfOr = (context: RunContext, person: string, other: Check): Check =>
  context.never.includes(person) ? fail('XCK_SELF', { needed: 'another person' }) : other;

const fresh = (arming: Arming, event: EventOf<'step.confirmed'>): Check =>
  unless(
    arming.confirmations.some((one) => one.person === event.actor || one.seat === event.seat),
    fail('XCK_TWICE', {}),
  );

export function mayWithdraw(context: RunContext, event: EventOf<'step.withdrawn'>): Check {
  const arming = armingOf(context, event.step);
  const confirmed = arming?.confirmations.some((one) => one.person === event.actor) ?? false;
  return all(
    isArming(context, event),
    unless(!isLead(context, event.actor) && !confirmed, later('you have nothing to withdraw')),
    unless(arming?.stopped === true, later('the arming is void')),
    unless(arming?.started != null, later('the command has started; abort stops it')),
  );
}

/** Checks that an open arming has all that a start needs but the key: quorum, people still seated and present, no hold. */
export function ready(context: RunContext, id: string): Check {
  const arming = armingOf(context, id);
  const step = stepOf(context.runbook, id);
  if (!arming || !step) return later('nothing is armed');
  const gone = arming.confirmations.filter(
    (one) => context.seats[one.seat]?.person !== one.person || context.away.includes(one.seat),
  );
  return all(
    calm(context),
    unless(gone.length > 0, fail('XCK_ABSENT', { seats: gone.map((one) => one.seat).join(', ') })),
    unless(arming.stopped, later('the arming is void')),
    inItsClocks(context, step),
    enough(demandOf(step), context, arming.confirmations),
    rightKeys(
      step.keys,
      context,
      arming.confirmations.map(({ kind }) => kind),
    ),
  );
}

/** Whatever stops is easy: the server voids by the rules, the agent by what it measured; but never what has started. */
export function mayVoid(context: RunContext, event: EventOf<'step.voided'>): Check {
  const arming = armingOf(context, event.step);
  const more = arming?.items.some((item) => arming.starts[item] === undefined) ?? false;
  return all(
    isArming(context, event),
    unless(event.actor !== 'server' && event.actor !== arming?.agent, fail('XCK_AGENT', {})),
    unless(!more, later('the command has started')),
  );
}

export function mayKey(context: RunContext, event: EventOf<'step.keyed'>): Check {
  const arming = armingOf(context, event.step);
  const relied = arming?.confirmations.map((one) => one.ref) ?? [];
  return all(
    isArming(context, event),
    unless(!isLead(context, event.actor), fail('XCK_LEAD', { act: 'turn the key' })),
    unless(arming?.keyed != null, later('the key is turned')),
    ready(context, event.step),
    unless(!same(event.confirmations, relied), later('the key lists other confirmations')),
  );
}
