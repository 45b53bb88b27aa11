#!/usr/bin/env node
/**
 * `differing.mjs FIELD`: how many accounts of $DATABASE have another value in that field than the application
 * read in the profile of $BACKUP. It reads JSON by itself, as the application does, and nothing of the migration.
 */
import { spawnSync } from 'node:child_process';

const FIELDS = ['name', 'age', 'country', 'newsletter', 'loyalty_id', 'phones'];

function rows(...args) {
  const done = spawnSync('sql', args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** What JSON.parse would round or refuse, outside of strings: long numbers become text, NaN and the like nothing. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])|NaN|-?Infinity/g;
const readable = (token) => (token.startsWith('"') ? token : /\d/.test(token) ? `"${token}"` : 'null');

function profileOf(text) {
  try {
    const value = JSON.parse((text ?? '').replace(TOKENS, readable));
    if (typeof value === 'string') return profileOf(value);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

const NEWSLETTER = new Map([
  [true, 1],
  ['true', 1],
  ['yes', 1],
  [1, 1],
  [false, 0],
  ['false', 0],
  ['no', 0],
  [0, 0],
]);

const ageOf = (value) => {
  const age = ['number', 'string'].includes(typeof value) && /^\d+$/.test(value) ? Number(value) : null;
  return age !== null && age <= 150 ? age : null;
};

/** The application's own reading, field by field. */
const READ = {
  name: ({ name }) => name ?? null,
  age: ({ age }) => ageOf(age),
  country: ({ country, address }) => country ?? address?.country ?? address?.[0]?.country ?? null,
  newsletter: ({ newsletter }) => NEWSLETTER.get(newsletter) ?? null,
  loyalty_id: ({ loyalty_id }) => (loyalty_id === undefined ? null : String(loyalty_id)),
  phones: ({ phones }) => [phones ?? []].flat(Infinity).filter((phone) => phone !== ''),
};

const [field] = process.argv.slice(2);
const column = FIELDS.indexOf(field) + 1;
if (column === 0) throw new Error(`there is no field ${field}`);
const typed = new Map(rows('-f', 'sql/typed.sql').map((row) => [row[0], row[column]]));
const due = rows(process.env.BACKUP, '-f', 'sql/written.sql').map(([id, text]) => [id, READ[field](profileOf(text))]);
const differing = due.filter(([id, value]) => JSON.stringify(typed.get(id)) !== JSON.stringify(value));
console.log(differing.length);
