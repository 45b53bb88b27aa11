/** The runbook folders: those on the server's disk that could be registered, and those that the log knows. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { base64 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import type { FolderDocument, Home, RunbookSummary } from '../../core/protocol/frames.ts';
import { ok, type Result } from '../../core/result.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import { packFolder } from '../../core/runbook/uses.ts';
import type { Registered } from '../../core/site/state.ts';
import type { AppDeps } from '../app.ts';

const MAX_FILES = 2000;

export const runbookSummary = ({ runbook, id, title, registered, approved, authors }: Registered): RunbookSummary => ({
  ...{ runbook, id, title, registered, approved, authors },
});

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

/** A server without a folder of runbooks takes those that people send. */
export function folders({ runbooks }: AppDeps): Home['folders'] {
  if (!existsSync(runbooks)) return [];
  const names = readdirSync(runbooks, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && hasRunbook(join(runbooks, entry.name)),
  );
  return names.map(({ name }) => {
    const files = packed(runbooks, name);
    const digest = files.ok ? folderDigest(files.value) : files;
    const problems = files.ok
      ? lintFolder(files.value).problems.filter((problem) => problem.severity === 'error').length
      : 1;
    return { name, runbook: digest.ok ? digest.value : null, problems };
  });
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

export function folderDocument(deps: AppDeps, name: string): Result<FolderDocument> {
  if (!folders(deps).some((one) => one.name === name)) return fail('XCK_UNKNOWN', { what: 'folder', name });
  const files = packed(deps.runbooks, name);
  return files.ok ? document(deps, files.value) : files;
}

export function registeredDocument(deps: AppDeps, digest: string): FolderDocument | undefined {
  const files = deps.engine.site.runbooks.has(digest) ? deps.store.folder(digest) : undefined;
  const made = files && document(deps, files);
  return made?.ok ? made.value : undefined;
}

function document({ engine }: AppDeps, files: readonly FolderFile[]): Result<FolderDocument> {
  const digest = folderDigest([...files]);
  if (!digest.ok) return digest;
  const { runbook, problems } = lintFolder([...files]);
  const bad = problems
    .filter((problem) => problem.severity === 'error')
    .map(({ line, column, message, mend }) => `${line}:${column} ${message} ${mend}`);
  if (!runbook) return fail('XCK_INPUT', { where: 'runbook.yaml', why: bad[0] ?? 'unreadable' });
  const found = engine.site.runbooks.get(digest.value);
  return ok({
    runbook: digest.value,
    document: runbook,
    files: files.map(({ path, mode, bytes }) => ({ path, mode, bytes: base64(bytes) })),
    summary: found ? runbookSummary(found) : null,
    yaml_problems: bad,
  });
}
