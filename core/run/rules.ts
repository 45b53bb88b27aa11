/**
 * The one authorisation function of a run: whether an entry may follow what the log already holds. The machine's
 * guard and the refusal that a person reads are both made here, so that they can never disagree.
 */
import { demandOf, enough, mayCount, runDemand } from '../approval/quorum.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { type Arming, type EventOf, type RunContext, type RunEvent, seatOf, stepOf } from './context.ts';

type Check = Result<true>;
const yes: Check = ok(true);

/** Checks that `event` may follow; every refusal says what is missing. Time is no argument: deadlines are entries. */
export function allowed(context: RunContext, event: RunEvent): Check {
  switch (event.type) {
    case 'run.opened':
      return fail('XCK_NOT_NOW', { what: 'run.opened', why: 'the run is open already' });
    case 'seat.taken':
      return maySit(context, event);
    case 'seat.left':
      return mayLeave(context, event);
    case 'presence.lost':
    case 'presence.back':
      return presence(context, event);
    case 'step.armed':
      return mayArm(context, event);
    case 'step.confirmed':
    case 'step.refused':
    case 'check.differed':
      return mayAnswer(context, event);
    case 'step.withdrawn':
      return mayWithdraw(context, event);
    case 'step.voided':
      return mayVoid(context, event);
    case 'step.keyed':
      return mayKey(context, event);
    case 'step.started':
      return mayStart(context, event);
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return mayEnd(context, event);
    case 'step.aborted':
      return mayAbort(context, event);
    case 'hold.raised':
      return yes;
    case 'act.signed':
      return maySign(context, event);
    case 'hold.lifted':
      return mayLift(context, event);
    case 'run.closed':
      return mayClose(context, event);
  }
}

const all = (...checks: readonly Check[]): Check => checks.find((check) => !check.ok) ?? yes;
const later = (why: string): Check => fail('XCK_NOT_NOW', { what: 'this', why });
const unless = (bad: boolean, check: Check): Check => (bad ? check : yes);
const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

function maySit(context: RunContext, event: EventOf<'seat.taken'>): Check {
  const seat = context.runbook.crew[event.seat];
  const holder = context.seats[event.seat];
  const own = seatOf(context, event.actor);
  if (!seat) return fail('XCK_UNKNOWN', { what: 'seat', name: event.seat });
  if (holder) return fail('XCK_SEAT_TAKEN', { seat: event.seat });
  if (own) return fail('XCK_TWO_SEATS', { seat: own });
  if (event.seat === 'lead') return later('the lead is taken over by a signed act');
  const has = seat.roles.includes(event.role) && (context.roles[event.actor] ?? []).includes(event.role);
  return has ? yes : fail('XCK_ROLE', { seat: event.seat, roles: seat.roles.join(' or ') });
}

function mayLeave(context: RunContext, event: EventOf<'seat.left'>): Check {
  if (context.seats[event.seat]?.person !== event.actor) return fail('XCK_NOT_SEATED', {});
  return event.seat === 'lead' ? later('the lead leaves by handing over or by closing the run') : yes;
}

function presence(context: RunContext, event: EventOf<'presence.lost' | 'presence.back'>): Check {
  if (context.seats[event.seat]?.person !== event.person) return fail('XCK_NOT_SEATED', {});
  const away = context.away.includes(event.seat);
  return away === (event.type === 'presence.back') ? yes : later('the presence of this seat has not changed');
}

function mayArm(context: RunContext, event: EventOf<'step.armed'>): Check {
  const step = stepOf(context.runbook, event.step);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: event.step });
  const fits = event.attempt === (context.attempts[event.step] ?? 0) + 1;
  return all(
    unless(event.asked_by !== context.seats['lead']?.person, fail('XCK_LEAD', { act: 'arm a step' })),
    calm(context),
    unless(context.arming !== null, later(`step ${context.arming?.step} is armed`)),
    unless(!fits, later('the attempt is not the next one')),
    unless(
      Object.values(event.probes).some((probe) => probe.ok === false),
      fail('XCK_PROBE', { probe: 'one of them', why: 'its expectation does not hold' }),
    ),
  );
}

