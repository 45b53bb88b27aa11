/** Everything that anybody can ask of an open run; each arrives with the person or agent that the server authenticated. */

import type { CollectedAct } from '../log/acts.ts';
import type { Body } from '../log/entry.ts';
import type { KeyKind } from '../log/publicKey.ts';
import type { AnswerResult, HoldCause, VoidReason } from '../log/tables.ts';

/** A statement and its signature, salted by whoever takes them in. */
export interface Signed {
  readonly statement: Body;
  readonly signature: Body;
}

/** A signed command of a person. */
type Signs<T extends string> = T extends string ? { readonly type: T; readonly person: string } & Signed : never;

type CollectsSignature<T extends string> = T extends string
  ? { readonly type: T; readonly person: string; readonly content: Body } & Signed
  : never;

export type Command =
  | { readonly type: 'join'; readonly person: string; readonly seat: string; readonly role: string }
  | { readonly type: 'leave'; readonly person: string; readonly seat: string }
  | { readonly type: 'lost'; readonly seat: string }
  | { readonly type: 'back'; readonly seat: string }
  | Signs<'refuse' | 'key'>
  /** `kind` is that of the key by which the signature holds. */
  | (Signs<'confirm'> & { readonly kind: KeyKind })
  /** `content` is the JCS of the statement's; where others have signed the same, theirs is kept. */
  | CollectsSignature<CollectedAct>
  /** A manual step's attestation: its result and evidence stand in the statement. */
  | Signs<'attest'>
  | {
      readonly type: 'answer';
      readonly person: string;
      readonly question: string;
      readonly result: AnswerResult;
      /** JCS `{"evidence":text|null,"value":text}` */
      readonly answer: Body;
    }
  | {
      readonly type: 'poll';
      readonly person: string;
      readonly gate: string;
      readonly vote: 'go' | 'no-go';
      /** JCS string: the objection. */
      readonly text: Body | null;
    }
  | {
      readonly type: 'update';
      readonly person: string;
      readonly hold: string;
      readonly nextUpdate?: number;
      readonly conditions?: Readonly<Record<string, string>>;
      readonly met?: readonly string[];
      readonly stance?: 'agree' | 'dissent';
      /** JCS of the hold's document, as it stands after this update. */
      readonly answer: Body;
    }
  /** A new version of the roster, with those of this run whom it takes something; `called`: somebody else than its owner suspended a key. */
  | {
      readonly type: 'roster';
      readonly roster: string;
      readonly struck: Readonly<Record<string, readonly string[]>>;
      readonly called: boolean;
    }
  /** The step's `when` is false; whoever submits has evaluated it. */
  | { readonly type: 'skip'; readonly step: string }
  | { readonly type: 'clock'; readonly clock: string }
  | { readonly type: 'withdraw'; readonly person: string; readonly step: string }
  | { readonly type: 'hold'; readonly person: string; readonly text: Body | null }
  /** A hold was called on this run's runbook; `of` is its entry. */
  | { readonly type: 'holdRunbook' }
  | { readonly type: 'abort'; readonly person: string; readonly step: string }
  | ({
      readonly type: 'armed';
      readonly agent: string;
      readonly askedBy: string;
      readonly action: Body;
      readonly probes: Readonly<Record<string, { readonly body: Body; readonly ok: boolean | null }>>;
    } & Signed)
  | ({ readonly type: 'started'; readonly agent: string; readonly probes: Readonly<Record<string, Body>> } & Signed)
  | ({
      readonly type: 'outcome';
      readonly agent: string;
      readonly output: { readonly body: Body; readonly length: number } | null;
      /** JCS object of the declared outputs. */
      readonly outputs: Body | null;
    } & Signed)
  | {
      readonly type: 'void';
      readonly by: string;
      readonly nonce: string;
      readonly reason: Exclude<VoidReason, 'decided' | 'wave'>;
      readonly probe?: string;
      readonly probes: Readonly<Record<string, Body>>;
    }
  | { readonly type: 'fault'; readonly cause: Exclude<HoldCause, 'person' | 'objection' | 'roster' | 'runbook'> };

/** A command whose signature nobody has looked at yet: the key, and so its kind, is not known. */
export type Arriving = Exclude<Command, { readonly type: 'confirm' }> | Signs<'confirm'>;

/** What the server has to do once the entries are durable. */
export type Effect =
  /** The agent takes the clearance and, if it agrees, starts the command. */
  | { readonly type: 'start'; readonly run: string; readonly agent: string; readonly nonce: string }
  /** A person has attested to a manual step that this agent started. */
  | { readonly type: 'attested'; readonly run: string; readonly agent: string; readonly nonce: string }
  /** Append `clock.passed` when this instant (ms) comes. */
  | { readonly type: 'pass'; readonly run: string; readonly clock: string; readonly at: number }
  | { readonly type: 'abort'; readonly run: string; readonly agent: string; readonly nonce: string }
  /** Void the arming of this nonce when this instant (ms) comes. */
  | { readonly type: 'expire'; readonly run: string; readonly nonce: string; readonly at: number };
