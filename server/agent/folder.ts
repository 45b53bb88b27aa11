/** Read-only copies of runbook folders under their digests: what runs is exactly what was registered. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';

const changed = () => fail('XCK_CLEARANCE', { why: 'the agent’s copy of the runbook folder was changed' });

/** Returns a function that keeps folders below `root`; a copy that was changed on disk is refused, never used and never mended. */
export function folderKeeper(root: string): (digest: string, files: readonly FolderFile[]) => Result<string> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return (digest, files) => {
    const own = folderDigest(files);
    if (!own.ok) return own;
    if (own.value !== digest)
      return fail('XCK_CLEARANCE', { why: 'the runbook folder is not the one that was approved' });
    const folder = join(root, digest.replace('sha256:', ''));
    if (!existsSync(folder)) write(folder, files);
    const there = readFolder(folder);
    if (there === undefined) return changed();
    const found = folderDigest(there);
    return found.ok && found.value === digest ? ok(folder) : changed();
  };
}

/** Writes the whole folder beside its place and renames it, so that a crash leaves no half of one under the digest. */
function write(folder: string, files: readonly FolderFile[]): void {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const { path, bytes, mode } of files) {
    const file = join(fresh, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { flush: true });
    chmodSync(file, mode === '0755' ? 0o555 : 0o444);
  }
  const folders = [
    fresh,
    ...entries(fresh)
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name)),
  ];
  for (const one of folders) sync(one);
  renameSync(fresh, folder);
  sync(dirname(folder));
}

const entries = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true });

function sync(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** Returns what lies there; undefined where something is neither a directory nor a regular file. */
function readFolder(folder: string): FolderFile[] | undefined {
  if (!lstatSync(folder).isDirectory()) return undefined;
  const inside = entries(folder).filter((entry) => !entry.isDirectory());
  if (!inside.every((entry) => entry.isFile())) return undefined;
  return inside.map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return {
      path: relative(folder, file),
      bytes: readFileSync(file),
      mode: lstatSync(file).mode & 0o100 ? '0755' : '0644',
    };
  });
}
