/** What the server asks of its storage, with the promises that every implementation must keep; it must never know what an entry means. */
import type { Body } from '../../core/log/entry.ts';
import type { Nodes } from '../../core/log/merkle.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';

export interface StoredEntry {
  readonly seq: number;
  readonly type: string;
  readonly run: string | null;
  readonly bytes: Uint8Array;
}

/** One transaction of the log: consecutive entries, their bodies, their tree nodes, and runs that open or close with it. */
export interface Batch {
  readonly entries: readonly StoredEntry[];
  readonly nodes: readonly { readonly level: number; readonly index: number; readonly hash: Uint8Array }[];
  readonly bodies: readonly { readonly digest: string; readonly body: Body }[];
  readonly runs: readonly RunRow[];
}

/** Whether a run still takes entries; what boot has to replay. */
export interface RunRow {
  readonly run: string;
  readonly open: boolean;
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
  /** A run's entries, ascending by seq. */
  entriesOf(run: string): StoredEntry[];
  /** Entries of one of these types, ascending by seq. */
  entriesOfTypes(types: readonly string[]): StoredEntry[];
  /** A hash of the tree that exists. */
  readonly node: Nodes;
  body(digest: string): Body | undefined;
  runs(): RunRow[];
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
