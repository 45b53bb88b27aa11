/** How an allowed entry changes what the machine remembers; it decides nothing and refuses nothing. */
import {
  type Arming,
  type Collection,
  type EventOf,
  type Hold,
  itemOf,
  OPENING_GATE,
  type RunContext,
  type RunEvent,
  type RunInput,
  seatOf,
} from './context.ts';
import { ended, resolved, settled, stopAll, withArming } from './outcomes.ts';

/** Returns the context of a run that has just been opened: its opener sits in the lead seat. */
export function opened(input: RunInput): RunContext {
  const roles = input.runbook.crew['lead']?.roles ?? [];
  const role = roles.find((one) => input.roles[input.lead]?.includes(one)) ?? '';
  return {
    ...input,
    seats: { lead: { person: input.lead, role } },
    away: [],
    never: [input.lead],
    confirmed: [],
    attempts: {},
    differed: {},
    outcomes: {},
    items: {},
    sizes: {},
    armings: {},
    answers: {},
    waived: [],
    votes: {},
    aborted: [],
    holds: [],
    unheld: [],
    ran: [],
    collection: null,
    clocks: {},
    changed: {},
    inserted: [],
    way: 'forward',
    last: input.opened,
    closed: null,
  };
}

/** Returns the context after `event`. Anything but presence and signatures voids a collection of signatures. */
export function reduce(context: RunContext, event: RunEvent): RunContext {
  if (event.type === 'presence.lost') return gone(context, event.seat);
  if (event.type === 'presence.back') return { ...context, away: context.away.filter((seat) => seat !== event.seat) };
  if (event.type === 'act.signed') return { ...context, collection: collect(context, event) };
  return { ...change(context, event), collection: null, last: event.ref };
}

function change(context: RunContext, event: RunEvent): RunContext {
  switch (event.type) {
    case 'seat.taken':
      return stopAll({
        ...context,
        seats: { ...context.seats, [event.seat]: { person: event.actor, role: event.role } },
      });
    case 'seat.left':
      return stopAll(without(context, event.seat));
    case 'lead.taken':
      return stopAll(lead(context, event));
    case 'roster.followed':
      return followed(context, event);
    case 'briefing.answered':
      return { ...context, answers: put(context.answers, event.question, event.seat, event.result) };
    case 'briefing.waived':
      return { ...context, waived: add(context.waived, event.question) };
    case 'gate.polled':
      return { ...context, votes: put(context.votes, event.gate, event.seat, event.vote) };
    case 'clock.passed':
      return withClock(context, event.clock);
    case 'hold.raised':
      return stopAll({ ...context, holds: [...context.holds, hold(context, event)], unheld: answered(context, event) });
    case 'hold.updated':
      return { ...context, holds: context.holds.map((one) => (one.ref === event.hold ? updated(one, event) : one)) };
    case 'hold.lifted':
      return lifted(context, event.hold);
    case 'run.decided':
      return decided(context, event);
    case 'run.closed':
      return { ...context, closed: event.result };
    default:
      return stepChange(context, event);
  }
}

function stepChange(context: RunContext, event: RunEvent): RunContext {
  switch (event.type) {
    case 'step.skipped':
      return { ...context, outcomes: { ...context.outcomes, [event.step]: 'skipped' } };
    case 'step.armed':
      return armed(context, event);
    case 'step.confirmed':
      return {
        ...withArming(context, event.step, ({ confirmations }) => ({
          confirmations: [...confirmations, confirmation(event)],
        })),
        confirmed: add(context.confirmed, event.actor),
      };
    case 'step.refused':
    case 'step.withdrawn':
      return withArming(context, event.step, () => ({ stopped: true }));
    case 'step.aborted':
      return aborted(context, event.step);
    case 'check.differed':
      return differed(context, event.step);
    case 'step.keyed':
      return {
        ...withArming(context, event.step, () => ({ keyed: event.bodies?.['statement'] ?? null })),
        never: add(context.never, event.actor),
      };
    case 'step.started':
      return started(context, event);
    case 'step.attested':
      return withArming(context, event.step, () => ({ attested: event.result }));
    case 'step.voided':
      return settled(
        withArming(context, event.step, () => ({ stopped: true })),
        event.step,
      );
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return settled(due(ended(context, event.step, itemOf(event), event.result, event.ref), event), event.step);
    case 'step.resolved':
      return settled(resolved(context, event), event.step);
    default:
      return context;
  }
}

