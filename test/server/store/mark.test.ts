/** The high-water mark: strict bytes, small cost, and never ahead of what the database durably has, wherever the process is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { base64 } from '../../../core/bytes/encoding.ts';
import { rootOf } from '../../../core/log/merkle.ts';
import { markFile, markText, openMark, parseMark, readMark } from '../../../server/store/mark.ts';
import { readSqlite } from '../../../server/store/sqlite.ts';
import { ROOT } from '../../helpers/server.ts';

const MARK = { origin: `localhost:4400/log/${'0'.repeat(32)}`, size: 812, root: `${'A'.repeat(43)}=` };

t.test('a mark is one exact line', async (t) => {
  const text = markText(MARK);
  t.strictSame(parseMark(text), MARK);
  for (const near of [
    text.trimEnd(),
    `${text}\n`,
    ` ${text}`,
    text.replace('812', '0812'),
    text.replace('812', '-1'),
    text.replace('812', '9999999999999999'),
    text.replace('A=', 'B='),
    text.replace('=', ''),
    '',
  ])
    t.equal(parseMark(near), undefined, JSON.stringify(near));
  const data = t.testdir();
  t.equal(readMark(data), null, 'there is none');
  writeFileSync(markFile(data), text.trimEnd());
  t.throws(() => readMark(data), /is no high-water mark/);
});

t.test('it is replaced whole and leaves nothing beside it', async (t) => {
  const data = t.testdir();
  const mark = openMark(data);
  mark.sync();
  t.notOk(existsSync(markFile(data)), 'nothing was put');
  const began = process.hrtime.bigint();
  for (let size = 1; size <= 1000; size += 1) mark.put({ ...MARK, size });
  const each = Number(process.hrtime.bigint() - began) / 1e9;
  t.comment(`${each.toFixed(3)} ms a mark`);
  t.ok(each < 5, 'far less than the flush that an append waits for');
  mark.sync();
  t.strictSame(readMark(data), { ...MARK, size: 1000 });
  t.strictSame(readdirSync(data), ['high-water']);
});

t.test('kill -9 at any time leaves a mark that the database has', async (t) => {
  const data = join(t.testdir(), 'var');
  mkdirSync(data);
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.comment(`SEED=${seed}`);
  let dice = seed;
  const below = (most: number) => {
    dice = (dice * 1_103_515_245 + 12_345) % 2_147_483_648;
    return dice % most;
  };
  let before = 0;
  for (let round = 0; round < 20; round += 1) {
    const child = spawn(process.execPath, [join(ROOT, 'build', 'test', 'helpers', 'appending.js'), data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(child, 'exit');
    const wanted = 1 + below(40);
    let told = '';
    child.stdout.on('data', (text: Buffer) => {
      told += text.toString();
      if (told.split('\n').length > wanted) child.kill('SIGKILL');
    });
    const [, signal] = (await gone) as [number | null, string | null];
    t.equal(signal, 'SIGKILL', `round ${round}: it started, so the round before fits`);
    const store = readSqlite(join(data, 'crosscheck.db'));
    const size = store.size();
    const mark = readMark(data);
    t.ok(mark && mark.size <= size && mark.size >= size - 1, `round ${round}: ${mark?.size} of ${size}`);
    t.equal(mark?.root, base64(rootOf(mark?.size ?? 0, store.node)));
    const said = Number(told.split('\n').at(-2));
    t.ok((mark?.size ?? 0) >= said && said > before, 'everything that was acknowledged is marked');
    before = size;
    store.close();
  }
  t.match(readFileSync(markFile(data), 'utf8'), / \d+ /);
});
