/** The release from start to end on real data, and a search of all earlier output for the answers that reviewers give. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { holds } from '../../core/runbook/expression.ts';
import { checkInputs } from '../../core/runbook/inputs.ts';
import { nothingTellsTheAnswers } from './leaks.ts';
import { ask, must } from './place.ts';
import { columns, emails, get, laterRun, makeSite, ROWS, type Site, startApi } from './site.ts';

t.test('inputs that do not fit are refused', async (t) => {
  const { runbook } = makeSite(t, 1);
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

  site.done(t, 'maintenance-on');
  t.equal((await get(`${url}/healthz`)).status, 503);
  site.done(t, 'backup');
  t.notOk(existsSync(join(site.data, 'restore-drill.db')), 'the drill leaves no e-mails behind');
  t.equal(
    site.run(['sql', site.backup, '--digest', 'customers'], {}).stdout.trim(),
    site.sql('customers', '--digest', 'customers'),
    'one digest',
  );
  site.done(t, 'hash-emails');
  progressIsTold(t, site);
  hashesAreRight(t, site, before);

  await apiIsInMaintenance(t, site);
  const { loss } = site.probes('drop-email');
  nothingTellsTheAnswers(t, site, 'drop-email', [String(ROWS - Number(loss))]);
  t.ok(Number(loss) > 0 && Number(loss) < ROWS, 'the loss is neither none nor all');
  t.ok(site.printed.join('').includes('restored 200000 of 200000 rows'), 'the output was all there');

  site.done(t, 'drop-email');
  t.same(columns(site.database), ['id', 'name', 'created_at', 'email_hash'], 'the column is gone');
  t.notOk(readFileSync(site.database).includes('example.com'), 'no e-mail is left in the file');
  site.done(t, 'prove-result');
  site.done(t, 'maintenance-off');
  const after = JSON.parse((await get(`${url}/customers/${before[0]?.[0]}`)).text);
  t.ok(!('email' in after) && 'email_hash' in after, 'the same API process goes on with the hash');
  t.equal((await get(`${url}/customers/999999999`)).status, 404);

  const kept = readFileSync(site.backup);
  const again = laterRun(t, site);
  again.done(t, 'maintenance-on');
  const { do: backup, action } = again.rendered('backup');
  const [made, drill] = backup.kind === 'backup' ? [backup.run, backup.drill] : [[], []];
  t.equal(again.run(made, action.env).status, 0, 'another run backs up what is there now');
  t.equal(again.run(drill, action.env).status, 1, 'and stops at the drill: there are no e-mails to restore');
  t.ok(readFileSync(site.backup).equals(kept), 'the backup that holds the e-mails is untouched');
  site.done(t, 'maintenance-off');

  site.done(t, 'drop-email-undo');
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

/** The probe that asks over HTTP. */
async function apiIsInMaintenance(t: Test, site: Site): Promise<void> {
  const { api } = site.rendered('drop-email').action.probes;
  const { status, text } = await get(api?.http?.url ?? '');
  t.ok(must(holds(api?.expect ?? '', { value: text.trim(), stdout: text, status, exit_code: 0 })), api?.title ?? '');
}
