/** What travels between server, page and CLI: the room's frames and the API's documents. Types only; it must never carry behaviour. */
import type { Runbook } from '../runbook/runbook.ts';

/** A body that the reader may see: base64 of its bytes and salt. */
export interface BodyText {
  readonly bytes: string;
  readonly salt: string;
}

/** A piece of a run's log as one person may see it. A body that is not in `bodies` is blind to this person for now. */
export interface Slice {
  /** Exact entry texts, ascending by rseq, without gaps. */
  readonly entries: readonly string[];
  readonly bodies: Readonly<Record<string, BodyText>>;
  /** The newest checkpoint (a signed note); it covers every entry of the slice. */
  readonly checkpoint: string;
  /** Inclusion proof (base64 hashes) of the last entry in the checkpoint's tree. */
  readonly proof: readonly string[];
}

/** GET /api/runs/:run */
export interface RunDocument {
  readonly run: string;
  readonly runbook: Runbook;
  readonly authors: readonly string[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Display names by principal; never part of what is signed. */
  readonly names: Readonly<Record<string, string>>;
  readonly slice: Slice;
}

/** Client to server, first frame after the socket opens; the ticket is good once, for 30 s. */
export type ClientFrame =
  | { readonly type: 'hello'; readonly ticket: string; readonly run: string; readonly after: number }
  /** Renews the presence lease; every 5 s. */
  | { readonly type: 'here' }
  /** How far a reviewer's check is: shown to the others, never logged, and without any answer. */
  | { readonly type: 'reading'; readonly step: string; readonly answered: number; readonly of: number };

export interface Presence {
  readonly person: string;
  readonly seat: string | null;
  readonly here: boolean;
  /** ms since 1970 of the last sign of life. */
  readonly since: number;
  readonly reading: { readonly step: string; readonly answered: number; readonly of: number } | null;
}

export type ServerFrame =
  | { readonly type: 'welcome'; readonly now: number; readonly person: string }
  | { readonly type: 'entries'; readonly slice: Slice; readonly names: Readonly<Record<string, string>> }
  /** Bodies that were blind and are so no longer. */
  | { readonly type: 'bodies'; readonly bodies: Readonly<Record<string, BodyText>> }
  /** `bytes` is base64; offsets that are missing were skipped and can be fetched. */
  | {
      readonly type: 'output';
      readonly step: string;
      readonly attempt: number;
      readonly offset: number;
      readonly bytes: string;
    }
  | { readonly type: 'presence'; readonly people: readonly Presence[] }
  | { readonly type: 'clock'; readonly now: number };

export interface FileText {
  readonly path: string;
  readonly mode: '0644' | '0755';
  readonly bytes: string;
}

export interface SignedText {
  /** The statement's text. */
  readonly statement: string;
  /** Armored SSHSIG. */
  readonly signature: string;
}

/** POST /api/commands: the one way in for people. The answer is an `Accepted`, or problem details (RFC 9457) with `code` and `hint`. */
export type CommandText =
  | ({ readonly type: 'enrol'; readonly token: string } & SignedText)
  | ({ readonly type: 'register'; readonly files: readonly FileText[] } & SignedText)
  | ({ readonly type: 'approve' } & SignedText)
  /** `inputs` is the JCS text of the values, `salt` (base64, 32 bytes) is the client's, since `open` signs the salted digest. */
  | ({ readonly type: 'open'; readonly inputs: string; readonly salt: string } & SignedText)
  | { readonly type: 'join'; readonly run: string; readonly seat: string; readonly role: string }
  | { readonly type: 'leave'; readonly run: string; readonly seat: string }
  /** `target` is what the lead typed: it must be the name of the step's target. */
  | { readonly type: 'arm'; readonly run: string; readonly step: string; readonly target: string }
  | ({ readonly type: 'confirm' | 'refuse' | 'key' | 'lift' | 'close'; readonly run: string } & SignedText)
  /** Starts an armed step that is not critical. */
  | { readonly type: 'start'; readonly run: string; readonly step: string }
  | { readonly type: 'withdraw' | 'abort'; readonly run: string; readonly step: string }
  | { readonly type: 'hold'; readonly run: string; readonly text: string };

/** The entries exist durably and a checkpoint covers them. */
export interface Accepted {
  readonly entries: readonly { readonly seq: number; readonly type: string; readonly digest: string }[];
  readonly checkpoint: string;
  /** C2SP tlog-proof of the signer's own entry, for acts that carry a signature. */
  readonly receipt: string | null;
}

/** GET /api/me */
export interface Me {
  readonly person: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Keys of the roster that are this person's: public key lines and their kind. */
  readonly keys: readonly { readonly key: string; readonly kind: string }[];
  readonly origin: string;
  readonly solo: boolean;
  /** `0 <digest>` of genesis; about of `runbook` and `enrol`. */
  readonly genesis: string;
  /** `<version> <digest>` of the newest roster entry. */
  readonly roster: string;
  /** C2SP vkey of the log. */
  readonly log_key: string;
  readonly now: number;
}

export interface RunSummary {
  readonly run: string;
  readonly title: string;
  readonly runbook_id: string;
  readonly opened_at: number;
  readonly lead: string;
  readonly state: 'open' | 'held' | 'done' | 'aborted';
  /** The step that is next or under way, null when all are done. */
  readonly step: string | null;
  /** Seats of required crew that nobody holds yet and this person may take. */
  readonly seats: readonly string[];
  /** This person's confirmation is waited for. */
  readonly waiting: boolean;
}

export interface RunbookSummary {
  readonly runbook: string;
  readonly id: string;
  readonly title: string;
  /** `<seq> <digest>` of runbook.registered and runbook.approved. */
  readonly registered: string;
  readonly approved: string | null;
  readonly authors: readonly string[];
}

/** GET /api/home */
export interface Home {
  readonly runs: readonly RunSummary[];
  readonly runbooks: readonly RunbookSummary[];
  /** Folders on the server's disk that could be registered. */
  readonly folders: readonly { readonly name: string; readonly runbook: string | null; readonly problems: number }[];
  readonly names: Readonly<Record<string, string>>;
}

/** GET /api/folders/:name and GET /api/runbooks/:digest */
export interface FolderDocument {
  readonly runbook: string;
  readonly document: Runbook;
  readonly files: readonly FileText[];
  readonly summary: RunbookSummary | null;
  readonly yaml_problems: readonly string[];
}
