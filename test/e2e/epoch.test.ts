/** A database that was restored from an older copy: the server stays down, the keepers begin a new epoch, and what it proves is told from what the old one proved. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { base64 } from '../../core/bytes/encoding.ts';
import { rootOf } from '../../core/log/merkle.ts';
import { markFile, markText } from '../../server/store/mark.ts';
import { readSqlite } from '../../server/store/sqlite.ts';
import { DROP_FOLDER } from '../helpers/drop.ts';
import { keyInFile } from '../helpers/keyfile.ts';
import { Person } from '../helpers/person.ts';
import { Pty } from '../helpers/pty.ts';
import { armed, type Crew, freePort, type Release, until, vouched } from '../helpers/server.ts';
import { MAIN, noTerminals } from '../helpers/terminals.ts';

const SEATS = { lead: 'release-lead', reviewer: 'dba', verifier: 'sre' } as const;
type Seat = keyof typeof SEATS;

class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'crosscheck-epoch-'));
  readonly data = join(this.folder, 'var');
  readonly database = join(this.data, 'crosscheck.db');
  readonly trust = join(this.data, 'trust.txt');
  readonly #keys: Crew;
  readonly #port: number;
  #server: ChildProcess | undefined;

  constructor(t: Test, port: number) {
    this.#port = port;
    const key = (seat: Seat) => {
      mkdirSync(join(this.folder, seat));
      return keyInFile(join(this.folder, seat, 'key'));
    };
    this.#keys = { lead: key('lead'), reviewer: key('reviewer'), verifier: key('verifier') };
    const people = Object.entries(SEATS).map(
      ([seat, role]) =>
        `  - {name: ${seat}, roles: [${role}], key: '${this.#keys[seat as Seat].line}', keeper: true}\n`,
    );
    writeFileSync(
      join(this.folder, 'people.yaml'),
      `people:\n${people.join('')}keepers_needed: 2\nreviewer_roles: [dba, sre]\n`,
    );
    t.teardown(async () => {
      await this.stop();
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  #words(): string[] {
    const place = ['--port', String(this.#port), '--data', this.data, '--site', `localhost:${this.#port}`];
    return [MAIN, 'server', 'start', ...place, '--people', join(this.folder, 'people.yaml'), '--log-level', 'warn'];
  }

  async start(): Promise<void> {
    this.#server = spawn(process.execPath, this.#words(), { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(this.#server.stdout as NodeJS.ReadableStream, 'data');
  }

  /** A start that must fail; what it says. */
  refusal(): string {
    const { status, stderr } = spawnSync(process.execPath, this.#words(), { encoding: 'utf8', timeout: 60_000 });
    return `${status} ${stderr}`;
  }

  async stop(): Promise<void> {
    if (!this.#server) return;
    const gone = once(this.#server, 'exit');
    this.#server.kill('SIGTERM');
    await gone;
    this.#server = undefined;
  }

  word(...words: string[]) {
    return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: process.env });
  }

  #env(seat: Seat): NodeJS.ProcessEnv {
    const home = join(this.folder, seat);
    const server = `http://127.0.0.1:${this.#port}`;
    return {
      ...{ PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: home, NO_COLOR: '1' },
      ...{ CROSSCHECK_KEY: join(home, 'key'), CROSSCHECK_SERVER: server },
    };
  }

  /** A word of a person without a terminal. */
  as(seat: Seat, ...words: string[]) {
    return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: this.#env(seat) });
  }

  terminal(seat: Seat, ...words: string[]): Pty {
    return new Pty([process.execPath, MAIN, ...words], this.#env(seat));
  }

  origin(): string {
    return /^origin (.*)$/m.exec(readFileSync(this.trust, 'utf8'))?.[1] ?? '';
  }

  async person(seat: Seat): Promise<Person> {
    const person = new Person(this.#port, `localhost:${this.#port}`, this.#keys[seat]);
    await person.signIn(this.origin());
    return person;
  }

  async crew() {
    return {
      lead: await this.person('lead'),
      reviewer: await this.person('reviewer'),
      verifier: await this.person('verifier'),
    };
  }

  file(name: string, text: string): void {
    writeFileSync(join(this.data, 'agent', 'data', name), text);
  }

  /** Puts a copy of the database in the place of the newest. */
  restore(copy: string): void {
    for (const end of ['', '-wal', '-shm']) rmSync(`${this.database}${end}`, { force: true });
    copyFileSync(copy, this.database);
  }
}

type People = Omit<Release, 'run'>;

async function registered({ lead, reviewer }: People): Promise<string> {
  const runbook = await lead.register(DROP_FOLDER, 'drop-thing');
  await reviewer.approve(runbook);
  return runbook;
}

/** Opens a run and carries it to its close. */
async function finished(site: Site, crew: People, runbook: string): Promise<string> {
  const { lead, reviewer, verifier } = crew;
  const run = await lead.open(runbook, {});
  await reviewer.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  await verifier.do({ type: 'join', run, seat: 'verifier', role: 'sre' });
  site.file('rows', '739214\n');
  site.file('writers', '0\n');
  await armed({ ...crew, run }, 'drop');
  await reviewer.do(await reviewer.confirmation(run, { loss: '739214' }));
  await verifier.do(await verifier.confirmation(run, { count: '739214' }));
  await lead.do(await lead.keyTurn(run));
  await until(
    async () => (await lead.send({ type: 'arm', run, step: 'after', target: 'local' })).ok,
    'the next arming',
  );
  await lead.do({ type: 'start', run, step: 'after' });
  await until(async () => (await lead.send(await lead.close(run))).ok, 'the close');
  await reviewer.do(await reviewer.close(run));
  return run;
}

const whyNot = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: Error) => error.message,
  );

