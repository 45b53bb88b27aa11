/** The newest tree of a log that this machine has verified; nothing is signed over a tree that does not continue it. */
import { base64, equal, fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { type Checkpoint, openCheckpoint } from '../../core/log/checkpoint.ts';
import { verifyConsistency } from '../../core/log/merkle.ts';
import type { Trust } from '../../core/record/trust.ts';
import { verifyRaw } from '../ports/verify.ts';
import { deny, must } from './exits.ts';
import type { Api } from './http.ts';
import type { StateFiles } from './state-files.ts';

/** The line `tree` of a statement. */
export const treeLine = ({ size, root }: Pick<Checkpoint, 'size' | 'root'>): string => `${size} ${base64(root)}`;

/** Opens a checkpoint that the trusted log key must have signed. */
export const openTree = async (trust: Trust, note: string): Promise<Checkpoint> =>
  must(await openCheckpoint(utf8(note), trust.origin, trust.logKey.raw, verifyRaw));

/** Where trees come from, and what was verified here when the word began. */
export interface Known {
  readonly api: Api;
  readonly files: StateFiles;
  /** Line of the newest tree that was verified before this word began; null where there was none. */
  readonly floor: string | null;
}

/**
 * Checks that `tree` and the newest one verified here are one history, and keeps the newest. XCK_FORK where they are
 * not, or where the log was longer when this word began. Another word of the same person may have verified a longer
 * one meanwhile; then this tree is proved to be its beginning.
 */
export async function continues({ api, files, floor }: Known, tree: Checkpoint): Promise<void> {
  const log = files.log(tree.origin);
  if (!log) return;
  const began = kept(floor);
  if (began && began.size > tree.size)
    forked(`of ${tree.size} entries, older than the one of ${began.size} that was verified here`);
  const newest = kept(log.tree);
  if (newest && newest.size > tree.size) return grown(api, tree, newest);
  if (newest) await grown(api, newest, tree);
  keepLonger(files, tree);
}

/** What another word kept while the proof was fetched is not made shorter. */
function keepLonger(files: StateFiles, tree: Checkpoint): void {
  const log = files.log(tree.origin);
  if (log && (kept(log.tree)?.size ?? 0) <= tree.size) files.keepLog({ ...log, tree: treeLine(tree) });
}

function kept(line: string | null): Tree | undefined {
  const [size, encoded = ''] = (line ?? '').split(' ');
  const root = fromBase64(encoded);
  return root?.length === 32 ? { size: Number(size), root } : undefined;
}

const forked = (why: string) => deny('XCK_FORK', { why });

type Tree = Pick<Checkpoint, 'size' | 'root'>;

/** Checks that `before` is the beginning of `tree`. */
async function grown(api: Api, before: Tree, tree: Tree): Promise<void> {
  if (before.size === tree.size) {
    if (!equal(before.root, tree.root)) forked(`of ${tree.size} entries with another root than was verified here`);
    return;
  }
  const { proof } = await api.get<{ proof: string[] }>(`/api/log/consistency?from=${before.size}&to=${tree.size}`);
  const hashes = proof.map((one) => fromBase64(one) ?? new Uint8Array());
  if (!verifyConsistency(before.size, tree.size, before.root, tree.root, hashes))
    forked(`of ${tree.size} entries that does not continue the one of ${before.size}`);
}
