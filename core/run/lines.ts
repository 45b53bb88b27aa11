/** The lines that each act's statement must have in the run as it stands; whoever signs builds them here, whoever checks compares. */
import { asciiJcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { type Lines, MEANING } from '../log/acts.ts';
import { ok, type Result } from '../result.ts';
import { type ArmingFacts, contextOf, type RunState } from './state.ts';

/** What the signer adds: who, with which client, when, and the newest tree that they verified. */
export interface Signing {
  readonly signer: string;
  /** `<size> <base64 root>` */
  readonly tree: string;
  /** `page/<version>` or `cli/<version>`: recorded, proves nothing. */
  readonly client: string;
  readonly signedAt: string;
}

const tail = ({ tree, client, signedAt }: Signing) => ({ tree, client, 'signed-at': signedAt });

function common(state: RunState, arming: ArmingFacts) {
  const { facts } = state;
  const { lines } = arming;
  return {
    origin: facts.origin,
    mode: facts.mode,
    run: facts.run,
    runbook: facts.runbook,
    step: lines.step,
    attempt: lines.attempt,
    armed: contextOf(state).arming?.ref ?? '',
    agent: lines.agent,
    target: lines.target,
    do: lines.do,
    roster: facts.roster,
    nonce: lines.nonce,
    'not-after': lines['not-after'],
  };
}

const nothingArmed = () => fail('XCK_NOT_NOW', { what: 'this', why: 'nothing is armed' });

export interface Seat {
  readonly seat: string;
  readonly role: string;
}

/** What a confirmation and a refusal both say. */
const answer = (state: RunState, arming: ArmingFacts, who: Signing & Seat) => ({
  ...common(state, arming),
  ...tail(who),
  eyes: String(arming.action.eyes),
  signer: who.signer,
  seat: who.seat,
  role: who.role,
});

/** Answers by challenge id; the JSON of exactly the challenges that this seat is asked. */
export function confirmLines(
  state: RunState,
  who: Signing & Seat,
  readBack: Readonly<Record<string, string>>,
): Result<Lines<'confirm'>> {
  const { arming } = state;
  if (!arming) return nothingArmed();
  return ok({
    ...answer(state, arming, who),
    'read-back': asciiJcs(readBack),
    meaning: MEANING.confirm,
  });
}

export function refuseLines(state: RunState, who: Signing & Seat, reason: string): Result<Lines<'refuse'>> {
  const { arming } = state;
  if (!arming) return nothingArmed();
  return ok({
    ...answer(state, arming, who),
    reason: asciiJcs(reason),
    meaning: MEANING.refuse,
  });
}

export function keyLines(state: RunState, who: Signing): Result<Lines<'key'>> {
  const { arming } = state;
  const open = contextOf(state).arming;
  if (!arming || !open) return nothingArmed();
  const confirmations = open.confirmations.map((one) => one.statement).sort();
  return ok({
    ...common(state, arming),
    ...tail(who),
    signer: who.signer,
    confirmations: asciiJcs(confirmations),
    meaning: MEANING.key,
  });
}

/** Lines of the acts that name an entry and carry a content document. */
export function actLines<A extends 'open' | 'lift' | 'close' | 'runbook' | 'approve' | 'enrol'>(
  act: A,
  about: { readonly origin: string; readonly run: string | null; readonly about: string; readonly content: unknown },
  who: Signing,
): Lines<A> {
  const lines: Lines<'open'> = {
    ...tail(who),
    origin: about.origin,
    mode: about.run === null ? 'none' : 'live',
    run: about.run ?? 'none',
    about: about.about,
    content: asciiJcs(about.content),
    signer: who.signer,
    meaning: MEANING[act],
  };
  return lines as Lines<A>;
}

export const liftLines = (state: RunState, who: Signing, hold: string): Lines<'lift'> =>
  actLines('lift', { origin: state.facts.origin, run: state.facts.run, about: hold, content: {} }, who);

export const closeLines = (state: RunState, who: Signing, result: 'done' | 'aborted'): Lines<'close'> =>
  actLines(
    'close',
    {
      origin: state.facts.origin,
      run: state.facts.run,
      about: contextOf(state).last,
      content: { result, roster: state.facts.roster },
    },
    who,
  );
