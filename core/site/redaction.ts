/** Which bodies may be erased after a run's close, and what a keeper signs to have them erased. It erases nothing. */
import type { Sealed } from '../log/entry.ts';
import { type Entry, type EntryOf, MOST_ERASED } from '../log/tables.ts';

/** Content of the act `redact`; its keys are exactly these. */
export interface Order {
  /** Digests of bodies, ascending, each once. */
  readonly erased: readonly string[];
  /** On whose order. */
  readonly order: string;
  readonly reason: string;
}

/**
 * What people wrote and what commands printed. Everything else is looked at when a run is judged, or is what somebody
 * signed: without it the proof would end with the text.
 */
const ERASABLE: readonly string[] = ['answer', 'output'];

/** Bodies of an entry that may be erased once its run is closed, by name. */
export const erasableOf = (entry: Entry): [name: string, digest: string][] =>
  Object.entries(entry.bodies ?? {}).filter(([name]) => ERASABLE.includes(name));

/** The digests that a redaction of these entries may name: none by which an entry names anything else as well. */
export function erasableIn(entries: readonly Pick<Sealed, 'entry'>[]): string[] {
  const named = entries.flatMap(({ entry }) => Object.entries(entry.bodies ?? {}));
  const bound = new Set(named.flatMap(([name, digest]) => (ERASABLE.includes(name) ? [] : [digest])));
  return named.flatMap(([name, digest]) => (ERASABLE.includes(name) && !bound.has(digest) ? [digest] : []));
}

/** What a redaction may name, kept up while the entries after a close are told one by one. */
export class Erasable {
  readonly #open: Set<string>;

  /** `run` is all of a closed run. */
  constructor(run: readonly Pick<Sealed, 'entry'>[]) {
    this.#open = new Set(erasableIn(run));
  }

  has(digest: string): boolean {
    return this.#open.has(digest);
  }

  take({ entry }: Pick<Sealed, 'entry'>): void {
    for (const [, digest] of erasableOf(entry)) this.#open.add(digest);
    if (entry.type === 'body.redacted') for (const digest of entry.erased) this.#open.delete(digest);
  }
}

/** The digests that entries say were erased. */
export const erasedIn = (entries: readonly Pick<Sealed, 'entry'>[]): Set<string> =>
  new Set(entries.flatMap(({ entry }) => (entry.type === 'body.redacted' ? entry.erased : [])));

/** Whether digests stand in their order, each once. */
export const ascend = ({ erased }: Pick<EntryOf<'body.redacted'>, 'erased'>): boolean =>
  erased.every((digest, index) => index === 0 || (erased[index - 1] ?? '') < digest);

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= 1000;

/** The order in the content of a statement; undefined where something of it is missing or empty. Surplus keys are dropped. */
export function readOrder(content: unknown): Order | undefined {
  const { erased, order, reason } = Object(content) as Readonly<Record<string, unknown>>;
  const digests = Array.isArray(erased) && erased.length <= MOST_ERASED ? erased.map(String) : [];
  return digests.length > 0 && isText(order) && isText(reason) ? { erased: digests, order, reason } : undefined;
}
