/** What the machine remembers of a run: only what entries say, never what a body says, so that every reader replays alike. */
import type { CollectedAct } from '../log/acts.ts';
import type { KeyKind } from '../log/publicKey.ts';
import type { AnswerResult, CloseResult, HoldCause, RunEntry, RunEntryOf, Way } from '../log/tables.ts';
import type { Runbook } from '../runbook/runbook.ts';

/** Facts of the log before the run that its rules need; fixed for the whole run. */
export interface RunInput {
  readonly run: string;
  readonly mode: 'live' | 'rehearsal';
  readonly solo: boolean;
  readonly lead: string;
  /** `<rseq> <sha256>` of run.opened. */
  readonly opened: string;
  /** With the steps that deviations inserted. */
  readonly runbook: Runbook;
  /** Authors of this runbook digest: declared, and who registered it. */
  readonly authors: readonly string[];
  /** `<version> <digest>` of the roster at the opening. */
  readonly roster: string;
  /** Roles by person, of the roster version at the opening; a later version only takes some away. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export interface Seated {
  readonly person: string;
  readonly role: string;
}

export interface Confirmation extends Seated {
  readonly seat: string;
  /** Of the key that signed it. */
  readonly kind: KeyKind;
  readonly ref: string;
  /** Salted digest of the statement's body, which the key lists. */
  readonly statement: string;
}

/** One item of a wave that has started, or the whole command of a step without waves (item ''). */
export interface Started {
  /** `<rseq> <sha256>` of step.started. */
  readonly ref: string;
  readonly outcome: Outcome | null;
}

/** One arming of a step, from step.armed to its last outcome or its void. */
export interface Arming {
  readonly step: string;
  readonly attempt: number;
  readonly ref: string;
  readonly agent: string;
  readonly nonce: string;
  readonly notAfter: number;
  readonly confirmations: readonly Confirmation[];
  /** A refusal, a withdrawal, a void or a failed item was entered: nothing of it starts any more. */
  readonly stopped: boolean;
  /** Salted digest of the key's statement. */
  readonly keyed: string | null;
  /** The first start: from here on a hold stops what follows, and only abort stops the command. */
  readonly started: string | null;
  /** The items of the wave that it covers; `['']` where the step has no waves. */
  readonly items: readonly string[];
  /** Items of the step in all; 1 where it has no waves. */
  readonly of: number;
  readonly starts: Readonly<Record<string, Started>>;
  /** A person has attested to a manual step. */
  readonly attested: AnswerResult | null;
}

export interface Hold {
  /** `<rseq> <sha256>` of hold.raised. */
  readonly ref: string;
  readonly cause: HoldCause;
  /** Who raised it: a person or `server`. */
  readonly by: string;
  /** The step that was armed, running or failed when it was raised. */
  readonly step: string | null;
  /** The no-go that raised it; lifting the hold overrides it. */
  readonly vote: { readonly gate: string; readonly seat: string } | null;
  /** When the next update was promised, ms. */
  readonly nextUpdate: number | null;
  /** Conditions for lifting, by id, each with the seat that owns it. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly met: readonly string[];
  /** What the raiser said when asked. */
  readonly stance: 'agree' | 'dissent' | null;
}

export interface Signer extends Seated {
  readonly seat: string;
  readonly ref: string;
}

/** Signatures of an act that several people sign, so far. */
export interface Collection {
  readonly act: CollectedAct;
  readonly about: string;
  /** Salted digest of the content; signatures for different contents are no one act. */
  readonly content: string;
  readonly signers: readonly Signer[];
}

export type Outcome = 'finished' | 'failed' | 'not-started' | 'unknown';
/** Where a step stands once nothing of it is armed: an outcome, skipped by its `when`, or decided past. */
export type Standing = Outcome | 'skipped' | 'passed';

export interface ItemResult {
  readonly result: Outcome;
  /** `<rseq> <sha256>` of the outcome, or of the step.resolved that says what became of it. */
  readonly ref: string;
}

