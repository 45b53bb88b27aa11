/** Claims about holds: who raises, updates and lifts them, and that they are about what was under way. */

import { broken, type Claim } from './claim.ts';
import { conditionsOf, liftable } from './holds.ts';

/** Checks that a person raises what a person may, and the server what its rules do. */
export const raisedByWhomItMay: Claim = function* ({ holds }) {
  for (const { entry } of holds.list) {
    const byPerson = entry.cause === 'person' || entry.cause === 'objection';
    if (byPerson !== entry.actor.startsWith('p-'))
      yield broken('I9', { entry }, 'its cause is not its actor’s to name');
  }
};

/** Checks that a hold names the step that it is about, for that step's quorum lifts it: what failed, what was armed, whose turn it was. */
export const holdsNameTheirStep: Claim = function* ({ armings, holds, steps }) {
  for (const { at, entry } of holds.list) {
    const { cause, step } = entry;
    const results = [...armings.results(step ?? '', at).values()];
    const known = step === undefined ? undefined : steps.get(step, at);
    const under =
      (known && steps.isTurn(known, at)) ||
      armings.open(at).some((one) => one.entry.step === step) ||
      results.some((result) => result !== 'finished');
    const right =
      (cause === 'failed' && (results.includes('failed') || results.includes('not-started'))) ||
      (cause === 'unknown' && results.includes('unknown')) ||
      (cause === 'differed' && under) ||
      (!['failed', 'unknown', 'differed'].includes(cause) && (step === undefined || under));
    if (!right) yield broken('I9', { entry }, 'it does not name the step that it is about');
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
    const owned = conditionsOf(
      { ...hold, updates: [...hold.updates.filter((one) => one.at < line.at), line] },
      line.at + 1,
    );
    const seat = crew.of(actor, line.at)?.seat ?? 'none';
    if (met?.some((id) => owned.get(id)?.seat !== seat))
      yield broken('I9', line, 'the condition is not the person’s to meet');
  }
};

/** Checks that a hold is lifted once, with its conditions met, and not where it has to be decided or resolved. */
export const liftedOnce: Claim = function* (history) {
  for (const line of history.timeline.of('hold.lifted'))
    if (!liftable(history, line.entry.hold, line.at)) yield broken('I9', line, 'the hold cannot be lifted');
};
