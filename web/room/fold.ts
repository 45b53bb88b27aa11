/** A run's log as this page has verified and folded it: chain, bodies, inclusion, checkpoint. It never takes an entry that does not follow. */
import { fromBase64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { parseCanonical } from '../../core/bytes/jcs.ts';
import type { Checkpoint } from '../../core/log/checkpoint.ts';
import { type Body, bodyDigest, type Sealed } from '../../core/log/entry.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import type { Entry, RunEntry, RunEntryOf } from '../../core/log/tables.ts';
import type { BodyText, RunDocument, Slice } from '../../core/protocol/frames.ts';
import { runMachine } from '../../core/run/machine.ts';
import { fold, openState, type RunState } from '../../core/run/state.ts';
import { type Answer, problem } from '../api.ts';
import { type LogTrust, readCheckpoint } from '../keys/trees.ts';

export interface Folded {
  readonly entries: readonly Sealed<RunEntry>[];
  readonly bodies: ReadonlyMap<string, Body>;
  readonly state: RunState;
  /** The newest verified checkpoint; null where this browser cannot verify one. */
  readonly tree: Checkpoint | null;
}

type Bodies = Readonly<Record<string, BodyText>>;
const LIMITS = { maxBytes: 65_535, maxDepth: 8, integersOnly: true };
const wrong = (why: string) =>
  problem('XCK_LOG', `What the server sent does not verify: ${why}.`, 'Nothing is signed here.');

function withBodies(known: ReadonlyMap<string, Body>, sent: Bodies): Answer<ReadonlyMap<string, Body>> {
  const bodies = new Map(known);
  for (const [name, text] of Object.entries(sent)) {
    const [bytes, salt] = [fromBase64(text.bytes), fromBase64(text.salt)];
    if (!bytes || !salt || bodyDigest({ bytes, salt }) !== name)
      return wrong('a body is not the one that the log names');
    bodies.set(name, { bytes, salt });
  }
  return { ok: true, value: bodies };
}

function readEntry<E extends Entry = RunEntry>(text: string, bodies: ReadonlyMap<string, Body>): Sealed<E> | undefined {
  const bytes = utf8(text);
  const parsed = parseCanonical(bytes, LIMITS);
  if (!parsed.ok || fromUtf8(bytes) !== text) return undefined;
  const entry = parsed.value as E;
  return { entry, bytes, digest: digest(bytes), bodies: bodiesOf(entry, bodies) };
}

const bodiesOf = (entry: Entry, bodies: ReadonlyMap<string, Body>): Record<string, Body> =>
  Object.fromEntries(
    Object.entries(entry.bodies ?? {}).flatMap(([name, at]) => {
      const body = bodies.get(at);
      return body ? [[name, body] as const] : [];
    }),
  );

/** The entries of a slice, each linked to the one before it. */
function readChain(
  slice: Slice,
  run: string,
  last: Sealed<RunEntry> | undefined,
  bodies: ReadonlyMap<string, Body>,
): Answer<Sealed<RunEntry>[]> {
  const read: Sealed<RunEntry>[] = [];
  let before = last;
  for (const text of slice.entries) {
    const sealed = readEntry(text, bodies);
    if (!sealed) return wrong('an entry is not canonical');
    const { entry } = sealed;
    if (before && entry.rseq <= before.entry.rseq) continue;
    const follows =
      entry.run === run && entry.rseq === (before ? before.entry.rseq + 1 : 0) && entry.prev === before?.digest;
    if (!follows) return wrong(`entry ${entry.rseq} does not follow the one before it`);
    read.push(sealed);
    before = sealed;
  }
  return { ok: true, value: read };
}

async function readTree(
  trust: LogTrust | null,
  slice: Slice,
  last: Sealed<RunEntry>,
): Promise<Answer<Checkpoint | null>> {
  if (!trust) return { ok: true, value: null };
  const tree = await readCheckpoint(trust, slice.checkpoint);
  if (!tree.ok) return tree;
  const proof = slice.proof.map((one) => fromBase64(one) ?? new Uint8Array(0));
  const { size, root } = tree.value;
  return verifyInclusion(last.entry.seq, size, leafHash(last.bytes), proof, root)
    ? tree
    : wrong('the newest entry is not in the signed tree');
}

function foldAll(state: RunState, entries: readonly Sealed<RunEntry>[]): Answer<RunState> {
  let now = state;
  for (const sealed of entries) {
    const next = fold(now, sealed);
    if (!next.ok) return wrong(`entry ${sealed.entry.rseq} breaks the rules: ${next.refusal.sentence}`);
    now = next.value;
  }
  return { ok: true, value: now };
}

function start(doc: RunDocument, origin: string, entries: readonly Sealed<RunEntry>[]): Answer<RunState> {
  const [first, ...rest] = entries;
  if (first?.entry.type !== 'run.opened') return wrong('the run does not start with its opening');
  const { runbook, authors, roles } = doc;
  const opening = { origin, runbook, authors, roles };
  return foldAll(openState(runMachine(runbook), opening, first as Sealed<RunEntryOf<'run.opened'>>), rest);
}

/** Folds a run from its document. `trust` is null where the browser cannot verify: then there is no tree to sign over. */
export async function openFold(doc: RunDocument, origin: string, trust: LogTrust | null): Promise<Answer<Folded>> {
  const bodies = withBodies(new Map(), doc.slice.bodies);
  if (!bodies.ok) return bodies;
  const entries = readChain(doc.slice, doc.run, undefined, bodies.value);
  if (!entries.ok) return entries;
  const state = start(doc, origin, entries.value);
  if (!state.ok) return state;
  const tree = await readTree(trust, doc.slice, entries.value.at(-1) as Sealed<RunEntry>);
  return tree.ok
    ? { ok: true, value: { entries: entries.value, bodies: bodies.value, state: state.value, tree: tree.value } }
    : tree;
}

/** Takes a further slice; entries that are known already are passed over. */
export async function extend(
  before: Folded,
  run: string,
  slice: Slice,
  trust: LogTrust | null,
): Promise<Answer<Folded>> {
  const bodies = withBodies(before.bodies, slice.bodies);
  if (!bodies.ok) return bodies;
  const entries = readChain(slice, run, before.entries.at(-1), bodies.value);
  if (!entries.ok) return entries;
  const last = entries.value.at(-1);
  if (!last) return { ok: true, value: before };
  const state = foldAll(before.state, entries.value);
  if (!state.ok) return state;
  const tree = await readTree(trust, slice, last);
  if (!tree.ok) return tree;
  return {
    ok: true,
    value: {
      entries: [...before.entries, ...entries.value],
      bodies: bodies.value,
      state: state.value,
      tree: tree.value,
    },
  };
}

/** Takes bodies that are blind no longer: the fold is made anew with them. */
export function reveal(before: Folded, doc: RunDocument, sent: Bodies): Answer<Folded> {
  const bodies = withBodies(before.bodies, sent);
  if (!bodies.ok) return bodies;
  const entries = before.entries.map((sealed) => ({ ...sealed, bodies: bodiesOf(sealed.entry, bodies.value) }));
  const state = start(doc, before.state.facts.origin, entries);
  return state.ok ? { ok: true, value: { ...before, entries, bodies: bodies.value, state: state.value } } : state;
}

/** The entries that came after the close, each linked to the one before it. */
export function readAfter({ after }: RunDocument): Answer<readonly Sealed<Entry>[]> {
  const bodies = withBodies(new Map(), after.bodies);
  if (!bodies.ok) return bodies;
  const read: Sealed<Entry>[] = [];
  for (const text of after.entries) {
    const sealed = readEntry<Entry>(text, bodies.value);
    const link = sealed && 'aprev' in sealed.entry ? sealed.entry.aprev : undefined;
    if (!sealed || link !== read.at(-1)?.digest) return wrong('an entry after the close does not follow');
    read.push(sealed);
  }
  return { ok: true, value: read };
}
