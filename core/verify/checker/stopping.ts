/** Claims about holds: who raises, updates and lifts them, and that they are about what was under way. */
import { broken, type Claim, type History } from './claim.ts';
import type { Hold } from './holds.ts';
import { liftable, unmet } from './holds.ts';

/** Checks that a person raises what a person may, and the server what its rules do. */
export const raisedByWhomItMay: Claim = function* ({ holds }) {
  for (const { entry, vote } of holds.list) {
    const byPerson = entry.cause === 'person' || entry.cause === 'objection';
    if (byPerson !== entry.actor.startsWith('p-'))
      yield broken('I9', { entry }, 'its cause is not its actor’s to name');
    if (entry.cause === 'objection' && vote?.entry.actor !== entry.actor)
      yield broken('I9', { entry }, 'the person has not objected');
  }
};

/** Checks that a hold names the step that was armed, running or failed, for that step's quorum lifts it. */
export const holdsNameTheirStep: Claim = function* (history) {
  const { armings, steps } = history;
  for (const hold of history.holds.list) {
    const { step } = hold.entry;
    const open = armings.open(hold.at).map(({ entry }) => entry.step);
    const critical = open.some((id) => steps.get(id, hold.at)?.step.critical);
    const known =
      step === undefined
        ? !critical
        : open.includes(step) || lastArmed(history, hold) === step || hold.vote?.entry.gate === step;
    if (!known) yield broken('I9', hold, 'it does not name the step that was under way');
  }
};

const lastArmed = ({ armings }: History, { at }: Hold): string | undefined => armings.lastBefore(at)?.entry.step;

/** Checks that an open hold is updated: conditions by its raiser or the lead, met by the seat that owns them, the stance by its raiser. */
export const updatedByWhomItMay: Claim = function* ({ input, timeline, crew, holds }) {
  for (const line of timeline.of('hold.updated')) {
    const { actor, hold: ref, conditions, met, stance } = line.entry;
    const hold = holds.open(ref, line.at);
    if (!hold) {
      yield broken('I9', line, 'the hold is not open');
      continue;
    }
    const raiser = hold.entry.actor === actor;
    if (stance && !raiser) yield broken('I9', line, 'the person did not raise it');
    if (conditions && !raiser && !crew.leads(actor, line.at))
      yield broken('I9', line, 'the person neither raised it nor leads');
    if (Object.values(conditions ?? {}).some((seat) => !Object.hasOwn(input.runbook.crew, seat)))
      yield broken('I9', line, 'a condition belongs to no seat');
    const owned = new Map([...unmet(hold, line.at), ...Object.entries(conditions ?? {})]);
    const seat = crew.of(actor, line.at)?.seat;
    if (met?.some((id) => owned.get(id) !== seat || seat === undefined))
      yield broken('I9', line, 'the condition is not the person’s to meet');
  }
};

/** Checks that a hold is lifted once, with its conditions met, and not where it has to be decided or resolved. */
export const liftedOnce: Claim = function* (history) {
  for (const line of history.timeline.of('hold.lifted'))
    if (!liftable(history, line.entry.hold, line.at)) yield broken('I9', line, 'the hold cannot be lifted');
};
