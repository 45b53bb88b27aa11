/** A run's log as this machine has verified and folded it: chain, bodies, inclusion, checkpoint. It never takes an entry that does not follow. */
import { fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import type { Checkpoint } from '../../core/log/checkpoint.ts';
import { type Body, bodyDigest, type Sealed } from '../../core/log/entry.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import { parseEntry } from '../../core/log/parse.ts';
import type { Entry, RunEntry, RunEntryOf } from '../../core/log/tables.ts';
import type { BodyText, Slice } from '../../core/protocol/frames.ts';
import type { RunMachine } from '../../core/run/machine.ts';
import { fold, type Opening, openState, type RunState } from '../../core/run/state.ts';
import type { Leaf } from '../../core/verify/read.ts';
import { deny, must } from './exits.ts';

/** What a run stands on: facts that were verified before it. */
export interface Ground {
  readonly run: string;
  readonly opening: Opening;
  readonly machine: RunMachine;
  /** Opens a checkpoint of the trusted log key; it throws for any other. */
  readonly tree: (note: string) => Promise<Checkpoint>;
}

export interface Folded {
  readonly entries: readonly Sealed<RunEntry>[];
  readonly state: RunState;
  /** The newest verified tree; it covers every entry here. */
  readonly tree: Checkpoint;
}

/** An entry of the fold for the verifier's checks; the fold has proved that the tree holds it. */
export const leafOf = <E extends Entry>(sealed: Sealed<E>): Leaf<E> => ({ ...sealed, proof: [] });

type Bodies = Readonly<Record<string, BodyText>>;

const broken = (why: string): never => deny('XCK_INTEGRITY', { why });

/** The bodies that were sent, by the digests that name them; XCK_INTEGRITY where one is another. */
export function readBodies(sent: Bodies): Map<string, Body> {
  const read = Object.entries(sent).map(([name, text]): [string, Body] => {
    const [bytes, salt] = [fromBase64(text.bytes), fromBase64(text.salt)];
    if (!bytes || !salt || bodyDigest({ bytes, salt }) !== name)
      return broken('a body is not the one that the log names');
    return [name, { bytes, salt }];
  });
  return new Map(read);
}

/** The bodies of an entry that are at hand: those it had, and those that came. */
export function bodiesOf(entry: Entry, had: Sealed['bodies'], came: ReadonlyMap<string, Body>): Record<string, Body> {
  const found = Object.entries(entry.bodies ?? {}).flatMap(([name, at]) => {
    const body = came.get(at) ?? had[name];
    return body ? [[name, body] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Reads a run's entry, which must be canonical and exactly as the table says. */
export function readRunEntry(text: string, bodies: ReadonlyMap<string, Body> = new Map()): Sealed<RunEntry> {
  const bytes = utf8(text);
  const entry = must(parseEntry(bytes));
  if (!('run' in entry)) return broken(`entry ${entry.seq} belongs to no run`);
  return { entry, bytes, digest: digest(bytes), bodies: bodiesOf(entry, {}, bodies) };
}

/** The entries of a slice that are new, each linked to the one before it. */
function readChain(slice: Slice, run: string, last: Sealed<RunEntry> | undefined): Sealed<RunEntry>[] {
  const bodies = readBodies(slice.bodies);
  const read: Sealed<RunEntry>[] = [];
  let before = last;
  for (const text of slice.entries) {
    const sealed = readRunEntry(text, bodies);
    const { entry } = sealed;
    if (before && entry.rseq <= before.entry.rseq) continue;
    const follows =
      entry.run === run && entry.rseq === (before ? before.entry.rseq + 1 : 0) && entry.prev === before?.digest;
    if (!follows) broken(`entry ${entry.rseq} does not follow the one before it`);
    read.push(sealed);
    before = sealed;
  }
  return read;
}

async function covered(ground: Ground, slice: Slice, last: Sealed<RunEntry>): Promise<Checkpoint> {
  const tree = await ground.tree(slice.checkpoint);
  const proof = slice.proof.map((one) => fromBase64(one) ?? new Uint8Array());
  const inside = verifyInclusion(last.entry.seq, tree.size, leafHash(last.bytes), proof, tree.root);
  return inside ? tree : broken('the newest entry is not in the signed tree');
}

function foldAll(state: RunState, entries: readonly Sealed<RunEntry>[]): RunState {
  return entries.reduce((now, sealed) => must(fold(now, sealed)), state);
}

function begin(ground: Ground, entries: readonly Sealed<RunEntry>[]): RunState {
  const [first, ...rest] = entries;
  if (first?.entry.type !== 'run.opened') return broken('the run does not start with its opening');
  return foldAll(openState(ground.machine, ground.opening, first as Sealed<RunEntryOf<'run.opened'>>), rest);
}

/** Folds a run from its first slice. */
export async function openFold(ground: Ground, slice: Slice): Promise<Folded> {
  const entries = readChain(slice, ground.run, undefined);
  const state = begin(ground, entries);
  return { entries, state, tree: await covered(ground, slice, entries.at(-1) as Sealed<RunEntry>) };
}

/** Takes a further slice; entries that are known already are passed over. */
export async function extend(ground: Ground, before: Folded, slice: Slice): Promise<Folded> {
  const entries = readChain(slice, ground.run, before.entries.at(-1));
  const last = entries.at(-1);
  if (!last) return before;
  return {
    entries: [...before.entries, ...entries],
    state: foldAll(before.state, entries),
    tree: await covered(ground, slice, last),
  };
}

/** The run as it stood when it had so many entries; they were verified with the rest. */
export const stateAfter = (ground: Ground, { entries }: Folded, count: number): RunState =>
  begin(ground, entries.slice(0, count));

/** Takes bodies that are blind no longer: the fold is made anew with them. */
export function reveal(ground: Ground, before: Folded, sent: Bodies): Folded {
  const came = readBodies(sent);
  const entries = before.entries.map((sealed) => ({ ...sealed, bodies: bodiesOf(sealed.entry, sealed.bodies, came) }));
  return { ...before, entries, state: begin(ground, entries) };
}
