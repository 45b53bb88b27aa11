/** A check of a database says nothing of a whole one, and finds each of a table of damages with the entry that it is about. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { type Draft, seal } from '../../core/log/entry.ts';
import { keyFile, rawPublic } from '../../server/agent/identity.ts';
import { fsck } from '../../server/fsck/fsck.ts';
import { signEd25519 } from '../../server/ports/verify.ts';
import { openLog } from '../../server/runner/log.ts';
import { readEntry } from '../../server/runner/site.ts';
import { markFile, markText, readMark } from '../../server/store/mark.ts';
import { openSqlite } from '../../server/store/sqlite.ts';
import { confirmed, dropSite } from '../helpers/drop.ts';
import { until } from '../helpers/server.ts';
import { MAIN } from '../helpers/terminals.ts';

type Db = Database.Database;
type Damage = readonly [name: string, damage: (db: Db, data: string) => number | null, found: RegExp];

const seqOf = (db: Db, type: string): number =>
  db.prepare<[string]>('SELECT seq FROM entry WHERE type = ? ORDER BY seq').pluck().get(type) as number;
const bytesOf = (db: Db, seq: number): Buffer =>
  db.prepare('SELECT bytes FROM entry WHERE seq = ?').pluck().get(seq) as Buffer;
const put = (db: Db, seq: number, bytes: Buffer) =>
  db.prepare('UPDATE entry SET bytes = ? WHERE seq = ?').run(bytes, seq);
const bodyOf = (db: Db, type: string, name: string) => {
  const seq = seqOf(db, type);
  const { bodies } = JSON.parse(bytesOf(db, seq).toString()) as { bodies: Record<string, string> };
  return { seq, digest: bodies[name] ?? '' };
};
/** Runs a statement; what it says is of no entry. */
const sql =
  (text: string) =>
  (db: Db): null => {
    if (db.prepare(text).run().changes === 0) throw new Error(`nothing was damaged by: ${text}`);
    return null;
  };
const file =
  (name: string, change: (text: string) => string | null) =>
  (_: Db, data: string): null => {
    const path = join(data, name);
    const changed = change(readFileSync(path, 'utf8'));
    if (changed === null) rmSync(path);
    else writeFileSync(path, changed);
    return null;
  };
const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
/** Appends an entry as the server would, with the tree and the signature right. */
const appended =
  (draft: (run: string) => Draft) =>
  (_: Db, data: string): number => {
    const store = openSqlite(join(data, 'crosscheck.db'));
    const [open = ''] = store.openRuns();
    const last = store.entriesOf(open).map(readEntry).at(-1);
    const key = keyFile(join(data, 'log.key'));
    const origin = last?.entry.log ?? '';
    const log = openLog(store, origin, { raw: rawPublic(key), sign: (message) => signEd25519(key, message) });
    const rseq = last && 'rseq' in last.entry ? last.entry.rseq + 1 : 0;
    const run = { run: open, rseq, prev: last?.digest ?? '' };
    const sealed = seal(draft(open), { log: origin, seq: log.size, ts: log.lastTs, run });
    log.append([sealed]);
    store.close();
    return sealed.entry.seq;
  };

