/** What is left of a log in a data directory: its name, its newest tree, its people, and what was acknowledged of it. It changes nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64 } from '../../core/bytes/encoding.ts';
import type { Sealed } from '../../core/log/entry.ts';
import { rootOf } from '../../core/log/merkle.ts';
import type { Roster } from '../../core/log/roster.ts';
import type { EntryOf, SiteDocument } from '../../core/log/tables.ts';
import { parseTrust } from '../../core/record/trust.ts';
import { foldRoster, ROSTER_TYPES, type RosterEntry, rosterBegin } from '../../core/site/roster.ts';
import { bodiesOf, readEntry } from '../runner/site.ts';
import { type Mark, markFile, parseMark } from '../store/mark.ts';
import { readSqlite } from '../store/sqlite.ts';
import type { LogStore, Store } from '../store/store.ts';

export interface Found {
  readonly origin: string;
  /** `sha256:…` of entry 0. */
  readonly genesis: string;
  /** `<size> <base64 root>` of the database, null where that is gone or cannot be read. */
  readonly checkpoint: string | null;
  /** The same of the high-water mark. */
  readonly acknowledged: string | null;
  /** Genesis and the newest roster, null where the database does not give them. */
  readonly site: { readonly document: SiteDocument; readonly roster: Roster } | null;
  readonly names: Readonly<Record<string, string>>;
  /** Settings of enrolment tokens that are unused, by person. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Looks at what is there. Throws where nothing is, or where database and trust root are of two logs. */
export function findFormer(data: string): Found {
  const named = trusted(data);
  const file = join(data, 'crosscheck.db');
  const store = existsSync(file) ? readable(file) : null;
  try {
    const inside = store && store.size() > 0 ? looked(store) : null;
    if (inside && named && inside.origin !== named.origin)
      throw new Error(
        `${file} is of the log ${inside.origin}, and trust.txt of ${named.origin}; one does not belong here`,
      );
    const log = inside ?? named;
    if (!log) throw new Error(`${data} holds neither a log nor the trust root of one`);
    return {
      ...{ checkpoint: null, site: null, names: {}, tokens: {} },
      ...log,
      acknowledged: acknowledged(data, log.origin),
    };
  } finally {
    store?.close();
  }
}

/** A file that SQLite cannot read is as good as none; one of another version of the schema is somebody's mistake, and throws. */
function readable(file: string): Store | null {
  try {
    return readSqlite(file);
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_')) return null;
    throw error;
  }
}

function trusted(data: string): Pick<Found, 'origin' | 'genesis'> | null {
  const file = join(data, 'trust.txt');
  const trust = existsSync(file) ? parseTrust(readFileSync(file, 'utf8')) : null;
  return trust?.ok ? { origin: trust.value.origin, genesis: trust.value.genesis } : null;
}

function acknowledged(data: string, origin: string): string | null {
  const file = markFile(data);
  const mark: Mark | undefined = existsSync(file) ? parseMark(readFileSync(file, 'utf8')) : undefined;
  return mark?.origin === origin ? `${mark.size} ${mark.root}` : null;
}

function looked(store: Store): Omit<Found, 'acknowledged'> | null {
  const first = orNull(() =>
    readEntry(store.entry(0) ?? { seq: 0, type: '', run: null, after: null, bytes: new Uint8Array() }),
  );
  if (first?.entry.type !== 'genesis') return null;
  const genesis = first as Sealed<EntryOf<'genesis'>>;
  const size = store.size();
  const roster = orNull(() => newestRoster(store, genesis));
  const people = roster?.people ?? [];
  const waiting = people.flatMap(({ id, token }) => {
    const setting = token === null ? undefined : store.setting(`enrol ${id}`);
    return setting === undefined ? [] : [[id, setting] as const];
  });
  return {
    origin: genesis.entry.log,
    genesis: genesis.digest,
    checkpoint: orNull(() => `${size} ${base64(rootOf(size, store.node))}`),
    site: roster && { document: genesis.entry.site, roster },
    names: store.names(),
    tokens: Object.fromEntries(waiting),
  };
}

/** Throws where the roster's chain does not hold. */
function newestRoster(store: LogStore, genesis: Sealed<EntryOf<'genesis'>>): Roster {
  const [, ...rest] = store.entriesOfTypes(ROSTER_TYPES).map(readEntry);
  let state = rosterBegin(genesis);
  for (const sealed of rest) {
    const next = foldRoster(state, { ...sealed, bodies: bodiesOf(store, sealed) } as Sealed<RosterEntry>);
    if (!next.ok) throw new Error(next.refusal.sentence);
    state = next.value;
  }
  return state.roster;
}

/** What a damaged database does not give is not there. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
