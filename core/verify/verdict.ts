/** What a verification answers: a verdict, what it rests on, and what an auditor is shown. Only `ANCHORED` says that the policy was kept. */
import { equal } from '../bytes/encoding.ts';
import { type ErrorCode, refusal } from '../errors.ts';
import type { Act } from '../log/acts.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import type { Sealed } from '../log/entry.ts';
import type { RosterKey } from '../log/roster.ts';
import type { FormerLog } from '../log/tables.ts';
import type { RunState } from '../run/state.ts';
import type { Runbook } from '../runbook/runbook.ts';

/** One finding: a claim that does not hold, and the entry that it rests on. */
export interface Reason {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly seq: number | null;
  /** `I1` … `I19` of docs/log-format.md. */
  readonly invariant: string | null;
}

/** A statement whose signature holds, as it is shown. */
export interface Signature {
  readonly seq: number;
  readonly act: Act;
  /** p-… or a-… */
  readonly signer: string;
  readonly kind: RosterKey['kind'] | 'agent';
  /** `SHA256:…` */
  readonly fingerprint: string;
}

/** A body that is not here because a keeper had it erased. */
export interface Erasure {
  readonly digest: string;
  readonly name: string;
  /** Of the entry that names it, and of the `body.redacted` that had it erased. */
  readonly seq: number;
  readonly by: number;
  /** On whose order. */
  readonly order: string;
  readonly reason: string;
  /** The keeper who signed. */
  readonly actor: string;
}

/** What was verified, for display; there only when all of it is. */
export interface Facts {
  readonly origin: string;
  /** `sha256:…` of entry 0. */
  readonly genesis: string;
  readonly checkpoint: Checkpoint;
  readonly runbook: Runbook;
  /** The run after its last entry. */
  readonly state: RunState;
  /** All entries of the bundle with their bodies, ascending by seq. */
  readonly entries: readonly Sealed[];
  readonly signatures: readonly Signature[];
  /** The log that this one continues, as its keepers signed; null where it continues none, or they had not signed by then. */
  readonly former: FormerLog | null;
  /** Bodies that an open run keeps blind. */
  readonly withheld: number;
  /** Ascending by the entry that names the body. */
  readonly erasures: readonly Erasure[];
}

export interface Verdict {
  readonly verdict: 'ANCHORED' | 'OPEN' | 'SELF-CONSISTENT' | 'INVALID' | 'DIVERGED' | 'UNREADABLE';
  /** One keeper was enough: never four eyes. */
  readonly solo: boolean;
  /** A rehearsal proves what was rehearsed, never that the real thing was run. */
  readonly mode: 'live' | 'rehearsal';
  /** Whether every irreversible step that started was confirmed by a key that no page can enrol, nor a page's keepers admit. */
  readonly assurance: 'independent' | 'page-only' | 'none irreversible';
  /** Whether an agent that armed something runs under the server's account. */
  readonly executor: 'embedded' | 'detached';
  readonly reasons: readonly Reason[];
  readonly exit: 0 | 2 | 3 | 8 | 9;
  readonly run: string | null;
  readonly facts: Facts | null;
}

type Claim = 'XCK_INTEGRITY' | 'XCK_AUTHENTICITY' | 'XCK_POLICY';

export function reason(code: Claim, why: string, seq: number | null, invariant: string | null = null): Reason {
  return { code, sentence: refusal(code, { why: why.replace(/\.$/, '') }).sentence, seq, invariant };
}

/** A claim as a condition: no finding where it holds. */
export const unless = (holds: boolean, ...finding: Parameters<typeof reason>): Reason[] =>
  holds ? [] : [reason(...finding)];

const nothing = {
  solo: false,
  mode: 'live',
  assurance: 'none irreversible',
  executor: 'embedded',
  run: null,
  facts: null,
} as const;

/** What makes a verdict less than a live run under four eyes; whoever wants a success accepts each by its word. */
export const LESS = ['solo', 'rehearsal'] as const;
export type Less = (typeof LESS)[number];

export const lessOf = ({ solo, mode }: Pick<Verdict, 'solo' | 'mode'>): Less[] => [
  ...(solo ? (['solo'] as const) : []),
  ...(mode === 'rehearsal' ? (['rehearsal'] as const) : []),
];

export const invalid = (reasons: readonly Reason[], run: string | null = null): Verdict => ({
  ...nothing,
  verdict: 'INVALID',
  exit: 8,
  reasons,
  run,
});

export const unreadable = (why: string): Verdict => ({
  ...nothing,
  verdict: 'UNREADABLE',
  exit: 2,
  reasons: [reason('XCK_INTEGRITY', why, null)],
});

/** Whether two checkpoints of one log prove that it forked: one size, two roots. */
export const diverged = (a: Checkpoint, b: Checkpoint): boolean =>
  a.origin === b.origin && a.size === b.size && !equal(a.root, b.root);