const add = (list: readonly string[], item: string): readonly string[] =>
  list.includes(item) ? list : [...list, item];

const put = <V>(
  table: Readonly<Record<string, Readonly<Record<string, V>>>>,
  row: string,
  column: string,
  value: V,
): Record<string, Readonly<Record<string, V>>> => ({ ...table, [row]: { ...table[row], [column]: value } });

/** Whoever has confirmed, or must be there, and goes takes the arming with them, even if they come back. */
function gone(context: RunContext, seat: string): RunContext {
  const away = { ...context, away: [...context.away, seat] };
  const required = context.runbook.presence.required.includes(seat);
  return stopAll(away, ({ confirmations }) => required || confirmations.some((one) => one.seat === seat));
}

function without(context: RunContext, seat: string): RunContext {
  const { [seat]: _, ...seats } = context.seats;
  return { ...context, seats, away: context.away.filter((other) => other !== seat) };
}

/** The taker leaves the seat that they had; whoever ever led never counts. */
function lead(context: RunContext, { person, role }: EventOf<'lead.taken'>): RunContext {
  const before = seatOf(context, person);
  const { seats, away } = before === undefined ? context : without(context, before);
  return {
    ...context,
    lead: person,
    seats: { ...seats, lead: { person, role } },
    away: away.filter((seat) => seat !== 'lead'),
    never: add(context.never, person),
  };
}

function withClock(context: RunContext, id: string): RunContext {
  const clock = context.clocks[id];
  return clock ? { ...context, clocks: { ...context.clocks, [id]: { ...clock, passed: true } } } : context;
}

function hold(context: RunContext, event: EventOf<'hold.raised'>): Hold {
  const seat = seatOf(context, event.actor);
  const vote = event.cause === 'objection' && seat !== undefined ? { gate: event.step ?? OPENING_GATE, seat } : null;
  return {
    ref: event.ref,
    cause: event.cause,
    by: event.actor,
    step: event.step ?? null,
    vote,
    nextUpdate: null,
    conditions: {},
    met: [],
    stance: null,
  };
}

/** An outcome that is not the one that was wanted calls for a hold, unless one of that step is open. */
function due(context: RunContext, event: EventOf<'step.finished' | 'step.failed' | 'step.unknown'>): RunContext {
  if (event.type === 'step.finished') return context;
  const cause = event.type === 'step.unknown' ? 'unknown' : 'failed';
  const held = context.holds.some((one) => one.step === event.step && one.cause === cause);
  return held ? context : { ...context, unheld: [...context.unheld, { step: event.step, cause }] };
}

const answered = ({ unheld }: RunContext, event: EventOf<'hold.raised'>) =>
  unheld.filter(({ step, cause }) => step !== event.step || cause !== event.cause);

/** New conditions begin unmet, but for those that were met under the same owner. */
function updated(one: Hold, event: EventOf<'hold.updated'>): Hold {
  const conditions = event.conditions ?? one.conditions;
  const kept = one.met.filter((id) => conditions[id] !== undefined && conditions[id] === one.conditions[id]);
  return {
    ...one,
    conditions,
    met: [...new Set([...kept, ...(event.met ?? [])])],
    nextUpdate: event.next_update ?? one.nextUpdate,
    stance: event.stance ?? one.stance,
  };
}

/** Lifting the hold that an objection raised overrides it; the vote stays on record as a no-go. */
function lifted(context: RunContext, ref: string): RunContext {
  const vote = context.holds.find((one) => one.ref === ref)?.vote;
  const over = vote && context.votes[vote.gate]?.[vote.seat] === 'no-go';
  return {
    ...context,
    holds: context.holds.filter((one) => one.ref !== ref),
    votes: over ? put(context.votes, vote.gate, vote.seat, 'overridden') : context.votes,
  };
}

