/** What people answered to questions and voted at gates, the newest of each, with the words that the log has. */
import type { Sealed } from '../../core/log/entry.ts';
import type { AnswerResult, RunEntry } from '../../core/log/tables.ts';
import { readAnswer } from '../../core/release/briefing.ts';
import { bodyOf, isRedacted, ofType, REDACTED } from '../../core/release/entries.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';

export interface GivenAnswer {
  readonly question: string;
  readonly seat: string;
  readonly by: string;
  readonly at: number;
  readonly seq: number;
  readonly result: AnswerResult;
  readonly value: string;
  readonly evidence: string | null;
}

type Entries = readonly Sealed<RunEntry>[];

/** The newest answer of each seat to each question, by `<question> <seat>`. */
export function answersGiven(entries: Entries): ReadonlyMap<string, GivenAnswer> {
  const given = new Map<string, GivenAnswer>();
  for (const sealed of ofType(entries, 'briefing.answered')) {
    const { question, seat, actor, ts, seq, result } = sealed.entry;
    const read = readAnswer(bodyOf(sealed, 'answer') ?? null);
    const { value, evidence } = read.ok ? read.value : { value: isRedacted(sealed) ? REDACTED : '', evidence: null };
    given.set(`${question} ${seat}`, { question, seat, by: actor, at: ts, seq, result, value, evidence });
  }
  return given;
}

export interface GivenVote {
  readonly seat: string;
  readonly by: string;
  readonly at: number;
  readonly vote: 'go' | 'no-go';
  /** The objection. */
  readonly text: string | null;
}

/** The newest vote of each seat at one gate. */
export function votesGiven(entries: Entries, gate: string): ReadonlyMap<string, GivenVote> {
  const given = new Map<string, GivenVote>();
  for (const sealed of ofType(entries, 'gate.polled')) {
    const { entry } = sealed;
    if (entry.gate !== gate) continue;
    const text = isRedacted(sealed) ? REDACTED : bodyOf(sealed, 'answer');
    given.set(entry.seat, {
      seat: entry.seat,
      by: entry.actor,
      at: entry.ts,
      vote: entry.vote,
      text: typeof text === 'string' ? text : null,
    });
  }
  return given;
}

/** When each seat said that it must leave: its newest answer to a question for a time that every seat is asked. */
export function leavesAt(runbook: Runbook, entries: Entries): Readonly<Record<string, number>> {
  const asked = new Set(
    runbook.briefing.filter((one) => one.answer === 'time' && one.by === 'each').map(({ id }) => id),
  );
  if (asked.size === 0) return {};
  const said = [...answersGiven(entries).values()].filter(({ question }) => asked.has(question));
  return Object.fromEntries(
    said.flatMap(({ seat, value }) => {
      const at = Date.parse(value);
      return Number.isNaN(at) ? [] : [[seat, at] as const];
    }),
  );
}
