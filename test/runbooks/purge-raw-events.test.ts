/** Roll forward: raw events are anonymised and purged; while the hot backup lives they come back byte for byte, and later the store alone is mended. */

import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { whenHolds } from '../../core/runbook/render.ts';
import { nothingTellsTheAnswers } from './leaks.ts';
import { ask, must, Place } from './place.ts';

const ROWS = 60_000;
const KEY = 'a key that is no key 7f3a';

interface Raw {
  readonly id: number;
  readonly at: string;
  readonly user_id: string;
  readonly ip: string;
  readonly path: string;
}
interface Event {
  readonly id: number;
  readonly day: string;
  readonly visitor: string;
  readonly network: string;
  readonly path: string;
}

function place(t: Test): Place {
  const own = new Place(t, 'purge-raw-events', { secrets: { PSEUDONYM_KEY: KEY } });
  own.make('make-events', '--rows', `${ROWS}`);
  return own;
}

const file = (own: Place, name: string) => join(own.data, `${name}.db`);
const rawEvents = (own: Place) =>
  ask(file(own, 'events'), (db) => [
    db.prepare("select sql from sqlite_schema where tbl_name = 'raw_events' order by name").all(),
    db.prepare('select * from raw_events order by id').all(),
  ]) as [unknown, Raw[]];
const events = (own: Place) =>
  ask(file(own, 'store'), (db) => db.prepare('select * from events order by id').all()) as Event[];

const untilPurge = (t: Test, own: Place): void => {
  for (const step of ['check-integrity', 'check-space', 'pause', 'anonymise', 'hot-backup']) own.done(t, step);
};

/** The store as it must be, made here by other means. */
function anonymous({ id, at, user_id, ip, path }: Raw): Event {
  const day = at.slice(0, 10);
  const visitor = createHmac('sha256', KEY).update(`${day} ${user_id}`).digest('hex').slice(0, 16);
  const network = ip.includes(':')
    ? `${ip.split(':').slice(0, 2).join(':')}::/32`
    : `${ip.split('.').slice(0, 2).join('.')}.0.0/16`;
  return { id, day, visitor, network, path };
}

t.test('from raw events to a store without them, back while it is possible, and forward after that', async (t) => {
  const own = place(t);
  const [shape, raw] = rawEvents(own);
  untilPurge(t, own);
  t.same(events(own), raw.map(anonymous), 'every event is there, and only what does not tell');
  t.notOk(own.printed.join('').includes(KEY), 'no output has the key');
  const [user = ''] = raw.map(({ user_id }) => user_id);
  nothingTellsTheAnswers(t, own, 'purge');
  t.match(own.probes('purge'), { rows: `${ROWS}`, missing: '0', paused: '1' });

  own.done(t, 'purge');
  t.same(rawEvents(own)[1], [], 'the raw events are gone');
  t.notOk(readFileSync(file(own, 'events')).includes(user), 'and from the file');
  const lines = own.printed
    .join('')
    .split('\n')
    .filter((line) => line.includes('"rows"'));
  t.same(JSON.parse(lines.at(-1) ?? '{}'), { done: ROWS, total: ROWS, rows: ROWS });
  own.done(t, 'purge-undo');
  t.same(rawEvents(own), [shape, raw], 'the hot backup brings them back, byte for byte');

  own.done(t, 'purge');
  ask(file(own, 'events'), (db) => db.exec("insert into raw_events values (70001, 'later', 'u', '1.1.1.1', 'a', '/')"));
  const { do: back, action } = own.rendered('purge-undo');
  t.equal(own.run(back.kind === 'run' ? back.argv : [], action.env).status, 0);
  t.equal(rawEvents(own)[1].length, ROWS + 1, 'what came in since stays');
  own.does('purge');
  t.equal(own.checks('purge').values['empty'], '1', 'and is not purged, for the store does not have it');
  ask(file(own, 'events'), (db) => db.exec('delete from raw_events'));
  own.done(t, 'collector-on');

  rmSync(join(own.data, 'backups'), { recursive: true });
  t.not(
    own.run(back.kind === 'run' ? back.argv : [], action.env).status,
    0,
    'a day later there is nothing to go back to',
  );
  t.notOk(existsSync(join(own.data, 'backups')), 'and nothing is made up');
  storeIsRepaired(t, own.data);
});

function storeIsRepaired(t: Test, data: string): void {
  const own = new Place(t, 'repair-anonymised-store', { data, run: '01JRUN1' });
  const before = events(own);
  const telling = before.filter(({ path }) => path.includes('?')).length;
  const told = own.run(['bin/personal-data', file(own, 'store')]);
  t.equal(told.stdout.trim(), `${telling}`, 'the test shows the defect');
  t.ok(telling > ROWS / 5, `${telling} events still tell`);
  for (const step of ['check-integrity', 'check-space', 'backup']) own.done(t, step);
  nothingTellsTheAnswers(t, own, 'repair');
  own.done(t, 'repair');
  const due = before.map((event) => ({ ...event, path: event.path.replace(/\?.*/, '') }));
  t.same(events(own), due, 'the queries are gone, and nothing else');
  t.notOk(readFileSync(file(own, 'store')).includes('%40example.com'), 'and from the file');
  t.equal(own.run(['bin/personal-data', file(own, 'store')]).stdout, '0\n');
  own.done(t, 'repair-undo');
  t.same(events(own), before, 'while the copy lives there is a way back from this too');
  own.done(t, 'repair');
}

t.test('anonymising goes on where it was stopped, and a second time changes nothing', async (t) => {
  const own = place(t);
  own.done(t, 'anonymise');
  const first = events(own);
  ask(file(own, 'store'), (db) => db.exec('delete from events where id % 3 = 0'));
  t.equal(own.probes('purge')['missing'], `${ROWS / 3}`, 'the purge would see what is missing');
  own.does('purge');
  t.equal(rawEvents(own)[1].length, ROWS / 3, 'and it deletes only what the store has');
  own.done(t, 'anonymise');
  t.same(events(own), first);
});

t.test('without the key nothing is written', async (t) => {
  const own = place(t);
  const { do: does, action } = own.rendered('anonymise');
  const done = own.run(does.kind === 'run' ? does.argv : [], action.env);
  t.equal(done.status, 1);
  t.match(done.stderr, /no PSEUDONYM_KEY/);
  t.same(events(own), []);
});

t.test('the collector stays paused where that is wanted', async (t) => {
  for (const resume of [true, false]) {
    const own = new Place(t, 'purge-raw-events', { inputs: { resume } });
    t.equal(must(whenHolds(own.runbook, 'collector-on', own.scope())), resume);
  }
});
