/** What every maker of practice data shares: dice that a seed fixes, and a database that appears whole or not at all and never replaces one. */
import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';

/** mulberry32: small, even enough, and the same everywhere. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function dice(seed) {
  const next = random(seed);
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  /** One of a list of `[weight, thing]` whose weights add up to 1. */
  const weighted = (list) => {
    let left = next();
    for (const [weight, thing] of list) {
      if (left < weight) return thing;
      left -= weight;
    }
    return list[0][1];
  };
  return { next, below, pick, weighted };
}

/** `instance` tells one database from another that holds the same rows. */
const INSTANCE = 'create table instance (name text not null);';

/** Makes a database and returns its path. The rows follow from the seed; the instance name is always random. */
function makeDatabase(directory, name, schema, fill) {
  const path = join(directory, `${name}.db`);
  const partial = `${path}.partial`;
  if (existsSync(path)) throw new Error(`${path} is there already; move it away first`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  rmSync(partial, { force: true });
  closeSync(openSync(partial, 'wx', 0o600));
  const db = new Database(partial);
  try {
    db.pragma('synchronous = off');
    db.exec(schema + INSTANCE);
    db.transaction(() => {
      fill(db);
      const word = randomBytes(4).toString('hex');
      db.prepare('insert into instance values (?)').run(`${word.slice(0, 4)}-${word.slice(4)}`);
    })();
  } finally {
    db.close();
  }
  renameSync(partial, path);
  return path;
}

/** The command line of a maker: `fill` gets the database, then seed, rows and the flags of its own. */
export function maker({ tool, name, rows, of, schema, flags = [] }, fill) {
  try {
    const options = {
      name: { type: 'string', default: name },
      seed: { type: 'string', default: String(randomInt(2 ** 32)) },
      rows: { type: 'string', default: String(rows) },
      ...Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean', default: false }])),
    };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const given = { ...values, seed: Number(values.seed), rows: Number(values.rows) };
    const fits = Number.isSafeInteger(given.seed) && Number.isSafeInteger(given.rows) && given.rows > 0;
    if (positionals.length !== 1 || !fits || !/^[a-z][a-z0-9_]{0,30}$/.test(given.name))
      throw new Error(
        `usage: ${tool} DIRECTORY ${[`name ${name}`, 'seed N', `rows ${rows}`, ...flags].map((one) => `[--${one}]`).join(' ')}`,
      );
    const path = makeDatabase(positionals[0], given.name, schema, (db) => fill(db, given));
    process.stdout.write(`${path}: ${given.rows} ${of}\n`);
  } catch (error) {
    process.stderr.write(`${tool}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
