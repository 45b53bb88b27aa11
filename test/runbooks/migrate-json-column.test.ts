/** The JSON column: the first draft that misses what real profiles hold, its exact numbers, the way back byte for byte, and the migration that passes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { nothingTellsTheAnswers } from './leaks.ts';
import { ask, Place, type PlaceOptions } from './place.ts';

const ROWS = 50_000;
const DRAFT = { 'sql/split.sql': 'split.sql' };
const AS_IT_SHOULD = {
  gone: '0',
  rows: '0',
  untouched: 'same',
  name: '0',
  age: '0',
  country: '0',
  newsletter: '0',
  loyalty_id: '0',
  phones: '0',
};

const again = (t: Test, options: PlaceOptions): Place => new Place(t, 'migrate-json-column', options);

function place(t: Test, rows: number, options: PlaceOptions = {}): Place {
  const made = again(t, options);
  made.make('make-accounts', '--rows', `${rows}`);
  return made;
}

/** Everything of the table that a byte could differ in. */
const content = (own: Place, database = join(own.data, 'accounts.db')): unknown =>
  ask(database, (db) => [
    db
      .prepare('select type, name, sql from sqlite_schema where tbl_name in (?, ?) order by name')
      .all('accounts', 'phones'),
    db.prepare('select id, email, cast(profile as blob) as profile, created_at from accounts order by id').all(),
  ]);

const untilSplit = (t: Test, own: Place): void => {
  for (const step of ['check-integrity', 'check-space', 'backup']) own.done(t, step);
};

t.test('the first draft fails on real profiles, is undone, and the mended one passes', async (t) => {
  const first = place(t, ROWS, { drafts: DRAFT });
  const before = content(first);
  untilSplit(t, first);
  nothingTellsTheAnswers(t, first, 'split', [String(ROWS - Number(first.probes('split')['profiles']))]);
  t.equal(first.does('split')[0]?.status, 0, 'the draft itself ends well');
  const { values, ok } = first.checks('split');
  t.same(
    values,
    {
      ...AS_IT_SHOULD,
      ...{ name: '978', age: '2331', country: '3430', newsletter: '1622', loyalty_id: '1952', phones: '1352' },
    },
    'what it misses, in numbers',
  );
  t.same([ok['rows'], ok['untouched'], ok['age']], [true, true, false], 'counts alone would not have told');
  t.notOk(readFileSync(join(first.data, 'accounts.db')).includes('"loyalty_id"'), 'no JSON is left in the file');

  first.done(t, 'split-undo');
  t.same(content(first), before, 'accounts is back, byte for byte');

  const second = again(t, { data: first.data, run: '01JRUN1' });
  untilSplit(t, second);
  second.done(t, 'split');
  const columns = ask(join(second.data, 'accounts.db'), (db) =>
    db.prepare("select name from pragma_table_info('accounts')").pluck().all(),
  );
  t.same(columns, ['id', 'email', 'created_at', 'name', 'age', 'country', 'newsletter', 'loyalty_id']);
  t.equal(second.does('look').length, 0, 'the last step is a person');
});

/** Profiles that some program once read wrong, and what the application makes of each. */
const CASES: Record<
  string,
  {
    profile: string | null;
    age?: number;
    country?: string;
    newsletter?: number;
    loyalty_id?: string;
    phones?: string[];
  }
