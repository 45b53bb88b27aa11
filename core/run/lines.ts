/** The lines that each act's statement must have in the run as it stands; whoever signs builds them here, whoever checks compares. */
import { asciiJcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { type CollectedAct, type KeepersAct, type Lines, MEANING } from '../log/acts.ts';
import type { CloseResult } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import { armingOf } from './context.ts';
import { type ArmingFacts, contextOf, factsOf, type RunState } from './state.ts';

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
    armed: armingOf(contextOf(state), lines.step)?.ref ?? '',
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
  step: string,
  who: Signing & Seat,
  readBack: Readonly<Record<string, string>>,
): Result<Lines<'confirm'>> {
  const arming = factsOf(state, step);
  if (!arming) return nothingArmed();
  return ok({
    ...answer(state, arming, who),
    'read-back': asciiJcs(readBack),
    meaning: MEANING.confirm,
  });
}

export function refuseLines(
  state: RunState,
  step: string,
  who: Signing & Seat,
  reason: string,
): Result<Lines<'refuse'>> {
  const arming = factsOf(state, step);
  if (!arming) return nothingArmed();
  return ok({
    ...answer(state, arming, who),
    reason: asciiJcs(reason),
    meaning: MEANING.refuse,
  });
}

export function keyLines(state: RunState, step: string, who: Signing): Result<Lines<'key'>> {
  const arming = factsOf(state, step);
  const open = armingOf(contextOf(state), step);
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

/** Acts whose statement names an entry and carries a content document. */
export type ContentAct = CollectedAct | KeepersAct | 'attest' | 'open' | 'runbook' | 'approve' | 'enrol' | 'redact';

/** Where and about what such a statement speaks; outside any run there is no mode. */
export interface About {
  readonly origin: string;
  readonly run: string | null;
  readonly mode: 'live' | 'rehearsal' | null;
  readonly about: string;
  readonly content: unknown;
}

export function actLines<A extends ContentAct>(act: A, about: About, who: Signing): Lines<A> {
  const lines: Lines<'open'> = {
    ...tail(who),
    origin: about.origin,
    mode: about.mode ?? 'none',
    run: about.run ?? 'none',
    about: about.about,
    content: asciiJcs(about.content),
    signer: who.signer,
    meaning: MEANING[act],
  };
  return lines as Lines<A>;
}

/** The lines of an act on this run. */
export const runActLines = <A extends CollectedAct | 'attest'>(
  state: RunState,
  act: A,
  who: Signing,
  about: string,
  content: unknown,
): Lines<A> => {
  const { origin, run, mode } = state.facts;
  return actLines(act, { origin, run, mode, about, content }, who);
};

/** The content of a close: its result, under the newest roster. */
export const closeContent = (state: RunState, result: CloseResult) => ({ result, roster: state.facts.roster });
