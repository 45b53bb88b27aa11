/** The release from start to end on real data, and a search of all earlier output for the answers that reviewers give. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { holds } from '../../core/runbook/expression.ts';
import { checkInputs } from '../../core/runbook/inputs.ts';
import { lintFolder } from '../../core/runbook/lint.ts';
import type { Rendered } from '../../core/runbook/runbook.ts';
import { answerForms, leaks } from './leaks.ts';
import {
  ask,
  columns,
  ENV,
  emails,
  folder,
  get,
  HEALTHY,
  laterRun,
  makeSite,
  must,
  ROWS,
  rendered,
  root,
  run,
  runbook,
  type Site,
  source,
  sql,
  startApi,
  stepIsDone,
} from './site.ts';

t.test('the folder passes its lint, without a warning', async (t) => {
  t.same(lintFolder(folder()).problems, []);
  t.same(must(checkInputs(runbook, { api_port: 7081 })), { database: 'customers', api_port: 7081 });
  for (const inputs of [
    {},
    { api_port: '7081' },
    { api_port: 0 },
    { api_port: 7081, database: "x'; drop" },
    { api_port: 1, database: '../x' },
  ])
    t.notOk(checkInputs(runbook, inputs).ok, JSON.stringify(inputs));
});

t.test('the release from start to end', async (t) => {
  const site = makeSite(t);
  const before = emails(site.database);
  t.equal(before.length, ROWS);
  const url = await startApi(t, site);
  t.equal((await get(`${url}/healthz`)).status, 200);
  const first = JSON.parse((await get(`${url}/customers/${before[0]?.[0]}`)).text);
  t.ok('email' in first && !('email_hash' in first), 'the API shows the e-mail');

  stepIsDone(t, site, 'maintenance-on');
  t.equal((await get(`${url}/healthz`)).status, 503);
  stepIsDone(t, site, 'backup');
  t.notOk(existsSync(join(site.data, 'restore-drill.db')), 'the drill leaves no e-mails behind');
  t.equal(
    run(site, ['sql', site.backup, '--digest', 'customers'], {}).stdout.trim(),
    sql(site, '--digest', 'customers'),
    'one digest',
  );
  stepIsDone(t, site, 'hash-emails');
  progressIsTold(t, site);
  hashesAreRight(t, site, before);

  const answers = await armed(t, site);
  nothingTellsTheAnswers(t, site, answers);

  stepIsDone(t, site, 'drop-email');
  t.same(columns(site.database), ['id', 'name', 'created_at', 'email_hash'], 'the column is gone');
  t.notOk(readFileSync(site.database).includes('example.com'), 'no e-mail is left in the file');
  stepIsDone(t, site, 'prove-result');
  stepIsDone(t, site, 'maintenance-off');
  const after = JSON.parse((await get(`${url}/customers/${before[0]?.[0]}`)).text);
  t.ok(!('email' in after) && 'email_hash' in after, 'the same API process goes on with the hash');
  t.equal((await get(`${url}/customers/999999999`)).status, 404);

  const kept = readFileSync(site.backup);
  const again = laterRun(site);
  stepIsDone(t, again, 'maintenance-on');
  const { do: backup, action } = rendered(again, 'backup');
  const [made, drill] = backup.kind === 'backup' ? [backup.run, backup.drill] : [[], []];
  t.equal(run(again, made, action.env).status, 0, 'another run backs up what is there now');
  t.equal(run(again, drill, action.env).status, 1, 'and stops at the drill: there are no e-mails to restore');
  t.ok(readFileSync(site.backup).equals(kept), 'the backup that holds the e-mails is untouched');
  stepIsDone(t, site, 'maintenance-off');

  const { undo, env } = rendered(site, 'drop-email').action;
  t.equal(run(site, undo?.run ?? [], env).status, 0, 'the way back');
  t.ok(sameEmails(emails(site.database), before), 'every e-mail is back, byte for byte');
  t.equal((await get(`${url}/customers/${before[0]?.[0]}`)).status, 200);
});

function sameEmails(a: readonly [number, Buffer | null][], b: readonly [number, Buffer | null][]): boolean {
  const same = (x: Buffer | null | undefined, y: Buffer | null | undefined) => (x && y ? x.equals(y) : x === y);
  return a.length === b.length && a.every(([id, email], index) => id === b[index]?.[0] && same(email, b[index]?.[1]));
}

function progressIsTold(t: Test, site: Site): void {
  const lines = site.printed
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const last = JSON.parse(lines.at(-1) ?? '{}');
  t.equal(lines.length, 20, 'a line for each batch');
  t.same(last, { done: ROWS, total: ROWS });
}

function hashesAreRight(t: Test, site: Site, before: readonly [number, Buffer | null][]): void {
  const made = ask(site.database, (db) => db.prepare('select email_hash from customers order by id').pluck().all());
  const due = before.map(([, email]) =>
    email === null || email.length === 0 ? null : createHash('sha256').update(email).digest('hex'),
  );
  t.ok(
    made.length === due.length && due.every((hash, index) => hash === made[index]),
    'every hash is that of the bytes',
  );
  t.ok(due.includes(null), 'some customers have no e-mail');
}

/** Measures the probes as the agent does; the blind ones are the answers, the others are seen by everybody. */
async function armed(t: Test, site: Site): Promise<Record<string, string>> {
  const { action } = rendered(site, 'drop-email');
  const blind = new Set(action.challenge.map(({ equals }) => equals.replace('probes.', '')));
  const values: Record<string, string> = {};
  for (const [id, { run: argv, http, expect }] of Object.entries(action.probes)) {
    const told = http ? await get(http.url) : undefined;
    const done = argv ? run(site, argv, action.env) : { status: 0, stdout: told?.text ?? '', stderr: '' };
    const value = done.stdout.trim();
    t.equal(done.status, 0, `probe ${id}`);
    if (expect !== null)
      t.ok(
        must(holds(expect, { ...HEALTHY, value, stdout: done.stdout, status: told?.status ?? 0 })),
        `${id}: ${expect}`,
      );
    if (blind.has(id)) values[id] = value;
    else site.printed.push(done.stdout, done.stderr);
  }
  hintsAnswer(t, site, action.challenge, values);
  return values;
}

