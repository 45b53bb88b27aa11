/** Holds the database against the high-water mark before anything is served: an older or another copy fails closed. It repairs nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { base64 } from '../../core/bytes/encoding.ts';
import { rootOf } from '../../core/log/merkle.ts';
import { type Mark, markFile, openMark, readMark } from '../store/mark.ts';
import type { LogStore, Store } from '../store/store.ts';

/** Where a ceremony puts what it replaces. */
export const EPOCHS = 'epochs';
/** What a ceremony has prepared there and not put in its place yet. */
export const NEXT = 'next';
/** Stands in the directory of a log that another one continues. */
export const RETIRED = 'retired';

/** Says in the database that a mark was made beside it: from then on a missing one is no upgrade. */
const KEPT = 'high-water';

/** Why the database cannot be the newest, or null. */
export function olderThan(mark: Mark, origin: string, store: Pick<LogStore, 'size' | 'node'>): string | null {
  const size = store.size();
  if (mark.origin !== origin) return `the high-water mark is of the log ${mark.origin}, the database of ${origin}`;
  if (mark.size > size)
    return `${mark.size} entries were acknowledged, and the database has ${size}: it is an older copy`;
  return base64(rootOf(mark.size, store.node)) === mark.root
    ? null
    : `the first ${mark.size} entries of the database are not those that were acknowledged: it is another history`;
}

const remedy = (data: string): string =>
  `. Put the newest database back. Where it is lost, begin a new epoch: crosscheck server epoch --data ${data} --reason TEXT`;

/** Throws unless the database has all that was acknowledged; then brings the mark up to it. */
export function mustBeNewest(store: Store, origin: string, data: string): void {
  const mark = readMark(data);
  if (mark === null && store.setting(KEPT) !== undefined)
    throw new Error(
      `${markFile(data)} is missing, so nobody can tell whether the database is the newest${remedy(data)}`,
    );
  const why = mark && olderThan(mark, origin, store);
  if (why) throw new Error(`${why} (${markFile(data)})${remedy(data)}`);
  keepMark(store, origin, data);
}

/** Writes the mark of the database as it is, for good. */
export function keepMark(store: Store, origin: string, data: string): void {
  const writer = openMark(data);
  writer.put({ origin, size: store.size(), root: base64(rootOf(store.size(), store.node)) });
  writer.sync();
  // In this order: a database that says so without a mark beside it is never served again.
  store.setSetting(KEPT, 'kept');
}

/** Throws where an empty database is not the beginning of a site: there was a log here. */
export function neverHere(data: string): void {
  const trace = [markFile(data), join(data, EPOCHS), join(data, 'trust.txt')].find(existsSync);
  if (trace !== undefined) throw new Error(`the database is gone, and ${trace} says that there was one${remedy(data)}`);
}

/** Throws in the directory of a log that another one continues, or is about to. */
export function notRetired(data: string): void {
  if (existsSync(join(data, EPOCHS, NEXT)))
    throw new Error(
      `a new epoch was begun and not finished; finish it: crosscheck server epoch --data ${data} --reason TEXT`,
    );
  if (existsSync(join(data, RETIRED)))
    throw new Error(`another log continues the one in ${data}; it can be checked and exported, never written to`);
}