t.test('an older copy is never served, and a new epoch is', { timeout: 300_000, skip: noTerminals }, async (t) => {
  const site = new Site(t, await freePort());
  await site.start();
  const old = { origin: site.origin(), trust: join(site.folder, 'trust-old.txt') };
  copyFileSync(site.trust, old.trust);
  t.equal(site.as('lead', 'login', '--trust', old.trust).status, 0);
  t.equal(site.as('reviewer', 'login').status, 0);
  const first = await site.crew();
  await vouched(first.lead, first.reviewer);
  await site.stop();
  const copy = join(site.folder, 'backup.db');
  copyFileSync(site.database, copy);

  await site.start();
  const crew = await site.crew();
  const run = await finished(site, crew, await registered(crew));
  const tar = join(site.folder, 'old.tar');
  t.equal(site.as('lead', 'record', 'export', run, '-o', tar).status, 0);
  t.match(site.as('lead', 'record', 'verify', tar, '--trust', old.trust), { status: 0, stdout: /^ANCHORED/ });
  t.match(
    site.as('reviewer', 'run', 'postmortem', run),
    { status: 0 },
    'this machine remembers the tree that it verified',
  );
  const marked = Number(readFileSync(markFile(site.data), 'utf8').split(' ')[1]);
  await site.stop();

  site.restore(copy);
  t.match(
    site.refusal(),
    /^1 crosscheck: The server cannot start: \d+ entries were acknowledged, and the database has \d+: it is an older copy/,
  );
  t.match(
    site.refusal(),
    /Put the newest database back\. Where it is lost, begin a new epoch: crosscheck server epoch --data/,
  );
  t.match(site.word('server', 'fsck', '--data', site.data), {
    status: 8,
    stdout: /^-: \d+ entries were acknowledged/m,
  });

  t.match(site.word('server', 'epoch', '--data', site.data), { status: 2, stderr: /Why is there a new epoch/ });
  const begun = site.word(
    'server',
    'epoch',
    '--data',
    site.data,
    '--reason',
    'The disk was lost; restored from a backup',
  );
  t.equal(begun.status, 0, begun.stderr);
  t.match(begun.stderr, new RegExp(`Acknowledged: ${marked} entries; the last \\d+ are lost`));
  t.not(site.origin(), old.origin);
  const aside = join(site.data, 'epochs', old.origin.slice(-32));
  const kept = readdirSync(aside).filter((name) => !/-(wal|shm)$/.test(name));
  t.same(kept.sort(), ['agent-trust.txt', 'crosscheck.db', 'high-water', 'log.key', 'retired', 'trust.txt']);
  t.equal(readFileSync(join(aside, 'trust.txt'), 'utf8'), readFileSync(old.trust, 'utf8'));
  t.match(site.word('server', 'start', '--data', aside, '--port', '0'), { status: 1, stderr: /another log continues/ });
  t.match(site.word('server', 'fsck', '--data', aside), { status: 8, stdout: /^-: \d+ entries were acknowledged/ });
  t.match(site.word('server', 'fsck', '--data', site.data), { status: 0 });

  await site.start();
  t.match(site.as('lead', 'login'), { status: 9, stderr: /shows another log than before/ });
  t.match(site.as('lead', 'login', '--trust', old.trust), {
    status: 9,
    stderr: /not the one that your trust root names/,
  });
  for (const seat of ['lead', 'reviewer'] as const)
    t.match(site.as(seat, 'login', '--trust', site.trust), { status: 0 }, `${seat} was given the new trust file`);

  const anew = await site.crew();
  t.same(
    [anew.lead.me.person, anew.lead.me.roles],
    [crew.lead.me.person, crew.lead.me.roles],
    'people are who they were',
  );
  const runbook = await registered(anew);
  t.match(await whyNot(anew.lead.open(runbook, {})), /XCK_UNVOUCHED/, 'a first roster is wanted');
  await vouched(anew.lead, anew.verifier);
  t.match(await whyNot(anew.lead.open(runbook, {})), /XCK_EPOCH/, 'and the keepers’ word on the former log');

  t.match(site.as('lead', 'people', 'epoch'), { status: 2, stderr: /needs a terminal/ });
  const signing = async (seat: Seat) => {
    const pty = site.terminal(seat, 'people', 'epoch');
    await pty.expect(/Type epoch/);
    pty.type('epoch');
    t.equal(await pty.exit(), 0, pty.printed);
    return pty.printed;
  };
  const one = await signing('reviewer');
  t.match(one, /This machine has verified \d+ entries of the former log: \d+ of them are lost/);
  t.match(one, new RegExp(`content .*"origin":"${old.origin}"`));
  t.match(one, /lead \(p-[0-9a-f]{16}\): release-lead, keeper as before, 1 keys/);
  t.match(one, /1 more must sign/);
  t.match(await whyNot(anew.lead.open(runbook, {})), /XCK_EPOCH/, 'one keeper is not enough');
  t.match(await signing('lead'), /Signed already: reviewer\.[\s\S]*The site goes on in this log/);
  t.equal(await site.terminal('lead', 'people', 'epoch').exit(), 1, 'there is nothing more to sign');

  const again = await finished(site, anew, runbook);
  const proof = join(site.folder, 'new.tar');
  t.equal(site.as('lead', 'record', 'export', again, '-o', proof).status, 0);
  const verified = site.as('lead', 'record', 'verify', proof, '--trust', site.trust);
  t.match(verified, { status: 0, stdout: /^ANCHORED/ }, verified.stdout);
  t.match(
    verified.stdout,
    new RegExp(`continues the log ${old.origin} of \\d+ entries, as its keepers signed, 3 of whom kept`),
  );
  t.match(site.as('lead', 'record', 'verify', proof, '--trust', old.trust), { status: 8, stdout: /^INVALID/ });
  t.match(
    site.as('lead', 'record', 'verify', tar, '--trust', old.trust),
    { status: 0 },
    'what the old log proved it proves still',
  );
  t.match(site.as('lead', 'record', 'verify', tar, '--trust', site.trust), { status: 8 });
  await site.stop();
  t.match(site.word('server', 'fsck', '--data', site.data), { status: 0, stderr: /nothing amiss/ });
  const offline = join(site.folder, 'offline.tar');
  t.match(site.word('server', 'export', again, '--data', site.data, '-o', offline), { status: 0 });
  t.ok(readFileSync(offline).equals(readFileSync(proof)), 'the record of a stopped server is the same');
  t.match(site.word('server', 'export', again, '--data', aside, '-o', offline), {
    status: 2,
    stderr: /there is no run/,
  });
  await site.start();
  t.pass('and it starts again');
});

