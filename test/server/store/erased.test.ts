/** No byte of an erased body is left in the database's files: not in its pages, not in its write-ahead log, not after a crash, and not for longer than somebody else reads. */
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { hex } from '../../../core/bytes/encoding.ts';
import { type Body, bodyDigest } from '../../../core/log/entry.ts';
import { openSqlite } from '../../../server/store/sqlite.ts';
import type { Store } from '../../../server/store/store.ts';
import { dice } from '../../helpers/signer.ts';

/** With these dice a store that deletes rows leaves something behind, `secure_delete` or not. */
const SEED = process.env['ERASED_SEED'] ?? '7';
const LENGTHS = [0, 40, 200, 400, 900, 1500, 3000, 9000];
const ROUNDS = 90;

/** Appends an entry with these bodies, and erases those. */
function append(store: Store, bodies: readonly Body[], erased: readonly Body[] = []): void {
  const seq = store.size();
  store.append({
    entries: [{ seq, type: 'x', run: null, after: null, bytes: Uint8Array.of(seq) }],
    nodes: [{ level: 0, index: seq, hash: new Uint8Array(32) }],
    bodies: bodies.map((body) => ({ digest: bodyDigest(body), body })),
    runs: [],
    erased: erased.map(bodyDigest),
  });
}

/** Which of these bodies have left their salt or the beginning of their text in a file of the folder. */
function left(folder: string, bodies: readonly Body[]): string[] {
  const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);
  return bodies.flatMap(({ bytes, salt }) =>
    files
      .filter(
        ([, all]) =>
          all.includes(Buffer.from(salt)) || (bytes.length > 0 && all.includes(Buffer.from(bytes.subarray(0, 32)))),
      )
      .map(([name]) => `${name}: ${hex(salt)}`),
  );
}

/** A body whose every line is the same 32 hex digits, so that any piece of it is found. */
function made(random: (length: number) => Uint8Array): Body {
  const length = LENGTHS[(random(1)[0] ?? 0) % LENGTHS.length] ?? 0;
  const line = hex(random(16));
  return { bytes: Buffer.from(line.repeat(Math.ceil(length / 32)).slice(0, length)), salt: random(32) };
}

t.test('bodies of all lengths, erased in any order', async (t) => {
  t.comment(`ERASED_SEED=${SEED}`);
  const folder = t.testdir();
  const store = openSqlite(join(folder, 'a.db'));
  const random = dice(SEED);
  const gone: Body[] = [];
  let kept: Body[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bodies = Array.from({ length: 1 + ((random(1)[0] ?? 0) % 12) }, () => made(random));
    const erased = round % 3 === 2 ? kept.filter(() => (random(1)[0] ?? 0) < 100) : [];
    append(store, bodies, erased);
    gone.push(...erased);
    kept = [...kept.filter((body) => !erased.includes(body)), ...bodies];
    if (round % 15 === 14) t.strictSame(left(folder, gone), [], `round ${round}`);
  }
  t.ok(gone.length > 100, `${gone.length} bodies were erased`);
  t.ok(
    kept.every((body) => Buffer.from(store.body(bodyDigest(body))?.bytes ?? []).equals(body.bytes)),
    'every other body is as it was',
  );
  t.equal(left(folder, kept.slice(0, 1)).length > 0, true, 'and what is there is found');
  store.close();
});

t.test('a reader from outside puts it off, and stops nothing', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'a.db');
  const store = openSqlite(file);
  const body = { bytes: Buffer.from('the patient is called Ada'), salt: dice('salt')(32) };
  append(store, [body]);
  const reader = new Database(file, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM entry').get();
  append(store, [], [body]);
  t.equal(store.body(bodyDigest(body)), undefined, 'nobody reads it any more');
  t.not(left(folder, [body]).length, 0, 'the reader’s frames are still there');
  reader.close();
  append(store, []);
  t.strictSame(left(folder, [body]), []);
  store.close();
});

t.test('what a crash left is gone when the store opens again', async (t) => {
  const folder = t.testdir({ before: {} });
  const file = join(folder, 'before', 'a.db');
  const store = openSqlite(file);
  const body = { bytes: Buffer.from('the patient is called Ada'), salt: dice('salt')(32) };
  append(store, [body]);
  const reader = new Database(file, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM entry').get();
  append(store, [], [body]);
  mkdirSync(join(folder, 'crashed'));
  cpSync(join(folder, 'before'), join(folder, 'crashed'), { recursive: true });
  t.not(left(join(folder, 'crashed'), [body]).length, 0, 'as the disk was when it crashed');
  const again = openSqlite(join(folder, 'crashed', 'a.db'));
  t.equal(again.size(), 2);
  t.strictSame(left(join(folder, 'crashed'), [body]), []);
  again.close();
  reader.close();
  store.close();
});
