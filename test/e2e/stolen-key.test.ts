/** A key is stolen in the middle of a cross-check: its owner alone suspends it with a session, the seat goes to somebody else, and the record says so. Real server, agent, words and records. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { keyFingerprint, parsePublicKey } from '../../core/log/publicKey.ts';
import type { EntryOf } from '../../core/log/tables.ts';
import { contextOf } from '../../core/run/state.ts';
import { realPorts } from '../../server/ports/real.ts';
import { readEntry } from '../../server/runner/site.ts';
import type { Running } from '../../server/start.ts';
import { agentData, startAgentProcess } from '../helpers/agent.ts';
import { ahead, passTime } from '../helpers/ahead.ts';
import { DROP_FOLDER, SECRET_ROWS } from '../helpers/drop.ts';
import { Person, type TestKey, testKey } from '../helpers/person.ts';
import { armed, at, freePort, ROOT, serve, type TestSite, until, vouched } from '../helpers/server.ts';

const MAIN = join(ROOT, 'build', 'server', 'cli', 'main.js');
/** By name: the role, and who keeps the roster. */
const PEOPLE = {
  marta: ['release-lead', true],
  tomas: ['release-lead', true],
  jonas: ['dba', false],
  priya: ['dba', false],
  aiko: ['sre', false],
} as const;
type Who = keyof typeof PEOPLE;
const NAMES = Object.keys(PEOPLE) as Who[];

/** Nobody is hurried: what is confirmed at 22:05 is good still at 22:10. */
const FOLDER = DROP_FOLDER.map((file) =>
  file.path === 'runbook.yaml'
    ? {
        ...file,
        bytes: utf8(
          (fromUtf8(file.bytes) ?? '').replace('grace: 30s', 'grace: 1h').replace('valid_for: 5m', 'valid_for: 30m'),
        ),
      }
    : file,
);

/** How far ahead tomorrow's 22:05 UTC is. */
function untilFive(): number {
  const day = new Date(Date.now() + 86_400_000);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), 22, 5) - Date.now();
}

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Scene {
  readonly site: TestSite;
  readonly running: Running;
  readonly people: Readonly<Record<Who, Person>>;
  readonly keys: Readonly<Record<Who, TestKey>>;
  readonly run: string;
  /** Lets time pass for server and agent. */
  readonly pass: (ms: number) => void;
  /** A word of somebody who signed in by a link, on a machine without any key. */
  readonly word: (who: Who, ...words: string[]) => Promise<Said>;
  readonly state: string;
}

/** The server is of this process, so nothing here may wait without letting it work. */
async function said(home: string, words: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { PATH: '/usr/bin:/bin', HOME: home, XDG_STATE_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => err.push(part));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') };
}

/** Armed and confirmed by the reviewer, with a server whose clock says 22:05. */
async function halfConfirmed(t: Test): Promise<Scene> {
  const data = mkdtempSync(join(tmpdir(), 'crosscheck-stolen-'));
  const port = await freePort();
  const keys = Object.fromEntries(NAMES.map((name) => [name, testKey()])) as unknown as Record<Who, TestKey>;
  const lines = NAMES.map((name) => {
    const [role, keeper] = PEOPLE[name];
    return `  - {name: ${name}, roles: [${role}], key: '${keys[name].line}', keeper: ${keeper}}\n`;
  });
  const people = join(data, 'people.yaml');
  writeFileSync(people, `people:\n${lines.join('')}keepers_needed: 2\nreviewer_roles: [dba, sre]\n`);
  mkdirSync(join(data, 'runbooks'));
  const site = { data, port, host: `localhost:${port}`, people } as unknown as TestSite;
  const offset = untilFive();
  mkdirSync(join(agentData(site), 'data'), { recursive: true });
  const pass = (ms: number) => {
    for (const directory of [data, agentData(site)]) passTime(directory, ms);
  };
  pass(offset);
  const running = await serve(site, { ...realPorts(), now: ahead(data) });
  const agent: ChildProcess = startAgentProcess(site);
  t.teardown(async () => {
    const gone = agent.exitCode === null ? once(agent, 'exit') : null;
    agent.kill('SIGTERM');
    await gone;
    await running.close();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  });
  writeFileSync(join(agentData(site), 'data', 'rows'), `${SECRET_ROWS}\n`);
  writeFileSync(join(agentData(site), 'data', 'writers'), '0\n');

  const { origin } = at(running);
  const signed = {} as Record<Who, Person>;
  for (const name of NAMES) {
    signed[name] = new Person(port, site.host, keys[name]);
    await signed[name].signIn(origin);
  }
  const { marta, tomas, jonas, aiko } = signed;
  await vouched(marta, tomas);
  const runbook = await tomas.register(FOLDER, 'drop-thing');
  await jonas.approve(runbook);
  const run = await marta.open(runbook, {});
  await jonas.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  await aiko.do({ type: 'join', run, seat: 'verifier', role: 'sre' });
  await armed({ lead: marta, run } as Parameters<typeof armed>[0], 'drop');
  await jonas.do(await jonas.confirmation(run, { loss: SECRET_ROWS }));

  const state = join(data, 'machines');
  const word: Scene['word'] = (who, ...words) => said(join(state, who), words);
  return { site, running, people: signed, keys, run, pass, word, state };
}

