/** The search index: built by shards beside the old one, compared, swapped and swapped back, and the old one purged, on real full-text indexes. */
import { copyFileSync, existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { nothingTellsTheAnswers } from './leaks.ts';
import { ask, Place, type PlaceOptions } from './place.ts';

function place(t: Test, options: PlaceOptions = {}): Place {
  const own = new Place(t, 'rebuild-search-index', options);
  own.make('make-documents');
  return own;
}

const search = (own: Place, ...path: string[]) => join(own.data, 'search', ...path);
const shards = (own: Place, index: string) =>
  existsSync(search(own, index)) ? readdirSync(search(own, index)).sort() : null;
const ALL = ['s0.db', 's1.db', 's2.db', 's3.db', 's4.db', 's5.db'];

const upTo = (t: Test, own: Place, last: string): void => {
  const steps = ['check-integrity', 'check-space', 'plan', 'build', 'compare', 'swap'];
  for (const step of steps.slice(0, steps.indexOf(last) + 1)) own.done(t, step);
};

/** `[id, shard]` of everything. */
const documents = (own: Place) =>
  ask(join(own.data, 'documents.db'), (db) => db.prepare('select id, shard from documents order by id').raw().all());

const whatIsIn = (own: Place, index: string) =>
  ALL.flatMap((name) =>
    ask(search(own, index, name), (db) => db.prepare('select rowid from docs').pluck().all()).map(
      (id) => [Number(id), name.slice(0, 2)] as const,
    ),
  ).sort(([a], [b]) => a - b);

t.test('the index is built, swapped and swapped back, and the old one goes', async (t) => {
  const own = place(t);
  upTo(t, own, 'plan');
  t.match(own.rendered('build').do, { items: [{ id: 'item-1', value: 's0' }], of: 6, max_parallel: 2 }, 'one first');
  t.equal(own.does('build').length, 1);
  t.same(shards(own, 'index-2'), ['s0.db']);
  own.done(t, 'build');
  t.same(shards(own, 'index-2'), ALL, 'then the rest');
  t.same(whatIsIn(own, 'index-2'), documents(own), 'every document is in its shard, once');
  own.done(t, 'compare');
  const [cafe, plain] = [/^ *(\d+) +(\d+) {2}café$/m, /^ *(\d+) +(\d+) {2}cafe$/m].map((line) =>
    line.exec(own.printed.join('')),
  );
  t.equal(cafe?.[1], cafe?.[2]);
  t.same([plain?.[1], plain?.[2]], ['0', cafe?.[2]], 'cafe finds what café finds, and did not before');

  nothingTellsTheAnswers(t, own, 'swap');
  own.done(t, 'swap');
  t.equal(readlinkSync(search(own, 'current')), 'index-2');
  t.equal(own.probes('swap-undo')['there'], '6', 'there is a way back');
  own.done(t, 'swap-undo');
  t.equal(readlinkSync(search(own, 'current')), 'index-1', 'and it was taken');
  t.equal(own.probes('purge-old')['unused'], 'no', 'an index that is in use would not be purged');
  own.done(t, 'swap');
  t.ok(Number(own.probes('soak')['found']) > 0, 'searches find something');

  nothingTellsTheAnswers(t, own, 'purge-old');
  t.equal(own.probes('purge-old')['unused'], 'yes');
  own.does('purge-old');
  t.same(shards(own, 'index-1'), ALL.slice(1), 'one first');
  own.done(t, 'purge-old');
  own.done(t, 'tidy');
  t.equal(shards(own, 'index-1'), null, 'the old index is gone');
  t.equal(
    own.run(['bin/search', search(own, 'current'), 'winter']).stdout,
    own.run(['bin/search', search(own, 'index-2'), 'winter']).stdout,
  );
});

t.test('a shard that lacks documents is found, and built again', async (t) => {
  const own = place(t);
  upTo(t, own, 'build');
  const shard = search(own, 'index-2', 's3.db');
  ask(shard, (db) => db.exec('delete from docs where rowid in (select rowid from docs limit 7)'));
  t.same(own.checks('build', { CROSSCHECK_ITEM: 's3' }).values, { whole: '7' });
  t.not(own.does('compare')[0]?.status, 0, 'and queries find less');
  own.run(['bin/build-shard', 'index-2', 's3'], own.env('build'));
  t.same(own.checks('build', { CROSSCHECK_ITEM: 's3' }).values, { whole: '0' });
  t.equal(own.does('compare')[0]?.status, 0);
});

t.test('what cannot be compared is no success', async (t) => {
  const own = place(t);
  upTo(t, own, 'build');
  copyFileSync(join(own.data, 'documents.db'), search(own, 'index-2', 's5.db'));
  t.not(own.does('compare')[0]?.status, 0, 'a shard that is no index');
});

t.test('a few queries may find less where that is wanted', async (t) => {
  const own = place(t, { inputs: { tolerance: 10 } });
  upTo(t, own, 'build');
  ask(search(own, 'index-2', 's0.db'), (db) =>
    db.exec("delete from docs where rowid in (select rowid from docs where docs match 'title : winter' limit 1)"),
  );
  t.match(own.does('compare')[0], { status: 0, stdout: /\n[1-9]\d? queries find less than before\n$/ });
});
