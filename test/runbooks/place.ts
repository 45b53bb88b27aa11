/** A place where tests run a runbook by hand: data, a read-only copy of the packed folder, the declared environment. Nothing is replaced by a stand-in. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { Test } from 'tap';
import { holds } from '../../core/runbook/expression.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import { checkInputs } from '../../core/runbook/inputs.ts';
import { parseFolder } from '../../core/runbook/parse.ts';
import { itemsOf, render } from '../../core/runbook/render.ts';
import type { CheckSpec, DoCommand, Rendered, Runbook } from '../../core/runbook/runbook.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import type { Scope } from '../../core/runbook/templates.ts';
import { packFolder } from '../../core/runbook/uses.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const tools = join(root, 'runbooks', 'tools');
export const PATH = [join(tools, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
export const SEED = 20;

export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Env = Readonly<Record<string, string>>;

export function must<T>(result: { ok: true; value: T } | { ok: false; refusal: { sentence: string } }): T {
  if (!result.ok) throw new Error(result.refusal.sentence);
  return result.value;
}

function filesOf(name: string): FolderFile[] | undefined {
  const source = join(root, 'runbooks', name);
  if (!existsSync(join(source, 'runbook.yaml'))) return undefined;
  return readdirSync(source, { recursive: true })
    .map(String)
    .filter((path) => statSync(join(source, path)).isFile())
    .map((path) => ({
      path,
      bytes: new Uint8Array(readFileSync(join(source, path))),
      mode: statSync(join(source, path)).mode & 0o100 ? '0755' : '0644',
    }));
}

/** A folder of runbooks/ with everything that it uses, as it is registered; `drafts` replaces files by ones of tools/drafts. */
export function packed(name: string, drafts: Env = {}): FolderFile[] {
  const own = (filesOf(name) ?? []).map((file) => {
    const draft = drafts[file.path];
    return draft === undefined ? file : { ...file, bytes: new Uint8Array(readFileSync(join(tools, 'drafts', draft))) };
  });
  const pack = packFolder(own, filesOf);
  if ('problems' in pack) throw new Error(JSON.stringify(pack.problems));
  return pack.files;
}

export function readRunbook(files: readonly FolderFile[]): Runbook {
  const read = parseFolder(files);
  if (!read.runbook) throw new Error(JSON.stringify(read.problems));
  return read.runbook;
}

export interface PlaceOptions {
  readonly inputs?: Scope['inputs'];
  readonly drafts?: Env;
  readonly mode?: 'live' | 'rehearsal';
  /** The data directory of another place, to go on with what it left. */
  readonly data?: string;
  readonly run?: string;
  readonly secrets?: Env;
}

export class Place {
  readonly data: string;
  readonly cwd: string;
  readonly runbook: Runbook;
  /** All that was printed by steps, checks and makers. */
  readonly printed: string[] = [];
  /** May grow: a port is known only when something listens. */
  inputs: Scope['inputs'];
  readonly #run: Scope['run'];
  readonly #secrets: Env;
  readonly #outputs: Record<string, Record<string, string>> = {};
  readonly #finished: Record<string, string[]> = {};

  constructor(t: Test, name: string, options: PlaceOptions = {}) {
    const own = mkdtempSync(join(tmpdir(), 'crosscheck-runbook-'));
    t.teardown(() => rmSync(own, { recursive: true, force: true }));
    this.data = options.data ?? own;
    this.cwd = join(own, 'folder');
    const files = packed(name, options.drafts);
    this.runbook = readRunbook(files);
    this.inputs = must(checkInputs(this.runbook, options.inputs ?? {}));
    this.#run = { id: options.run ?? '01JRUN0', mode: options.mode ?? 'live', started_at_ms: 0, data: this.data };
    this.#secrets = options.secrets ?? {};
    for (const { path, bytes, mode } of files) {
      mkdirSync(dirname(join(this.cwd, path)), { recursive: true });
      writeFileSync(join(this.cwd, path), bytes);
      chmodSync(join(this.cwd, path), mode === '0755' ? 0o555 : 0o444);
    }
  }