> = {
  'a number as text': { profile: '{"age":"34","loyalty_id":"0012"}', age: 34, loyalty_id: '0012' },
  'the last of two': { profile: '{"age":1,"age":34,"country":"XX","country":"PL"}', age: 34, country: 'PL' },
  'no number': { profile: '{"age":NaN,"country":"PL"}', country: 'PL' },
  'no end': { profile: '{"age":-Infinity,"country":"PL"}', country: 'PL' },
  'true is no age': { profile: '{"age":true,"newsletter":true}', newsletter: 1 },
  'half a year': { profile: '{"age":34.5}' },
  'too old': { profile: '{"age":999}' },
  nested: { profile: '{"address":{"country":"DE"}}', country: 'DE' },
  'nested in a list': { profile: '{"address":[{"country":"DE"},{"country":"US"}]}', country: 'DE' },
  yes: { profile: '{"newsletter":"yes"}', newsletter: 1 },
  zero: { profile: '{"newsletter":0}', newsletter: 0 },
  'more digits than a double': { profile: '{"loyalty_id":9007199254740993}', loyalty_id: '9007199254740993' },
  'more digits than 64 bits': { profile: '{"loyalty_id":18446744073709551615}', loyalty_id: '18446744073709551615' },
  'one phone': { profile: '{"phones":"+48"}', phones: ['+48'] },
  'phones in lists in lists': { profile: '{"phones":["+48",[["+49"]],""]}', phones: ['+48', '+49'] },
  'text in text': { profile: '"{\\"age\\":34}"', age: 34 },
  'a surrogate pair': { profile: '{"phones":["\\ud83e\\udda6"]}', phones: ['🦦'] },
  'cut off': { profile: '{"age":34,"cou' },
  'a list': { profile: '[{"age":34}]' },
  empty: { profile: '' },
  null: { profile: 'null' },
  nothing: { profile: null },
};

t.test('each shape of profile comes out as the application reads it', async (t) => {
  const own = again(t, {});
  own.make('make-accounts', '--rows', '1');
  const database = join(own.data, 'accounts.db');
  ask(database, (db) => {
    db.exec('delete from accounts');
    const insert = db.prepare("insert into accounts (email, profile, created_at) values ('', ?, '')");
    for (const { profile } of Object.values(CASES)) insert.run(profile);
  });
  own.run(['sql', database, '--backup', join(own.data, 'backups', 'accounts-01JRUN0.db')]);
  own.done(t, 'split');
  const read = ask(database, (db) => ({
    accounts: db.prepare('select * from accounts order by id').all() as Record<string, unknown>[],
    phones: db.prepare('select * from phones order by account_id, position').all() as {
      account_id: number;
      phone: string;
    }[],
  }));
  for (const [index, [name, { profile, phones = [], ...due }]] of Object.entries(CASES).entries()) {
    const { age, country, newsletter, loyalty_id, id } = read.accounts[index] ?? {};
    t.same(
      { age, country, newsletter, loyalty_id },
      { age: null, country: null, newsletter: null, loyalty_id: null, ...due },
      `${name}: ${profile}`,
    );
    t.same(
      read.phones.filter(({ account_id }) => account_id === id).map(({ phone }) => phone),
      phones,
      name,
    );
  }
});

t.test('a wrong value anywhere is found, and a damaged backup is not restored', async (t) => {
  const own = place(t, 3000);
  untilSplit(t, own);
  const backup = join(own.data, 'backups', 'accounts-01JRUN0.db');
  const { do: does, action } = own.rendered('backup');
  const drill = () => own.run(does.kind === 'backup' ? does.drill : [], action.env).status;
  t.equal(drill(), 0);
  own.done(t, 'split');
  const holds = (check: string) => own.checks('split', {}, check).ok[check];
  for (const [check, change] of [
    ['age', 'update accounts set age = 35 where id = (select id from accounts where age = 34 limit 1)'],
    ['phones', 'delete from phones where (account_id, position) = (select account_id, position from phones limit 1)'],
    ['untouched', "update accounts set email = 'other' where id = 77"],
    [
      'name',
      "update accounts set name = name || ' ' where id = (select id from accounts where name is not null limit 1)",
    ],
    ['rows', 'delete from accounts where id = 78'],
  ] as const) {
    t.equal(holds(check), true, check);
    ask(join(own.data, 'accounts.db'), (db) => db.exec(change));
    t.equal(holds(check), false, change);
  }
  own.done(t, 'split-undo');
  ask(backup, (db) => db.exec("update accounts set profile = '{}' where id = 79"));
  t.equal(drill(), 1, 'one profile in the backup is another');
  t.equal(own.checks('split-undo').ok['same'], false, 'the way back compares too');
});
