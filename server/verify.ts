/** The verifier as a library, `crosscheck/verify`: files in, verdicts out. It starts nothing, asks no server and reads no disk. */
import { parseTrust } from '../core/record/trust.ts';
import { ok } from '../core/result.ts';
import type { Less } from '../core/verify/verify.ts';
import { type FileVerdict, verifyAny } from '../core/verify/whole.ts';
import { rememberingVerifier } from './ports/verify.ts';

export type { Facts, Less, Reason, Signature, Verdict } from '../core/verify/verify.ts';
export type { FileVerdict, LogFacts, LogVerdict, RunVerdict } from '../core/verify/whole.ts';

export interface Options {
  /** The text of the trust file, which came by another way than the record; without it a record is SELF-CONSISTENT at best. */
  readonly trust?: string;
  /** What is less than a live run under four eyes and yet taken for a success. */
  readonly accept?: readonly Less[];
}

/**
 * Verifies the bytes of a run's record or of a whole log, whichever they are. Whatever the bytes are, the answer is a
 * verdict; it throws a TypeError for a trust text that is none.
 */
export async function verify(file: Uint8Array, { trust, accept = [] }: Options = {}): Promise<FileVerdict> {
  const root = trust === undefined ? ok(null) : parseTrust(trust);
  if (!root.ok) throw new TypeError(root.refusal.sentence);
  return verifyAny(file, root.value, rememberingVerifier(), { accept });
}
