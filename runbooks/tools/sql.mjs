#!/usr/bin/env node
/** A small SQLite command in the manner of `psql -At`, for runbooks. It must never create a database unless told to, nor print how many rows a statement touched. */
import { createHash, createHmac } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';

const USAGE = `sql [DATABASE] QUERY             print rows as \`psql -At\` does
sql [DATABASE] -f FILE           run a file; the first error ends it and rolls back
sql [DATABASE] --backup FILE     write a compact copy: all of it, or no file
sql [DATABASE] --digest TABLE    SHA-256 over the table's columns and rows

DATABASE stands in the environment where it is not given.
  --attach NAME=FILE   a second database, for QUERY and FILE
  --set NAME=VALUE     the value of :NAME in a single statement
  --secret NAME=VAR    the same from the environment, so that it stands on no command line
  --create             make DATABASE if it does not exist
SQL functions: sha256(blob or text), hmac(key, blob or text), both hex; null stays null
`;

const OPTIONS = {
  attach: { type: 'string', multiple: true, default: [] },
  backup: { type: 'string' },
  create: { type: 'boolean', default: false },
  digest: { type: 'string' },
  file: { type: 'string', short: 'f' },
  help: { type: 'boolean', short: 'h', default: false },
  secret: { type: 'string', multiple: true, default: [] },
  set: { type: 'string', multiple: true, default: [] },
};

const BUSY_MS = 10_000;

const sha256 = (value) => (value === null ? null : createHash('sha256').update(value).digest('hex'));
const hmac = (key, value) => (value === null ? null : createHmac('sha256', key).update(value).digest('hex'));
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** A secret that is not there must not become an empty one. */
function fromEnvironment(text) {
  const [name, variable] = pair(text);
  if (!process.env[variable]) throw new Error(`the environment has no ${variable}`);
  return [name, process.env[variable]];
}

/** `name=value` at its first `=`. */
function pair(text) {
  const [, name, value] = /^([a-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new Error(`“${text}” is not NAME=VALUE`);
  return [name, value];
}

function open(path, create) {
  const db = new Database(path, { fileMustExist: !create, timeout: BUSY_MS });
  db.defaultSafeIntegers(true);
  db.function('sha256', { deterministic: true }, sha256);
  db.function('hmac', { deterministic: true }, hmac);
  return db;
}

/** SQLite would make a missing file on ATTACH, and an empty database compares equal to nothing useful. */
function attach(db, name, path) {
  statSync(path);
  db.prepare(`attach database ? as ${quoted(name)}`).run(path);
}

const shown = (value) => (value === null ? '' : Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : String(value));

/** Returns the one statement of a text, or null where it holds several. */
function single(db, text) {
  try {
    return db.prepare(text);
  } catch (error) {
    if (error instanceof RangeError && /more than one statement/.test(error.message)) return null;
    throw error;
  }
}

function* rowsOf(db, text, values) {
  const statement = single(db, text);
  if (statement === null && Object.keys(values).length > 0)
    throw new Error('--set and --secret are for a single statement');
  if (statement === null) db.exec(text);
  else if (!statement.reader) statement.run(values);
  else for (const row of statement.raw().iterate(values)) yield `${row.map(shown).join('|')}\n`;
}

/** Vacuums into a file beside the backup, which takes its name only when all of it is on the disk. */
function backUp(db, path) {
  const partial = `${path}.partial`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(partial, { force: true });
  closeSync(openSync(partial, 'wx', 0o600));
  db.prepare('vacuum into ?').run(partial);
  for (const [name, act] of [
    [partial, () => renameSync(partial, path)],
    [dirname(path), () => {}],
  ]) {
    const file = openSync(name, 'r');
    fsyncSync(file);
    closeSync(file);
    act();
  }
}

/**
 * SHA-256 over the column names, then every value in order of rowid: its type, its length and its bytes as SQLite
 * holds them. Two tables have one digest when they hold the same, wherever the pages lie.
 */
function digestOf(db, table) {
  const columns = db.prepare('select name from pragma_table_info(?)').pluck().all(table);
  if (columns.length === 0) throw new Error(`there is no table ${table}`);
  const hash = createHash('sha256').update(JSON.stringify(columns));
  const parts = columns.map(quoted).flatMap((name) => [`typeof(${name})`, `cast(${name} as blob)`]);
  const rows = db.prepare(`select ${parts.join(', ')} from ${quoted(table)} order by rowid`).raw();
  for (const row of rows.iterate()) {
    for (let at = 0; at < row.length; at += 2) {
      const bytes = row[at + 1] ?? Buffer.alloc(0);
      hash.update(`${row[at]}:${bytes.length}:`).update(bytes);
    }
  }
  return `sha256:${hash.digest('hex')}`;
}

function main() {
  const { values: given, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (given.help) return void process.stdout.write(USAGE);
  const ways = [given.file, given.backup, given.digest].filter((way) => way !== undefined).length;
  const query = ways === 0 ? positionals.pop() : undefined;
  const path = positionals.pop() ?? process.env.DATABASE;
  if (ways > 1 || positionals.length > 0 || !path || (ways === 0 && query === undefined))
    throw new Error(`usage:\n${USAGE}`);
  const db = open(path, given.create);
  try {
    for (const text of given.attach) attach(db, ...pair(text));
    if (given.backup !== undefined) backUp(db, given.backup);
    else if (given.digest !== undefined) process.stdout.write(`${digestOf(db, given.digest)}\n`);
    else {
      const text = query ?? readFileSync(given.file, 'utf8');
      const values = [...given.set.map(pair), ...given.secret.map(fromEnvironment)];
      for (const row of rowsOf(db, text, Object.fromEntries(values))) process.stdout.write(row);
    }
  } finally {
    db.close();
  }
}

// A reader that has seen enough (`| head`) closes the pipe; what it did not want is no failure.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
try {
  main();
} catch (error) {
  process.stderr.write(`sql: ${error.message}\n`);
  process.exitCode = 1;
}
