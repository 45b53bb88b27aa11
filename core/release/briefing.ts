/** Questions before the first step and after the last: who is asked, how each stands, what is missing. An answer states a value, never yes. */
import { fail } from '../errors.ts';
import type { AnswerResult } from '../log/tables.ts';
import type { Result } from '../result.ts';
import { OPENING_GATE, type RunContext } from '../run/context.ts';
import { agreed, askedSeats, notGo, unanswered } from '../run/progress.ts';
import type { Question } from '../runbook/runbook.ts';
import { stepOf } from '../runbook/steps.ts';
import { orNull, read, shaped, text } from './shape.ts';
import { listed } from './words.ts';

export type QuestionStatus = 'PASS' | 'FAIL' | 'NOT RUN' | 'WAIVED';

/** One question as one seat is asked it. */
export interface Asked {
  readonly question: Question;
  readonly seat: string;
  readonly status: QuestionStatus;
}

function statusOf({ answers, waived }: RunContext, question: string, seat: string): QuestionStatus {
  if (waived.includes(question)) return 'WAIVED';
  const given = Object.hasOwn(answers, question) ? answers[question] : undefined;
  const result = given && Object.hasOwn(given, seat) ? given[seat] : undefined;
  return result === 'pass' ? 'PASS' : result === 'fail' ? 'FAIL' : 'NOT RUN';
}

/** Every question of a list, as each of its seats is asked it, in the runbook's order. */
export const asked = (context: RunContext, questions: readonly Question[]): Asked[] =>
  questions.flatMap((question) =>
    askedSeats(context.runbook, question).map((seat) => ({
      question,
      seat,
      status: statusOf(context, question.id, seat),
    })),
  );

/** The questions of the briefing and the debrief that one seat is asked. */
export const questionsFor = (context: RunContext, seat: string): Asked[] =>
  asked(context, [...context.runbook.briefing, ...context.runbook.debrief]).filter((one) => one.seat === seat);

/** What stands between these questions and going on, a sentence each; empty where nothing does. */
export const missingAnswers = (context: RunContext, questions: readonly Question[]): string[] =>
  unanswered(context, questions).map(({ question, seat }) => {
    const ask = questions.find(({ id }) => id === question)?.ask ?? question;
    return statusOf(context, question, seat) === 'FAIL'
      ? `The ${seat} answered FAIL: ${ask} It blocks until it passes or is waived.`
      : `The ${seat} has not answered: ${ask}`;
  });

/** The seats that have not said go before the first step, a sentence each. */
export const missingVotes = (context: RunContext): string[] => votesMissing(context, OPENING_GATE, notGo(context));

/** The seats that have not said go at a gate of the runbook, a sentence each. */
export const missingAtGate = (context: RunContext, gate: string, seats: readonly string[]): string[] =>
  votesMissing(
    context,
    gate,
    seats.filter((seat) => !agreed(context, gate, [seat])),
  );

function votesMissing({ votes }: RunContext, gate: string, seats: readonly string[]): string[] {
  const [against, silent] = [
    seats.filter((seat) => votes[gate]?.[seat] === 'no-go'),
    seats.filter((seat) => votes[gate]?.[seat] === undefined),
  ];
  return [
    ...(silent.length > 0 ? [`Not polled yet: ${listed(silent)}.`] : []),
    ...against.map((seat) => `The ${seat} says NO GO; the hold of that objection stands.`),
  ];
}

/** Body `answer` of `briefing.answered`. */
export interface Answer {
  readonly value: string;
  /** Where it can be looked up: a link, a path, a digest. */
  readonly evidence: string | null;
}

export const readAnswer = (given: unknown): Result<Answer> =>
  read('answer', shaped({ value: text, evidence: orNull(text) }), given);

/** Words that state nothing. */
const EMPTY_WORDS = ['yes', 'no', 'y', 'n', 'done', 'ok', 'okay', 'true', 'false', 'fine', 'good', 'tbd', 'x', '-'];
const PRINCIPAL = /^p-[0-9a-f]{16}$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

type Known = Pick<RunContext, 'runbook' | 'outcomes' | 'roles'>;

/** Why a value is no answer of the type, as the end of a sentence; undefined where it is one. */
const WRONG: Readonly<
  Record<Question['answer'], (value: string, result: AnswerResult, known: Known) => string | undefined>
> = {
  text: (value) =>
    EMPTY_WORDS.includes(
      value
        .trim()
        .toLowerCase()
        .replace(/[.!]+$/, ''),
    )
      ? `“${value.trim()}” states nothing; state the value: a name, a number, a time`
      : undefined,
  link: (value) => (isLink(value) ? undefined : 'the answer is a link that begins with https:// or http://'),
  time: (value) =>
    isInstant(value) ? undefined : 'the answer is a time with its date and zone, as 2026-11-20T22:04:05Z',
  person: (value, result, known) => {
    if (value.startsWith('p-') && !(PRINCIPAL.test(value) && Object.hasOwn(known.roles, value)))
      return 'nobody of the roster has this id';
    return /\p{L}.*\p{L}/u.test(value) ? WRONG.text(value, result, known) : 'the answer is a person’s id or name';
  },
  file: (value) =>
    /^sha256:[0-9a-f]{64}$/.test(value) ? undefined : 'the answer is the digest of a file: sha256: and 64 hex digits',
  step: (value, result, { runbook, outcomes }) => {
    if (!stepOf(runbook, value)) return 'the answer is the id of a step of this run';
    const finished = Object.hasOwn(outcomes, value) && outcomes[value] === 'finished';
    if (result === 'pass' && !finished) return `PASS needs a finished step, and ${value} is not finished`;
    return result === 'fail' && finished ? `FAIL needs a step that is not finished, and ${value} is` : undefined;
  },
};

/** Checks that an answer is one of the question's type; XCK_INPUT says in a sentence what it should be. */
export function checkAnswer(question: Question, result: AnswerResult, given: unknown, known: Known): Result<Answer> {
  const answer = readAnswer(given);
  if (!answer.ok) return answer;
  const why = WRONG[question.answer](answer.value.value, result, known);
  return why === undefined ? answer : fail('XCK_INPUT', { where: question.id, why });
}

const isLink = (value: string): boolean => /^https?:\/\/[^\s/?#]+\S*$/.test(value);

/** RFC 3339, and a day that the calendar has. */
function isInstant(value: string): boolean {
  const [whole, year, month, day] = INSTANT.exec(value) ?? [];
  if (whole === undefined || !Number.isFinite(Date.parse(value))) return false;
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= last;
}
