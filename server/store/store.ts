/** What the server asks of its storage, with the promises that every implementation must keep; it must never know what an entry means. */
import type { Body } from '../../core/log/entry.ts';
import type { Nodes } from '../../core/log/merkle.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';

export interface StoredEntry {
  readonly seq: number;
  readonly type: string;
  readonly run: string | null;
  /** The closed run that it comes after. */
  readonly after: string | null;
  readonly bytes: Uint8Array;
}

/** One transaction of the log: consecutive entries, their bodies, their tree nodes, and runs that open or close with it. */
export interface Batch {
  readonly entries: readonly StoredEntry[];
  readonly nodes: readonly { readonly level: number; readonly index: number; readonly hash: Uint8Array }[];
  readonly bodies: readonly { readonly digest: string; readonly body: Body }[];
  /** Digests of bodies that go with it, beyond recovery from what the store keeps. */
  readonly erased: readonly string[];
  readonly runs: readonly RunRow[];
}

/** Whether a run still takes entries, which is what boot has to replay; and of a closed one what is asked later. */
export interface RunRow {
  readonly run: string;
  readonly close: CloseRow | null;
}

/** What stays known of a closed run, written in the transaction of its close and of what comes after it. */
export interface CloseRow {
  /** `<rseq> <digest>` of the entry that closed it. */
  readonly ref: string;
  readonly at: number;
  readonly runbook: string;
  readonly mode: string;
  readonly result: string;
  /** Until when (ms) something of it runs on; whoever boots looks at those that are not over. */
  readonly watch: number;
  /** JSON that only the runner reads. */
  readonly facts: string;
}

export interface LogStore {
  /** Number of entries; the next seq. */
  size(): number;
  /**
   * Appends the batch whole or not at all. The first entry's seq must be `size()`, else it throws and nothing changed.
   * Durable on return. Any error of the disk throws; the caller then stops and reopens, and never retries blindly.
   */
  append(batch: Batch): void;
  entry(seq: number): StoredEntry | undefined;
  /** The entries from seq `from` up to `to`, which is not among them, ascending. */
  entries(from: number, to: number): StoredEntry[];
  /** A run's entries, ascending by seq. */
  entriesOf(run: string): StoredEntry[];
  /** The entries that came after a run's close, ascending by seq. */
  entriesAfter(run: string): StoredEntry[];
  /** Entries outside any run of one of these types, ascending by seq. */
  entriesOfTypes(types: readonly string[]): StoredEntry[];
  /** A hash of the tree that exists. */
  readonly node: Nodes;
  body(digest: string): Body | undefined;
  run(run: string): RunRow | undefined;
  openRuns(): string[];
  /** The newest runs by their ULID, newest first. */
  lastRuns(most: number): string[];
  /** The run whose close has this reference. */
  closeOf(ref: string): RunRow | undefined;
  /** The newest close of a runbook with this mode and result. */
  lastClose(runbook: string, mode: string, result: string): RunRow | undefined;
  /** Closed runs of which something still runs at this instant, by their ULID. */
  watched(now: number): RunRow[];
  folder(digest: string): FolderFile[] | undefined;
  /** Keeps a folder before the entry that names it; keeping it again changes nothing. */
  keepFolder(digest: string, files: readonly FolderFile[]): void;
  close(): void;
}

/** A browser or CLI session, or a one-time token; only digests of the secrets are kept. */
export interface SessionRow {
  readonly secret: string;
  readonly person: string;
  readonly kind: 'session' | 'link' | 'challenge';
  /** ms since 1970 */
  readonly expires: number;
}

/** Sign-in and display data; nothing here is part of the signed log. */
export interface PeopleStore {
  names(): Record<string, string>;
  name(person: string, name: string): void;
  putSession(row: SessionRow): void;
  session(secret: string): SessionRow | undefined;
  dropSession(secret: string): void;
  /** Removes what has expired before `now`. */
  expireSessions(now: number): void;
  /** A site-wide setting that only this server reads, such as an enrolment token that is still to be printed. */
  setting(key: string): string | undefined;
  setSetting(key: string, value: string | null): void;
}

export type Store = LogStore & PeopleStore;
