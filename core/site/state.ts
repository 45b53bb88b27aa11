/** What the log says outside any run: roster, runbooks, plans and the holds on them. It remembers, and decides nothing. */
import type { Draft } from '../log/entry.ts';
import type { Roster } from '../log/roster.ts';
import type { CloseResult } from '../log/tables.ts';
import type { RunningClock } from '../run/context.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { HoldsState } from './holds.ts';
import type { Plan } from './plans.ts';
import type { RosterState } from './roster.ts';

/** A runbook folder that the log knows. */
export interface Registered {
  readonly runbook: string;
  readonly id: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly registeredBy: string;
  /** `<seq> <digest>` */
  readonly registered: string;
  readonly approved: string | null;
  /** Roles that may sit in the lead's seat. */
  readonly leads: readonly string[];
}

export interface SiteState extends RosterState {
  readonly origin: string;
  /** `0 <digest>` */
  readonly genesis: string;
  /** Every version of the roster by its reference `<version> <digest>`. */
  readonly rosters: ReadonlyMap<string, Roster>;
  readonly runbooks: ReadonlyMap<string, Registered>;
  /** By ULID. */
  readonly plans: ReadonlyMap<string, Plan>;
  readonly holds: HoldsState;
}

/** What stays known of a run that is closed. */
export interface Close {
  readonly run: string;
  readonly runbook: string;
  readonly mode: 'live' | 'rehearsal';
  readonly result: CloseResult;
  /** `<rseq> <digest>` of run.closed. */
  readonly ref: string;
  readonly at: number;
  readonly clocks: Readonly<Record<string, RunningClock>>;
}

/** What a decision about the site looks up beside its state, as it is at this moment. */
export interface World {
  /** The server's clock, ms. */
  readonly now: number;
  readonly runbookOf: (digest: string) => Runbook | undefined;
  readonly knownRun: (run: string) => boolean;
  /** The close that a reference names. */
  readonly closeOf: (ref: string) => Close | undefined;
  /** The newest rehearsal of a runbook's digest that was closed as done. */
  readonly rehearsal: (runbook: string) => Close | undefined;
  /** The open run of this mode that holds a lock. */
  readonly holderOf: (lock: string, mode: 'live' | 'rehearsal') => string | undefined;
  /** Why the people or the agents for this run are not there, as a sentence; null where nothing is known to stop it. */
  readonly stops: (asking: Asking) => string | null;
}

/** A run that somebody would open and lead. */
export interface Asking {
  /** Its ULID, which is also its plan's. */
  readonly run: string;
  /** Digest of the folder. */
  readonly runbook: string;
  readonly mode: 'live' | 'rehearsal';
  readonly lead: string;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
}

/** The entry that a command makes, with the run that it opens. */
export interface SiteDraft {
  readonly draft: Draft;
  readonly run?: string;
}
