/** The one table of refusals: permanent codes that are never reused, a sentence, the HTTP status, and what the user can do. */

/** `{name}` in a sentence or hint is filled from the details. Codes are permanent; a retired code stays here, marked in its hint. */
export const ERRORS = {
  XCK_BYTES: {
    status: 400,
    sentence: 'These bytes are not {what}: {why}.',
    hint: 'Send exactly the bytes that the format names.',
  },
  XCK_STATEMENT: {
    status: 409,
    sentence: 'The {act} statement does not fit: {why}.',
    hint: 'Read the step again and sign what it says now.',
  },
  XCK_SIGNATURE: {
    status: 403,
    sentence: 'The signature does not hold: {why}.',
    hint: 'Sign the statement with the key that the roster has for you.',
  },
  XCK_NOT_NOW: {
    status: 409,
    sentence: '{what} cannot follow now: {why}.',
    hint: 'Look at the room: it says what is waited for.',
  },
  XCK_UNKNOWN: { status: 404, sentence: 'There is no {what} “{name}”.', hint: 'Look at the names again.' },
  XCK_SEAT_TAKEN: { status: 409, sentence: 'The {seat} seat is taken.', hint: 'Its holder can leave it.' },
  XCK_TWO_SEATS: {
    status: 409,
    sentence: 'You hold the {seat} seat; a person holds one seat.',
    hint: 'Leave that seat first.',
  },
  XCK_ROLE: {
    status: 403,
    sentence: 'The {seat} seat asks for the role {roles}.',
    hint: 'Ask somebody who holds it in the roster.',
  },
  XCK_SEAT: {
    status: 403,
    sentence: 'The {seat} seat is not asked here; {needed} is.',
    hint: 'Somebody in one of those seats can answer.',
  },
  XCK_NOT_SEATED: { status: 403, sentence: 'You do not hold that seat.', hint: 'Take a seat of this run first.' },
  XCK_SELF: {
    status: 403,
    sentence: 'You opened, led, armed or keyed in this run, so your confirmation cannot count.',
    hint: 'Still needed: {needed}.',
  },
  XCK_AUTHOR: {
    status: 403,
    sentence: 'You are an author of this runbook, so your confirmation cannot count.',
    hint: 'Still needed: {needed}.',
  },
  XCK_LEAD: { status: 403, sentence: 'Only the lead can {act}.', hint: 'Ask the person in the lead seat.' },
  XCK_AGENT: { status: 403, sentence: 'This agent did not arm the step.', hint: 'The agent that armed it runs it.' },
  XCK_QUORUM: {
    status: 409,
    sentence: 'Not enough people yet: {missing} missing, from {seats}.',
    hint: 'The room names who may give it.',
  },
  XCK_BRIEFING: {
    status: 409,
    sentence: 'Questions still wait for their answers: {missing}.',
    hint: 'The seats named can answer; the quorum can waive a question.',
  },
  XCK_CONDITION: {
    status: 403,
    sentence: 'The condition “{condition}” belongs to another seat.',
    hint: 'The holder of its seat says when it is met.',
  },
  XCK_CONDITIONS: {
    status: 409,
    sentence: 'Conditions of this hold are not met: {conditions}.',
    hint: 'The seats that own them say when they are met. Silence lifts nothing.',
  },
  XCK_CONFIRMED: {
    status: 403,
    sentence: 'You confirmed a step of this run, so you cannot lead it.',
    hint: 'Ask another holder of the lead’s roles.',
  },
  XCK_DECIDE: {
    status: 409,
    sentence: 'This step failed and its runbook asks for a decision.',
    hint: 'Decide to roll back or to roll forward; lifting the hold is not enough.',
  },
  XCK_DEVIATION: {
    status: 409,
    sentence: 'This deviation cannot be made: {why}.',
    hint: 'Write it for the step whose turn it is.',
  },
  XCK_UNRESOLVED: {
    status: 409,
    sentence: 'Nobody knows yet how {step} ended.',
    hint: 'The step’s quorum resolves it first, with evidence.',
  },
  XCK_NO_WAY_BACK: {
    status: 409,
    sentence: 'There is no way back: {step} cannot be undone.',
    hint: 'Decide to roll forward.',
  },
  XCK_CLOCK: {
    status: 409,
    sentence: 'The undo window “{clock}” has ended.',
    hint: 'What depends on it can no longer start.',
  },
  XCK_WINDOW: {
    status: 409,
    sentence: 'The release window is closed: {why}.',
    hint: 'Wait until it opens, or approve another runbook.',
  },
  XCK_LOCKED: {
    status: 409,
    sentence: 'The lock {lock} is held by the run {run}.',
    hint: 'Wait until that run is closed.',
  },
  XCK_REHEARSAL: {
    status: 409,
    sentence: 'The rehearsal does not fit: {why}.',
    hint: 'Rehearse this very folder first, or say in the runbook what a rehearsal does instead.',
  },
  XCK_MODE: {
    status: 403,
    sentence: 'The target {target} is for {mode} runs only.',
    hint: 'A rehearsal names its own targets in the runbook.',
  },
  XCK_PREFLIGHT: {
    status: 409,
    sentence: 'This run cannot be opened: {why}.',
    hint: 'The preflight names the step and the seat.',
  },
  XCK_HOLD_ON: {
    status: 409,
    sentence: 'A hold is open on this {what}.',
    hint: 'It is lifted first, by the people whom its page names.',
  },
  XCK_HELD: {
    status: 423,
    sentence: 'The run is held; nothing further starts.',
    hint: 'The lead and the quorum lift a hold by signing.',
  },
  XCK_ABSENT: {
    status: 409,
    sentence: 'Somebody who is needed has gone: {seats}.',
    hint: 'Wait until they are back, or arm again with others.',
  },
  XCK_PROBE: {
    status: 409,
    sentence: 'The probe {probe} does not hold: {why}.',
    hint: 'Bring the service to the expected state and arm again.',
  },
  XCK_OTHER_ARMING: {
    status: 409,
    sentence: 'That is not the arming of {step} that is open now.',
    hint: 'Read the step again; an answer counts for one arming only.',
  },
  XCK_STALE: {
    status: 409,
    sentence: 'The run has moved since this {act} was prepared.',
    hint: 'Read what came in between and sign again.',
  },
  XCK_TWICE: {
    status: 409,
    sentence: 'You have signed this already; nobody counts twice.',
    hint: 'Another person is needed.',
  },
  XCK_DIFFERED: {
    status: 409,
    sentence: 'Your answer to {challenges} differs.',
    hint: 'Look again from your own session; a second time holds the run.',
  },
  XCK_MOVED: {
    status: 409,
    sentence: 'Another entry came first.',
    hint: 'Verify what came in between and sign again over the new head.',
  },
  XCK_TOKEN: {
    status: 403,
    sentence: 'This enrolment token is unknown or used.',
    hint: 'Ask a keeper for a new link.',
  },
  XCK_KEYS: {
    status: 409,
    sentence: 'The confirmations are not by the keys that this step asks for.',
    hint: 'Still needed: {needed}.',
  },
  XCK_KEEPER: {
    status: 403,
    sentence: 'Only a keeper of the site can do this.',
    hint: 'The roster names the keepers: crosscheck people list',
  },
  XCK_ROSTER: {
    status: 409,
    sentence: 'This cannot be the roster: {why}.',
    hint: 'Mend the document; nothing was changed.',
  },
  XCK_UNVOUCHED: {
    status: 409,
    sentence: 'The keepers have not signed a roster yet, so nothing can run live.',
    hint: 'Every keeper compares the fingerprints and signs: crosscheck people sign',
  },
  XCK_EPOCH: {
    status: 409,
    sentence: 'This log continues another one, and its keepers have not signed that yet, so nothing can run live.',
    hint: 'Every keeper compares both and signs: crosscheck people epoch',
  },
  XCK_EXISTS: { status: 409, sentence: '{what} is already {how}.', hint: 'Look at the list; nothing was changed.' },
  XCK_SIGNED_OUT: { status: 401, sentence: 'You are not signed in.', hint: 'Open your link, or run: crosscheck login' },
  XCK_AUDITOR: {
    status: 403,
    sentence: 'The whole log is written out for auditors and keepers.',
    hint: 'Ask somebody who holds the role auditor, or a keeper.',
  },
  XCK_STOPPED: {
    status: 503,
    sentence: 'The server has stopped taking commands: {why}.',
    hint: 'Nothing that was acknowledged is lost; restart the server and look at its log.',
  },
  XCK_NO_AGENT: {
    status: 503,
    sentence: 'The agent {agent} is not connected.',
    hint: 'Start it, or wait until it has come back.',
  },
  XCK_TARGET: {
    status: 409,
    sentence: 'The target that you typed is not the step’s target.',
    hint: 'Type the name of the target: {target}.',
  },
  XCK_INPUT: { status: 400, sentence: '{where}: {why}.', hint: 'Correct it and send it again; nothing was changed.' },
  XCK_UNEXPECTED: {
    status: 500,
    sentence: 'Something unexpected happened, so nothing was let through: {why}.',
    hint: 'Look at the log of the server or agent, then try again.',
  },
  XCK_ORIGIN: {
    status: 403,
    sentence: 'This request comes from another page.',
    hint: 'Open Crosscheck by the address it was set up with.',
  },
  XCK_EXPRESSION: {
    status: 409,
    sentence: 'The expression {text} has no value: {why}.',
    hint: 'Correct the runbook or the inputs; nothing is guessed.',
  },
  XCK_RENDER: {
    status: 409,
    sentence: '{what} is not what the runbook and the inputs say.',
    hint: 'Do not sign it. Somebody or something changed what would run.',
  },
  XCK_INTEGRITY: {
    status: 422,
    sentence: 'The record is not whole: {why}.',
    hint: 'Export it again; if it stays, keep both files: somebody changed something.',
  },
  XCK_AUTHENTICITY: {
    status: 422,
    sentence: 'The record says more than was signed: {why}.',
    hint: 'Treat the run as unproven and ask whoever is named for their receipt.',
  },
  XCK_POLICY: {
    status: 422,
    sentence: 'The record breaks a rule of the run: {why}.',
    hint: 'Treat the run as unproven; the entry named is where it went wrong.',
  },
  XCK_FORK: {
    status: 409,
    sentence: 'The log shows a tree {why}.',
    hint: 'Stop and call the people who keep the site: history was changed or restored.',
  },
  XCK_CLEARANCE: {
    status: 409,
    sentence: 'The agent does not clear this: {why}.',
    hint: 'Nothing ran. Look at what it could not verify.',
  },
  XCK_PROGRAM: {
    status: 409,
    sentence: 'The program {program} cannot run: {why}.',
    hint: 'Install it where the agent looks, or correct the runbook, and arm again.',
  },
  XCK_SECRET: {
    status: 409,
    sentence: 'The secret {name} cannot be used: {why}.',
    hint: 'Put its file into the secrets directory of the agent, for this mode, and arm again.',
  },
  XCK_LATE: {
    status: 409,
    sentence: 'The start became known too late to go on.',
    hint: 'The command did not run; the outcome says not-started.',
  },
  XCK_USAGE: { status: 400, sentence: 'These words are not understood: {why}.', hint: 'Run: crosscheck help' },
  XCK_OFFLINE: {
    status: 503,
    sentence: 'The server does not answer.',
    hint: 'Nothing was sent twice; the page keeps trying.',
  },
  XCK_KEY: {
    status: 403,
    sentence: 'This browser cannot sign: {why}.',
    hint: 'Open the page where your key was made, or sign from the command line.',
  },
  XCK_LOG: {
    status: 409,
    sentence: 'What the server sent does not verify: {why}.',
    hint: 'Nothing is signed here. Compare with another browser and with the command line.',
  },
  XCK_PAGE: { status: 500, sentence: 'This page failed: {why}.', hint: 'Nothing was sent.' },
} as const satisfies Record<string, { status: number; sentence: string; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** A refusal as data: it travels in API answers, the CLI and the log by its code. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  readonly sentence: string;
  readonly hint: string;
}

/** A text with its blanks at the odd places; rules make many refusals that nobody is ever told, so it is cut once. */
const cut = (text: string): readonly string[] => text.split(/\{(\w+)\}/);
const CUT = Object.fromEntries(
  Object.entries(ERRORS).map(([code, { sentence, hint }]) => [code, { sentence: cut(sentence), hint: cut(hint) }]),
) as Record<ErrorCode, Readonly<Record<'sentence' | 'hint', readonly string[]>>>;

const fill = (parts: readonly string[], details: Readonly<Record<string, string | number>>): string =>
  parts.reduce((text, part, index) => text + (index % 2 === 0 ? part : (details[part] ?? part)), '');

/** Builds the refusal of `code`; details only fill the blanks of its sentence and hint. */
export function refusal(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}): Refusal {
  const { sentence, hint } = CUT[code];
  return { code, status: ERRORS[code].status, sentence: fill(sentence, details), hint: fill(hint, details) };
}

/** Shorthand for a failed `Result`. */
export const fail = (
  code: ErrorCode,
  details: Readonly<Record<string, string | number>> = {},
): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal: refusal(code, details) });
