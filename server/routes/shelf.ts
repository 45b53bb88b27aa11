/** The runbook folders on the server's disk, as they are now. It reads them and writes nothing. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fail } from '../../core/errors.ts';
import type { Home } from '../../core/protocol/frames.ts';
import { ok, type Result } from '../../core/result.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import type { lintFolder } from '../../core/runbook/lint.ts';
import { packFolder } from '../../core/runbook/uses.ts';

const MAX_FILES = 2000;

export interface FolderShelf {
  list(): Home['folders'];
  /** A folder with those beside it that its runbook uses, below `use/<name>/`. XCK_UNKNOWN, XCK_INPUT */
  files(name: string): Result<FolderFile[]>;
}

/** Opens the directory that holds the folders; a server without one takes those that people send. */
export function folderShelf(directory: string, lint: typeof lintFolder): FolderShelf {
  /** Errors that lint finds, by folder: looked for again only when a byte of it has changed. */
  const linted = new Map<string, { readonly digest: string; readonly errors: number }>();
  const errorsOf = (name: string, digest: string, files: readonly FolderFile[]): number => {
    const known = linted.get(name);
    if (known?.digest === digest) return known.errors;
    const errors = lint(files).problems.filter(({ severity }) => severity === 'error').length;
    linted.set(name, { digest, errors });
    return errors;
  };
  const names = (): string[] =>
    existsSync(directory)
      ? readdirSync(directory, { withFileTypes: true })
          .filter((entry) => entry.isDirectory() && hasRunbook(join(directory, entry.name)))
          .map(({ name }) => name)
      : [];
  return {
    list: () =>
      names().map((name) => {
        const files = packed(directory, name);
        const digest = files.ok ? folderDigest(files.value) : files;
        return files.ok && digest.ok
          ? { name, runbook: digest.value, problems: errorsOf(name, digest.value, files.value) }
          : { name, runbook: null, problems: 1 };
      }),
    files: (name) => (names().includes(name) ? packed(directory, name) : fail('XCK_UNKNOWN', { what: 'folder', name })),
  };
}

/** A folder's regular files with their modes; links, devices and what lies too deep are refused by name. */
export function readFolder(root: string): Result<FolderFile[]> {
  const files: FolderFile[] = [];
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path);
    if (entry.isDirectory()) continue;
    if (!entry.isFile()) return fail('XCK_INPUT', { where: name, why: 'not a regular file' });
    if (files.length === MAX_FILES) return fail('XCK_INPUT', { where: name, why: `more than ${MAX_FILES} files` });
    files.push({ path: name, bytes: readFileSync(path), mode: statSync(path).mode & 0o100 ? '0755' : '0644' });
  }
  return ok(files);
}

/** A folder with those beside it that its runbook uses, below `use/<name>/`. */
function packed(runbooks: string, name: string): Result<FolderFile[]> {
  const files = readFolder(join(runbooks, name));
  if (!files.ok) return files;
  const beside = (other: string) => {
    const path = join(runbooks, other);
    const found = existsSync(path) && hasRunbook(path) ? readFolder(path) : undefined;
    return found?.ok ? found.value : undefined;
  };
  const whole = packFolder(files.value, beside);
  if ('files' in whole) return ok(whole.files);
  const [bad] = whole.problems;
  return fail('XCK_INPUT', {
    where: `${bad?.file}:${bad?.line}:${bad?.column}`,
    why: bad?.message ?? 'it is not whole',
  });
}

const hasRunbook = (folder: string): boolean => readdirSync(folder).includes('runbook.yaml');
