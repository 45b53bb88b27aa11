/** Times, durations and lists of sentences. */
import t from 'tap';
import { counted, lasting, listed, utc } from '../../../core/release/words.ts';

t.test('a duration is its two largest units', async (t) => {
  for (const [ms, said] of [
    [0, '0s'],
    [-5000, '0s'],
    [499, '0s'],
    [61_000, '1m 1s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [86_399_600, '1d'],
    [13 * 86_400_000 + 4 * 3_600_000 + 59_000, '13d 4h'],
  ] as const)
    t.equal(lasting(ms), said, `${ms} ms`);
});

t.test('instants, lists and counts', async (t) => {
  t.equal(utc(Date.UTC(2026, 10, 20, 22, 4, 5, 999)), '2026-11-20 22:04:05Z');
  t.same(
    [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => listed(items)),
    ['', 'a', 'a and b', 'a, b and c'],
  );
  t.equal(listed(['a', 'b'], 'or'), 'a or b');
  t.same(
    [counted(0, 'update'), counted(1, 'update'), counted(2, 'duty', 'duties')],
    ['0 updates', '1 update', '2 duties'],
  );
});
