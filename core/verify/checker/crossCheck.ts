/** Claims about the four eyes: who armed, confirmed, refused and keyed, in which order, and that it was enough before anything started. */
import type { Arming } from './armings.ts';
import { broken, type Claim, type History } from './claim.ts';
import { type At, isA, NEVER } from './history.ts';
import { hasKeys, isEnough } from './quorum.ts';

const stepOf = ({ steps }: History, { entry, at }: Arming) => steps.get(entry.step, at)?.step;

/** Checks that whatever is said of an arming names one that was there, of that step and attempt. */
export const nothingIsAstray: Claim = function* ({ armings }) {
  for (const line of armings.astray)
    yield broken(
      'armed' in line.entry ? 'I4' : 'I11',
      line,
      'it is about nothing that was armed, was running or waited there',
    );
};

/** Checks that the lead arms and turns the key. */
export const armedAndKeyedByLead: Claim = function* ({ armings, crew }) {
  for (const arming of armings.list) {
    if (!crew.leads(arming.entry.asked_by, arming.at)) yield broken('I3', arming, 'who asked for it does not lead');
    for (const key of arming.keyed)
      if (!crew.leads(key.entry.actor, key.at)) yield broken('I3', key, 'who turned the key does not lead');
  }
};

/** Checks that only those answer who sit in a seat of `by`, and that a withdrawal is of somebody who confirmed, or the lead's. */
export const answeredFromTheirSeats: Claim = function* (history) {
  for (const arming of history.armings.list) {
    const by = stepOf(history, arming)?.by ?? [];
    for (const line of arming.said) {
      const sitting = history.crew.of(line.entry.actor, line.at);
      const asked = sitting !== undefined && by.includes(sitting.seat);
      const own =
        isA(line, 'step.voided') ||
        (isA(line, 'step.withdrawn') && (sitting?.seat === 'lead' || confirmedBy(arming, line.entry.actor, line.at))) ||
        (isA(line, 'check.differed') && asked && sitting.seat === line.entry.seat) ||
        (isA(line, 'step.confirmed', 'step.refused') &&
          asked &&
          sitting.seat === line.entry.seat &&
          sitting.role === line.entry.role);
      if (!own) yield broken('I3', line, 'the person does not sit in a seat that is asked');
    }
  }
};

const confirmedBy = ({ confirmed }: Arming, person: string, at: number): boolean =>
  confirmed.some((one) => one.at < at && one.entry.actor === person);

/** Checks that answers are by people who count, and confirmations once per person and seat. */
export const confirmedOnceEach: Claim = function* ({ armings, crew }) {
  for (const { confirmed, said } of armings.list) {
    for (const line of said)
      if (isA(line, 'step.confirmed', 'step.refused', 'check.differed') && !crew.mayCount(line.entry.actor, line.at))
        yield broken('I3', line, 'the person never counts in this run');
    const seen = new Set<string>();
    for (const { entry } of confirmed) {
      if (seen.has(entry.actor) || seen.has(entry.seat))
        yield broken('I3', { entry }, 'the person or the seat has confirmed this arming');
      seen.add(entry.actor).add(entry.seat);
    }
  }
};

/** Checks that what cannot be undone is confirmed by no key that a page alone could have made, where something is at stake. */
export const confirmedByRealKeys: Claim = function* (history) {
  const { input, armings } = history;
  if (input.solo || input.mode === 'rehearsal') return;
  for (const arming of armings.list)
    for (const line of arming.confirmed)
      if (line.entry.kind === 'browser' && stepOf(history, arming)?.irreversible === true)
        yield broken('I3', line, 'a key of a page confirms nothing that cannot be undone');
};

/** Checks that only the server and the agent that armed it call an arming void. */
export const voidedByServerOrAgent: Claim = function* ({ armings }) {
  for (const arming of armings.list)
    for (const line of arming.said) {
      if (!isA(line, 'step.voided') || line.entry.actor === 'server') continue;
      if (line.entry.actor !== arming.entry.actor) yield broken('I9', line, 'it is not its actor’s to call void');
    }
};

/** Checks that answers come before the key, the key before the start, and nothing after the arming was stopped. */
export const inThisOrder: Claim = function* ({ armings }) {
  for (const arming of armings.list) {
    const keyed = arming.keyed[0]?.at ?? NEVER;
    const started = arming.starts[0]?.at ?? NEVER;
    for (const { at, entry } of arming.said) {
      const late =
        entry.type === 'step.voided'
          ? arming.ended < at || startedAll(arming, at)
          : arming.stopped < at || at > started;
      if (late) yield broken('I9', { entry }, 'it comes too late for this arming');
      if (at > keyed && entry.type === 'step.confirmed') yield broken('I6', { entry }, 'the key is turned already');
    }
    for (const key of arming.keyed) {
      if (arming.stopped < key.at || key.at > started)
        yield broken('I9', key, 'the arming was stopped or started before');
      if (key.at > keyed) yield broken('I5', key, 'the key is turned already');
    }
  }
};

const startedAll = ({ items, starts }: Arming, at: number): boolean =>
  items.every((item) => starts.some((one) => one.at < at && (one.entry.item ?? '') === item));

/** Checks that a key lists every confirmation of its arming, in order, each once, and that they were enough, of people who were there. */
export const keyedOnEnough: Claim = function* (history) {
  for (const arming of history.armings.list)
    for (const key of arming.keyed) {
      const before = arming.confirmed.filter(({ at }) => at < key.at).map(({ ref }) => ref);
      if (before.join() !== key.entry.confirmations.join())
        yield broken('I5', key, 'it does not rely on the confirmations of this arming, each once');
      yield* lacking(history, arming, key);
    }
};

/** Checks that nothing starts without its key and its quorum, all of whom still sat where they had confirmed from. */
export const noStartWithoutQuorum: Claim = function* (history) {
  for (const arming of history.armings.list)
    for (const start of arming.starts) {
      const critical = stepOf(history, arming)?.critical !== false;
      if (critical && !(arming.keyed[0] && arming.keyed[0].at < start.at))
        yield broken('I6', start, 'no key was turned');
      if (!history.crew.leads(arming.entry.asked_by, start.at))
        yield broken('I9', start, 'who armed it does not lead any more');
      if (arming.stopped < start.at)
        yield broken('I9', start, 'a hold, refusal, withdrawal, void or change came before it');
      yield* lacking(history, arming, start);
    }
};

function* lacking(history: History, arming: Arming, line: At<'step.keyed' | 'step.started'>) {
  const { crew, holds } = history;
  const step = stepOf(history, arming);
  const { eyes, by } = step ?? { eyes: 6, by: [] };
  const before = arming.confirmed.filter(({ at }) => at < line.at);
  const there = before.filter(({ at, entry }) => {
    const sitting = crew.of(entry.actor, line.at);
    return sitting?.seat === entry.seat && sitting.at < at;
  });
  const voices = there.map(({ entry }) => ({ person: entry.actor, seat: entry.seat }));
  const seats = before.map(({ entry }) => entry.seat);
  if (!isEnough(history, { seats: by, need: eyes / 2 - 1 }, voices, line.at))
    yield broken('I3', line, 'not enough people confirmed');
  if (step && !hasKeys(history, step, before))
    yield broken('I3', line, 'the confirmations are not by the keys that the step asks for');
  if (line.entry.type === 'step.keyed' && step?.critical !== true) yield broken('I6', line, 'the step takes no key');
  if (holds.anyOpen(line.at)) yield broken('I9', line, 'a hold is open');
  if (crew.absent(seats, line.at).length > 0) yield broken('I9', line, 'somebody who is needed was not there');
}
