/** The tools that runbooks run on: what they refuse, and that the customers they make are awkward enough. */
import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PATH, SEED, tools } from './place.ts';
import { emails, makeSite } from './site.ts';

const sql = (database: string, ...args: string[]) =>
  spawnSync('sql', [database, ...args], { env: { PATH }, encoding: 'utf8' }).stdout.trim();

t.test('the tools refuse what would do harm', async (t) => {
  const site = makeSite(t, 100);
  const again = spawnSync(process.execPath, [join(tools, 'make-customers.mjs'), site.data], { encoding: 'utf8' });
  t.equal(again.status, 1, 'a database is not replaced');
  t.match(again.stderr, /there already/);
  const missing = join(site.data, 'none.db');
  for (const argv of [
    ['sql', missing, 'select 1'],
    ['sql', site.database, '--attach', `backup=${missing}`, 'select 1'],
    ['sql', site.database],
    ['sql', site.database, '--digest', 'customers', '--backup', missing],
    ['sql', site.database, '--set', 'a=1', 'select :a; select 2'],
    ['sql', site.database, '--digest', 'nothing'],
  ]) {
    const done = site.run(argv, {});
    t.equal(done.status, 1, argv.slice(2).join(' '));
    t.match(done.stderr, /^sql: /);
  }
  t.notOk(existsSync(missing), 'no file is made by asking');
  t.equal(
    sql(site.database, "select null, 1, x'00ff', 'a' union all select 2, 9007199254740993, '', 'b'"),
    '|1|\\x00ff|a\n2|9007199254740993||b',
  );
  t.equal(
    sql(site.database, "select sha256('abc'), sha256(null)"),
    `${createHash('sha256').update('abc').digest('hex')}|`,
  );
  const hmac = ['sql', site.database, "select hmac(:key, 'abc'), hmac(:key, null)", '--secret', 'key=TEST_KEY'];
  t.equal(
    site.run(hmac, { TEST_KEY: 'k' }).stdout.trim(),
    `${createHmac('sha256', 'k').update('abc').digest('hex')}|`,
    'a secret comes from the environment',
  );
  t.match(site.run(hmac, {}), { status: 1, stderr: /no TEST_KEY/ }, 'and is never an empty one');
  copyFileSync(site.database, join(site.data, 'copy.db'));
  t.equal(
    site.run(['sql', join(site.data, 'copy.db'), '--digest', 'customers'], {}).stdout.trim(),
    sql(site.database, '--digest', 'customers'),
  );
});

t.test('one seed makes the same rows, and every database has a name of its own', async (t) => {
  const a = makeSite(t, 3000);
  const b = join(a.data, 'other');
  spawnSync(process.execPath, [join(tools, 'make-customers.mjs'), b, '--seed', `${SEED}`, '--rows', '3000']);
  const other = { database: join(b, 'customers.db') };
  t.equal(sql(a.database, '--digest', 'customers'), sql(other.database, '--digest', 'customers'));
  t.not(sql(a.database, 'select name from instance'), sql(other.database, 'select name from instance'));
  const found = emails(a.database).map(([, email]) => email?.toString() ?? null);
  const kinds: Record<string, (email: string | null) => boolean | undefined> = {
    null: (email) => email === null,
    empty: (email) => email === '',
    'upper case': (email) => email?.includes('CASE'),
    quotes: (email) => email?.startsWith('"quoted'),
    newline: (email) => email?.includes('\n'),
    'leading space': (email) => /^ ./.test(email ?? ''),
    'trailing space': (email) => /\S \t$/.test(email ?? ''),
    SQL: (email) => email?.includes('drop table'),
    emoji: (email) => email?.includes('🦦'),
    'very long': (email) => (email?.length ?? 0) > 300,
    plus: (email) => email?.includes('plus+tag'),
    shared: (email) => email === 'shared@example.com',
  };
  for (const [kind, fits] of Object.entries(kinds)) t.ok(found.some(fits), kind);
});

t.test('a reader that has seen enough is no error', async (t) => {
  const site = makeSite(t, 100);
  const many = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) select i from n';
  const read = spawnSync('sh', ['-c', `sql "$0" '${many}' | head -n 2`, site.database], {
    env: { PATH },
    encoding: 'utf8',
  });
  t.match({ stdout: read.stdout, stderr: read.stderr }, { stdout: '1\n2\n', stderr: '' });
});