  /** Runs a maker of tools/ with the seed of these tests. */
  make(maker: string, ...args: string[]): void {
    const done = spawnSync(process.execPath, [join(tools, `${maker}.mjs`), this.data, '--seed', `${SEED}`, ...args], {
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(done.stderr);
    this.printed.push(done.stdout);
  }

  /** A program as the agent runs it: by its environment, in the folder or in that of a used runbook. */
  run(argv: readonly string[], env: Env = {}, cwd = '.'): Output {
    const [program = '', ...rest] = argv;
    const inside = join(this.cwd, cwd);
    const file = program.includes('/') && !program.startsWith('/') ? join(inside, program) : program;
    const done = spawnSync(file, rest, {
      cwd: inside,
      env: { PATH, HOME: this.data, LANG: 'C.UTF-8', ...env },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (done.error) throw done.error;
    return { status: done.status, stdout: done.stdout, stderr: done.stderr };
  }

  say(argv: readonly string[], env: Env = {}, cwd = '.'): Output {
    const done = this.run(argv, env, cwd);
    this.printed.push(done.stdout, done.stderr);
    return done;
  }

  /** The `sql` tool on a database of the data directory. */
  sql(database: string, ...args: string[]): string {
    const done = this.run(['sql', join(this.data, `${database}.db`), ...args]);
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout.trim();
  }

  scope(finished: readonly string[] = []): Scope {
    return {
      inputs: this.inputs,
      run: this.#run,
      probes: {},
      steps: this.#outputs,
      finished,
    };
  }

  /** What a step does, its next wave where items are finished. */
  rendered(step: string, finished: readonly string[] = []): Rendered {
    const written = stepOf(this.runbook, step);
    if (!written) throw new Error(`no step ${step}`);
    const blind = new Set(written.challenge.map(({ equals }) => equals));
    const probes = Object.keys(written.probes)
      .filter((id) => !blind.has(`probes.${id}`))
      .map((id) => [id, '1'] as const);
    return must(render(this.runbook, step, { ...this.scope(finished), probes: Object.fromEntries(probes) }));
  }

  env(step: string): Env {
    const { env, secrets } = this.rendered(step).action;
    return { ...env, ...Object.fromEntries(secrets.map((name) => [name, this.#secrets[name] ?? ''])) };
  }

  /** The values of a step's probes that are measured by a program. */
  probes(step: string): Record<string, string> {
    const { probes, cwd } = this.rendered(step).action;
    const measured = Object.entries(probes).filter(([, { run }]) => run !== null);
    return Object.fromEntries(
      measured.map(([id, { run }]) => {
        const done = this.run(run ?? [], this.env(step), cwd);
        if (done.status !== 0) throw new Error(`${id}: ${done.stderr}`);
        return [id, done.stdout.trim()];
      }),
    );
  }

  /** Does what the step's command does now, the next wave of items where it has them; returns every output in order. */
  does(step: string): Output[] {
    const { do: does } = this.rendered(step, this.#finished[step]);
    const command = (one: DoCommand) => (one.kind === 'shell' ? ['/bin/sh', '-eu', '-c', one.script] : one.argv);
    switch (does.kind) {
      case 'run':
      case 'shell':
        return [this.#phase(step, command(does))];
      case 'backup':
        return [this.#phase(step, does.run), this.#phase(step, does.drill)];
      case 'for_each':
        return does.items.map((item) => {
          const done = this.#phase(step, command(item.do), { CROSSCHECK_ITEM: item.value });
          if (done.status === 0) this.#finished[step] = [...(this.#finished[step] ?? []), item.id];
          return done;
        });
      default:
        return [];
    }
  }

  #phase(step: string, argv: readonly string[], more: Env = {}): Output {
    const file = join(this.data, 'outputs');
    writeFileSync(file, '');
    const done = this.say(
      argv,
      { ...this.env(step), CROSSCHECK_OUTPUT: file, ...more },
      this.rendered(step).action.cwd,
    );
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    if (lines.length > 0)
      this.#outputs[step] = Object.fromEntries(
        lines.map((line) => [line.split('=')[0] ?? '', line.replace(/^.*?=/, '')]),
      );
    return done;
  }

  /** What the checks of a step come to: their values, and whether each holds. */
  checks(step: string, more: Env = {}, only?: string): { values: Record<string, string>; ok: Record<string, boolean> } {
    const { verify, cwd } = this.rendered(step).action;
    const env = { ...this.env(step), ...more };
    const wanted = Object.entries(verify).filter(([id]) => only === undefined || id === only);
    const looked = wanted.map(([id, check]) => [id, this.#check(check, env, cwd)] as const);
    return {
      values: Object.fromEntries(looked.map(([id, { value }]) => [id, value])),
      ok: Object.fromEntries(looked.map(([id, { ok }]) => [id, ok])),
    };
  }

  #check({ run, expect }: CheckSpec, env: Env, cwd: string): { value: string; ok: boolean } {
    const { stdout, status } = this.say(run, env, cwd);
    const value = stdout.trim();
    return { value, ok: must(holds(expect, { value, stdout, status: 0, exit_code: status ?? -1 })) };
  }

  /** The whole step as it should go: every item, exit 0, no complaint, the artifact's size, the checks. */
  done(t: Test, step: string): void {
    const items = must(itemsOf(this.runbook, step, this.scope()));
    const { do: does } = this.rendered(step);
    do {
      for (const { status, stderr } of this.does(step)) t.same([status, stderr], [0, ''], `${step} ends well`);
    } while (items.length > (this.#finished[step]?.length ?? 0));
    if (does.kind === 'backup')
      t.ok(statSync(does.artifact.path).size >= (does.artifact.min_size ?? 0), `${step}: the backup has its size`);
    for (const value of items.length > 0 ? items.map((item) => item.value) : [''])
      for (const [id, ok] of Object.entries(this.checks(step, value === '' ? {} : { CROSSCHECK_ITEM: value }).ok))
        t.ok(ok, `${step}: ${id}${value && ` of ${value}`}`);
  }

  /** The hint of each blind question, typed into a terminal at the root of the repository, tells its answer. */
  hintsAnswer(t: Test, step: string): void {
    const values = this.probes(step);
    for (const { id, hint, equals } of this.rendered(step).action.challenge) {
      const shown = spawnSync('/bin/sh', ['-c', hint ?? 'false'], { cwd: root, env: { PATH }, encoding: 'utf8' });
      t.equal(shown.stdout.trim(), values[equals.replace('probes.', '')], `the hint of ${id}`);
    }
  }
}

/** Asks a database directly, not by the tool that is being tested. */
export function ask<T>(path: string, query: (db: Database.Database) => T): T {
  const db = new Database(path, { fileMustExist: true });
  try {
    return query(db);
  } finally {
    db.close();
  }
}
