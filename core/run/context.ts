/** What the machine remembers of a run: only what entries say, never what a body says, so that every reader replays alike. */
import type { EntryOf, HoldCause, RunEntry } from '../log/tables.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';

/** Facts of the log before the run that its rules need; fixed for the whole run. */
export interface RunInput {
  readonly run: string;
  readonly lead: string;
  /** `<rseq> <sha256>` of run.opened. */
  readonly opened: string;
  readonly runbook: Runbook;
  /** Authors of this runbook digest: declared, and who registered it. */
  readonly authors: readonly string[];
  /** Roles by person, of the roster version at the opening. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export interface Seated {
  readonly person: string;
  readonly role: string;
}

export interface Confirmation extends Seated {
  readonly seat: string;
  readonly ref: string;
  /** Salted digest of the statement's body, which the key lists. */
  readonly statement: string;
}

/** One arming of a step, from step.armed to its outcome or its void. */
export interface Arming {
  readonly step: string;
  readonly attempt: number;
  readonly ref: string;
  readonly agent: string;
  readonly nonce: string;
  readonly notAfter: number;
  readonly confirmations: readonly Confirmation[];
  /** A refusal or withdrawal was entered: nothing may follow but the void. */
  readonly stopped: boolean;
  /** Salted digest of the key's statement. */
  readonly keyed: string | null;
  readonly started: string | null;
}

export interface Hold {
  readonly ref: string;
  readonly cause: HoldCause;
  /** The step that was armed, running or failed when it was raised. */
  readonly step: string | null;
}

export interface Signer extends Seated {
  readonly seat: string;
  readonly ref: string;
}

/** Signatures of an act that several people sign, so far. */
export interface Collection {
  readonly act: 'lift' | 'close';
  readonly about: string;
  /** What a close says; signatures for different results are no one act. */
  readonly result: 'done' | 'aborted' | null;
  readonly signers: readonly Signer[];
}

export type Outcome = 'finished' | 'failed' | 'not-started' | 'unknown';

export interface RunContext extends RunInput {
  readonly seats: Readonly<Record<string, Seated>>;
  /** Seats whose person's presence is lost at the moment. */
  readonly away: readonly string[];
  /** Opened, led, armed or keyed anything in this run: never counts in it. */
  readonly never: readonly string[];
  readonly attempts: Readonly<Record<string, number>>;
  readonly differed: Readonly<Record<string, number>>;
  /** The last outcome of each step that has started. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly arming: Arming | null;
  readonly holds: readonly Hold[];
  readonly collection: Collection | null;
  /** The last event but presence and act.signed: what a close must be about. */
  readonly last: string;
  readonly closed: 'done' | 'aborted' | null;
}

/** An entry of the run as the machine's event, with its own reference `<rseq> <sha256>`. */
export type RunEvent = RunEntry & { readonly ref: string };
export type EventOf<T extends RunEntry['type']> = EntryOf<T> & { readonly ref: string };

export const stepOf = (runbook: Runbook, id: string): Step | undefined => runbook.steps.find((step) => step.id === id);

/** Returns the seat that a person holds, if any; a person holds at most one. */
export const seatOf = (context: RunContext, person: string): string | undefined =>
  Object.keys(context.seats).find((seat) => context.seats[seat]?.person === person);
