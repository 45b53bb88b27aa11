/** Exit codes and the one exception of the command line; scripts rely on these numbers, so none may change its meaning. */
import { type ErrorCode, type Refusal, refusal } from '../../core/errors.ts';
import type { Result } from '../../core/result.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  /** Also lint errors and what cannot be read. */
  usage: 2,
  /** A record that is open or only self-consistent. */
  unproven: 3,
  /** Not signed in, or the seat, role or key does not allow it. */
  denied: 4,
  /** Refused by a person, or an answer or a text that differs. */
  refused: 5,
  /** Held, void, too late or outside its window. */
  held: 6,
  aborted: 7,
  invalid: 8,
  diverged: 9,
  interrupted: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

const EXITS: Partial<Record<string, Exit>> = {
  XCK_BYTES: EXIT.usage,
  XCK_INPUT: EXIT.usage,
  XCK_UNKNOWN: EXIT.usage,
  XCK_EXPRESSION: EXIT.usage,
  XCK_USAGE: EXIT.usage,
  XCK_SEAT_TAKEN: EXIT.denied,
  XCK_TWO_SEATS: EXIT.denied,
  XCK_TWICE: EXIT.denied,
  XCK_DIFFERED: EXIT.refused,
  XCK_TARGET: EXIT.refused,
  XCK_RENDER: EXIT.refused,
  XCK_HELD: EXIT.held,
  XCK_HOLD_ON: EXIT.held,
  XCK_CONDITIONS: EXIT.held,
  XCK_DECIDE: EXIT.held,
  XCK_CLOCK: EXIT.held,
  XCK_WINDOW: EXIT.held,
  XCK_ABSENT: EXIT.held,
  XCK_OTHER_ARMING: EXIT.held,
  XCK_LATE: EXIT.held,
  XCK_INTEGRITY: EXIT.invalid,
  XCK_AUTHENTICITY: EXIT.invalid,
  XCK_POLICY: EXIT.invalid,
  XCK_FORK: EXIT.diverged,
} satisfies Partial<Record<ErrorCode, Exit>>;

/** Whatever the table does not name is told by its HTTP status: 401 and 403 are about who asks. */
export const exitOf = (code: string, status: number): Exit =>
  EXITS[code] ?? (status === 401 || status === 403 ? EXIT.denied : EXIT.failed);

/** Ends a word: a sentence for people, a hint, and the exit code for scripts. */
export class Stop extends Error {
  readonly exit: Exit;
  readonly hint: string;
  readonly code: string | null;

  constructor(exit: Exit, sentence: string, hint = '', code: string | null = null) {
    super(sentence);
    this.exit = exit;
    this.hint = hint;
    this.code = code;
  }
}

export const stopOf = ({
  code,
  status,
  sentence,
  hint,
}: Pick<Refusal, 'sentence' | 'hint' | 'status'> & { readonly code: string }): Stop =>
  new Stop(exitOf(code, status), sentence, hint, code);

export const usage = (sentence: string, hint: string): Stop => new Stop(EXIT.usage, sentence, hint, 'XCK_USAGE');

/** The value of a result; a refusal ends the word. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw stopOf(result.refusal);
  return result.value;
}

/** Ends the word with a refusal of the table. */
export function deny(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}): never {
  throw stopOf(refusal(code, details));
}
