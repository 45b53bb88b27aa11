/** A receipt held against a record that holds: whether the log has two histories. It never makes a record better. */
import { equal, fromBase64, utf8 } from '../bytes/encoding.ts';
import { fail } from '../errors.ts';
import { type Checkpoint, openCheckpoint } from '../log/checkpoint.ts';
import { refOf } from '../log/entry.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { chainOf, parseEntry } from '../log/parse.ts';
import type { VerifyRaw } from '../log/signature.ts';
import type { Entry } from '../log/tables.ts';
import { isReceipt, parseReceipt, type Receipt } from '../record/receipt.ts';
import type { Trust } from '../record/trust.ts';
import { ok, type Result } from '../result.ts';
import { diverged, type Facts } from './verdict.ts';

/** What a verification tells of the log: of a run its record alone, of a whole log every entry, and its root at every size. */
export interface Told extends Pick<Facts, 'checkpoint' | 'entries'> {
  /** Null where every run is told. */
  readonly run: string | null;
  readonly rootAt?: (size: number) => Uint8Array;
}

/**
 * Why the log cannot be the one of what somebody kept, a receipt or a bare checkpoint, so that it has two histories;
 * null where it can. XCK_BYTES where the log key signed no such thing, or the receipt does not hold in itself.
 */
export async function contradicted(
  told: Told,
  kept: Uint8Array,
  trust: Trust,
  verifyRaw: VerifyRaw,
): Promise<Result<string | null>> {
  if (isReceipt(kept)) {
    const receipt = await openReceipt(kept, trust, verifyRaw);
    if (!receipt.ok) return receipt;
    const { checkpoint, entry, bytes } = receipt.value;
    return ok(otherTree(told, checkpoint) ?? lacking(told, entry, bytes));
  }
  const signed = await openCheckpoint(kept, trust.origin, trust.logKey.raw, verifyRaw);
  return signed.ok ? ok(otherTree(told, signed.value)) : signed;
}

/** What a receipt proves: that this entry lies in this tree of the trusted log. */
export interface Proved {
  readonly entry: Entry;
  readonly bytes: Uint8Array;
  readonly checkpoint: Checkpoint;
}

/** Opens a receipt of the trusted log; XCK_BYTES where it does not hold in itself. */
export async function openReceipt(kept: Uint8Array, trust: Trust, verifyRaw: VerifyRaw): Promise<Result<Proved>> {
  const receipt = parseReceipt(kept);
  if (!receipt.ok) return receipt;
  const note = utf8(receipt.value.checkpoint);
  const signed = await openCheckpoint(note, trust.origin, trust.logKey.raw, verifyRaw);
  if (!signed.ok) return signed;
  const entry = entryOf(receipt.value, signed.value);
  return entry.ok ? ok({ entry: entry.value, bytes: receipt.value.entry, checkpoint: signed.value }) : entry;
}

function otherTree({ checkpoint, rootAt }: Told, signed: Checkpoint): string | null {
  const { size, root } = signed;
  const known = rootAt !== undefined && size <= checkpoint.size;
  const forked = diverged(checkpoint, signed) || (known && !equal(rootAt(size), root));
  return forked ? `two trees of ${size} entries with different roots were signed` : null;
}

/** The entry of a receipt, which must lie where the receipt says in the tree that was signed. */
function entryOf({ entry: bytes, index, proof }: Receipt, { size, root }: Checkpoint): Result<Entry> {
  const entry = parseEntry(bytes);
  if (!entry.ok) return entry;
  const path = proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
  const holds = entry.value.seq === index && verifyInclusion(index, size, leafHash(bytes), path, root);
  return holds ? entry : fail('XCK_BYTES', { what: 'a receipt', why: 'its entry is not in the tree that was signed' });
}

function lacking({ checkpoint, entries, run }: Told, entry: Entry, bytes: Uint8Array): string | null {
  const { seq, type } = entry;
  if (seq >= checkpoint.size) return null;
  const found = entries.find((one) => one.entry.seq === seq);
  if (found) return equal(found.bytes, bytes) ? null : `its entry ${seq} is another than the one in the receipt`;
  return run === null || isPartOf(entry, run, entries)
    ? `it lacks entry ${seq} (${type}), which the receipt proves was in the log`
    : null;
}

/** Whether every record of the run has the entry: it is the run's, of the chains of roster and holds, or about its close. */
function isPartOf(entry: Entry, run: string, entries: Told['entries']): boolean {
  if ('run' in entry) return entry.run === run;
  if (['roster', 'holds'].includes(chainOf(entry.type, entry))) return true;
  return 'about' in entry && entries.some((one) => one.entry.type === 'run.closed' && refOf(one) === entry.about);
}
