/** Three people with SSH keys and no demo: every signature made by the CLI in a real terminal, while a page follows live; then the record, verified without us. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { GOOD, pasteReadme } from '../helpers/auditor.ts';
import { findChromium, launch } from '../helpers/chromium.ts';
import { Pty } from '../helpers/pty.ts';
import { freePort, ROOT } from '../helpers/server.ts';

const MAIN = join(ROOT, 'build', 'server', 'cli', 'main.js');
const TOOLS = join(ROOT, 'runbooks', 'tools');
const FOLDER = join(ROOT, 'runbooks', 'drop-plaintext-email');
const PICTURES = join(ROOT, 'screenshots', 'terminals');
const SEATS = { lead: 'release-lead', reviewer: 'dba', verifier: 'sre' } as const;
type Seat = keyof typeof SEATS;

const missing = ['ssh-keygen', 'script'].filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
const skip = missing.length > 0 ? `not on this machine: ${missing.join(', ')}` : false;

t.test('three SSH keys, three terminals, one page', { timeout: 300_000, skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-terminals-'));
  const [port, apiPort] = [await freePort(), await freePort()];
  const server = `http://127.0.0.1:${port}`;
  const envs = {} as Record<Seat, NodeJS.ProcessEnv>;
  const children: ChildProcess[] = [];
  t.teardown(async () => {
    for (const child of children) {
      const gone = child.exitCode === null ? once(child, 'exit') : null;
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const people = Object.entries(SEATS).map(([seat, role]) => {
    const home = join(folder, seat);
    mkdirSync(home);
    const key = join(home, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', seat, '-f', key]);
    envs[seat as Seat] = {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_STATE_HOME: home,
      CROSSCHECK_KEY: key,
      CROSSCHECK_SERVER: server,
      NO_COLOR: '1',
    };
    return `  - {name: ${seat}, roles: [${role}], key: '${readFileSync(`${key}.pub`, 'utf8').trim()}', keeper: true}\n`;
  });
  const file = join(folder, 'people.yaml');
  writeFileSync(file, `people:\n${people.join('')}keepers_needed: 2\nreviewer_roles: [dba, sre]\n`);
  const data = join(folder, 'var');
  const work = join(data, 'agent', 'data');
  mkdirSync(work, { recursive: true });
  execFileSync(process.execPath, [join(TOOLS, 'make-customers.mjs'), work]);
  const database = join(work, 'customers.db');

  const begin = async (script: string, args: readonly string[], PATH = process.env['PATH']) => {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, PATH },
    });
    children.unshift(child);
    await once(child.stdout, 'data');
    return child;
  };
  await begin(join(TOOLS, 'customers-api.mjs'), ['--port', String(apiPort), '--database', database]);
  const path = [join(TOOLS, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  await begin(
    MAIN,
    [
      'server',
      'start',
      '--port',
      String(port),
      '--data',
      data,
      '--people',
      file,
      '--site',
      `localhost:${port}`,
      '--log-level',
      'warn',
    ],
    path,
  );
  const trust = join(data, 'trust.txt');

  const terminal = (seat: Seat, ...words: string[]) => new Pty([process.execPath, MAIN, ...words], envs[seat]);
  const say = async (seat: Seat, ...words: string[]) => {
    const pty = terminal(seat, ...words);
    t.equal(await pty.exit(), 0, `${seat}: ${words.slice(0, 2).join(' ')}\n${pty.printed.slice(-300)}`);
    return pty.printed;
  };
  const plain = (seat: Seat, ...words: string[]) =>
    spawnSync(process.execPath, [MAIN, ...words], { env: envs[seat], encoding: 'utf8' });

  for (const seat of Object.keys(SEATS) as Seat[]) await say(seat, 'login', '--trust', trust);
  await say('lead', 'runbook', 'register', FOLDER);
  const approving = terminal('reviewer', 'runbook', 'approve', 'drop-plaintext-email');
  await approving.expect(/Type approve/);
  approving.type('approve');
  t.equal(await approving.exit(), 0, 'approved');
  const opened = plain('lead', 'run', 'start', 'drop-plaintext-email', '--input', `api_port=${apiPort}`);
  const run = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/.exec(opened.stdout)?.[0] ?? '';
  t.match(run, /^.{26}$/, `the run is open\n${opened.stderr}`);
  await say('reviewer', 'run', 'join', run, '--seat', 'reviewer');
  await say('verifier', 'run', 'join', run, '--seat', 'verifier');
  const watching = (['lead', 'reviewer', 'verifier'] as const).map((seat) => terminal(seat, 'run', 'watch', run));
  t.teardown(() => {
    for (const one of watching) one.kill();
  });

  const chromium = await findChromium();
  const browser = chromium ? await launch(chromium) : null;
  t.teardown(() => browser?.close());
  const page = await browser?.newPage({ viewport: { width: 1440, height: 900 } });
  if (page) {
    const [link] = /http:\/\/\S+/.exec(await say('verifier', 'login', '--page')) ?? [''];
    await page.goto(link);
    await page.getByText('Sign out').waitFor();
    await page.goto(`http://localhost:${port}/runs/${run}`);
  }

  const arm = async (step: string) => {
    const arming = terminal('lead', 'step', 'arm', run, step);
    await arming.expect(/name of the target/);
    arming.type('customers-host');
    t.equal(await arming.exit(), 0, `${step} is armed\n${arming.printed.slice(-300)}`);
  };
  for (const step of ['maintenance-on', 'backup', 'hash-emails']) {
    await arm(step);
    await say('lead', 'step', 'start', run);
  }
  await arm('drop-email');
  const ask = (query: string): string => {
    const db = new Database(database, { readonly: true });
    const value = String(db.prepare(query).pluck().get());
    db.close();
    return value;
  };
  const scripted = plain('reviewer', 'step', 'check', run);
  t.equal(scripted.status, 2, 'a confirmation cannot be scripted');

  const check = async (seat: Seat, question: RegExp, answer: string) => {
    const pty = terminal(seat, 'step', 'check', run);
    await pty.expect(question);
    pty.type(answer);
    await pty.expect(/Type confirm/);
    pty.type('confirm');
    return pty;
  };
  const wrong = await check('reviewer', /Which database/, 'another');
  t.equal(await wrong.exit(), 5, 'a wrong blind answer is refused');
  const reviewing = await check('reviewer', /Which database/, ask('select name from instance'));
  await reviewing.expect(/Confirmed/);
  const verifying = await check(
    'verifier',
    /How many customers/,
    ask("select count(*) from customers where email <> ''"),
  );
  await verifying.expect(/Confirmed/);
  const key = terminal('lead', 'step', 'key', run);
  await key.expect(/Type start/);
  key.type('start');
  t.equal(await key.exit(), 0, `the key is turned\n${key.printed.slice(-400)}`);
  t.equal(await reviewing.exit(), 0, 'the reviewer stayed until the start');
  t.equal(await verifying.exit(), 0, 'the verifier too');
  t.equal(ask("select count(*) from pragma_table_info('customers') where name = 'email'"), '0', 'the column is gone');
  if (page) {
    mkdirSync(PICTURES, { recursive: true });
    await page.getByText('4 of 6 done').waitFor();
    await page.screenshot({ path: join(PICTURES, 'page.png') });
    t.pass('the page followed live');
  }
  for (const step of ['prove-result', 'maintenance-off']) {
    await arm(step);
    await say('lead', 'step', 'start', run);
  }
  const still = plain('lead', 'record', 'export', run, '-o', join(folder, 'open.tar'));
  t.equal(still.status, 0, still.stderr);
  const open = plain('lead', 'record', 'verify', join(folder, 'open.tar'), '--trust', trust);
  t.match([open.status, open.stdout], [3, /OPEN/], 'a run still open is OPEN');
  for (const seat of ['lead', 'reviewer'] as const) {
    const closing = terminal(seat, 'run', 'close', run);
    await closing.expect(/Type close/);
    closing.type('close');
    t.equal(await closing.exit(), 0, `${seat} signed the close-out\n${closing.printed.slice(-300)}`);
  }

  const elsewhere = join(folder, 'auditor');
  mkdirSync(elsewhere);
  const tar = join(elsewhere, `${run}.crosscheck.tar`);
  t.equal(plain('lead', 'record', 'export', run, '-o', tar).status, 0);
  const verified = plain('lead', 'record', 'verify', tar, '--trust', trust);
  t.match([verified.status, verified.stdout], [0, /ANCHORED/], verified.stdout + verified.stderr);
  t.match(verified.stdout, /independent/);
  const bytes = readFileSync(tar);
  const at = bytes.indexOf('"type":"step.confirmed"') + 9;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(join(elsewhere, 'changed.tar'), bytes);
  const changed = plain('lead', 'record', 'verify', join(elsewhere, 'changed.tar'), '--trust', trust);
  t.match([changed.status, changed.stdout], [8, /INVALID/], 'one changed byte');

  const lines = pasteReadme(tar, trust, join(elsewhere, 'in'));
  t.same(
    lines.filter((line) => !GOOD.test(line)),
    [],
    'ssh-keygen, openssl and sha256sum agree, by the record’s own README',
  );
  t.ok(lines.filter((line) => line.startsWith('Good "')).length > 20, 'every signature');
});
