/** The documents of the first page: runs, runbooks, and the folders on disk that could be registered. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { base64 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import type { FolderDocument, Home, RunbookSummary, RunSummary } from '../../core/protocol/frames.ts';
import { ok, type Result } from '../../core/result.ts';
import { seatOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import type { AppDeps } from '../app.ts';
import type { LiveRun } from '../runner/runs.ts';

const LAST = 50;
const MAX_FILES = 2000;

export function home(deps: AppDeps, person: string): Home {
  const { engine, store } = deps;
  const ids = store.runs().slice(-LAST).reverse();
  const runs = ids.flatMap(({ run }) => {
    const live = engine.run(run);
    return live ? [summary(live, person)] : [];
  });
  const runbooks = [...engine.site.runbooks.values()].map(({ leads: _, registeredBy: __, ...rest }) => rest);
  return { runs, runbooks, folders: folders(deps), names: store.names() };
}

function summary(live: LiveRun, person: string): RunSummary {
  const context = contextOf(live.state);
  const { runbook, arming, closed, holds } = context;
  const seat = seatOf(context, person);
  const step = runbook.steps.find((one) => context.outcomes[one.id] !== 'finished');
  const free = Object.entries(runbook.crew).filter(
    ([name, { roles }]) => !context.seats[name] && roles.some((role) => context.roles[person]?.includes(role)),
  );
  const asked =
    arming &&
    !arming.keyed &&
    step?.by.includes(seat ?? '') &&
    !arming.confirmations.some((one) => one.person === person);
  return {
    run: live.state.facts.run,
    title: runbook.title,
    runbook_id: runbook.id,
    opened_at: live.state.facts.openedAt,
    lead: context.lead,
    state: closed ?? (holds.length > 0 ? 'held' : 'open'),
    step: step?.id ?? null,
    seats: seat === undefined && closed === null ? free.map(([name]) => name) : [],
    waiting: Boolean(asked),
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

function folders({ runbooks }: AppDeps): Home['folders'] {
  const names = readdirSync(runbooks, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && hasRunbook(join(runbooks, entry.name)),
  );
  return names.map(({ name }) => {
    const files = readFolder(join(runbooks, name));
    const digest = files.ok ? folderDigest(files.value) : files;
    const problems = files.ok
      ? lintFolder(files.value).problems.filter((problem) => problem.severity === 'error').length
      : 1;
    return { name, runbook: digest.ok ? digest.value : null, problems };
  });
}

const hasRunbook = (folder: string): boolean => readdirSync(folder).includes('runbook.yaml');

export function folderDocument(deps: AppDeps, name: string): Result<FolderDocument> {
  if (!folders(deps).some((one) => one.name === name)) return fail('XCK_UNKNOWN', { what: 'folder', name });
  const files = readFolder(join(deps.runbooks, name));
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
  const summary: RunbookSummary | null = found
    ? {
        runbook: found.runbook,
        id: found.id,
        title: found.title,
        registered: found.registered,
        approved: found.approved,
        authors: found.authors,
      }
    : null;
  return ok({
    runbook: digest.value,
    document: runbook,
    files: files.map(({ path, mode, bytes }) => ({ path, mode, bytes: base64(bytes) })),
    summary,
    yaml_problems: bad,
  });
}
