/** What a server refuses to start on, with what it says: older, other and lost databases, and a missing mark where there was one. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { markFile, markText, parseMark, readMark } from '../../server/store/mark.ts';
import { at, freePort, serve, signedIn, testSite } from '../helpers/server.ts';

/** A site whose server has run and is stopped, with a copy of its database from the first start. */
async function stopped(t: import('tap').Test) {
  const site = await testSite();
  t.teardown(site.remove);
  const data = join(site.data, 'var');
  const database = join(data, 'crosscheck.db');
  const first = await serve(site);
  await first.close();
  const copy = join(site.data, 'copy.db');
  copyFileSync(database, copy);
  const second = await serve(site);
  await signedIn(site, at(second));
  const size = second.engine.log.size;
  t.equal(readMark(data)?.size, size, 'each batch is marked');
  await second.close();
  const restore = () => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
    copyFileSync(copy, database);
  };
  return { site, data, database, copy, size, restore };
}

t.test('the newest database starts, and its mark is brought up to it', async (t) => {
  const { site, data, size } = await stopped(t);
  const mark = readMark(data);
  const again = await serve(site);
  await again.close();
  t.same(readMark(data), mark);
  t.equal(mark?.size, size);
});

t.test('a crash between the append and its mark is no older copy', async (t) => {
  const { site, data, database, copy, restore, size } = await stopped(t);
  const newest = join(site.data, 'newest.db');
  copyFileSync(database, newest);
  restore();
  rmSync(markFile(data));
  const db = new Database(copy);
  db.exec("DELETE FROM setting WHERE key = 'high-water'");
  db.close();
  restore();
  const upgraded = await serve(site);
  await upgraded.close();
  t.match(readMark(data), { size: 1 }, 'a database that never had a mark gets one');
  copyFileSync(newest, database);
  const ahead = await serve(site);
  await ahead.close();
  t.match(readMark(data), { size }, 'what is durable beyond the mark counts');
});

t.test('an older copy', async (t) => {
  const { site, data, restore, size } = await stopped(t);
  restore();
  const before = readFileSync(markFile(data), 'utf8');
  await t.rejects(
    serve(site),
    new RegExp(`${size} entries were acknowledged, and the database has 1: it is an older copy`),
  );
  await t.rejects(
    serve(site),
    /Put the newest database back. Where it is lost, begin a new epoch: crosscheck server epoch --data/,
  );
  t.equal(readFileSync(markFile(data), 'utf8'), before, 'the mark stays');
});

t.test('another history, another log, no mark’s bytes, no mark', async (t) => {
  const { site, data } = await stopped(t);
  const text = readFileSync(markFile(data), 'utf8');
  const mark = parseMark(text);
  if (!mark) throw new Error('no mark');
  const root = `${'A'.repeat(43)}=`;
  for (const [written, why] of [
    [markText({ ...mark, root }), /are not those that were acknowledged: it is another history/],
    [markText({ ...mark, size: 1, root }), /the first 1 entries/],
    [markText({ ...mark, origin: `x/log/${'0'.repeat(32)}` }), /the high-water mark is of the log x/],
    [text.trimEnd(), /is no high-water mark/],
  ] as const) {
    writeFileSync(markFile(data), written);
    await t.rejects(serve(site), why);
  }
  rmSync(markFile(data));
  await t.rejects(serve(site), /high-water is missing, so nobody can tell whether the database is the newest/);
  writeFileSync(markFile(data), text);
  await (await serve(site)).close();
});

t.test('a database that is gone begins no new site', async (t) => {
  const { site, data, database } = await stopped(t);
  rmSync(database);
  await t.rejects(serve(site), /the database is gone, and .*high-water says that there was one/);
  t.notOk(existsSync(database), 'nothing is made in its place');
  rmSync(markFile(data));
  await t.rejects(serve(site), /the database is gone, and .*trust.txt says/);
  rmSync(join(data, 'trust.txt'));
  mkdirSync(join(data, 'epochs'));
  await t.rejects(serve(site), /the database is gone, and .*epochs says/);
});

t.test('what the mark’s disk refuses stops the log, and nothing of it is acknowledged', async (t) => {
  const { site, data, size } = await stopped(t);
  // Another port: fetch keeps connections to the server that was stopped.
  const running = await serve({ ...site, port: await freePort() });
  t.teardown(() => running.close().catch(() => undefined));
  const { reviewer } = await signedIn(site, at(running));
  // A directory in its place: the rename of a fresh mark onto it is refused.
  rmSync(markFile(data));
  mkdirSync(markFile(data));
  const [person] = running.engine.site.roster.people;
  const command = { type: 'suspend' as const, of: person?.id ?? '', key: person?.keys[0]?.key ?? '', text: null };
  t.match(await reviewer.send(command), { ok: false, problem: { code: 'XCK_STOPPED' } });
  t.match(await reviewer.send(command), { ok: false, problem: { code: 'XCK_STOPPED' } }, 'and so it stays');
  t.equal((await fetch(`http://127.0.0.1:${running.port}/readyz`)).ok, false);
  t.equal(running.engine.site.roster.people[0]?.keys.length, 1, 'nothing was folded');
  t.equal(running.engine.log.size, size + 1, 'on the disk it is, which is what only a restart may say');
});

t.test('two servers never share a data directory', { timeout: 60_000 }, async (t) => {
  const { site } = await stopped(t);
  const running = await serve(site);
  await t.rejects(serve({ ...site, port: 0 }), /another process holds .*lock/);
  await running.close();
});
