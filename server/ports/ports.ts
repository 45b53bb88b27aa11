/** What the server takes from the world as arguments, so that tests can give it another clock and other dice. */
import type { VerifyRaw } from '../../core/log/signature.ts';

export interface Ports {
  /** ms since 1970 */
  readonly now: () => number;
  /** Cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly verifyRaw: VerifyRaw;
  /** Calls `then` after `ms`; returns how to call it off. */
  readonly later: (ms: number, then: () => void) => () => void;
}
