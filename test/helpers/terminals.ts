/** Three people with SSH keys at one server, each with terminals of their own. For tests; everything ends with the test. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { signRoster } from './keepers.ts';
import { Pty } from './pty.ts';
import { freePort, ROOT } from './server.ts';

export const MAIN = join(ROOT, 'build', 'server', 'cli', 'main.js');
/** Seats and the roles of the person who is called like one. */
export const SEATS = { lead: 'release-lead', reviewer: 'dba', verifier: 'sre, release-lead' } as const;
export type Seat = keyof typeof SEATS;

const missing = ['ssh-keygen', 'script'].filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
/** Why such a test cannot run here, or false. */
export const noTerminals = missing.length > 0 ? `not on this machine: ${missing.join(', ')}` : false;

export class Terminals {
  readonly folder = mkdtempSync(join(tmpdir(), 'crosscheck-terminals-'));
  readonly data = join(this.folder, 'var');
  /** The agent’s data directory. */
  readonly work = join(this.data, 'agent', 'data');
  readonly trust = join(this.data, 'trust.txt');
  port = 0;
  readonly #t: Test;
  readonly #envs: Record<string, NodeJS.ProcessEnv> = {};
  /** What the server has printed. */
  printed = '';
  readonly #children: ChildProcess[] = [];
  readonly #ptys: Pty[] = [];

  constructor(t: Test) {
    this.#t = t;
    t.teardown(() => this.#end());
  }

  /**
   * Makes the keys and starts the server with the directories of `path` before the usual ones. `more` are further lines
   * of people; where there are some, the keepers have not signed yet.
   */
  async start(path: readonly string[] = [], more = ''): Promise<void> {
    this.port = await freePort();
    const people = (Object.keys(SEATS) as Seat[]).map((seat) => this.#person(seat));
    const file = join(this.folder, 'people.yaml');
    writeFileSync(file, `people:\n${people.join('')}${more}keepers_needed: 2\nreviewer_roles: [dba, sre]\n`);
    mkdirSync(this.work, { recursive: true });
    const args = ['--port', String(this.port), '--data', this.data, '--people', file];
    const site = ['--site', `localhost:${this.port}`, '--log-level', 'warn'];
    const own = [...path, join(process.execPath, '..'), '/usr/bin', '/bin'].join(':');
    await this.begin(MAIN, ['server', 'start', ...args, ...site], own);
    for (const seat of Object.keys(SEATS) as Seat[]) await this.say(seat, 'login', '--trust', this.trust);
    if (more === '') for (const seat of ['lead', 'reviewer'] as const) await this.signs(seat);
  }

  /** A keeper signs the roster that waits, or the one in a file. */
  async signs(seat: string, ...file: string[]): Promise<string> {
    const pty = this.terminal(seat, 'people', 'sign', ...file);
    const exit = await signRoster(pty, (name) => join(this.folder, name));
    this.#t.equal(exit, 0, `${seat}: people sign\n${pty.printed.slice(-600)}`);
    return pty.printed;
  }

  /** Starts a script and waits for its first words. */
  async begin(script: string, args: readonly string[], PATH = process.env['PATH']): Promise<void> {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, PATH },
    });
    this.#children.unshift(child);
    child.stdout.on('data', (part: Buffer) => (this.printed += part.toString()));
    await once(child.stdout, 'data');
  }

  /** A word in a terminal of this person, still running. */
  terminal(seat: string, ...words: string[]): Pty {
    const pty = new Pty([process.execPath, MAIN, ...words], this.#envs[seat] ?? {});
    this.#ptys.push(pty);
    return pty;
  }

  /** A word that asks nothing; what it printed. */
  async say(seat: string, ...words: string[]): Promise<string> {
    const pty = this.terminal(seat, ...words);
    this.#t.equal(await pty.exit(), 0, `${seat}: ${words.slice(0, 2).join(' ')}\n${pty.printed.slice(-600)}`);
    return pty.printed;
  }

  /** A word that has something typed when it asks. */
  async type(seat: string, words: readonly string[], ...answers: readonly (readonly [asked: RegExp, typed: string])[]) {
    const pty = this.terminal(seat, ...words);
    for (const [asked, typed] of answers) {
      await pty.expect(asked);
      pty.type(typed);
    }
    this.#t.equal(await pty.exit(), 0, `${seat}: ${words.slice(0, 2).join(' ')}\n${pty.printed.slice(-600)}`);
    return pty.printed;
  }

  /** A word without any terminal. */
  plain(seat: string, ...words: string[]) {
    return spawnSync(process.execPath, [MAIN, ...words], { env: this.#envs[seat] ?? {}, encoding: 'utf8' });
  }

  /** Somebody with a home and an SSH key, who is of no people file yet. Returns the key's public line. */
  settle(name: string): string {
    const home = join(this.folder, name);
    mkdirSync(home);
    const key = join(home, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
    this.#envs[name] = {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_STATE_HOME: home,
      CROSSCHECK_KEY: key,
      CROSSCHECK_SERVER: `http://127.0.0.1:${this.port}`,
      NO_COLOR: '1',
    };
    return readFileSync(`${key}.pub`, 'utf8').trim();
  }

  #person(seat: Seat): string {
    return `  - {name: ${seat}, roles: [${SEATS[seat]}], key: '${this.settle(seat)}', keeper: true}\n`;
  }

  async #end(): Promise<void> {
    for (const pty of this.#ptys) pty.kill();
    for (const child of this.#children) {
      const gone = child.exitCode === null ? once(child, 'exit') : null;
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
