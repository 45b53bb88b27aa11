/** A body that was erased is nowhere in the files of the database, and whoever keeps nothing erases nothing and is written down. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import type { Sealed } from '../../core/log/entry.ts';
import type { CommandText } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import { contextOf } from '../../core/run/state.ts';
import { fsck } from '../../server/fsck/fsck.ts';
import { readEntry } from '../../server/runner/site.ts';
import { openSqlite } from '../../server/store/sqlite.ts';
import type { Person } from '../helpers/person.ts';
import { at, released, serve, testSite } from '../helpers/server.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: look
title: Look at a row
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead], grace: 1h}
briefing:
  - {id: whose, ask: Whose row is it?, answer: text, by: lead}
steps:
  - {id: look, title: Look, run: [echo, look]}
`;

t.test('erased for good, by keepers alone', async (t) => {
  const site = await testSite();
  const people = readFileSync(site.people, 'utf8');
  writeFileSync(site.people, people.replace(/(name: Aiko.*keeper: )true/, '$1false'));
  const running = await serve(site);
  let open = true;
  const stop = async () => {
    if (open) await running.close();
    open = false;
  };
  t.teardown(async () => {
    await stop();
    site.remove();
  });
  const { engine } = running;
  const files = [{ path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) }];
  const { lead, reviewer, verifier, run } = await released(site, at(running), files, 'look');
  // Long enough for pages of its own: those are freed, and must be overwritten.
  const secret = randomBytes(1500).toString('hex');
  const value = `Jane Roe ${secret}`;
  await lead.do({ type: 'answer', run, question: 'whose', result: 'pass', value, evidence: null });

  const answers = () =>
    (engine.run(run)?.entries ?? []).flatMap(({ entry }) => entry.bodies?.['answer' as never] ?? []) as string[];
  const order = async (person: Person, erased: readonly string[]): Promise<CommandText> => {
    const { state, checkpoint } = await person.state(run);
    const close = engine.run(run)?.entries.at(-1) as Sealed;
    const about = `${(close.entry as { rseq: number }).rseq} ${close.digest}`;
    const { origin, mode } = state.facts;
    const content = { erased, order: 'J. Weber', reason: 'It names a customer' };
    const lines = actLines('redact', { origin, run, mode, about, content }, await person.signing(checkpoint));
    return { type: 'redact', run, ...person.sign('redact', lines) };
  };
  const erased = answers();
  t.equal(erased.length, 1);
  t.match(await lead.send(await order(lead, erased)), { ok: false, problem: { code: 'XCK_NOT_NOW' } }, 'it is open');
  await lead.do(await lead.close(run, 'aborted'));
  if (contextOf((await lead.state(run)).state).closed === null) await reviewer.do(await reviewer.close(run, 'aborted'));

  const { size } = engine.log;
  t.match(await verifier.send(await order(verifier, erased)), { ok: false, problem: { code: 'XCK_KEEPER' } });
  const forged = { ...(await order(verifier, erased)), type: 'redact' } as CommandText;
  t.match(await lead.send(forged), { ok: false, problem: { code: 'XCK_SIGNATURE' } }, 'another’s signature');
  const store = openSqlite(join(site.data, 'var', 'crosscheck.db'));
  const refused = store.entries(size, size + 5).map((row) => readEntry(row).entry);
  t.match(refused, [
    { type: 'attempt.refused', actor: verifier.me.person, act: 'redact', code: 'XCK_KEEPER', of: run },
    { type: 'attempt.refused', actor: lead.me.person, act: 'redact', code: 'XCK_SIGNATURE', of: run },
  ]);
  const kept = store.body(erased[0] ?? '');
  t.ok(kept, 'nothing went');
  store.close();

  const holding = () =>
    readdirSync(site.data, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .filter((path) => readFileSync(path).includes(secret));
  t.ok(holding().length > 0, 'the plaintext lies somewhere before');
  const { receipt, entries } = await reviewer.do(await order(reviewer, erased));
  t.match(entries, [{ type: 'body.redacted' }]);
  t.type(receipt, 'string');
  t.strictSame(holding(), [], 'while the server runs');
  const { document } = await lead.state(run);
  t.notOk(Object.hasOwn(document.slice.bodies, erased[0] ?? ''), 'nobody is sent it');
  t.match(await reviewer.send(await order(reviewer, erased)), { ok: false, problem: { code: 'XCK_UNKNOWN' } }, 'once');
  await stop();
  t.strictSame(holding(), [], 'and when it has stopped');
  t.strictSame(fsck(join(site.data, 'var')).findings, []);

  const db = new Database(join(site.data, 'var', 'crosscheck.db'));
  db.prepare('UPDATE body SET erased = 0, salt = ?, bytes = ? WHERE digest = ?').run(
    kept?.salt,
    kept?.bytes,
    erased[0],
  );
  db.close();
  t.match(fsck(join(site.data, 'var')).findings, [{ what: /is here, although an entry says that it was erased/ }]);
});