const DAMAGES: readonly Damage[] = [
  [
    'a flipped digit in an entry',
    (db) => {
      const seq = seqOf(db, 'runbook.approved');
      const bytes = bytesOf(db, seq);
      put(db, seq, flipped(bytes, bytes.indexOf('"ts":') + 10));
      return seq;
    },
    /the node 0\/\d+ of the tree is not that of its entries/,
  ],
  [
    'an entry that is spelled otherwise',
    (db) => {
      const seq = seqOf(db, 'run.opened');
      put(db, seq, Buffer.from(bytesOf(db, seq).toString().replace(',', ', ')));
      return seq;
    },
    /spelled differently/,
  ],
  [
    'an entry of a type that nobody knows',
    (db) => {
      const seq = seqOf(db, 'step.keyed');
      put(db, seq, Buffer.from(bytesOf(db, seq).toString().replace('step.keyed', 'step.kayed')));
      return seq;
    },
    /not one of the table/,
  ],
  [
    'a dropped entry',
    (db) => {
      const seq = seqOf(db, 'step.confirmed');
      db.prepare('DELETE FROM entry WHERE seq = ?').run(seq);
      return seq;
    },
    /this entry is missing/,
  ],
  [
    'the newest entry dropped',
    (db) => {
      sql('DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)')(db);
      return null;
    },
    /\d+ entries were acknowledged, and the database has \d+/,
  ],
  [
    'an entry filed under another run',
    (db) => {
      const seq = seqOf(db, 'seat.taken');
      db.prepare("UPDATE entry SET run = '01JD3V7Q0Z8EA1B2C3D4E5F6G7' WHERE seq = ?").run(seq);
      return seq;
    },
    /its row names another type or run/,
  ],
  [
    'an entry that the rules do not let follow',
    appended(() => ({ type: 'seat.left', actor: `p-${'0'.repeat(16)}`, fields: { seat: 'reviewer' } }) as Draft),
    /cannot follow/,
  ],
  [
    'a flipped byte in a body',
    (db) => {
      const { seq, digest } = bodyOf(db, 'step.armed', 'action');
      const bytes = db.prepare('SELECT bytes FROM body WHERE digest = ?').pluck().get(digest) as Buffer;
      db.prepare('UPDATE body SET bytes = ? WHERE digest = ?').run(flipped(bytes, 20), digest);
      return seq;
    },
    /the body sha256:[0-9a-f]+ is another/,
  ],
  [
    'a body with another salt',
    (db) => {
      const { seq, digest } = bodyOf(db, 'step.confirmed', 'statement');
      db.prepare('UPDATE body SET salt = zeroblob(32) WHERE digest = ?').run(digest);
      return seq;
    },
    /the body sha256:[0-9a-f]+ is another/,
  ],
  [
    'a missing body',
    (db) => {
      const { seq, digest } = bodyOf(db, 'step.finished', 'signature');
      db.prepare('DELETE FROM body WHERE digest = ?').run(digest);
      return seq;
    },
    /the body sha256:[0-9a-f]+ is missing/,
  ],
  ['a body too many', sql("INSERT INTO body VALUES ('sha256:0', x'00', x'00', 0)"), /no entry names the body/],
  [
    'a flipped byte in a node',
    (db) => {
      const hash = db.prepare('SELECT hash FROM node WHERE level = 1 AND idx = 2').pluck().get() as Buffer;
      db.prepare('UPDATE node SET hash = ? WHERE level = 1 AND idx = 2').run(flipped(hash, 5));
      return 5;
    },
    /the node 1\/2 of the tree is not that of its entries/,
  ],
  [
    'a missing node',
    (db) => {
      sql('DELETE FROM node WHERE level = 2 AND idx = 1')(db);
      return 7;
    },
    /the tree lacks the node 2\/1/,
  ],
  ['a node too many', sql("INSERT INTO node VALUES (30, 0, x'00')"), /1 nodes too many/],
  ...(['result', 'mode', 'runbook', 'ref'] as const).map(
    (column): Damage => [
      `another ${column} in the row of a closed run`,
      (db) => {
        sql(`UPDATE run SET ${column} = 'x' WHERE ref IS NOT NULL`)(db);
        return seqOf(db, 'run.opened');
      },
      /the row of the run .* is not what its entries make of it/,
    ],
  ),
  [
    'a closed run said to be open',
    (db) => {
      sql('UPDATE run SET ref = NULL WHERE ref IS NOT NULL')(db);
      return seqOf(db, 'run.opened');
    },
    /is not what its entries make of it/,
  ],
  [
    'facts of a close that are no JSON',
    (db) => {
      sql("UPDATE run SET facts = '{' WHERE ref IS NOT NULL")(db);
      return seqOf(db, 'run.opened');
    },
    /is not what its entries make of it/,
  ],
  [
    'a run without its row',
    (db) => {
      sql('DELETE FROM run WHERE ref IS NOT NULL')(db);
      return seqOf(db, 'run.opened');
    },
    /has no row/,
  ],
  [
    'a row without its run',
    sql("INSERT INTO run (run) VALUES ('01JD3V7Q0Z8EA1B2C3D4E5F6G7')"),
    /has a row and no entry/,
  ],
  [
    'a file of a folder changed',
    sql("UPDATE folder SET bytes = x'00' WHERE path = 'bin/drop'"),
    /folder .* is another/,
  ],
  ['a file of a folder that may run', sql("UPDATE folder SET mode = '0644' WHERE path = 'bin/drop'"), /is another/],
  [
    'a folder that is gone',
    (db) => {
      sql('DELETE FROM folder')(db);
      return seqOf(db, 'runbook.registered');
    },
    /the folder sha256:[0-9a-f]+ is missing/,
  ],
  ['no mark', file('high-water', () => null), /high-water is missing/],
  ['no mark’s bytes', file('high-water', (text) => ` ${text}`), /is no high-water mark/],
  [
    'a mark of another history',
    (_, data) => {
      const mark = readMark(data);
      if (mark) writeFileSync(markFile(data), markText({ ...mark, root: `${'A'.repeat(43)}=` }));
      return null;
    },
    /it is another history/,
  ],
  [
    'a mark of another log',
    file('high-water', (text) => text.replace('/log/', '/log/0')),
    /the high-water mark is of the log/,
  ],
  ['no log key', file('log.key', () => null), /log.key is missing/],
  [
    'another log key',
    (_, data) => {
      rmSync(join(data, 'log.key'));
      keyFile(join(data, 'log.key'));
      return null;
    },
    /log.key is not the key that genesis names/,
  ],
  [
    'another trust root',
    file('trust.txt', (text) => text.replace('genesis sha256:', 'genesis sha256:0')),
    /of another log/,
  ],
];

