/** What goes wrong in the release: a backup that is not whole, a kill in the middle, a row that was missed. Each must stop it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ask, columns, ENV, emails, makeSite, rendered, run, sql, stepIsDone } from './site.ts';

t.test('a backup that is not whole fails the drill', async (t) => {
  const site = makeSite(t, 20_000);
  const { do: does, action } = rendered(site, 'backup');
  if (does.kind !== 'backup') throw new Error('the step is no backup');
  t.equal(run(site, does.run, action.env).status, 0);
  t.equal(run(site, does.drill, action.env).status, 0, 'the whole one passes');
  const whole = readFileSync(site.backup);
  const fails = (what: string) => {
    t.not(run(site, does.drill, action.env).status, 0, what);
    t.notOk(existsSync(join(site.data, 'restore-drill.db')), `${what}: nothing is left`);
    writeFileSync(site.backup, whole);
  };
  writeFileSync(site.backup, whole.subarray(0, whole.length / 2));
  fails('cut in half');
  writeFileSync(site.backup, '');
  fails('empty');
  writeFileSync(
    site.backup,
    Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(40_960, 0xa5), whole.subarray(49_152)]),
  );
  fails('pages overwritten');
  for (const change of [
    "update customers set email = email || ' ' where id = 77",
    'delete from customers where id = 77',
    "update customers set email = '' where email is null",
    'drop index customers_by_email; drop table customers',
  ]) {
    ask(site.backup, (db) => db.exec(change));
    fails(change);
  }
  const [email] = emails(site.backup).flatMap(([, one]) => (one?.includes('@post.example') ? [one] : []));
  writeFileSync(site.backup, altered(whole, email ?? Buffer.from('none'), 'last'));
  fails('one byte of an index');
  writeFileSync(site.backup, altered(whole, email ?? Buffer.from('none'), 'all'));
  t.equal(
    ask(site.backup, (db) => db.pragma('integrity_check', { simple: true })),
    'ok',
    'SQLite sees nothing wrong',
  );
  fails('one byte of one e-mail, in table and index');
  ask(site.database, (db) => db.exec('create index customers_by_name on customers (name)'));
  fails('an index that the way back does not know');
  ask(site.database, (db) => db.exec('drop index customers_by_name'));
  const onto = run(site, does.drill, { ...action.env, SCRATCH: site.database });
  t.not(onto.status, 0, 'the drill does not take the real database for its scratch');
  t.equal(sql(site, 'select count(*) from customers'), '20000');
});

/** Changes the closing letter of a text where it stands in a file: in SQLite's table, its index, and dead space. */
function altered(file: Buffer, text: Buffer, where: 'last' | 'all'): Buffer {
  const copy = Buffer.from(file);
  const from = where === 'last' ? file.lastIndexOf(text) : 0;
  for (let at = file.indexOf(text, from); at >= 0; at = file.indexOf(text, at + 1)) copy[at + text.length - 1] = 0x66;
  return copy;
}

t.test('hashing goes on where it was stopped', async (t) => {
  const site = makeSite(t, 35_000);
  const { do: does, action } = rendered(site, 'hash-emails');
  const argv = does.kind === 'run' ? (does.argv[0] ?? '') : '';
  const half = spawn(join(site.cwd, argv), {
    cwd: site.cwd,
    env: { ...ENV(site), ...action.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(half, 'exit');
  await once(half.stdout, 'data');
  process.kill(-(half.pid ?? 0), 'SIGKILL');
  await exited;
  const done = Number(sql(site, 'select count(*) from customers where email_hash is not null'));
  t.ok(done > 0, 'some were done');
  t.equal(run(site, [argv], action.env).status, 0);
  t.equal(run(site, ['sql', '--file=sql/wrong_hashes.sql'], action.env).stdout, '0\n');
  const first = sql(site, '--digest', 'customers');
  t.equal(run(site, [argv], action.env).status, 0);
  t.equal(sql(site, '--digest', 'customers'), first, 'a third time changes nothing');
});

t.test('the drop stops where a hash is missing, and changes nothing', async (t) => {
  const site = makeSite(t, 12_000);
  const { do: hash, action } = rendered(site, 'hash-emails');
  run(site, hash.kind === 'run' ? hash.argv : [], action.env);
  ask(site.database, (db) =>
    db.exec("update customers set email_hash = null where id = (select max(id) from customers where email <> '')"),
  );
  const digest = sql(site, '--digest', 'customers');
  const { do: drop } = rendered(site, 'drop-email');
  const done = run(site, drop.kind === 'run' ? drop.argv : [], action.env);
  t.equal(done.status, 1);
  t.match(done.stderr, /wrong_hashes = 0/);
  t.equal(sql(site, '--digest', 'customers'), digest);
  t.match(columns(site.database), ['id', 'name', 'email']);
});

t.test('prove-result finds one changed customer', async (t) => {
  const site = makeSite(t, 20_000);
  stepIsDone(t, site, 'hash-emails');
  run(site, ['sql', '--backup', site.backup], { DATABASE: site.database });
  const { do: drop, action } = rendered(site, 'drop-email');
  t.equal(run(site, drop.kind === 'run' ? drop.argv : [], action.env).status, 0);
  const { do: prove } = rendered(site, 'prove-result');
  const proven = () => run(site, prove.kind === 'run' ? prove.argv : [], action.env).status;
  t.equal(proven(), 0);
  ask(site.database, (db) => db.exec('update customers set name = upper(name) || 1 where id = 1'));
  t.equal(proven(), 1);
});

t.test('a probe sees what changed after the backup and after the hashing', async (t) => {
  const site = makeSite(t, 20_000);
  run(site, ['sql', '--backup', site.backup], { DATABASE: site.database });
  stepIsDone(t, site, 'hash-emails');
  const { probes, env } = rendered(site, 'drop-email').action;
  const values = () =>
    Object.fromEntries(['loss', 'hashed', 'backup'].map((id) => [id, run(site, probes[id]?.run ?? [], env).stdout]));
  const { loss, ...rest } = values();
  t.same(rest, { hashed: '0\n', backup: '0\n' });
  ask(site.database, (db) =>
    db.exec(
      "update customers set email = 'late@example.com' where id = (select min(id) from customers where email is null)",
    ),
  );
  t.same(values(), { loss: `${Number(loss) + 1}\n`, hashed: '1\n', backup: '2\n' });
});
