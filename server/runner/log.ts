/** The append-only log over a store: sealed entries become durable, then a checkpoint covers them. Nothing is acknowledged before that. */
import { base64, fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { type Checkpoint, checkpointBody, formatNote, keyId } from '../../core/log/checkpoint.ts';
import { bodyDigest, type Sealed } from '../../core/log/entry.ts';
import {
  append as addLeaf,
  consistencyProof,
  inclusionProof,
  leafHash,
  type Node,
  type Nodes,
  rootOf,
} from '../../core/log/merkle.ts';
import { erasedIn } from '../../core/site/redaction.ts';
import type { LogStore, RunRow } from '../store/store.ts';

export interface LogKey {
  readonly raw: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export interface Log {
  readonly origin: string;
  readonly size: number;
  /** The newest checkpoint, a C2SP signed note. */
  readonly checkpoint: string;
  /** Time of the newest entry; the next one's is never below it. */
  readonly lastTs: number;
  /**
   * Makes the entries durable, `after` a closed run where they come after one, erases the bodies that they say are
   * erased, and covers them with a checkpoint. Throws when the disk fails; then the log is `failed` for good.
   */
  append(entries: readonly Sealed[], runs?: readonly RunRow[], after?: string | null): void;
  readonly failed: string | null;
  rootAt(size: number): string | undefined;
  inclusion(seq: number): string[];
  consistency(from: number, to: number): string[];
}

/**
 * Opens the log at the store's end and signs its checkpoint anew: Ed25519 is deterministic, so no second write is needed.
 * `durable` is told each tree once it is on the disk, before anybody is answered; where it throws, the log stops.
 */
export function openLog(
  store: LogStore,
  origin: string,
  key: LogKey,
  durable: (tree: Checkpoint) => void = () => {},
): Log {
  let size = store.size();
  let lastTs = lastTime(store, size);
  const tree = (): Checkpoint => ({ origin, size, root: rootOf(size, store.node) });
  let checkpoint = sign(tree(), key);
  let failed: string | null = null;

  const append = (entries: readonly Sealed[], runs: readonly RunRow[] = [], after: string | null = null) => {
    if (failed !== null) throw new Error(failed);
    const nodes = newNodes(size, entries, store.node);
    const rows = entries.map(({ entry, bytes }) => ({
      seq: entry.seq,
      type: entry.type,
      run: 'run' in entry ? entry.run : null,
      after,
      bytes,
    }));
    const bodies = entries.flatMap((sealed) =>
      Object.values(sealed.bodies).map((body) => ({ digest: bodyDigest(body), body })),
    );
    try {
      store.append({ entries: rows, nodes, bodies, erased: [...erasedIn(entries)], runs });
      size += entries.length;
      lastTs = entries.at(-1)?.entry.ts ?? lastTs;
      const grown = tree();
      checkpoint = sign(grown, key);
      durable(grown);
    } catch (error) {
      // What reached the disk is unknown now; only reopening can tell, so nothing more is taken.
      failed = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };

  return {
    origin,
    append,
    get size() {
      return size;
    },
    get checkpoint() {
      return checkpoint;
    },
    get lastTs() {
      return lastTs;
    },
    get failed() {
      return failed;
    },
    rootAt: (at) => (at >= 1 && at <= size ? base64(rootOf(at, store.node)) : undefined),
    inclusion: (seq) => inclusionProof(seq, size, store.node).map(base64),
    consistency: (from, to) => consistencyProof(from, to, store.node).map(base64),
  };
}

/** The signed note of a tree. */
function sign(tree: Checkpoint, key: LogKey): string {
  const { origin } = tree;
  const body = checkpointBody(tree);
  return formatNote(body, [{ name: origin, keyId: keyId(origin, key.raw), signature: key.sign(utf8(body)) }]);
}

/** Nodes of one batch build on each other before any of them is stored. */
function newNodes(size: number, entries: readonly Sealed[], stored: Nodes): Node[] {
  const fresh = new Map<string, Uint8Array>();
  const lookup: Nodes = (level, index) => fresh.get(`${level}/${index}`) ?? stored(level, index);
  return entries.flatMap(({ bytes }, offset) => {
    const made = addLeaf(size + offset, leafHash(bytes), lookup);
    for (const { level, index, hash } of made) fresh.set(`${level}/${index}`, hash);
    return made;
  });
}

function lastTime(store: LogStore, size: number): number {
  const last = size > 0 ? store.entry(size - 1) : undefined;
  return last ? (JSON.parse(new TextDecoder().decode(last.bytes)) as { ts: number }).ts : 0;
}

/** Reads `<size> <base64 root>`; undefined where it is no tree. */
export function parseTree(text: string): { size: number; root: string } | undefined {
  const [size, root] = text.split(' ');
  return size && root && fromBase64(root)?.length === 32 ? { size: Number(size), root } : undefined;
}
