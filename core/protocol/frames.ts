/** What travels between server, page and CLI: the room's frames and the API's documents. Types only; it must never carry behaviour. */
import type { OfferedKey } from '../log/roster.ts';
import type { RosterText } from '../log/tables.ts';
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
  /** The runbook's links with their expressions resolved. */
  readonly links: readonly { readonly title: string; readonly url: string }[];
  /** Durations of the steps in the newest completed rehearsal of this digest, ms; null where there is none. */
  readonly rehearsed: Readonly<Record<string, number>> | null;
  /** What differs from that rehearsal, a sentence each; null where there is none. */
  readonly changed: readonly string[] | null;
  readonly slice: Slice;
  /** After the close: the texts of the entries that came later, with their bodies. */
  readonly after: { readonly entries: readonly string[]; readonly bodies: Readonly<Record<string, BodyText>> };
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
      /** The item of a wave; '' where the step has none. */
      readonly item: string;
      readonly offset: number;
      readonly bytes: string;
    }
  /** What an abort was answered: never assumed. */
  | { readonly type: 'aborted'; readonly step: string; readonly answer: 'stopped' | 'still running' | 'unknown' }
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
  /** `token` is the one of the link for a first key, null for a further one. */
  | ({ readonly type: 'enrol'; readonly token: string | null } & SignedText)
  /** `of` is whose key it is; `text` says why, or nothing. */
  | { readonly type: 'suspend'; readonly of: string; readonly key: string; readonly text: string | null }
  /**
   * `roster` is the JCS of the document and `salt` (base64, 32 bytes) its own, since a keeper signs the salted digest;
   * `names` are display names, taken of people who have none yet.
   */
  | ({
      readonly type: 'roster';
      readonly roster: string;
      readonly salt: string;
      readonly names: Readonly<Record<string, string>>;
    } & SignedText)
  /** What a new log continues. */
  | ({ readonly type: 'epoch' } & SignedText)
  | ({ readonly type: 'register'; readonly files: readonly FileText[] } & SignedText)
  | ({ readonly type: 'approve' } & SignedText)
  /** `inputs` is the JCS text of the values, `salt` (base64, 32 bytes) is the client's, since `open` signs the salted digest. */
  | ({ readonly type: 'open'; readonly inputs: string; readonly salt: string } & SignedText)
  | { readonly type: 'join'; readonly run: string; readonly seat: string; readonly role: string }
  | { readonly type: 'leave'; readonly run: string; readonly seat: string }
  /** `target` is what the lead typed: it must be the name of the step's target. */
  | { readonly type: 'arm'; readonly run: string; readonly step: string; readonly target: string }
  | ({ readonly type: 'confirm' | 'refuse' | 'key' | 'attest'; readonly run: string } & SignedText)
  /** `content` is the JCS text of the statement's content. */
  | ({
      readonly type: 'lift' | 'decide' | 'resolve' | 'waive' | 'deviate' | 'lead' | 'close';
      readonly run: string;
      readonly content: string;
    } & SignedText)
  | {
      readonly type: 'answer';
      readonly run: string;
      readonly question: string;
      readonly result: 'pass' | 'fail';
      readonly value: string;
      readonly evidence: string | null;
    }
  | {
      readonly type: 'poll';
      readonly run: string;
      readonly gate: string;
      readonly vote: 'go' | 'no-go';
      /** The objection; null for a go. */
      readonly text: string | null;
    }
  /** Starts an armed step that is not critical. */
  | { readonly type: 'start'; readonly run: string; readonly step: string }
  | { readonly type: 'withdraw' | 'abort'; readonly run: string; readonly step: string }
  | { readonly type: 'hold'; readonly run: string; readonly text: string }
  /** A hold on a plan or on a runbook digest, also before anything has started. */
  | ({ readonly type: 'hold_on'; readonly text: string } & HeldThing)
  /** `run` is null for a hold on a plan or a runbook. */
  | {
      readonly type: 'update';
      readonly run: string | null;
      readonly hold: string;
      /** The hold's whole document after this update (core/release/holdDocument.ts). */
      readonly document: Readonly<Record<string, unknown>>;
      /** Conditions for lifting, by id, with the seat that owns each; null leaves them as they are. */
      readonly conditions: Readonly<Record<string, string>> | null;
      readonly met: readonly string[];
      readonly stance: 'agree' | 'dissent' | null;
    }
  | ({ readonly type: 'lift_on'; readonly content: string } & SignedText)
  | {
      readonly type: 'plan';
      readonly plan: string;
      readonly runbook: string;
      readonly mode: 'live' | 'rehearsal';
      readonly planned_for: number | null;
      readonly document: PlanDocument;
    }
  | { readonly type: 'backup_deleted'; readonly run: string; readonly step: string; readonly evidence: string }
  | { readonly type: 'postmortem'; readonly run: string; readonly document: Readonly<Record<string, string>> }
  | {
      readonly type: 'countermeasure';
      readonly run: string;
      readonly id: string;
      readonly due: number | null;
      readonly document: Readonly<Record<string, string>>;
    }
  | { readonly type: 'countermeasure_closed'; readonly run: string; readonly id: string; readonly evidence: string }
  | ({ readonly type: 'redact'; readonly run: string } & SignedText);

export type HeldThing = { readonly plan: string } | { readonly runbook: string };

/** What a plan says beside its runbook: typed inputs, whom it invites to which seat, and a note. */
export interface PlanDocument {
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly crew: Readonly<Record<string, string>>;
  readonly note: string | null;
}