t.test(
  'who restores database and mark alike is found out by the people',
  { timeout: 120_000, skip: noTerminals },
  async (t) => {
    const site = new Site(t, await freePort());
    await site.start();
    t.equal(site.as('reviewer', 'login', '--trust', site.trust).status, 0);
    await site.stop();
    const copy = join(site.folder, 'backup.db');
    copyFileSync(site.database, copy);
    await site.start();
    const approve = async () => {
      const pty = site.terminal('reviewer', 'runbook', 'approve', 'drop-thing');
      await until(() => /Type approve|XCK_/.test(pty.printed), 'the question or a refusal');
      pty.type('approve');
      return { exit: await pty.exit(), printed: pty.printed };
    };
    await (await site.person('lead')).register(DROP_FOLDER, 'drop-thing');
    t.match(await approve(), { exit: 0 });
    await site.stop();

    site.restore(copy);
    const store = readSqlite(site.database);
    const size = store.size();
    writeFileSync(
      markFile(site.data),
      markText({ origin: site.origin(), size, root: base64(rootOf(size, store.node)) }),
    );
    store.close();
    await site.start();
    await (await site.person('lead')).register(DROP_FOLDER, 'drop-thing');
    t.match(await approve(), { exit: 9, printed: /XCK_FORK[\s\S]*history was changed or restored/ });
  },
);
