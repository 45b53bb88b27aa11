/** What was answered and voted, and where that was enough. It judges nothing. */
import type { Question } from '../../runbook/runbook.ts';
import type { Crew } from './crew.ts';
import { type At, lastBefore, NEVER, push, type Timeline } from './history.ts';
import type { Hold, Holds } from './holds.ts';

/** The gate before the first step. */
export const OPENING = 'go_no_go';

export class Gates {
  readonly #timeline: Timeline;
  readonly #answers = new Map<string, At<'briefing.answered'>[]>();
  readonly #waived = new Map<string, number>();
  readonly #polls = new Map<string, At<'gate.polled'>[]>();
  readonly #objections = new Map<string, Hold[]>();

  constructor(timeline: Timeline, holds: Holds, crew: Crew) {
    this.#timeline = timeline;
    for (const line of timeline.of('briefing.answered'))
      push(this.#answers, `${line.entry.question} ${line.entry.seat}`, line);
    for (const { at, entry } of timeline.of('briefing.waived'))
      if (!this.#waived.has(entry.question)) this.#waived.set(entry.question, at);
    for (const line of timeline.of('gate.polled')) push(this.#polls, line.entry.gate, line);
    for (const hold of holds.list) {
      const seat = crew.of(hold.entry.actor, hold.at)?.seat;
      if (hold.entry.cause === 'objection') push(this.#objections, `${hold.entry.step ?? OPENING} ${seat}`, hold);
    }
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

  /** Whether every seat had said go before `at`, or its objection had been overridden. */
  agreed(gate: string, seats: readonly string[], at: number): boolean {
    return seats.every((seat) => {
      const vote = this.voteOf(gate, seat, at);
      if (vote?.entry.vote !== 'no-go') return vote !== undefined;
      return this.#objections.get(`${gate} ${seat}`)?.some(({ until }) => until > vote.at && until < at) === true;
    });
  }

  /** What the seat had voted last before `at`. */
  voteOf(gate: string, seat: string, at: number): At<'gate.polled'> | undefined {
    return this.#polls.get(gate)?.findLast((one) => one.at < at && one.entry.seat === seat);
  }

  /** Whether everything that is asked before the first step was said before `at`. */
  briefed(at: number): boolean {
    const { briefing, go_no_go } = this.#timeline.input.runbook;
    return this.unanswered(briefing, at).length === 0 && this.agreed(OPENING, go_no_go, at);
  }
}
