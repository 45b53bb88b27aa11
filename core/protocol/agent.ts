/** What travels between server and agent, as JSON calls in both directions. Types only; the agent believes none of it before verifying. */
import type { Refusal } from '../errors.ts';
import type { BodyText, FileText } from './frames.ts';

/** A checkpoint, and the proof that its tree continues the one of size `from` that this agent was sent before. */
export interface Grown {
  readonly checkpoint: string;
  readonly from: number;
  readonly consistency: readonly string[];
}

/** The bundle of an open run with nothing withheld; the folder travels by digest. */
export interface Clearance {
  readonly run: string;
  readonly grown: Grown;
  readonly entries: readonly string[];
  readonly proofs: readonly (readonly string[])[];
  readonly trees: readonly { readonly size: number; readonly proof: readonly string[] }[];
  readonly bodies: Readonly<Record<string, BodyText>>;
  readonly runbook: string;
}

/** Base64 body with its salt, as the agent made it. */
export interface AgentSigned {
  readonly statement: BodyText;
  readonly signature: BodyText;
}

export interface ArmedAnswer extends AgentSigned {
  readonly action: BodyText;
  readonly probes: Readonly<Record<string, { readonly body: BodyText; readonly ok: boolean | null }>>;
}

/** Calls that the server makes. A refused call answers `{refusal}`. */
export interface ServerCalls {
  arm: { params: { run: string; step: string; clearance: Clearance }; result: ArmedAnswer };
  /** Answers once the step, or the first item of its wave, has started; what follows comes as `submit`. */
  start: {
    params: { run: string; step: string; nonce: string; clearance: Clearance };
    result: Record<string, never>;
  };
  /** A person has attested to a manual step: the agent looks at its checks and signs the outcome. */
  attested: {
    params: { run: string; step: string; nonce: string; clearance: Clearance };
    result: Record<string, never>;
  };
  /** Stops everything of a nonce that runs, and lets nothing more of it start. */
  abort: {
    params: { run: string; step: string; nonce: string };
    result: { answer: 'stopped' | 'still running' | 'unknown' };
  };
  /** `item` is '' where the step has no waves; offsets and bytes are of the masked output. */
  output: {
    params: { nonce: string; item: string; offset: number };
    result: { offset: number; bytes: string; total: number };
  };
}

export type AgentCommand =
  | ({ readonly type: 'started'; readonly probes: Readonly<Record<string, BodyText>> } & AgentSigned)
  | ({
      readonly type: 'outcome';
      readonly output: { readonly body: BodyText; readonly length: number } | null;
      readonly outputs: BodyText | null;
    } & AgentSigned)
  | {
      readonly type: 'void';
      readonly nonce: string;
      /** `agent`: what is left of a wave that this agent does not go on with. */
      readonly reason: 'agent' | 'clock' | 'drift' | 'expired' | 'probe' | 'window';
      readonly probe: string | null;
      readonly probes: Readonly<Record<string, BodyText>>;
    };

/** Calls that the agent makes. */
export interface AgentCalls {
  /** The first call: the agent's id, its SSHSIG over the challenge of the server's greeting, and the size of the tree that it last verified (0: none). */
  hello: { params: { agent: string; signature: string; size: number }; result: { origin: string } };
  folder: { params: { runbook: string }; result: { files: FileText[] } };
  submit: {
    params: { run: string; command: AgentCommand };
    result: { entry: string; grown: Grown; proof: string[] };
  };
  /** Whether a start with this nonce and item stands in the log; asked after an append that nobody answered. */
  ask: {
    params: { run: string; nonce: string; item: string };
    result: { entry: string | null; grown: Grown; proof: string[] };
  };
  clearance: { params: { run: string }; result: { clearance: Clearance } };
  /** Proof that the tree of size `from`, which the agent verified before, is a prefix of the one of size `to`. */
  consistency: { params: { from: number; to: number }; result: { proof: string[] } };
  /** A piece of live output; nothing waits for it. */
  wrote: {
    params: { run: string; step: string; attempt: number; item: string; offset: number; bytes: string };
    result: Record<string, never>;
  };
}

export type Frame =
  | { readonly kind: 'greeting'; readonly challenge: string }
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly result?: unknown; readonly refusal?: Refusal };