/** The command that a reviewer is given runs in a terminal at the root of the repository and tells the answer. */
function hintsAnswer(
  t: Test,
  site: Site,
  challenge: Rendered['action']['challenge'],
  values: Record<string, string>,
): void {
  for (const { id, hint, equals } of challenge) {
    const shown = spawnSync('/bin/sh', ['-c', hint ?? 'false'], { cwd: root, env: ENV(site), encoding: 'utf8' });
    t.equal(shown.stdout.trim(), values[equals.replace('probes.', '')], `the hint of ${id}`);
  }
}

function nothingTellsTheAnswers(t: Test, site: Site, values: Record<string, string>): void {
  const { instance = '', loss = '' } = values;
  t.match(instance, /^[0-9a-f]{4}-[0-9a-f]{4}$/);
  t.ok(Number(loss) > 0 && Number(loss) < ROWS, 'the loss is neither none nor all');
  const forms = [instance, loss, String(ROWS - Number(loss))].flatMap(answerForms);
  const yaml = readFileSync(join(source, 'runbook.yaml'), 'utf8');
  const earlier = [...site.printed, yaml, JSON.stringify(rendered(site, 'drop-email'))].join('\n');
  t.ok(earlier.includes('restored 200000 of 200000 rows'), 'the output is all there');
  t.same(leaks(earlier, forms), [], 'no answer stands in what was printed before');
  for (const form of forms) t.ok(leaks(`${earlier}\nrows=${form};`, forms).length > 0, 'a planted one is found');
  t.ok(leaks(`${earlier}\nUPDATE ${Number(loss).toLocaleString('en')}`, forms).length > 0, 'with separators too');
}