/** An undo window that has started. */
export interface RunningClock {
  readonly since: number;
  readonly ends: number;
  readonly passed: boolean;
}

export interface RunContext extends RunInput {
  /** Who led last; the seat may be empty. */
  readonly lead: string;
  readonly seats: Readonly<Record<string, Seated>>;
  /** Seats whose person's presence is lost at the moment. */
  readonly away: readonly string[];
  /** Opened, led, armed or keyed anything in this run: never counts in it. */
  readonly never: readonly string[];
  /** Confirmed anything in this run: never leads it. */
  readonly confirmed: readonly string[];
  readonly attempts: Readonly<Record<string, number>>;
  readonly differed: Readonly<Record<string, number>>;
  /** Where each step stands that has started, was skipped or decided past. */
  readonly outcomes: Readonly<Record<string, Standing>>;
  /** The last result of each item of each step, with the entry that says it; item '' where the step has no waves. */
  readonly items: Readonly<Record<string, Readonly<Record<string, ItemResult>>>>;
  /** How many items each step has that was armed. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Open armings by step; more than one only among the children of one `parallel`. */
  readonly armings: Readonly<Record<string, Arming>>;
  /** Answers by question and seat, the latest of each; `waived` by quorum, for all seats. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, AnswerResult>>>>;
  readonly waived: readonly string[];
  /** Votes by gate and seat; `overridden` is a no-go whose hold was lifted. The gate before the first step is `go_no_go`. */
  readonly votes: Readonly<Record<string, Readonly<Record<string, 'go' | 'no-go' | 'overridden'>>>>;
  /** Armings whose command somebody has aborted, by their reference. */
  readonly aborted: readonly string[];
  readonly holds: readonly Hold[];
  /** Outcomes that call for a hold which nobody has entered yet: nothing goes on before that. */
  readonly unheld: readonly { readonly step: string; readonly cause: HoldCause }[];
  /** Steps of which something ran, whatever came of later attempts. */
  readonly ran: readonly string[];
  readonly collection: Collection | null;
  readonly clocks: Readonly<Record<string, RunningClock>>;
  /** Inputs that a deviation changed, by name, and steps that one inserted. */
  readonly changed: Readonly<Record<string, string | number | boolean>>;
  readonly inserted: readonly string[];
  /** Whether the run goes on, or its steps are being undone. */
  readonly way: Way;
  /** The last event but presence and act.signed: what a close must be about. */
  readonly last: string;
  readonly closed: CloseResult | null;
}

/** An entry of the run as the machine's event, with its own reference `<rseq> <sha256>`. */
export type RunEvent = RunEntry & { readonly ref: string };
export type EventOf<T extends RunEntry['type']> = RunEntryOf<T> & { readonly ref: string };

/** The item of a start or an outcome, '' where the step has no waves. */
export const itemOf = (event: { readonly item?: string }): string => event.item ?? '';

/** Returns the seat that a person holds, if any; a person holds at most one. */
export const seatOf = (context: RunContext, person: string): string | undefined =>
  Object.keys(context.seats).find((seat) => context.seats[seat]?.person === person);

/** The open arming of a step. */
export const armingOf = (context: RunContext, step: string): Arming | undefined =>
  Object.hasOwn(context.armings, step) ? context.armings[step] : undefined;

/** The open arming that people look at: the only one, or among the children of a `parallel` the newest. */
export const openArming = (context: RunContext): Arming | undefined => Object.values(context.armings).at(-1);

/** The gate before the first step. */
export const OPENING_GATE = 'go_no_go';

/** Items of a step that are finished; `['']` where it has no waves. */
export const finishedItems = (context: RunContext, step: string): string[] => itemsWith(context, step, 'finished');

/** Items of a step whose end nobody saw. */
export const unresolvedItems = (context: RunContext, step: string): string[] => itemsWith(context, step, 'unknown');

const itemsWith = (context: RunContext, step: string, result: Outcome): string[] =>
  Object.entries(context.items[step] ?? {}).flatMap(([item, one]) => (one.result === result ? [item] : []));
