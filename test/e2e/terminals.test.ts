/** Three people with SSH keys and no demo: every signature made by the CLI in a real terminal, while a page follows live; then the record, verified without us. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { GOOD, pasteReadme } from '../helpers/auditor.ts';
import { findChromium, launch } from '../helpers/chromium.ts';
import { freePort, ROOT } from '../helpers/server.ts';
import { noTerminals, type Seat, Terminals } from '../helpers/terminals.ts';

const TOOLS = join(ROOT, 'runbooks', 'tools');
const FOLDER = join(ROOT, 'runbooks', 'drop-plaintext-email');

/** The runbook, for people without a security key. */
function copied(into: string): string {
  const folder = join(into, 'drop-plaintext-email');
  cpSync(FOLDER, folder, { recursive: true });
  const file = join(folder, 'runbook.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('      eyes: 6\n', '      eyes: 6\n      keys: {high: 0, terminal: 2}\n'));
  return folder;
}

const PICTURES = join(ROOT, 'screenshots', 'terminals');

t.test('three SSH keys, three terminals, one page', { timeout: 300_000, skip: noTerminals }, async (t) => {
  const site = new Terminals(t);
  const apiPort = await freePort();
  mkdirSync(site.work, { recursive: true });
  execFileSync(process.execPath, [join(TOOLS, 'make-customers.mjs'), site.work]);
  const database = join(site.work, 'customers.db');
  await site.begin(join(TOOLS, 'customers-api.mjs'), ['--port', String(apiPort), '--database', database]);
  await site.start([join(TOOLS, 'bin')]);
  const { folder, trust, port } = site;
  const say = site.say.bind(site);
  const plain = site.plain.bind(site);
  const terminal = site.terminal.bind(site);

  await say('lead', 'runbook', 'register', copied(folder));
  await site.type('reviewer', ['runbook', 'approve', 'drop-plaintext-email'], [/Type approve/, 'approve']);
  const opened = plain('lead', 'run', 'start', 'drop-plaintext-email', '--input', `api_port=${apiPort}`);
  const run = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/.exec(opened.stdout)?.[0] ?? '';
  t.match(run, /^.{26}$/, `the run is open\n${opened.stderr}`);
  await say('reviewer', 'run', 'join', run, '--seat', 'reviewer');
  await say('verifier', 'run', 'join', run, '--seat', 'verifier');
  for (const seat of ['lead', 'reviewer', 'verifier'] as const) terminal(seat, 'run', 'watch', run);
  await say('lead', 'run', 'answer', run, 'on-call', 'Jo of the night shift');
  await say('verifier', 'run', 'answer', run, 'told', 'https://wiki.example/emails');
  for (const seat of ['lead', 'reviewer', 'verifier'] as const) await say(seat, 'run', 'answer', run, 'go');

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

  const arm = (step: string) => site.type('lead', ['step', 'arm', run, step], [/name of the target/, 'customers-host']);
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
  await say('lead', 'run', 'answer', run, 'first-report', 'none so far');
  const still = plain('lead', 'record', 'export', run, '-o', join(folder, 'open.tar'));
  t.equal(still.status, 0, still.stderr);
  const open = plain('lead', 'record', 'verify', join(folder, 'open.tar'), '--trust', trust);
  t.match([open.status, open.stdout], [3, /OPEN/], 'a run still open is OPEN');
  t.equal(plain('lead', 'record', 'export', '--all', '-o', join(folder, 'open-log.tar')).status, 0);
  const openLog = plain('lead', 'record', 'verify', join(folder, 'open-log.tar'), '--trust', trust);
  t.match([openLog.status, openLog.stdout], [3, /OPEN/], 'and so is the whole log');
  for (const seat of ['lead', 'reviewer'] as const)
    await site.type(seat, ['run', 'close', run], [/Type close/, 'close']);

  const elsewhere = join(folder, 'auditor');
  mkdirSync(elsewhere);
  const tar = join(elsewhere, `${run}.crosscheck.tar`);
  t.equal(plain('lead', 'record', 'export', run, '-o', tar).status, 0);
  const verified = plain('lead', 'record', 'verify', tar, '--trust', trust);
  t.match([verified.status, verified.stdout], [0, /ANCHORED/], verified.stdout + verified.stderr);
  t.match(verified.stdout, /independent/);
  const log = join(elsewhere, 'log.tar');
  t.equal(plain('lead', 'record', 'export', '--all', '--to', '1h', '-o', log).status, 0);
  const whole = plain('lead', 'record', 'verify', log, '--trust', trust);
  t.match([whole.status, whole.stdout], [0, new RegExp(`ANCHORED: [^]*\\n  ${run} ANCHORED, assurance independent`)]);
  t.match(plain('lead', 'record', 'export', run, '--all'), { status: 2, stderr: /of one RUN, or of the whole log/ });
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
