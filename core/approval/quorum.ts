/** Who counts, what is enough and what is still missing. The distinct-person rules live here and nowhere else. */
import { fail } from '../errors.ts';
import type { KeyKind } from '../log/publicKey.ts';
import { ok, type Result } from '../result.ts';
import type { KeyDemand, Runbook, Step } from '../runbook/runbook.ts';
import { allSteps } from '../runbook/steps.ts';

/** A person in a seat, by virtue of a role. */
export interface Voice {
  readonly person: string;
  readonly seat: string;
  readonly role: string;
}

/** The demand of one step or act: so many different people from different seats of `by`. */
export interface Demand {
  readonly by: readonly string[];
  readonly count: number;
}

/** What the run knows about who may not count. */
export interface Excluded {
  readonly authors: readonly string[];
  readonly never: readonly string[];
}

/** Confirmations that a step needs beside the lead: eyes 4 → 1, 6 → 2, none for a step that is not critical. */
export const demandOf = (step: { readonly eyes: number; readonly by: readonly string[] }): Demand => ({
  by: step.by,
  count: step.eyes / 2 - 1,
});

/**
 * Checks that one person's voice can count for a demand: the seat is one of `by`, and the person is neither an author
 * of this digest nor anybody who opened, led, armed or keyed in this run. XCK_SEAT, XCK_AUTHOR, XCK_SELF.
 */
export function mayCount(demand: Demand, excluded: Excluded, voice: Voice): Result<true> {
  if (excluded.never.includes(voice.person)) return fail('XCK_SELF', { needed: demand.by.join(' or ') });
  if (excluded.authors.includes(voice.person)) return fail('XCK_AUTHOR', { needed: demand.by.join(' or ') });
  if (!demand.by.includes(voice.seat)) return fail('XCK_SEAT', { seat: voice.seat, needed: demand.by.join(' or ') });
  return ok(true);
}

/** Returns the voices that count: allowed, and each person and each seat once. */
export function counted<V extends Voice>(demand: Demand, excluded: Excluded, voices: readonly V[]): V[] {
  const have: V[] = [];
  for (const voice of voices) {
    const again = have.some((other) => other.person === voice.person || other.seat === voice.seat);
    if (!again && mayCount(demand, excluded, voice).ok) have.push(voice);
  }
  return have;
}

/** Checks that the voices are enough; else XCK_QUORUM says how many are missing and from which seats they may come. */
export function enough(demand: Demand, excluded: Excluded, voices: readonly Voice[]): Result<true> {
  const have = counted(demand, excluded, voices);
  const open = demand.by.filter((seat) => !have.some((voice) => voice.seat === seat));
  const missing = demand.count - have.length;
  return missing <= 0 ? ok(true) : fail('XCK_QUORUM', { missing, seats: open.join(' or ') });
}

/**
 * Returns the quorum of an act on a run with nothing armed: the union of `by` of the steps with most eyes, and as
 * many voices as those eyes ask for (runbook.md, *Cross-check*; step-log.md, *Settled details*).
 */
export function runDemand(runbook: Runbook): Demand {
  const steps = allSteps(runbook);
  const eyes = Math.max(...steps.map((step) => step.eyes));
  const by = new Set(steps.filter((step) => step.eyes === eyes).flatMap((step) => step.by));
  return { by: [...by], count: eyes / 2 - 1 };
}

/** Kinds of keys that want a touch, and those that no page can have enrolled (step-log.md, *One envelope: SSHSIG*). */
const HIGH: readonly KeyKind[] = ['passkey', 'sk-ssh'];
const TERMINAL: readonly KeyKind[] = ['ssh', 'sk-ssh'];

/** A run whose every step may be confirmed by any key: it rehearses, or one person could hold all keys anyhow. */
export interface Stakes {
  readonly mode: 'live' | 'rehearsal';
  readonly solo: boolean;
}

const atStake = ({ mode, solo }: Stakes): boolean => mode === 'live' && !solo;

/** Checks that a key of this kind may confirm a step at all: what a page alone could have signed lets nothing irreversible run. */
export const mayConfirmWith = (
  { irreversible }: Pick<Step, 'irreversible'>,
  stakes: Stakes,
  kind: KeyKind,
): Result<true> =>
  irreversible && atStake(stakes) && kind === 'browser'
    ? fail('XCK_KEYS', { needed: 'a passkey, a security key or an SSH key' })
    : ok(true);

/** Checks that confirmations by keys of these kinds are what a step asks for; XCK_KEYS says what is still needed. */
export function rightKeys(keys: KeyDemand, stakes: Stakes, kinds: readonly KeyKind[]): Result<true> {
  const lacks = (need: number, of: readonly KeyKind[]) => need - kinds.filter((kind) => of.includes(kind)).length;
  const needed = keysText({ high: lacks(keys.high, HIGH), terminal: lacks(keys.terminal, TERMINAL) });
  return atStake(stakes) && needed !== '' ? fail('XCK_KEYS', { needed }) : ok(true);
}

/** "1 by a passkey or a security key, 1 from a terminal, by an SSH key or a security key"; empty where any key will do. */
export const keysText = ({ high, terminal }: KeyDemand): string =>
  [
    ...(high > 0 ? [`${high} by a passkey or a security key`] : []),
    ...(terminal > 0 ? [`${terminal} from a terminal, by an SSH key or a security key`] : []),
  ].join(', ');

/** "still needed: one dba or sre in the reviewer seat" */
export function explain(runbook: Runbook, seats: readonly string[]): string {
  const each = seats.map((seat) => `one ${(runbook.crew[seat]?.roles ?? []).join(' or ')} in the ${seat} seat`);
  return `Still needed: ${each.join(', ')}.`;
}
