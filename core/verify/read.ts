/** From a bundle's lines to entries with their bodies and proofs; an entry that cannot be read is a finding, not a hole. */
import { fromBase64, fromUtf8 } from '../bytes/encoding.ts';
import { digest } from '../bytes/hash.ts';
import type { Body, Sealed } from '../log/entry.ts';
import { ENTRY_LIMITS, parseEntry } from '../log/parse.ts';
import type { Entry, EntryType } from '../log/tables.ts';
import type { Bundle } from '../record/bundle.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** An entry that fits the table, with the bodies at hand and its inclusion proof. */
export interface Leaf<E extends Entry = Entry> extends Sealed<E> {
  readonly proof: readonly Uint8Array[];
}

export const isType = <T extends EntryType>(leaf: Leaf, type: T): leaf is Leaf<Extract<Entry, { type: T }>> =>
  leaf.entry.type === type;

/** Findings about lines that are no entries; a file with this many is bad enough, and a hostile one has millions. */
const MOST = 100;

/** The seq that unreadable bytes claim, so that the finding still points somewhere. */
function claimedSeq(bytes: Uint8Array): number | null {
  const found = /"seq":(\d{1,15})[,}]/.exec(fromUtf8(bytes.subarray(0, ENTRY_LIMITS.maxBytes)) ?? '')?.[1];
  return found === undefined ? null : Number(found);
}

/** The bodies of an entry that are here, by name. */
export const bodiesAtHand = (bundle: Pick<Bundle, 'bodies'>, entry: Entry): Record<string, Body> =>
  Object.fromEntries(
    Object.entries(entry.bodies ?? {}).flatMap(([name, named]) => {
      const body = bundle.bodies.get(named);
      return body ? [[name, body] as const] : [];
    }),
  );

const hashes = (proof: readonly string[]): Uint8Array[] => proof.map((hash) => fromBase64(hash) ?? new Uint8Array());

interface Read {
  readonly leaves: Leaf[];
  readonly reasons: Reason[];
}

/** Checks that every line is an entry of the table, in canonical bytes, with a proof beside it. */
export function readLeaves(bundle: Bundle): Read {
  const { leaves, reasons } = readEntries(bundle.entries, (entry, index) => ({
    bodies: bodiesAtHand(bundle, entry),
    proof: hashes(bundle.proofs[index] ?? []),
  }));
  const [entries, proofs] = [bundle.entries.length, bundle.proofs.length];
  const why = `there are ${entries} entries and ${proofs} proofs`;
  return { leaves, reasons: [...unless(entries === proofs, 'XCK_INTEGRITY', why, null, 'I1'), ...reasons] };
}

/** Strings that many entries have, each kept once: of a large log they would be a third of what is held. */
class Shared {
  readonly #texts = new Map<string, string>();
  /** The newest digest of each run, which its next entry names. */
  readonly #heads = new Map<string, string>();

  /** Returns the entry with the strings that were met before. */
  of(entry: Entry, own: string): Entry {
    const { actor, log, type } = entry;
    const common = { actor: this.#text(actor), log: this.#text(log), type: this.#text(type) };
    if (!('run' in entry)) return Object.assign(entry, common);
    const [run, head] = [this.#text(entry.run), this.#heads.get(entry.run)];
    this.#heads.set(run, own);
    return Object.assign(entry, common, { run }, head !== undefined && entry.prev === head ? { prev: head } : {});
  }

  #text(text: string): string {
    const before = this.#texts.get(text);
    if (before === undefined) this.#texts.set(text, text);
    return before ?? text;
  }
}

/** Checks that every line is an entry of the table, in canonical bytes; `beside` is what stands beside it. */
export function readEntries(
  lines: readonly Uint8Array[],
  beside: (entry: Entry, index: number) => Pick<Leaf, 'bodies' | 'proof'>,
): Read {
  const leaves: Leaf[] = [];
  const reasons: Reason[] = [];
  const shared = new Shared();
  for (const [index, bytes] of lines.entries()) {
    const read = parseEntry(bytes);
    if (read.ok) {
      const own = digest(bytes);
      leaves.push({ entry: shared.of(read.value, own), bytes, digest: own, ...beside(read.value, index) });
    } else if (reasons.length < MOST)
      reasons.push(
        reason('XCK_INTEGRITY', `line ${index + 1} of the entries: ${read.refusal.sentence}`, claimedSeq(bytes), 'I1'),
      );
  }
  return { leaves, reasons };
}
