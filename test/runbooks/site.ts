/** A place where tests run a runbook: data, a read-only copy of the folder, the declared environment. Nothing is replaced by a stand-in. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { Test } from 'tap';
import { holds } from '../../core/runbook/expression.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import { checkInputs } from '../../core/runbook/inputs.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import { render } from '../../core/runbook/render.ts';
import type { CheckSpec, Rendered, Runbook } from '../../core/runbook/runbook.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const source = join(root, 'runbooks', 'drop-plaintext-email');
export const tools = join(root, 'runbooks', 'tools');
const PATH = [join(tools, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
export const SEED = 20;
export const ROWS = 200_000;
export const HEALTHY = { value: '', stdout: '', status: 0, exit_code: 0 };

interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A place to run in: data directory, read-only copy of the folder, and all that was printed. */
export interface Site {
  readonly data: string;
  readonly cwd: string;
  readonly database: string;
  readonly backup: string;
  readonly printed: string[];
  /** Id of the run. */
  readonly run: string;
  /** Port of the API, once it is started. */
  port: number;
}

export const folder = (): FolderFile[] =>
  readdirSync(source, { recursive: true })
    .map(String)
    .filter((path) => statSync(join(source, path)).isFile())
    .map((path) => ({
      path,
      bytes: new Uint8Array(readFileSync(join(source, path))),
      mode: statSync(join(source, path)).mode & 0o100 ? '0755' : '0644',
    }));

export function must<T>(result: { ok: true; value: T } | { ok: false; refusal: { sentence: string } }): T {
  if (!result.ok) throw new Error(result.refusal.sentence);
  return result.value;
}

function read(): Runbook {
  const { runbook, problems } = lintFolder(folder());
  if (!runbook) throw new Error(JSON.stringify(problems));
  return runbook;
}

export const runbook = read();

export function makeSite(t: Test, rows = ROWS): Site {
  // Of its own for each process: two runs of the suite at once must not share a database.
  const data = mkdtempSync(join(tmpdir(), 'crosscheck-runbook-'));
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  const cwd = join(data, 'folder');
  const made = spawnSync(process.execPath, [
    join(tools, 'make-customers.mjs'),
    data,
    '--seed',
    `${SEED}`,
    '--rows',
    `${rows}`,
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  copyReadOnly(cwd);
  const printed = [made.stdout.toString()];
  return { ...paths(data, '01JRUN0'), data, cwd, database: join(data, 'customers.db'), printed, port: 1 };
}

const paths = (data: string, id: string) => ({ run: id, backup: join(data, 'backups', `customers-${id}.db`) });

/** The same place in another run. */
export const laterRun = (site: Site): Site => ({ ...site, ...paths(site.data, '01JRUN1'), printed: [] });

function copyReadOnly(to: string): void {
  spawnSync('cp', ['-R', source, to]);
  for (const { path, mode } of folder()) chmodSync(join(to, path), mode === '0755' ? 0o555 : 0o444);
}

export const ENV = (site: Site) => ({ PATH, HOME: site.data, LANG: 'C.UTF-8' });

export function run(site: Site, argv: readonly string[], env: Readonly<Record<string, string>>): Output {
  const [program = '', ...rest] = argv;
  const file = program.includes('/') ? join(site.cwd, program) : program;
  const done = spawnSync(file, rest, {
    cwd: site.cwd,
    env: { ...ENV(site), ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.error) throw done.error;
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** Runs and remembers what was printed. */
export function say(site: Site, argv: readonly string[], env: Readonly<Record<string, string>>): Output {
  const done = run(site, argv, env);
  site.printed.push(done.stdout, done.stderr);
  return done;
}

export function rendered(site: Site, id: string): Rendered {
  const inputs = must(checkInputs(runbook, { api_port: site.port }));
  return must(render(runbook, id, { inputs, run: { id: site.run, mode: 'live', started_at_ms: 0, data: site.data } }));
}

export function stepIsDone(t: Test, site: Site, id: string): void {
  const { do: does, action } = rendered(site, id);
  const commands = does.kind === 'run' ? [does.argv] : [does.run, does.drill];
  for (const argv of commands) {
    const done = say(site, argv, action.env);
    t.equal(done.status, 0, `${id}: ${argv.join(' ')}`);
    t.equal(done.stderr, '', `${id} complains of nothing`);
  }
  if (does.kind === 'backup')
    t.ok(statSync(does.artifact.path).size >= (does.artifact.min_size ?? 0), 'the backup has its size');
  for (const check of Object.values(action.verify)) t.ok(verified(site, check, action.env), `${id}: ${check.title}`);
}

export function verified(site: Site, check: CheckSpec, env: Readonly<Record<string, string>>): boolean {
  const { stdout, status } = say(site, check.run, env);
  return must(holds(check.expect, { ...HEALTHY, value: stdout.trim(), stdout, exit_code: status ?? -1 }));
}

/** Asks the database directly, not by the tool that is being tested. */
export function ask<T>(path: string, query: (db: Database.Database) => T): T {
  const db = new Database(path, { fileMustExist: true });
  try {
    return query(db);
  } finally {
    db.close();
  }
}

export const emails = (path: string) =>
  ask(
    path,
    (db) =>
      db.prepare('select id, cast(email as blob) from customers order by id').raw().all() as [number, Buffer | null][],
  );
export const columns = (path: string) =>
  ask(path, (db) => db.prepare("select name from pragma_table_info('customers')").pluck().all());
export const sql = (site: Site, ...args: string[]) => run(site, ['sql', site.database, ...args], {}).stdout.trim();

export async function startApi(t: Test, site: Site): Promise<string> {
  const argv = [join(tools, 'customers-api.mjs'), '--port', '0', '--database', site.database];
  const api: ChildProcess = spawn(process.execPath, argv, { env: ENV(site), stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(async () => {
    api.kill('SIGTERM');
    await once(api, 'exit');
  });
  if (!api.stdout) throw new Error('no output');
  const [line] = await once(api.stdout, 'data');
  const url = String(line).trim();
  site.port = Number(new URL(url).port);
  return url;
}

export const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
};
