/** How an allowed entry changes what the machine remembers; it decides nothing and refuses nothing. */
import { type Arming, type EventOf, type RunContext, type RunEvent, type RunInput, seatOf } from './context.ts';

/** Returns the context of a run that has just been opened: its opener sits in the lead seat. */
export function opened(input: RunInput): RunContext {
  const roles = input.runbook.crew['lead']?.roles ?? [];
  const role = roles.find((one) => input.roles[input.lead]?.includes(one)) ?? '';
  return {
    ...input,
    seats: { lead: { person: input.lead, role } },
    away: [],
    never: [input.lead],
    attempts: {},
    differed: {},
    outcomes: {},
    arming: null,
    holds: [],
    collection: null,
    last: input.opened,
    closed: null,
  };
}

/** Returns the context after `event`. Anything but presence and signatures voids a collection of signatures. */
export function reduce(context: RunContext, event: RunEvent): RunContext {
  if (event.type === 'presence.lost') return { ...context, away: [...context.away, event.seat] };
  if (event.type === 'presence.back') return { ...context, away: context.away.filter((seat) => seat !== event.seat) };
  if (event.type === 'act.signed') return { ...context, collection: collect(context, event) };
  return { ...change(context, event), collection: null, last: event.ref };
}

function change(context: RunContext, event: RunEvent): RunContext {
  switch (event.type) {
    case 'seat.taken':
      return { ...context, seats: { ...context.seats, [event.seat]: { person: event.actor, role: event.role } } };
    case 'seat.left':
      return without(context, event.seat);
    case 'step.armed':
      return armed(context, event);
    case 'step.confirmed':
      return withArming(context, (arming) => ({ confirmations: [...arming.confirmations, confirmation(event)] }));
    case 'step.refused':
    case 'step.withdrawn':
      return withArming(context, () => ({ stopped: true }));
    case 'check.differed':
      return { ...context, differed: { ...context.differed, [event.step]: (context.differed[event.step] ?? 0) + 1 } };
    case 'step.keyed':
      return {
        ...withArming(context, () => ({ keyed: event.bodies?.['statement'] ?? null })),
        never: add(context.never, event.actor),
      };
    case 'step.started':
      return withArming(context, () => ({ started: event.ref }));
    case 'step.voided':
      return { ...context, arming: null };
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return { ...context, arming: null, outcomes: { ...context.outcomes, [event.step]: event.result } };
    case 'hold.raised':
      return {
        ...context,
        holds: [...context.holds, { ref: event.ref, cause: event.cause, step: event.step ?? null }],
      };
    case 'hold.lifted':
      return { ...context, holds: context.holds.filter((hold) => hold.ref !== event.hold) };
    case 'run.closed':
      return { ...context, closed: event.result };
    default:
      return context;
  }
}

const add = (list: readonly string[], item: string): readonly string[] =>
  list.includes(item) ? list : [...list, item];

const withArming = (context: RunContext, patch: (arming: Arming) => Partial<Arming>): RunContext =>
  context.arming ? { ...context, arming: { ...context.arming, ...patch(context.arming) } } : context;

function without(context: RunContext, seat: string): RunContext {
  const { [seat]: _, ...seats } = context.seats;
  return { ...context, seats, away: context.away.filter((other) => other !== seat) };
}

function armed(context: RunContext, event: EventOf<'step.armed'>): RunContext {
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
  };
  return {
    ...context,
    attempts: { ...context.attempts, [event.step]: event.attempt },
    never: add(context.never, event.asked_by),
    arming,
  };
}

const confirmation = (event: EventOf<'step.confirmed'>) => ({
  person: event.actor,
  role: event.role,
  seat: event.seat,
  ref: event.ref,
  statement: event.bodies?.['statement'] ?? '',
});

function collect(context: RunContext, event: EventOf<'act.signed'>) {
  const [before, result] = [context.collection, event.result ?? null];
  const continues =
    before !== null && before.act === event.act && before.about === event.about && before.result === result;
  const signer = {
    person: event.actor,
    role: event.role,
    seat: seatOf(context, event.actor) ?? event.seat,
    ref: event.ref,
  };
  return { act: event.act, about: event.about, result, signers: continues ? [...before.signers, signer] : [signer] };
}
