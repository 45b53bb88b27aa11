/** Claims about holds: who raises, updates and lifts them, and that they are about what was under way. */

import { resultOf } from './armings.ts';
import { broken, type Claim } from './claim.ts';
import { liftable, unmet } from './holds.ts';

/** Checks that a person raises what a person may, and the server what its rules do. */
export const raisedByWhomItMay: Claim = function* ({ holds }) {
  for (const { entry } of holds.list) {
    const byPerson = entry.cause === 'person' || entry.cause === 'objection';
    if (byPerson !== entry.actor.startsWith('p-'))
      yield broken('I9', { entry }, 'its cause is not its actor’s to name');
  }
};

/** Checks that a hold that names a step names one that was armed, running or failed, for that step's quorum lifts it. */
export const holdsNameTheirStep: Claim = function* ({ armings, holds }) {
  for (const { at, entry, vote } of holds.list) {
    if (vote?.entry.gate === entry.step) continue;
    if (entry.step === undefined) {
      if (/^(failed|unknown|differed)$/.test(entry.cause))
        yield broken('I9', { entry }, 'it does not name the step that went wrong');
      continue;
    }
    const last = armings.ofStep(entry.step).findLast((one) => one.at < at);
    const failed = last?.starts.some((start) => !['finished', undefined].includes(resultOf(start, at)));
    if (!last || (last.ended < at && !failed))
      yield broken('I9', { entry }, 'it does not name a step that was under way');
  }
};

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
