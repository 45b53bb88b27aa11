/** Claims about what may be armed, started and skipped when: the order of the steps, their attempts, waves and clocks. */
import type { Arming } from './armings.ts';
import { itemOf } from './armings.ts';
import { broken, type Claim, type History } from './claim.ts';
import { passed } from './clocks.ts';
import { type At, NEVER, nextAfter } from './history.ts';

/** Checks that only the step whose turn it is gets armed: known, with all before it done, after the briefing, while nothing is held. */
export const armedInTurn: Claim = function* ({ armings, steps, holds, gates, crew }) {
  for (const arming of armings.list) {
    const known = steps.get(arming.entry.step, arming.at);
    if (!known || known.step.kind === 'gate' || known.step.kind === 'parallel')
      yield broken('I16', arming, 'there is no such step that can be armed');
    else if (!steps.isTurn(known, arming.at)) yield broken('I16', arming, 'it is not its turn');
    if (holds.anyOpen(arming.at)) yield broken('I9', arming, 'a hold is open');
    if (crew.absent([], arming.at).length > 0) yield broken('I9', arming, 'somebody who is needed is not there');
    if (!gates.briefed(arming.at)) yield broken('I10', arming, 'the briefing is not complete');
  }
};

/** Checks that nothing else is armed or running, but for the children of one `parallel`. */
export const armedAlone: Claim = function* ({ armings, steps }) {
  for (const arming of armings.list) {
    const side = steps.get(arming.entry.step, arming.at)?.side;
    for (const other of armings.open(arming.at)) {
      const beside =
        side !== undefined &&
        other.entry.step !== arming.entry.step &&
        steps.get(other.entry.step, arming.at)?.side === side;
      if (!beside) yield broken('I16', arming, `${other.entry.step} is armed or running`);
    }
  }
};

/** Checks that attempts of a step are counted from 1, and that no nonce comes twice. */
export const attemptsAreCounted: Claim = function* ({ armings }) {
  const attempts = new Map<string, number>();
  const nonces = new Set<string>();
  for (const arming of armings.list) {
    const { step, attempt, nonce } = arming.entry;
    const next = (attempts.get(step) ?? 0) + 1;
    if (attempt !== next) yield broken('I2', arming, `it is attempt ${next} of its step`);
    if (nonces.has(nonce)) yield broken('I5', arming, 'its nonce was used before');
    attempts.set(step, next);
    nonces.add(nonce);
  }
};

/** Checks that each attempt, or each item of its wave, starts once, by the agent that armed it and as many at a time as may run. */
export const startedOnce: Claim = function* ({ armings, steps }) {
  for (const arming of armings.list) {
    const seen = new Set<string>();
    const most = steps.get(arming.entry.step, arming.at)?.step.for_each?.max_parallel ?? 1;
    for (const start of arming.starts) {
      const item = itemOf(start.entry);
      if (seen.has(item)) yield broken('I2', start, 'it has started already');
      if (!arming.items.includes(item)) yield broken('I2', start, 'the arming does not cover this item');
      if (start.entry.actor !== arming.entry.actor) yield broken('I13', start, 'another agent armed it');
      const beside = arming.starts.filter((one) => one.at < start.at && (one.outcome?.at ?? NEVER) > start.at);
      if (beside.length >= most) yield broken('I2', start, 'as many items are running as may run at once');
      seen.add(item);
    }
  }
};

/** Checks that outcomes are told by the agent that started it, and that a step done by hand finishes only once its seat said that it went well. */
export const endedByItsAgent: Claim = function* ({ armings, steps, crew }) {
  for (const arming of armings.list)
    for (const { outcome, attested, at } of arming.starts) {
      const manual = steps.get(arming.entry.step, at)?.step.manual ?? null;
      if (outcome && outcome.entry.actor !== arming.entry.actor) yield broken('I13', outcome, 'another agent armed it');
      if (manual && outcome?.entry.result === 'finished' && attested?.entry.result !== 'pass')
        yield broken('I11', outcome, 'nobody attested that it was done');
      if (!attested) continue;
      const { actor, seat, role } = attested.entry;
      if (seat !== manual?.by || !crew.sits(actor, seat, role, attested.at))
        yield broken('I11', attested, 'it is not this person’s to attest');
    }
};

