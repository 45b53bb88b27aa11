/** The release hold: a computation that takes unknown amounts for nothing, the number that stops it, the way back, and the right one from start to end. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { whenHolds } from '../../core/runbook/render.ts';
import { nothingTellsTheAnswers } from './leaks.ts';
import { ask, must, Place, type PlaceOptions, tools } from './place.ts';

function place(t: Test, options: PlaceOptions = {}, ...flags: string[]): Place {
  const own = new Place(t, 'recompute-aggregates', options);
  own.make('make-orders', ...flags);
  return own;
}

/** Run as anybody would: from somewhere else, with nothing but a path. */
const skew = (own: Place, unknown: 'as-zero' | 'left-out'): number => {
  const argv = [join(own.cwd, 'bin', 'skew'), join(own.data, 'warehouse.db'), unknown];
  const done = spawnSync('/bin/sh', ['-c', 'exec "$@"', 'sh', ...argv], {
    cwd: '/',
    env: { PATH: `${join(tools, 'bin')}:${process.env['PATH']}` },
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(done.stderr);
  return Number(done.stdout);
};

const untilRecompute = (t: Test, own: Place): void => {
  for (const step of ['check-integrity', 'check-space', 'imports', 'backup', 'measure']) own.done(t, step);
};

t.test(
  'unknown amounts as zero are off by ten percent on real data, and on the test database by nothing',
  async (t) => {
    const real = place(t);
    const before = real.sql('warehouse', '--digest', 'daily_revenue');
    const told = skew(real, 'as-zero');
    t.ok(Math.abs(told + 10) <= 0.2, `${told} %`);
    t.equal(real.sql('warehouse', '--digest', 'daily_revenue'), before, 'asking changes nothing');
    t.equal(real.sql('warehouse', 'select count(*), sum(amount_cents is null) from orders'), '60000|6000');
    t.equal(skew(place(t, {}, '--complete'), 'as-zero'), 0, 'so a rehearsal there finds nothing');
    untilRecompute(t, real);
    t.equal(real.does('recompute')[0]?.status, 0);
    const { values, ok } = real.checks('recompute');
    t.equal(Number(values['skew']), told, 'what it would have been is what it is');
    t.same(ok, { complete: true, skew: false }, 'had it run, its check would have said so');
    real.done(t, 'recompute-undo');
    t.equal(real.sql('warehouse', '--digest', 'daily_revenue'), before, 'the numbers are back, byte for byte');
  },
);

t.test('unknown amounts left out, from start to end', async (t) => {
  const own = place(t, { inputs: { unknown: 'left-out' } });
  t.equal(skew(own, 'left-out'), 0);
  untilRecompute(t, own);
  nothingTellsTheAnswers(t, own, 'recompute');
  const { days } = own.probes('recompute');
  own.done(t, 'recompute');
  const lines = own.printed
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, number>);
  t.same(
    lines.map(({ done }) => done),
    [1, 2, 3, 4, 5, 6],
    'a line for each shop',
  );
  t.same(lines.at(-1), { done: 6, total: 6, rows: Number(days) }, 'as many rows as the probe said');
  averagesAreRight(t, own);
  const numbers = () => own.sql('warehouse', 'select * from daily_revenue order by day, shop');
  const once = numbers();
  own.does('recompute');
  t.equal(numbers(), once, 'a second time changes nothing');

  t.ok(isDue(own, 'tell'), 'finance is told');
  const { do: tell } = own.rendered('tell');
  t.match(tell.kind === 'manual' && tell.text, /6000 orders have no amount, and that the average takes them left-out/);
  own.done(t, 'publish');
  const report = readFileSync(join(own.data, 'reports', 'daily_revenue.csv'), 'utf8')
    .trim()
    .split('\n');
  t.equal(report.length, 1 + 3 * 6, 'three months of six shops');
});

/** `when`, as server and agent evaluate it. */
const isDue = (own: Place, step: string): boolean => must(whenHolds(own.runbook, step, own.scope()));

function averagesAreRight(t: Test, own: Place): void {
  const [orders, revenue] = ask(join(own.data, 'warehouse.db'), (db) => [
    db.prepare('select day, shop, amount_cents from orders').raw().all() as [string, string, number | null][],
    db.prepare('select day, shop, orders, revenue_cents, average_cents from daily_revenue').raw().all() as [
      string,
      string,
      ...number[],
    ][],
  ]);
  const due = new Map<string, number[]>();
  const counts = new Map<string, number>();
  for (const [day, shop, amount] of orders) {
    const key = `${day} ${shop}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    due.set(key, [...(due.get(key) ?? []), ...(amount === null ? [] : [amount])]);
  }
  const wrong = revenue.filter(([day, shop, count, sum, average]) => {
    const amounts = due.get(`${day} ${shop}`) ?? [];
    const total = amounts.reduce((a, b) => a + b, 0);
    return count !== counts.get(`${day} ${shop}`) || sum !== total || average !== Math.round(total / amounts.length);
  });
  t.same([revenue.length, wrong], [counts.size, []], 'every day of every shop, computed here by other means');
}

t.test('a rehearsal leaves out what is not for it', async (t) => {
  const own = place(t, { mode: 'rehearsal' }, '--complete');
  untilRecompute(t, own);
  own.done(t, 'recompute');
  t.notOk(isDue(own, 'tell'), 'all orders have an amount, so nobody is told');
  t.match(
    own.rendered('publish'),
    { target: { agent: 'staging' }, do: { kind: 'shell' } },
    'the report is only printed',
  );
  own.done(t, 'publish');
});