/** The entry names the arming that is open, byte for byte; an answer for another step, attempt, run or arming is none. */
function isArming(context: RunContext, event: { step: string; attempt: number; armed: string }): Check {
  const open = context.arming;
  const is = open && open.step === event.step && open.attempt === event.attempt && open.ref === event.armed;
  return is ? yes : fail('XCK_OTHER_ARMING', { step: event.step });
}

function mayAnswer(context: RunContext, event: EventOf<'step.confirmed' | 'step.refused' | 'check.differed'>): Check {
  const step = stepOf(context.runbook, event.step);
  const seated = context.seats[event.seat];
  const arming = context.arming;
  if (!step || !arming) return isArming(context, event);
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
      ? all(calm(context), unless(arming.keyed !== null, later('the key is turned')), fresh(arming, event))
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

function mayWithdraw(context: RunContext, event: EventOf<'step.withdrawn'>): Check {
  const arming = context.arming;
  const lead = context.seats['lead']?.person === event.actor;
  const confirmed = arming?.confirmations.some((one) => one.person === event.actor) ?? false;
  return all(
    isArming(context, event),
    unless(!lead && !confirmed, later('you have nothing to withdraw')),
    unless(arming?.stopped === true, later('the arming is void')),
    unless(arming !== null && arming.started !== null, later('the command has started; abort stops it')),
  );
}

/** No hold is open and nobody who is needed has gone. */
function calm(context: RunContext): Check {
  const absent = context.away.filter((seat) => context.runbook.presence.required.includes(seat));
  return all(
    unless(context.holds.length > 0, fail('XCK_HELD', {})),
    unless(absent.length > 0, fail('XCK_ABSENT', { seats: absent.join(', ') })),
  );
}

/** Checks that an open arming has all that a start needs but the key: quorum, people still seated and present, no hold. */
export function ready(context: RunContext): Check {
  const arming = context.arming;
  const step = arming && stepOf(context.runbook, arming.step);
  if (!arming || !step) return later('nothing is armed');
  const gone = arming.confirmations.filter(
    (one) => context.seats[one.seat]?.person !== one.person || context.away.includes(one.seat),
  );
  return all(
    calm(context),
    unless(arming.stopped, later('the arming is void')),
    unless(gone.length > 0, fail('XCK_ABSENT', { seats: gone.map((one) => one.seat).join(', ') })),
    enough(demandOf(step), context, arming.confirmations),
  );
}

/** Whatever stops is easy: the server voids by the rules, the agent by what it measured; but never what has started. */
function mayVoid(context: RunContext, event: EventOf<'step.voided'>): Check {
  const arming = context.arming;
  return all(
    isArming(context, event),
    unless(event.actor !== 'server' && event.actor !== arming?.agent, fail('XCK_AGENT', {})),
    unless(arming?.started != null, later('the command has started')),
  );
}

function mayKey(context: RunContext, event: EventOf<'step.keyed'>): Check {
  const arming = context.arming;
  return all(
    isArming(context, event),
    unless(context.seats['lead']?.person !== event.actor, fail('XCK_LEAD', { act: 'turn the key' })),
    unless(arming?.keyed != null, later('the key is turned')),
    ready(context),
    unless(
      !arming ||
        !same(
          event.confirmations,
          arming.confirmations.map((one) => one.ref),
        ),
      later('the key lists other confirmations'),
    ),
  );
}

function mayStart(context: RunContext, event: EventOf<'step.started'>): Check {
  const arming = context.arming;
  const step = stepOf(context.runbook, event.step);
  return all(
    isArming(context, event),
    unless(event.actor !== arming?.agent, fail('XCK_AGENT', {})),
    unless(arming?.started != null, later('it has started already')),
    unless(event.item !== undefined, later('items of a wave are not part of this version')),
    unless(step?.eyes !== 2 && arming?.keyed == null, later('the key is not turned')),
    ready(context),
  );
}

function mayEnd(context: RunContext, event: EventOf<'step.finished' | 'step.failed' | 'step.unknown'>): Check {
  const arming = context.arming;
  const own =
    arming && arming.step === event.step && arming.attempt === event.attempt && arming.started === event.started;
  return all(
    unless(!own, fail('XCK_OTHER_ARMING', { step: event.step })),
    unless(event.actor !== arming?.agent, fail('XCK_AGENT', {})),
    unless(event.item !== undefined, later('items of a wave are not part of this version')),
    unless(event.type === 'step.finished' && Object.values(event.checks).includes(false), later('a check failed')),
  );
}

function mayAbort(context: RunContext, event: EventOf<'step.aborted'>): Check {
  const arming = context.arming;
  const running = arming?.started != null && arming.step === event.step && arming.attempt === event.attempt;
  return all(
    unless(!seatOf(context, event.actor), fail('XCK_NOT_SEATED', {})),
    unless(!running, later('that command is not running')),
  );
}

function maySign(context: RunContext, event: EventOf<'act.signed'>): Check {
  const seated = context.seats[event.seat];
  const before = context.collection;
  const again =
    before !== null &&
    before.act === event.act &&
    before.about === event.about &&
    before.result === (event.result ?? null) &&
    before.signers.some((one) => one.person === event.actor);
  const about =
    event.act === 'lift' ? context.holds.some((hold) => hold.ref === event.about) : context.last === event.about;
  return all(
    unless(seated?.person !== event.actor || seated.role !== event.role, fail('XCK_NOT_SEATED', {})),
    unless(!about, fail('XCK_STALE', { act: event.act })),
    unless(again, fail('XCK_TWICE', {})),
    unless((event.act === 'close') !== (event.result !== undefined), later('only a close has a result')),
    event.act === 'close' ? unless(context.arming !== null, later('a step is armed or running')) : yes,
  );
}

/** Checks that the signatures collected lift this hold: the lead, and the quorum of its step or of the run. */
function mayLift(context: RunContext, event: EventOf<'hold.lifted'>): Check {
  const hold = context.holds.find((one) => one.ref === event.hold);
  const signers = collected(context, 'lift', event.hold, event);
  if (!hold || !signers) return fail('XCK_STALE', { act: 'lift' });
  const step = hold.step === null ? undefined : stepOf(context.runbook, hold.step);
  const demand = step && step.eyes > 2 ? demandOf(step) : runDemand(context.runbook);
  return all(
    unless(!signers.some((one) => one.seat === 'lead'), fail('XCK_LEAD', { act: 'sign the lift' })),
    enough(demand, context, signers),
  );
}

/** Checks a close: the lead and one seat that stands in some step's `by`; `done` only when every step is done. */
function mayClose(context: RunContext, event: EventOf<'run.closed'>): Check {
  const signers = collected(context, 'close', context.last, event);
  if (!signers || context.collection?.result !== event.result) return fail('XCK_STALE', { act: 'close' });
  const by = new Set(context.runbook.steps.flatMap((step) => step.by));
  const undone = context.runbook.steps.filter((step) => context.outcomes[step.id] !== 'finished');
  const second = signers.some((one) => one.seat !== 'lead' && (by.size === 0 || by.has(one.seat)));
  return all(
    unless(!signers.some((one) => one.seat === 'lead'), fail('XCK_LEAD', { act: 'sign the close' })),
    unless(!second, fail('XCK_QUORUM', { missing: 1, seats: [...by].join(' or ') })),
    unless(context.arming !== null, later('a step is armed or running')),
    unless(event.result === 'done' && context.holds.length > 0, fail('XCK_HELD', {})),
    unless(event.result === 'done' && undone.length > 0, later(`step ${undone[0]?.id} is not done`)),
  );
}

/** The signers of an act, when the entry with the effect lists exactly them and its actor is the last. */
function collected(
  context: RunContext,
  act: 'lift' | 'close',
  about: string,
  event: EventOf<'hold.lifted' | 'run.closed'>,
) {
  const found = context.collection;
  if (found?.act !== act || found.about !== about) return undefined;
  const listed = same(
    event.signed,
    found.signers.map((one) => one.ref),
  );
  return listed && found.signers.at(-1)?.person === event.actor ? found.signers : undefined;
}