/** Checks that a command is aborted by somebody with a seat. */
export const abortedFromASeat: Claim = function* ({ armings, crew }) {
  for (const { aborted } of armings.list)
    for (const line of aborted)
      if (!crew.of(line.entry.actor, line.at)) yield broken('I11', line, 'the person has no seat');
};

/** Checks that a wave is what is left of the canary, then what is left of the rest, and that a step without waves has none. */
export const wavesInOrder: Claim = function* (history) {
  for (const arming of history.armings.list) {
    const { wave, step: id } = arming.entry;
    const each = history.steps.get(id, arming.at)?.step.for_each ?? null;
    if ((each === null) !== (wave === undefined))
      yield broken('I16', arming, 'it has waves where its step has none, or none where it has');
    if (!each || !wave) continue;
    if (wave.of !== history.armings.ofStep(id)[0]?.entry.wave?.of)
      yield broken('I16', arming, 'the step has another number of items');
    else if (wave.items.join() !== dueItems(history, arming, each.canary).join())
      yield broken('I16', arming, 'those are not the items whose turn it is');
  }
};

function dueItems({ steps }: History, { entry, at }: Arming, canary: number): string[] {
  const finished = new Set(steps.finished(entry.step, at));
  const all = Array.from({ length: Math.min(entry.wave?.of ?? 0, 500) }, (_, index) => `item-${index + 1}`);
  const left = (items: string[]) => items.filter((item) => !finished.has(item));
  const first = left(all.slice(0, canary));
  return first.length > 0 ? first : left(all);
}

/** Checks that nothing is armed, keyed or started once one of its clocks has run out. */
export const whileItsClocksRun: Claim = function* (history) {
  for (const arming of history.armings.list) {
    const clocks = history.steps.get(arming.entry.step, arming.at)?.step.while ?? [];
    for (const line of [arming, ...arming.keyed, ...arming.starts])
      if (clocks.some((clock) => passed(history.timeline, clock, line.at)))
        yield broken('I16', line, 'a clock that it needs has run out');
  }
};

/** Checks that a step is skipped only where it may be, in its turn, while nothing of it is armed or has run. */
export const skippedInTurn: Claim = function* ({ timeline, steps, armings, holds, gates, crew }) {
  for (const line of timeline.of('step.skipped')) {
    const known = steps.get(line.entry.step, line.at);
    if (!known || known.step.when === null) yield broken('I16', line, 'there is no such step that can be skipped');
    else if (!steps.isTurn(known, line.at)) yield broken('I16', line, 'it is not its turn');
    const parts = [line.entry.step, ...(known?.step.children ?? []).map(({ id }) => id)];
    const begun = (one: Arming) => one.at < line.at && (one.ended >= line.at || one.starts.length > 0);
    if (parts.some((id) => armings.ofStep(id).some(begun))) yield broken('I16', line, 'it is armed, or has run');
    if (holds.anyOpen(line.at)) yield broken('I9', line, 'a hold is open');
    if (crew.absent([], line.at).length > 0) yield broken('I9', line, 'somebody who is needed is not there');
    if (!gates.briefed(line.at)) yield broken('I10', line, 'the briefing is not complete');
  }
};

/**
 * Checks that whatever did not finish was held before anything went on. A step whose end nobody saw is so never armed again: its
 * hold stays until people say how it ended, and nothing is armed while one is open.
 */
export const failuresAreHeld: Claim = function* ({ armings, holds, timeline }) {
  const moves: At[] = [...timeline.of('step.armed'), ...timeline.of('step.started'), ...timeline.of('step.skipped')];
  moves.sort((a, b) => a.at - b.at);
  for (const { outcome } of armings.list.flatMap(({ starts }) => starts)) {
    if (!outcome || outcome.entry.type === 'step.finished') continue;
    const cause = outcome.entry.type === 'step.unknown' ? 'unknown' : 'failed';
    const held = holds
      .ofStep(outcome.entry.step)
      .find(({ entry, until }) => until > outcome.at && entry.cause === cause);
    const next = timeline.all[nextAfter(moves, outcome.at)];
    if (next && (held?.at ?? NEVER) > next.at) yield broken('I9', next, 'what went wrong before was not held');
  }
};
