/** Every entry of a database in its place: canonical, of the table, in its chains, under the tree as it is stored. It replays nothing. */
import { equal } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { refOf } from '../../core/log/entry.ts';
import { leafHash, nodeHash } from '../../core/log/merkle.ts';
import { chainOf, parseEntry } from '../../core/log/parse.ts';
import type { Entry } from '../../core/log/tables.ts';
import { erasedIn } from '../../core/site/redaction.ts';
import type { LogStore, StoredEntry } from '../store/store.ts';
import { looking, type Tell } from './finding.ts';

/** What the entries say, for the checks that follow. */
export interface Walked {
  readonly size: number;
  /** The entry that first names a body, by digest. */
  readonly bodies: ReadonlyMap<string, number>;
  /** Bodies that must be missing, since an entry says that they were erased. */
  readonly erased: ReadonlySet<string>;
  /** The seq of each run's first entry, by run. */
  readonly runs: ReadonlyMap<string, number>;
}

export function walk(rows: Iterable<StoredEntry>, tell: Tell): Walked {
  const bodies = new Map<string, number>();
  const erased = new Set<string>();
  const chains = new Chains(tell);
  let size = 0;
  for (const row of rows) {
    if (row.seq !== size)
      tell(size, row.seq === size + 1 ? 'this entry is missing' : `the entries ${size} to ${row.seq - 1} are missing`);
    size = row.seq + 1;
    const entry = parseEntry(row.bytes);
    if (!entry.ok) {
      tell(row.seq, entry.refusal.sentence);
      continue;
    }
    chains.follow(row, entry.value);
    for (const named of Object.values(entry.value.bodies ?? {})) if (!bodies.has(named)) bodies.set(named, row.seq);
    for (const named of erasedIn([{ entry: entry.value }])) erased.add(named);
  }
  return { size, bodies, erased, runs: chains.runs };
}

/** The heads of all chains as the entries make them. */
class Chains {
  readonly runs = new Map<string, number>();
  readonly #tell: Tell;
  readonly #heads = new Map<string, string>();
  readonly #lengths = new Map<string, number>();
  readonly #closes = new Map<string, string>();
  #origin: string | undefined;
  #ts = 0;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  follow(row: StoredEntry, entry: Entry): void {
    const { seq } = row;
    const fits = (holds: boolean, what: string) => holds || this.#tell(seq, what);
    const run = 'run' in entry ? entry.run : null;
    const chain = chainOf(entry.type, entry);
    this.#origin ??= entry.log;
    fits(entry.seq === seq, `it says that it is entry ${entry.seq}`);
    fits(entry.log === this.#origin, `it is of the log ${entry.log}`);
    fits((entry.type === 'genesis') === (seq === 0), 'a log begins with its one genesis');
    fits(entry.ts >= this.#ts, 'its time lies before that of the entry before it');
    fits(row.type === entry.type && row.run === run, 'its row names another type or run');
    fits((chain === 'after') === (row.after !== null), 'its row names no run that it comes after, or one too many');
    this.#ts = Math.max(this.#ts, entry.ts);
    if (run !== null) this.#ofRun(run, entry as Entry & { run: string; rseq: number }, fits);
    if (chain === 'after' && row.after !== null)
      fits('about' in entry && entry.about === this.#closes.get(row.after), 'it is not about the close of that run');
    const [name, link] = placeOf(row, entry);
    if (name === null) return;
    fits(link === this.#heads.get(name), 'it does not name the entry before it in its chain');
    this.#heads.set(name, digest(row.bytes));
    if (entry.type === 'run.closed') this.#closes.set(run ?? '', refOf({ entry, digest: digest(row.bytes) }));
  }

  #ofRun(run: string, entry: Entry & { run: string; rseq: number }, fits: (holds: boolean, what: string) => unknown) {
    const length = this.#lengths.get(run) ?? 0;
    if (length === 0) this.runs.set(run, entry.seq);
    fits(entry.rseq === length, `it is number ${entry.rseq} of its run, where ${length} is next`);
    fits(!this.#closes.has(run), 'its run was closed before');
    this.#lengths.set(run, entry.rseq + 1);
  }
}

/** The chain that an entry stands in, by name, and its link back. */
function placeOf({ after }: StoredEntry, entry: Entry): readonly [name: string | null, link: string | undefined] {
  switch (chainOf(entry.type, entry)) {
    case 'run':
      return 'run' in entry ? [`run ${entry.run}`, entry.prev] : [null, undefined];
    case 'roster':
      return ['roster', 'rprev' in entry ? entry.rprev : undefined];
    case 'holds':
      return ['holds', 'hprev' in entry ? entry.hprev : undefined];
    case 'after':
      return [`after ${after}`, 'aprev' in entry ? entry.aprev : undefined];
    case 'none':
      return [null, undefined];
  }
}

/** Checks each stored node against the two below it, and the lowest against the entries: together they are the whole tree, computed again. */
export function checkTree(store: Pick<LogStore, 'entry' | 'node'>, size: number, stored: number, tell: Tell): void {
  let expected = 0;
  const node = (level: number, index: number) => {
    try {
      return store.node(level, index);
    } catch {
      return undefined;
    }
  };
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / 2)) {
    expected += count;
    for (let index = 0; index < count; index += 1) {
      const last = (index + 1) * 2 ** level - 1;
      const made = looking(tell, () => (level === 0 ? leafOf(store, index) : parentOf(node, level, index)), last);
      const found = node(level, index);
      if (!found) tell(last, `the tree lacks the node ${level}/${index}`);
      else if (made && !equal(made, found))
        tell(last, `the node ${level}/${index} of the tree is not that of its entries`);
    }
  }
  if (stored > expected) tell(null, `the tree has ${stored - expected} nodes too many`);
}

function leafOf(store: Pick<LogStore, 'entry'>, seq: number): Uint8Array | undefined {
  const row = store.entry(seq);
  return row && leafHash(row.bytes);
}

function parentOf(node: (level: number, index: number) => Uint8Array | undefined, level: number, index: number) {
  const [left, right] = [node(level - 1, 2 * index), node(level - 1, 2 * index + 1)];
  return left && right && nodeHash(left, right);
}
