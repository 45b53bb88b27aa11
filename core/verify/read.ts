/** From a bundle's lines to entries with their bodies and proofs; an entry that cannot be read is a finding, not a hole. */
import { fromBase64, fromUtf8 } from '../bytes/encoding.ts';
import { digest } from '../bytes/hash.ts';
import type { Body, Sealed } from '../log/entry.ts';
import { parseEntry } from '../log/parse.ts';
import type { Entry, EntryType } from '../log/tables.ts';
import type { Bundle } from '../record/bundle.ts';
import { type Reason, reason } from './verdict.ts';

/** An entry that fits the table, with the bodies at hand and its inclusion proof. */
export interface Leaf<E extends Entry = Entry> extends Sealed<E> {
  readonly proof: readonly Uint8Array[];
}

export const isType = <T extends EntryType>(leaf: Leaf, type: T): leaf is Leaf<Extract<Entry, { type: T }>> =>
  leaf.entry.type === type;

/** The seq that unreadable bytes claim, so that the finding still points somewhere. */
function claimedSeq(bytes: Uint8Array): number | null {
  const found = /"seq":(\d{1,15})[,}]/.exec(fromUtf8(bytes) ?? '')?.[1];
  return found === undefined ? null : Number(found);
}

const bodiesAtHand = (bundle: Bundle, entry: Entry): Record<string, Body> =>
  Object.fromEntries(
    Object.entries(entry.bodies ?? {}).flatMap(([name, named]) => {
      const body = bundle.bodies.get(named);
      return body ? [[name, body] as const] : [];
    }),
  );

const hashes = (proof: readonly string[]): Uint8Array[] => proof.map((hash) => fromBase64(hash) ?? new Uint8Array());

/** Checks that every line is an entry of the table, in canonical bytes, with a proof beside it. */
export function readLeaves(bundle: Bundle): { readonly leaves: Leaf[]; readonly reasons: Reason[] } {
  const leaves: Leaf[] = [];
  const reasons: Reason[] = [];
  if (bundle.proofs.length !== bundle.entries.length)
    reasons.push(
      reason(
        'XCK_INTEGRITY',
        `there are ${bundle.entries.length} entries and ${bundle.proofs.length} proofs`,
        null,
        'I1',
      ),
    );
  for (const [index, bytes] of bundle.entries.entries()) {
    const entry = parseEntry(bytes);
    if (entry.ok) {
      const proof = hashes(bundle.proofs[index] ?? []);
      leaves.push({
        entry: entry.value,
        bytes,
        digest: digest(bytes),
        bodies: bodiesAtHand(bundle, entry.value),
        proof,
      });
    } else
      reasons.push(
        reason('XCK_INTEGRITY', `line ${index + 1} of the entries: ${entry.refusal.sentence}`, claimedSeq(bytes), 'I1'),
      );
  }
  return { leaves, reasons };
}
