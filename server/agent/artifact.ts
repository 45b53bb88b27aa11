/** Checks a backup's artifact: there, a regular file, big and young enough; its digest is streamed. It never changes the file. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Do } from '../../core/runbook/runbook.ts';

export interface Artifact {
  readonly digest: string;
  readonly size: number;
}

type Promised = Extract<Do, { kind: 'backup' }>['artifact'];

/** How far in the future a file may seem to lie where its disk has a clock of its own. */
const SKEW_MS = 2000;

/** Returns what the artifact is, or null where it is not what was promised; max_age in ms, min_size in bytes. */
export async function checkArtifact(promised: Promised, cwd: string): Promise<Artifact | null> {
  // Non-blocking, so that a pipe in its place is looked at and not waited for; a link is not followed.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(resolve(cwd, promised.path), flags).catch(() => null);
  if (file === null) return null;
  try {
    return await readArtifact(file, promised);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

async function readArtifact(file: FileHandle, { min_size, max_age }: Promised): Promise<Artifact | null> {
  const before = await file.stat();
  const age = Date.now() - before.mtimeMs;
  if (!before.isFile() || before.size < (min_size ?? 0)) return null;
  if (max_age !== null && (age > max_age || age < -SKEW_MS)) return null;
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  // Somebody who still writes it has not finished the backup.
  const after = await file.stat();
  if (size !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) return null;
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
