/** The agent's journal: each nonce once, durable, a torn end cut, any other damage and any failed write fail stop. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openJournal } from '../../../server/agent/journal.ts';

const what = { run: '01ARZ3NDEKTSV4RRFFQ69G5FAV', step: 'drop', attempt: 1 };
const nonce = (digit: string): string => digit.repeat(64);
const start = (digit: string, item = '') => ({ nonce: nonce(digit), item });
const fresh = (t: { testdir(): string }): string => join(t.testdir(), 'journal');

/** A journal with one settled and one open intent; returns its text. */
function filled(path: string): string {
  const journal = openJournal(path);
  for (const one of ['a', 'b']) {
    journal.issue(nonce(one), 10);
    journal.intend(start(one), what, 5);
    journal.started(start(one), '7 sha256:00');
  }
  journal.acknowledge(start('a'));
  journal.close();
  return readFileSync(path, 'utf8');
}

t.test('a nonce is intended once, in time, and only in the life that issued it', async (t) => {
  const path = fresh(t);
  const journal = openJournal(path);
  t.match(journal.intend(start('a'), what, 0), { ok: false }, 'never issued');
  journal.issue(nonce('a'), 10);
  t.match(journal.intend(start('a'), what, 10), { ok: true });
  t.match(journal.intend(start('a'), what, 10), { ok: false }, 'not twice');
  journal.issue(nonce('b'), 10);
  t.match(journal.intend(start('b'), what, 11), { ok: false }, 'too late');
  t.match(journal.intend(start('b'), what, 5), { ok: false }, 'and spent by having been too late');
  journal.issue(nonce('c'), 10);
  journal.close();
  const again = openJournal(path);
  t.match(again.intend(start('a'), what, 0), { ok: false }, 'not after a restart either');
  t.match(again.intend(start('c'), what, 0), { ok: false }, 'an issued nonce ends with its process');
  again.close();
});

t.test('each item of a wave is intended once, under the one nonce', async (t) => {
  const path = fresh(t);
  const journal = openJournal(path);
  journal.issue(nonce('a'), 10);
  t.match(journal.intend(start('a', 'item-1'), what, 5), { ok: true });
  t.match(journal.intend(start('a', 'item-2'), what, 5), { ok: true });
  t.match(journal.intend(start('a', 'item-1'), what, 5), { ok: false }, 'not twice');
  journal.acknowledge(start('a', 'item-1'));
  t.match(journal.intend(start('a', 'item-1'), what, 5), { ok: false }, 'nor once it is settled');
  t.match(journal.intend(start('a', 'item-3'), what, 11), { ok: false }, 'too late');
  t.match(journal.intend(start('a', 'item-4'), what, 5), { ok: false }, 'and then none of it any more');
  journal.close();
  const again = openJournal(path);
  t.same(
    again.unsettled().map(({ item }) => item),
    ['item-2'],
  );
  again.close();
});

t.test('it remembers what is not settled', async (t) => {
  const path = fresh(t);
  filled(path);
  const journal = openJournal(path);
  t.same(journal.unsettled(), [{ ...start('b'), run: what.run, step: what.step }]);
  journal.acknowledge(start('b'));
  journal.close();
  const after = openJournal(path);
  t.same(after.unsettled(), []);
  after.close();
});

t.test('a torn last line is cut at every byte, and writing goes on', async (t) => {
  const path = fresh(t);
  const text = filled(path);
  const lastLine = text.lastIndexOf('\n', text.length - 2) + 1;
  for (let length = lastLine; length < text.length; length++) {
    writeFileSync(path, text.slice(0, length));
    const journal = openJournal(path);
    t.equal(statSync(path).size, lastLine, `cut at ${length}`);
    t.same(
      journal.unsettled().map((one) => one.nonce),
      [nonce('a'), nonce('b')],
      'the line that was not acknowledged is gone',
    );
    journal.acknowledge(start('a'));
    journal.close();
    t.equal(readFileSync(path, 'utf8'), text, 'the same line again makes the same file');
  }
});

t.test('any other damage is fail stop', async (t) => {
  const path = fresh(t);
  const text = filled(path);
  const lines = text.split('\n').slice(0, -1);
  const damaged = (bytes: string | Buffer, why: string) => {
    writeFileSync(path, bytes);
    t.throws(() => openJournal(path), { message: /damaged at line \d+/ }, why);
  };
  for (let at = 0; at < text.length - 1; at += 7) {
    const bytes = Buffer.from(text);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    damaged(bytes, `byte ${at}`);
  }
  damaged(`${lines.slice(1).join('\n')}\n`, 'the first line is missing');
  damaged(`${[...lines.slice(0, 2), ...lines.slice(3)].join('\n')}\n`, 'a line in the middle is missing');
  damaged(`${[lines[1], lines[0], ...lines.slice(2)].join('\n')}\n`, 'two lines changed places');
  damaged(`${[...lines, lines[1]].join('\n')}\n`, 'a line stands twice');
});

t.test('after a write that failed it only throws, and what was acknowledged is still there', async (t) => {
  const path = fresh(t);
  // RLIMIT_FSIZE makes the second record end in the middle, as a full disk does.
  const child = fileURLToPath(new URL('./full-disk.child.js', import.meta.url));
  const { stdout, status } = spawnSync(
    '/bin/sh',
    ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, child, path],
    { encoding: 'utf8' },
  );
  t.equal(status, 0);
  t.same(JSON.parse(stdout), { first: 'written', second: 'threw', third: 'threw' });
  const journal = openJournal(path);
  t.same(
    journal.unsettled().map((one) => one.nonce),
    [nonce('a')],
  );
  journal.close();
});

t.test('kill -9 loses nothing that was acknowledged', async (t) => {
  const path = fresh(t);
  const child = fileURLToPath(new URL('./journal.child.js', import.meta.url));
  let told = '';
  try {
    execFileSync(process.execPath, [child, path], { encoding: 'utf8' });
  } catch (error) {
    told = String((error as { stdout: string }).stdout);
  }
  const acknowledged = told.trim().split('\n');
  t.equal(acknowledged.length, 20);
  const journal = openJournal(path);
  t.same(
    journal.unsettled().map((one) => one.nonce),
    acknowledged,
  );
  journal.close();
});
