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

/** Checks that `tree` continues the newest one verified here, and keeps it as the newest. XCK_FORK where it does not. */
export async function continues(api: Api, files: StateFiles, tree: Checkpoint): Promise<void> {
  const log = files.log(tree.origin);
  if (!log) return;
  const before = kept(log.tree);
  if (before) await grown(api, before, tree);
  files.keepLog({ ...log, tree: treeLine(tree) });
}

function kept(line: string | null): Pick<Checkpoint, 'size' | 'root'> | undefined {
  const [size, encoded = ''] = (line ?? '').split(' ');
  const root = fromBase64(encoded);
  return root?.length === 32 ? { size: Number(size), root } : undefined;
}

const forked = (why: string) => deny('XCK_FORK', { why });

async function grown(api: Api, before: Pick<Checkpoint, 'size' | 'root'>, tree: Checkpoint): Promise<void> {
  if (before.size > tree.size)
    forked(`of ${tree.size} entries, older than the one of ${before.size} that was verified here`);
  if (before.size === tree.size) {
    if (!equal(before.root, tree.root)) forked(`of ${tree.size} entries with another root than was verified here`);
    return;
  }
  const { proof } = await api.get<{ proof: string[] }>(`/api/log/consistency?from=${before.size}&to=${tree.size}`);
  const hashes = proof.map((one) => fromBase64(one) ?? new Uint8Array());
  if (!verifyConsistency(before.size, tree.size, before.root, tree.root, hashes))
    forked(`of ${tree.size} entries that does not continue the one of ${before.size}`);
}
