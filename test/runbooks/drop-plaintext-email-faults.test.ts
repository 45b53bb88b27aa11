/** What goes wrong in the release: a backup that is not whole, a kill in the middle, a row that was missed. Each must stop it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ask, PATH } from './place.ts';
import { columns, emails, makeSite } from './site.ts';

t.test('a backup that is not whole fails the drill', async (t) => {
  const site = makeSite(t, 20_000);
  const { do: does, action } = site.rendered('backup');
  if (does.kind !== 'backup') throw new Error('the step is no backup');
  t.equal(site.run(does.run, action.env).status, 0);
  t.equal(site.run(does.drill, action.env).status, 0, 'the whole one passes');
  const whole = readFileSync(site.backup);
  const fails = (what: string) => {
    t.not(site.run(does.drill, action.env).status, 0, what);
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
  const onto = site.run(does.drill, { ...action.env, SCRATCH: site.database });
  t.not(onto.status, 0, 'the drill does not take the real database for its scratch');
  t.equal(site.sql('customers', 'select count(*) from customers'), '20000');
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
  const { do: does, action } = site.rendered('hash-emails');
  const argv = does.kind === 'run' ? (does.argv[0] ?? '') : '';
  const half = spawn(join(site.cwd, argv), {
    cwd: site.cwd,
    env: { PATH, HOME: site.data, LANG: 'C.UTF-8', ...action.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(half, 'exit');
  await once(half.stdout, 'data');
  process.kill(-(half.pid ?? 0), 'SIGKILL');
  await exited;
  const done = Number(site.sql('customers', 'select count(*) from customers where email_hash is not null'));
  t.ok(done > 0, 'some were done');
  t.equal(site.run([argv], action.env).status, 0);
  t.equal(site.run(['sql', '--file=sql/wrong_hashes.sql'], action.env).stdout, '0\n');
  const first = site.sql('customers', '--digest', 'customers');
  t.equal(site.run([argv], action.env).status, 0);
  t.equal(site.sql('customers', '--digest', 'customers'), first, 'a third time changes nothing');
});

t.test('the drop stops where a hash is missing, and changes nothing', async (t) => {
  const site = makeSite(t, 12_000);
  const { do: hash, action } = site.rendered('hash-emails');
  site.run(hash.kind === 'run' ? hash.argv : [], action.env);
  ask(site.database, (db) =>
    db.exec("update customers set email_hash = null where id = (select max(id) from customers where email <> '')"),
  );
  const digest = site.sql('customers', '--digest', 'customers');
  const { do: drop } = site.rendered('drop-email');
  const done = site.run(drop.kind === 'run' ? drop.argv : [], action.env);
  t.equal(done.status, 1);
  t.match(done.stderr, /wrong_hashes = 0/);
  t.equal(site.sql('customers', '--digest', 'customers'), digest);
  t.match(columns(site.database), ['id', 'name', 'email']);
});

t.test('prove-result finds one changed customer', async (t) => {
  const site = makeSite(t, 20_000);
  site.done(t, 'hash-emails');
  site.run(['sql', '--backup', site.backup], { DATABASE: site.database });
  const { do: drop, action } = site.rendered('drop-email');
  t.equal(site.run(drop.kind === 'run' ? drop.argv : [], action.env).status, 0);
  const { do: prove } = site.rendered('prove-result');
  const proven = () => site.run(prove.kind === 'run' ? prove.argv : [], action.env).status;
  t.equal(proven(), 0);
  ask(site.database, (db) => db.exec('update customers set name = upper(name) || 1 where id = 1'));
  t.equal(proven(), 1);
});

t.test('a probe sees what changed after the backup and after the hashing', async (t) => {
  const site = makeSite(t, 20_000);
  site.run(['sql', '--backup', site.backup], { DATABASE: site.database });
  site.done(t, 'hash-emails');
  const { probes, env } = site.rendered('drop-email').action;
  const values = () =>
    Object.fromEntries(['loss', 'hashed', 'backup'].map((id) => [id, site.run(probes[id]?.run ?? [], env).stdout]));
  const { loss, ...rest } = values();
  t.same(rest, { hashed: '0\n', backup: '0\n' });
  ask(site.database, (db) =>
    db.exec(
      "update customers set email = 'late@example.com' where id = (select min(id) from customers where email is null)",
    ),
  );
  t.same(values(), { loss: `${Number(loss) + 1}\n`, hashed: '1\n', backup: '2\n' });
});