/** The decision lifts the hold that it is about; forward counts its failed step as passed. */
function decided(context: RunContext, event: EventOf<'run.decided'>): RunContext {
  const calm = lifted(context, event.hold);
  const passed = event.way === 'forward' && event.step !== undefined ? { [event.step]: 'passed' as const } : {};
  return { ...calm, way: event.way, outcomes: { ...calm.outcomes, ...passed } };
}

function armed(context: RunContext, event: EventOf<'step.armed'>): RunContext {
  const items = event.wave?.items ?? [''];
  const arming: Arming = {
    step: event.step,
    attempt: event.attempt,
    ref: event.ref,
    agent: event.actor,
    nonce: event.nonce,
    notAfter: event.not_after,
    confirmations: [],
    stopped: false,
    keyed: null,
    started: null,
    items,
    of: event.wave?.of ?? 1,
    starts: {},
    attested: null,
  };
  return {
    ...context,
    attempts: { ...context.attempts, [event.step]: event.attempt },
    sizes: { ...context.sizes, [event.step]: arming.of },
    never: add(context.never, event.asked_by),
    armings: { ...context.armings, [event.step]: arming },
  };
}

const confirmation = (event: EventOf<'step.confirmed'>) => ({
  person: event.actor,
  role: event.role,
  seat: event.seat,
  kind: event.kind,
  ref: event.ref,
  statement: event.bodies?.['statement'] ?? '',
});

/** A start also starts the undo windows that hang on its step. */
function started(context: RunContext, event: EventOf<'step.started'>): RunContext {
  const fresh = Object.entries(context.runbook.clocks)
    .filter(([id, clock]) => clock.starts === event.step && context.clocks[id] === undefined)
    .map(([id, { lasts_ms }]) => [id, { since: event.ts, ends: event.ts + lasts_ms, passed: false }] as const);
  const running = withArming(context, event.step, (arming) => ({
    started: arming.started ?? event.ref,
    starts: { ...arming.starts, [itemOf(event)]: { ref: event.ref, outcome: null } },
  }));
  return { ...running, clocks: { ...context.clocks, ...Object.fromEntries(fresh) } };
}

/** After an abort nothing more of the wave starts. */
function aborted(context: RunContext, step: string): RunContext {
  const ref = context.armings[step]?.ref ?? '';
  return {
    ...withArming(context, step, () => ({ stopped: true })),
    aborted: add(context.aborted, ref),
  };
}

/** The second wrong answer of a step, over all its armings, and every later one ends the arming; the hold follows. */
/** Whoever lost a key or a role rises from their seat, and what was armed is looked at anew. */
function followed(context: RunContext, { roster, struck }: EventOf<'roster.followed'>): RunContext {
  const people = Object.keys(struck);
  const seats = people.flatMap((person) => seatOf(context, person) ?? []);
  const after = seats.reduce((now, seat) => without(now, seat), {
    ...context,
    roster,
    roles: { ...context.roles, ...struck },
  });
  return people.length > 0 ? stopAll(after) : after;
}

function differed(context: RunContext, step: string): RunContext {
  const times = (context.differed[step] ?? 0) + 1;
  const counted = { ...context, differed: { ...context.differed, [step]: times } };
  return times > 1 ? withArming(counted, step, () => ({ stopped: true })) : counted;
}

function collect(context: RunContext, event: EventOf<'act.signed'>): Collection {
  const before = context.collection;
  const content = event.bodies?.['content'] ?? '';
  const continues =
    before !== null && before.act === event.act && before.about === event.about && before.content === content;
  const signer = { person: event.actor, role: event.role, seat: event.seat, ref: event.ref };
  return {
    act: event.act,
    about: event.about,
    content,
    signers: continues ? [...before.signers, signer] : [signer],
  };
}