/** Signs somebody in at a terminal by a link of their own session. */
async function atTerminal(t: Test, { people, running, word }: Scene, who: Who): Promise<void> {
  const { url } = await people[who].must<{ url: string }>('POST', '/api/session/links', {});
  const link = url.replace('//localhost:', '//127.0.0.1:');
  const { status, stderr } = await word(who, 'login', '--link', link, '--trust', running.trustFile);
  t.equal(status, 0, stderr);
}

const contextIn = async ({ people, run }: Scene, who: Who = 'aiko') => contextOf((await people[who].state(run)).state);
const fingerprintOf = (key: TestKey): string => {
  const parsed = parsePublicKey(key.line);
  return parsed.ok ? keyFingerprint(parsed.value.blob) : '';
};
const entriesOf = ({ running }: Scene, type: string) =>
  running.store.entriesOfTypes([type]).map((row) => readEntry(row).entry);

const voided = ({ running, run }: Scene) =>
  running.engine.run(run)?.entries.flatMap(({ entry }) => (entry.type === 'step.voided' ? [entry] : []));

t.test('at 22:10 the reviewer’s key is stolen, and its owner needs nobody', { timeout: 300_000 }, async (t) => {
  const scene = await halfConfirmed(t);
  const { site, running, people, keys, run, pass, word, state } = scene;
  const { marta, jonas, priya, aiko } = people;
  const thief = new Person(site.port, site.host, keys.jonas);
  await thief.signIn(at(running).origin);
  const stolen = await thief.confirmation(run, { loss: SECRET_ROWS });

  await atTerminal(t, scene, 'jonas');
  pass(5 * 60_000);
  const suspended = await word('jonas', 'key', 'suspend', '--reason', 'My laptop was stolen');
  t.equal(suspended.status, 0, suspended.stderr);
  t.match(suspended.stderr, fingerprintOf(keys.jonas));
  const [entry] = entriesOf(scene, 'key.suspended') as EntryOf<'key.suspended'>[];
  t.match(new Date(entry?.ts ?? 0).toISOString(), /T22:1[0-2]:/, 'it reads 22:10');
  t.match(entry, { actor: jonas.me.person, person: jonas.me.person, version: 3 });
  t.notOk(existsSync(join(state, 'jonas', '.ssh')), 'no key was needed');

  const after = await contextIn(scene);
  t.match(voided(scene), [{ reason: 'roster', step: 'drop' }], 'the confirmation is void');
  t.equal(after.seats['reviewer'], undefined, 'the seat is free');
  t.same(after.holds, [], 'one’s own key is no hold');

  t.match(await thief.send(stolen), { ok: false }, 'what the thief signed before counts for nothing');
  await marta.do({ type: 'arm', run, step: 'drop', target: 'local' });
  const late = await thief.send({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  t.match(late, { ok: false }, 'nor does the seat open to the thief');
  const forged = await thief.send(await thief.confirmation(run, { loss: SECRET_ROWS }));
  t.match(forged, { ok: false, problem: { code: 'XCK_SIGNATURE' } });
  t.match(
    entriesOf(scene, 'attempt.refused').at(-1),
    { actor: jonas.me.person, act: 'confirm', code: 'XCK_SIGNATURE', of: run, step: 'drop' },
    'the attempt stands in the log',
  );
  const again = new Person(site.port, site.host, keys.jonas);
  await t.rejects(again.signIn(at(running).origin), /XCK_SIGNATURE/, 'it signs nobody in either');

  await priya.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  await marta.do({ type: 'arm', run, step: 'drop', target: 'local' });
  await priya.do(await priya.confirmation(run, { loss: SECRET_ROWS }));
  await aiko.do(await aiko.confirmation(run, { count: SECRET_ROWS }));
  await marta.do(await marta.keyTurn(run));
  await until(async () => (await contextIn(scene)).outcomes['drop'] === 'finished', 'the drop');
  await marta.do({ type: 'arm', run, step: 'after', target: 'local' });
  await marta.do({ type: 'start', run, step: 'after' });
  await until(async () => (await contextIn(scene)).outcomes['after'] === 'finished', 'the last step');
  await marta.do(await marta.close(run));
  await priya.do(await priya.close(run));

  const tar = join(site.data, 'record.tar');
  const exported = await word('jonas', 'record', 'export', run, '-o', tar);
  t.equal(exported.status, 0, exported.stderr);
  const verified = await word('jonas', 'record', 'verify', tar, '--trust', running.trustFile);
  t.equal(verified.status, 0, verified.stdout);
  t.match(verified.stdout, /^ANCHORED/);
  t.match(
    verified.stdout,
    `#${entry?.seq} ${new Date(entry?.ts ?? 0).toISOString().slice(0, 10)}`,
    'where the log says it, and when',
  );
  t.match(verified.stdout, `${fingerprintOf(keys.jonas)} of ${jonas.me.person} was suspended by its owner; roster 3`);
  const json = JSON.parse(
    (await word('jonas', 'record', 'verify', tar, '--trust', running.trustFile, '--json')).stdout,
  );
  t.match(json.suspended, [{ seq: entry?.seq, person: jonas.me.person, by: jonas.me.person, version: 3 }]);

  const receipts = join(state, 'jonas', 'crosscheck', 'receipts');
  const [receipt = ''] = readdirSync(receipts).filter((name) => name.endsWith(`-${entry?.seq}.txt`));
  t.match(readFileSync(join(receipts, receipt), 'utf8'), /^c2sp\.org\/tlog-proof@v1\nextra /);
  const held = await word(
    'jonas',
    'record',
    'verify',
    tar,
    '--trust',
    running.trustFile,
    '--receipt',
    join(receipts, receipt),
  );
  t.equal(held.status, 0, `the receipt fits the record\n${held.stdout}${held.stderr}`);
});

t.test('a keeper who suspends somebody else’s key stops the run', { timeout: 300_000 }, async (t) => {
  const scene = await halfConfirmed(t);
  const { people, run, keys, word } = scene;
  await atTerminal(t, scene, 'tomas');
  await atTerminal(t, scene, 'aiko');
  const denied = await word('aiko', 'key', 'suspend', '--of', 'jonas');
  t.match([denied.status, denied.stderr], [4, /XCK_KEEPER/], 'whoever is no keeper suspends nobody else');
  const done = await word('tomas', 'key', 'suspend', '--of', 'jonas', '--key', fingerprintOf(keys.jonas));
  t.equal(done.status, 0, done.stderr);
  const context = await contextIn(scene);
  t.match(context.holds, [{ cause: 'roster', by: 'server' }]);
  t.equal(context.seats['reviewer'], undefined);
  t.match(voided(scene), [{ reason: 'roster' }]);
  const { marta, priya } = people;
  t.match(await marta.send({ type: 'arm', run, step: 'drop', target: 'local' }), { ok: false }, 'nothing goes on');
  await priya.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
  for (const one of [marta, priya, people.aiko])
    if ((await contextIn(scene)).holds.length > 0) await one.do(await one.lift(run));
  t.same((await contextIn(scene)).holds, [], 'lead and quorum lift it');
});

t.test('a lead who suspends their own key leaves the lead, and the run waits', { timeout: 300_000 }, async (t) => {
  const scene = await halfConfirmed(t);
  const { people, run, word } = scene;
  const { marta, tomas, aiko } = people;
  await atTerminal(t, scene, 'marta');
  const done = await word('marta', 'key', 'suspend');
  t.equal(done.status, 0, done.stderr);
  const context = await contextIn(scene);
  t.equal(context.seats['lead'], undefined, 'nobody leads');
  t.match(context.holds, [{ cause: 'roster' }]);
  const about = context.last;
  const content = { from: marta.me.person, person: tomas.me.person, role: 'release-lead' };
  await tomas.do(await tomas.act(run, 'lead', about, content));
  await aiko.do(await aiko.act(run, 'lead', about, content));
  const passed = await contextIn(scene);
  t.equal(passed.seats['lead']?.person, tomas.me.person, 'two people pass the lead on');
  t.equal(passed.lead, tomas.me.person);
  t.match(passed.holds, [{ cause: 'roster' }], 'and the hold is lifted by nobody yet');
});