t.test('a database and what may be wrong with it', { timeout: 300_000 }, async (t) => {
  const drop = await dropSite(t);
  const { lead, reviewer, run, running, site } = drop;
  await confirmed(drop);
  await lead.do(await lead.keyTurn(run));
  await until(
    async () => (await lead.send({ type: 'arm', run, step: 'after', target: 'local' })).ok,
    'the next arming',
  );
  await lead.do({ type: 'start', run, step: 'after' });
  await until(async () => (await lead.send(await lead.close(run))).ok, 'the close');
  await reviewer.do(await reviewer.close(run));
  await lead.do({ type: 'countermeasure', run, id: 'later', due: null, document: COUNTERMEASURE });
  const [folder = ''] = running.engine.site.runbooks.keys();
  await lead.open(folder, {});
  await reviewer.do({ type: 'hold_on', runbook: folder, text: 'Wait' });
  await until(() => readMark(join(site.data, 'var'))?.size === running.engine.log.size, 'the newest mark');

  const whole = join(t.testdir(), 'whole');
  mkdirSync(whole);
  const source = new Database(join(site.data, 'var', 'crosscheck.db'));
  source.exec(`VACUUM INTO '${join(whole, 'crosscheck.db')}'`);
  source.close();
  for (const name of ['log.key', 'trust.txt', 'high-water'])
    copyFileSync(join(site.data, 'var', name), join(whole, name));
  const made = new Database(join(whole, 'crosscheck.db'));
  made.pragma('journal_mode = WAL');
  made.close();

  const held = fsck(whole);
  t.strictSame(held.findings, [], 'nothing is amiss');
  t.match(held, { origin: running.engine.site.origin, entries: running.engine.log.size, runs: 2 });
  t.ok(held.bodies > 20, `${held.bodies} bodies`);

  for (const [name, damage, found] of DAMAGES) {
    const data = join(t.testdirName, 'damaged');
    rmSync(data, { recursive: true, force: true });
    cpSync(whole, data, { recursive: true });
    const db = new Database(join(data, 'crosscheck.db'));
    for (const trigger of ['entry_no_update', 'entry_no_delete', 'node_no_update', 'node_no_delete'])
      db.exec(`DROP TRIGGER ${trigger}`);
    const seq = damage(db, data);
    db.close();
    const before = readdirSync(data).map((one) => [one, sum(join(data, one))]);
    const { findings } = fsck(data);
    const fits = findings.some((one) => one.seq === seq && found.test(one.what));
    t.ok(fits, `${name} (seq ${seq}): ${JSON.stringify(findings.slice(0, 3))}`);
    const after = readdirSync(data)
      .filter((one) => !/-(wal|shm)$/.test(one))
      .map((one) => [one, sum(join(data, one))]);
    t.strictSame(
      after,
      before.filter(([one]) => !/-(wal|shm)$/.test(one ?? '')),
      'nothing was written',
    );
  }

  const word = (data: string, ...more: string[]) =>
    spawnSync(process.execPath, [MAIN, 'server', 'fsck', '--data', data, ...more], { encoding: 'utf8' });
  t.match(word(whole), { status: 0, stdout: '', stderr: /nothing amiss/ });
  const damaged = join(t.testdirName, 'damaged');
  t.match(word(damaged), { status: 8, stdout: /^-: trust.txt is the trust root of another log\n/ });
  t.match(JSON.parse(word(damaged, '--json').stdout), { findings: [{ seq: null, what: /trust root/ }] });
  t.match(word(join(whole, 'nowhere')), { status: 2, stderr: /cannot be read/ });
});

const sum = (path: string): string => execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64);
const COUNTERMEASURE = { what: 'Look', cost: 'a day', effect: 'less', owner: 'Jonas' };
