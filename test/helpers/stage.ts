/** A stage for stories: people with SSH keys and homes, a server and an agent as processes that are killed and started again, and a clock that may be put ahead. For tests. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { attemptAt } from '../../server/agent/attempt.ts';
import { agentData, startAgentProcess } from './agent.ts';
import { ahead, passTime } from './ahead.ts';
import { signRoster } from './keepers.ts';
import { Pty } from './pty.ts';
import { freePort, ROOT, type TestSite, until } from './server.ts';

const TOOLS = join(ROOT, 'runbooks', 'tools');
const MAIN = join(ROOT, 'build', 'server', 'cli', 'main.js');
const PROCESS = join(ROOT, 'build', 'test', 'helpers', 'server-process.js');

/** PATH of the agent's commands and of people's terminals: the tools of runbooks, this Node, and the system. */
export const PATH = [join(TOOLS, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');

/** Why stories cannot be told on this machine, or false. */
export const stageSkip = (): string | false =>
  ['ssh-keygen', 'script'].some((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0)
    ? 'not on this machine: ssh-keygen and script'
    : false;

interface Scope {
  teardown(then: () => unknown): void;
}

/** Everybody is a keeper; the roles are those that crews of runbooks ask for. */
const PEOPLE: Readonly<Record<string, string>> = {
  marta: 'release-lead',
  tomas: 'release-lead',
  jonas: 'dba',
  aiko: 'sre',
  ines: 'data-protection',
  priya: 'data-engineer',
};

/** The runbooks, for people without a security key: any two keys at terminals confirm. */
function copyRunbooks(into: string): void {
  cpSync(join(ROOT, 'runbooks'), join(into, 'runbooks'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(into, 'node_modules'));
  for (const name of readdirSync(join(into, 'runbooks'))) {
    const file = join(into, 'runbooks', name, 'runbook.yaml');
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/irreversible: true[\s\S]*?cross_check:\n/, '$&      keys: {high: 0, terminal: 1}\n'),
    );
  }
}

export class Stage {
  readonly site: TestSite;
  /** The agent's data directories, a folder for whatever people write, and one in which `runbooks` stands. */
  readonly places: Readonly<Record<'data' | 'staging' | 'work' | 'trust' | 'repository', string>>;
  readonly now: () => number;
  #server: ChildProcess | undefined;
  #agent: ChildProcess | undefined;
  readonly #watching: ChildProcess[] = [];

  private constructor(site: TestSite) {
    this.site = site;
    const agent = agentData(site);
    this.places = {
      data: join(agent, 'data'),
      staging: join(agent, 'rehearsal'),
      work: join(site.data, 'runbooks'),
      trust: join(site.data, 'var', 'trust.txt'),
      repository: join(site.data, 'repository'),
    };
    this.now = ahead(site.data);
    for (const place of [agent, this.places.work]) mkdirSync(place, { recursive: true });
  }

  /** A site whose server and agent run; everything ends with the test. */
  static async open(t: Scope): Promise<Stage> {
    const data = mkdtempSync(join(tmpdir(), 'crosscheck-story-'));
    const port = await freePort();
    const lines = Object.entries(PEOPLE).map(([name, role]) => {
      mkdirSync(join(data, 'home', name), { recursive: true });
      const key = join(data, 'home', name, 'key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
      return `  - {name: ${name}, roles: [${role}], key: '${readFileSync(`${key}.pub`, 'utf8').trim()}', keeper: true}\n`;
    });
    const people = join(data, 'people.yaml');
    writeFileSync(people, `people:\n${lines.join('')}keepers_needed: 2\nreviewer_roles: [dba, sre, data-protection]\n`);
    const stage = new Stage({ data, port, host: `localhost:${port}`, people } as TestSite);
    t.teardown(async () => {
      for (const child of stage.#watching) child.kill('SIGKILL');
      await stage.kill();
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    });
    copyRunbooks(stage.places.repository);
    await stage.start();
    for (const keeper of ['marta', 'jonas']) await stage.#vouch(keeper);
    return stage;
  }

  /** A keeper signs roster 2, without which nothing runs live. */
  async #vouch(keeper: string): Promise<void> {
    const word = (...words: string[]) => new Pty([process.execPath, MAIN, ...words], this.env(keeper));
    const login = await word('login', '--trust', this.places.trust).exit();
    const signed = await signRoster(word('people', 'sign'), (name) => join(this.site.data, 'home', name));
    if (login !== 0 || signed !== 0) throw new Error(`${keeper} could not sign the roster`);
  }

  async start(): Promise<void> {
    const server = spawn(process.execPath, ['--enable-source-maps', PROCESS, JSON.stringify(this.site)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = server;
    await once(server.stdout, 'data');
    server.stdout.pipe(process.stderr, { end: false });
    this.#agent = startAgentProcess(this.site, '', PATH);
  }

  /** `kill -9` of server and agent; commands that run go on. */
  async kill(): Promise<void> {
    const children = [this.#server, this.#agent].filter((child) => child !== undefined);
    await Promise.all(
      children.map(async (child) => {
        const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }

  /** A command of the agent runs: a kill from here on finds it under way. The log tells a start before the agent makes it. */
  async commandRuns(): Promise<void> {
    const steps = join(agentData(this.site), 'steps');
    const runs = (name: string): boolean => {
      const attempt = attemptAt(join(steps, name));
      return attempt.wrapper() !== undefined && attempt.status() === undefined;
    };
    await until(() => existsSync(steps) && readdirSync(steps).some(runs), 'a command that runs');
  }

  /** Kills both, lets time pass, and starts them again. */
  async pass(ms: number): Promise<void> {
    await this.kill();
    for (const directory of [this.site.data, agentData(this.site)]) passTime(directory, ms);
    await this.start();
  }

  env(person: string): NodeJS.ProcessEnv {
    const home = join(this.site.data, 'home', person);
    if (!Object.hasOwn(PEOPLE, person)) throw new Error(`nobody is called ${person}`);
    return {
      PATH,
      HOME: home,
      XDG_STATE_HOME: home,
      CROSSCHECK_KEY: join(home, 'key'),
      CROSSCHECK_SERVER: `http://127.0.0.1:${this.site.port}`,
      NO_COLOR: '1',
    };
  }

  /** Somebody who looks on, and so is present, until the stage is cleared; resolves when the room has let them in. */
  async watch(person: string, run: string): Promise<void> {
    const child = spawn(process.execPath, [MAIN, 'run', 'watch', run], {
      env: this.env(person),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#watching.push(child);
    await once(child.stdout, 'data');
  }
}
