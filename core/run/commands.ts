/** Everything that anybody can ask of an open run; each arrives with the person or agent that the server authenticated. */
import type { Body } from '../log/entry.ts';
import type { HoldCause, VoidReason } from '../log/tables.ts';

/** A statement and its signature, salted by whoever takes them in. */
export interface Signed {
  readonly statement: Body;
  readonly signature: Body;
}

/** A signed command of a person. */
type Signs<T extends string> = T extends string ? { readonly type: T; readonly person: string } & Signed : never;

export type Command =
  | { readonly type: 'join'; readonly person: string; readonly seat: string; readonly role: string }
  | { readonly type: 'leave'; readonly person: string; readonly seat: string }
  | { readonly type: 'lost'; readonly seat: string }
  | { readonly type: 'back'; readonly seat: string }
  | Signs<'confirm' | 'refuse' | 'key' | 'lift' | 'close'>
  | { readonly type: 'withdraw'; readonly person: string; readonly step: string }
  | { readonly type: 'hold'; readonly person: string; readonly text: Body | null }
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
    } & Signed)
  | {
      readonly type: 'void';
      readonly by: string;
      readonly nonce: string;
      readonly reason: VoidReason;
      readonly probe?: string;
      readonly probes: Readonly<Record<string, Body>>;
    }
  | { readonly type: 'fault'; readonly cause: Exclude<HoldCause, 'person'> };

/** What the server has to do once the entries are durable. */
export type Effect =
  /** The agent takes the clearance and, if it agrees, starts the command. */
  | { readonly type: 'start'; readonly run: string; readonly agent: string; readonly nonce: string }
  | { readonly type: 'abort'; readonly run: string; readonly agent: string; readonly nonce: string }
  /** Void the arming of this nonce when this instant (ms) comes. */
  | { readonly type: 'expire'; readonly run: string; readonly nonce: string; readonly at: number };
