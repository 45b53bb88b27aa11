/** What was answered and voted, and where that was enough. It judges nothing. */
import type { Question } from '../../runbook/runbook.ts';
import { type At, lastBefore, NEVER, push, type Timeline } from './history.ts';
import type { Hold, Holds } from './holds.ts';

/** The gate before the first step. */
export const OPENING = 'go_no_go';

export class Gates {
  readonly #timeline: Timeline;
  readonly #answers = new Map<string, At<'briefing.answered'>[]>();
  readonly #waived = new Map<string, number>();
  readonly #polls = new Map<string, At<'gate.polled'>[]>();
  readonly #overridden = new Map<string, Hold[]>();

  constructor(timeline: Timeline, holds: Holds) {
    this.#timeline = timeline;
    for (const line of timeline.of('briefing.answered'))
      push(this.#answers, `${line.entry.question} ${line.entry.seat}`, line);
    for (const { at, entry } of timeline.of('briefing.waived'))
      if (!this.#waived.has(entry.question)) this.#waived.set(entry.question, at);
    for (const line of timeline.of('gate.polled')) push(this.#polls, line.entry.gate, line);
    for (const hold of holds.list) if (hold.vote) push(this.#overridden, hold.vote.entry.gate, hold);
  }

  /** The seats that a question asks. */
  asked({ by }: Question): string[] {
    const { crew } = this.#timeline.input.runbook;
    return by === 'each' ? Object.keys(crew).filter((seat) => !crew[seat]?.optional) : [by];
  }

  /** Questions without an answer that passes, from each seat that is asked, and not waived either. */
  unanswered(questions: readonly Question[], at: number): Question[] {
    return questions.filter(
      (question) =>
        !this.waived(question.id, at) &&
        !this.asked(question).every(
          (seat) => lastBefore(this.#answers.get(`${question.id} ${seat}`), at)?.entry.result === 'pass',
        ),
    );
  }

  waived(question: string, at: number): boolean {
    return (this.#waived.get(question) ?? NEVER) < at;
  }

  /** Where every seat had said go, or its objection had been overridden. */
  agreedAt(gate: string, seats: readonly string[]): number {
    const votes = (this.#polls.get(gate) ?? []).map(({ at, entry }) => ({
      at,
      seat: entry.seat,
      good: entry.vote === 'go',
    }));
    const overrides = (this.#overridden.get(gate) ?? [])
      .filter((hold) => hold.until < NEVER && this.#stands(gate, hold))
      .map(({ until, vote }) => ({ at: until, seat: vote?.entry.seat ?? '', good: true }));
    const good = new Set<string>();
    for (const one of [...votes, ...overrides].sort((a, b) => a.at - b.at)) {
      if (one.good) good.add(one.seat);
      else good.delete(one.seat);
      if (seats.every((seat) => good.has(seat))) return one.at;
    }
    return seats.length === 0 ? -1 : NEVER;
  }

  /** Whether the objection was still its seat's last word when the hold ended. */
  #stands(gate: string, { vote, until }: Hold): boolean {
    const own = (this.#polls.get(gate) ?? []).filter(({ entry }) => entry.seat === vote?.entry.seat);
    return lastBefore(own, until) === vote;
  }

  /** Whether everything that is asked before the first step was said before `at`. */
  briefed(at: number): boolean {
    const { briefing, go_no_go } = this.#timeline.input.runbook;
    return this.unanswered(briefing, at).length === 0 && this.agreedAt(OPENING, go_no_go) < at;
  }
}
