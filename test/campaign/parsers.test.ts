/** A sample of the parser campaign: bad input to every parser of bytes that nobody vouches for. The whole is `npm run campaign -- parsers`. */
import t from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import type { Parser } from './parsers/parser.ts';
import { openTable, sharesOf } from './parsers/table.ts';
import { inputOf, MOST_MS, timed, tryParser } from './parsers/trial.ts';

/** The suite tries the same inputs each time; the campaign tries new ones. */
const SEED = Number(process.env.CROSSCHECK_SEED ?? 271_204_655);
const COUNT = 60_000;
const LEAST = 300;

t.test('no parser throws, accepts the near miss, or takes long', async (t) => {
  const table = await openTable();
  t.teardown(() => table.close());
  t.comment(`CROSSCHECK_SEED=${SEED}`);
  const shares = sharesOf(table.parsers, COUNT, LEAST);
  for (const parser of table.parsers) {
    const { inputs, accepted, slowest, failures } = await tryParser(parser, {
      seed: SEED,
      from: 0,
      to: shares.get(parser.name) ?? 0,
    });
    t.same(failures, [], `${parser.name}: ${inputs} inputs, ${accepted} valid, slowest ${slowest.toFixed(1)} ms`);
  }
});

/** Each took the square of its length, or an error object a byte, once. */
const SLOW_ONCE = [
  ['runbook', '{1,9}'.repeat(5000)],
  ['lint', `id: a\n  ${'{1,9}'.repeat(1000)}`],
  ['template', '${{'.repeat(6600)],
] as const;

t.test('what was slow once is refused soon', async (t) => {
  const table = await openTable();
  t.teardown(() => table.close());
  for (const [name, text] of SLOW_ONCE) {
    const parser = table.parsers.find((one) => one.name === name);
    if (!parser) return t.fail(name);
    const { took, takes } = await timed(parser, utf8(text));
    t.notOk(takes, name);
    t.ok(took < MOST_MS, `${name}: ${took.toFixed(1)} ms`);
  }
});

t.test('a trial can fail', async (t) => {
  const parser = (take: Parser['take']): Parser => ({ name: 'weak', share: 1, goods: [utf8('good')], take });
  const row = { seed: SEED, from: 0, to: 20 };
  const throws = await tryParser(
    parser((input) => {
      if (input.length !== 4) throw new Error('it gave up');
      return true;
    }),
    row,
  );
  t.match(throws.failures[0]?.why, /weak: Error: it gave up at "/);
  t.match(throws.failures[0]?.again, /^parsers --seed \d+ --parser "weak" --only \d+$/);
  const slow = await tryParser(
    parser((input) => {
      const [began, before, most] = [performance.now(), process.cpuUsage(), input.length === 4 ? 0 : MOST_MS + 1];
      while (performance.now() - began < most || process.cpuUsage(before).user / 1000 < most);
      return true;
    }),
    { ...row, to: 1 },
  );
  t.match(slow.failures[0]?.why, /weak took \d+ ms/);
  await t.rejects(
    tryParser(
      parser(() => false),
      row,
    ),
    /weak refuses its good input 0/,
  );
  t.same(
    inputOf(
      parser(() => true),
      SEED,
      7,
    ),
    inputOf(
      parser(() => true),
      SEED,
      7,
    ),
    'the same input for a number',
  );
});
