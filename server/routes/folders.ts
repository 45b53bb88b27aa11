/** Runbook folders as documents: those on the server's disk that could be registered, and those that the log knows. */
import { base64 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import type { FolderDocument, RunbookSummary } from '../../core/protocol/frames.ts';
import { ok, type Result } from '../../core/result.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import type { Registered } from '../../core/site/state.ts';
import type { AppDeps } from '../app.ts';

export const runbookSummary = ({ runbook, id, title, registered, approved, authors }: Registered): RunbookSummary => ({
  ...{ runbook, id, title, registered, approved, authors },
});

export function folderDocument(deps: AppDeps, name: string): Result<FolderDocument> {
  const files = deps.folders.files(name);
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