/** The entries exist durably and a checkpoint covers them. */
export interface Accepted {
  readonly entries: readonly { readonly seq: number; readonly type: string; readonly digest: string }[];
  readonly checkpoint: string;
  /** C2SP tlog-proof of the actor's own entry, for acts that carry a signature and for a suspension. */
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
  /** The keepers have signed a roster, or the site is solo; before that nothing runs live. */
  readonly vouched: boolean;
  /** `0 <digest>` of genesis; about of `runbook` and `enrol`. */
  readonly genesis: string;
  /** `<version> <digest>` of the newest roster entry. */
  readonly roster: string;
  /** C2SP vkey of the log. */
  readonly log_key: string;
  readonly now: number;
}

/** GET /api/site: the roster's chain, whole, and the proof that its newest entry lies in the checkpoint's tree. */
export interface SiteSlice {
  readonly entries: readonly string[];
  readonly bodies: Readonly<Record<string, BodyText>>;
  readonly checkpoint: string;
  readonly proof: readonly string[];
}

/** GET /api/people: for display; what counts is read from the site's chain. */
export interface PeopleView {
  /** `<seq> <digest>` of the entry that made the newest version, which the next one is about. */
  readonly made: string;
  /** Keepers have signed a version, or the site is solo. */
  readonly vouched: boolean;
  /** The document of the next version, with nothing changed. */
  readonly next: RosterText;
  readonly offered: readonly OfferedKey[];
  readonly names: Readonly<Record<string, string>>;
  /** The roster that some keepers have signed and others have not. */
  readonly change: { readonly roster: BodyText; readonly version: number; readonly signers: readonly string[] } | null;
}

export interface RunSummary {
  readonly run: string;
  readonly title: string;
  readonly runbook_id: string;
  readonly opened_at: number;
  readonly lead: string;
  readonly mode: 'live' | 'rehearsal';
  readonly state: 'open' | 'held' | 'done' | 'rolled-back' | 'aborted';
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
  readonly plans: readonly PlanSummary[];
  /** Open holds on plans and runbooks. */
  readonly holds: readonly SiteHoldSummary[];
  /** Undo windows that run or ended lately, of open and closed runs. */
  readonly clocks: readonly ClockSummary[];
  /** Backups whose deletion is due or will be. */
  readonly duties: readonly DutySummary[];
  /** Folders on the server's disk that could be registered. */
  readonly folders: readonly { readonly name: string; readonly runbook: string | null; readonly problems: number }[];
  readonly names: Readonly<Record<string, string>>;
}

export interface PlanSummary {
  readonly plan: string;
  readonly runbook: string;
  readonly runbook_id: string;
  readonly title: string;
  readonly mode: 'live' | 'rehearsal';
  readonly planned_for: number | null;
  readonly by: string;
  readonly held: boolean;
  /** The run was opened, so the plan is a plan no more. */
  readonly opened: boolean;
}

/** GET /api/plans/:plan */
export interface PlanView extends PlanSummary {
  readonly document: PlanDocument;
  readonly runbook_document: Runbook;
  /** `<seq> <digest>` of runbook.approved. */
  readonly approved: string | null;
  readonly preflight: readonly PreflightFinding[];
  readonly holds: readonly SiteHoldSummary[];
  /** What differs from the newest completed rehearsal of this digest, in sentences; null where there is none. */
  readonly changes: readonly string[] | null;
}

/** What stands against opening a run: which step and seat, and why. */
export interface PreflightFinding {
  readonly code: string;
  readonly step: string | null;
  readonly seat: string | null;
  readonly sentence: string;
}

export interface SiteHoldSummary {
  /** `<seq> <digest>` of hold.raised. */
  readonly hold: string;
  readonly plan: string | null;
  readonly runbook: string | null;
  readonly by: string;
  readonly raised_at: number;
  readonly text: string;
  /** The document after the newest update, null before the first. */
  readonly document: Readonly<Record<string, unknown>> | null;
  readonly updates: readonly {
    readonly seq: number;
    readonly by: string;
    readonly at: number;
    readonly document: Readonly<Record<string, unknown>>;
  }[];
  readonly next_update: number | null;
  readonly conditions: Readonly<Record<string, string>>;
  readonly met: readonly string[];
  readonly stance: 'agree' | 'dissent' | null;
  /** Who has signed the lift so far. */
  readonly signers: readonly { readonly person: string; readonly role: string }[];
  /** The content they signed, which whoever joins them signs too; null before the first. */
  readonly content: Readonly<Record<string, unknown>> | null;
  /** Whose signatures lift it, in a sentence. */
  readonly needed: string;
}

export interface ClockSummary {
  readonly run: string;
  readonly runbook_id: string;
  readonly clock: string;
  readonly means: string;
  readonly since: number;
  readonly ends: number;
  readonly owner: string | null;
  /** `<seq> <digest>` of the run's close; null while it is open. */
  readonly closed: string | null;
}

export interface DutySummary {
  readonly run: string;
  readonly step: string;
  readonly artifact: string;
  readonly due: number;
  readonly done: { readonly at: number; readonly by: string; readonly evidence: string } | null;
}

/** GET /api/folders/:name and GET /api/runbooks/:digest */
export interface FolderDocument {
  readonly runbook: string;
  readonly document: Runbook;
  readonly files: readonly FileText[];
  readonly summary: RunbookSummary | null;
  readonly yaml_problems: readonly string[];
}
