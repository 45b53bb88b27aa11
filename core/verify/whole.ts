/**
 * Verifies a log as a whole: first that it is one complete history, then every run of the period by exactly the claims
 * that judge a run's own record. It states no claim about a run itself, and never throws.
 */
import type { VerifyRaw } from '../log/signature.ts';
import { bodiesIn, type Parts, recordParts } from '../record/parts.ts';
import { type Member, unarchive } from '../record/tar.ts';
import type { Trust } from '../record/trust.ts';
import { isWhole, isWithin, openWhole, type Period, type WholeLog } from '../record/whole.ts';
import type { Spine } from './chains.ts';
import { allLeaves, complete, covered, type EveryRun, everyRun } from './everyRun.ts';
import { nothingKnown } from './folder.ts';
import { bodiesAtHand, isType, type Leaf, readEntries } from './read.ts';
import { trusted } from './roster.ts';
import { checkpointOf, type Witness } from './tree.ts';
import { type Facts, type Reason, reason, unless, type Verdict } from './verdict.ts';
import { type Evidence, judge, type Leniency, type Means, noArchive, orInvalid, verifyMembers } from './verify.ts';

/** The verdict on one run of a whole log. */
export type RunVerdict = Omit<Verdict, 'facts'> & Pick<Facts, 'erasures'>;

/** What was verified of the log itself; there only when all of it is. */
export interface LogFacts extends Pick<Facts, 'origin' | 'genesis' | 'checkpoint' | 'entries'> {
  /** The root of the tree of the first `size` entries, up to the checkpoint's. */
  readonly rootAt: (size: number) => Uint8Array;
}

export interface LogVerdict {
  /** The worst of the log and its runs. */
  readonly verdict: Verdict['verdict'];
  readonly exit: Verdict['exit'];
  /** What does not hold of the log itself. */
  readonly reasons: readonly Reason[];
  readonly period: Period;
  /** The runs of the period in the order of the log. */
  readonly runs: readonly RunVerdict[];
  /** Runs outside the period: their chains are complete, nothing else of them was judged. */
  readonly outside: readonly string[];
  readonly log: LogFacts | null;
}

export type FileVerdict =
  | { readonly kind: 'run'; readonly run: Verdict }
  | { readonly kind: 'log'; readonly log: LogVerdict };

type Asked = Omit<Leniency, 'withheld'>;

/** Verifies the file of a run's record or of a whole log, whichever it is. */
export async function verifyAny(
  tar: Uint8Array,
  trust: Trust | null,
  verifyRaw: VerifyRaw,
  asked: Asked = {},
): Promise<FileVerdict> {
  const members = unarchive(tar);
  if (!members.ok) return { kind: 'run', run: noArchive(tar, members.refusal.sentence) };
  return isWhole(members.value)
    ? { kind: 'log', log: await verifyWhole(members.value, trust, verifyRaw, asked) }
    : { kind: 'run', run: await verifyMembers(members.value, trust, verifyRaw, asked) };
}

const EVER: Period = { from: null, to: null };

/** Verifies the members of a whole log: with a trust root against that, without one only against itself. */
export async function verifyWhole(
  members: readonly Member[],
  trust: Trust | null,
  verifyRaw: VerifyRaw,
  asked: Asked = {},
): Promise<LogVerdict> {
  try {
    const { whole, flaws } = openWhole(members);
    const formal = flaws.map((flaw) => reason('XCK_INTEGRITY', flaw, null, 'I1'));
    const found = await oneLog(whole, trust, verifyRaw);
    if (!found.log) return notOne(whole.period, [...formal, ...found.reasons]);
    if (formal.length > 0) return notOne(whole.period, formal);
    return await everyVerdict(whole, found, { ...asked, trust, verifyRaw, known: nothingKnown(), withheld: 'blind' });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return notOne(EVER, [reason('XCK_INTEGRITY', `it cannot be judged (${why})`, null)]);
  }
}

const notOne = (period: Period, reasons: readonly Reason[]): LogVerdict => ({
  ...INVALID,
  reasons,
  period,
  runs: [],
  outside: [],
  log: null,
});

interface One {
  readonly log: LogFacts;
  readonly every: EveryRun;
  readonly witness: Witness;
}

/** Bodies are put beside the entries where a run is judged; the tree needs no proofs. */
const BARE = { bodies: {}, proof: [] };

/** Checks the log itself; runs are judged only in a log that is one whole history. */
async function oneLog(
  whole: WholeLog,
  trust: Trust | null,
  verifyRaw: VerifyRaw,
): Promise<One | { readonly log: null; readonly reasons: readonly Reason[] }> {
  const { leaves, reasons: unread } = readEntries(whole.entries, () => BARE);
  const every = everyRun(leaves);
  if (unread.length > 0 || !every)
    return {
      log: null,
      reasons: [...unread, ...unless(!!every, 'XCK_INTEGRITY', 'it does not begin with its genesis', 0, 'I1')],
    };
  const { genesis } = every;
  const checkpoint = await checkpointOf(whole, { genesis }, trust, verifyRaw);
  const witness = allLeaves(leaves);
  const reasons = [
    ...trusted({ genesis }, trust),
    ...complete(every),
    ...(checkpoint.ok
      ? covered(leaves, witness, checkpoint.value)
      : [reason('XCK_INTEGRITY', checkpoint.refusal.sentence, null, 'I1')]),
    ...foldersOf(whole, every),
  ];
  if (reasons.length > 0 || !checkpoint.ok) return { log: null, reasons };
  const { rootAt } = witness;
  return {
    log: { origin: genesis.entry.log, genesis: genesis.digest, checkpoint: checkpoint.value, entries: leaves, rootAt },
    every,
    witness,
  };
}

type Opened = Spine['opened'];

/** The openings of the runs of the period, or of the others. */
const openings = ({ runs }: EveryRun, { period }: WholeLog, wanted: boolean): Opened[] =>
  [...runs.values()].flatMap(([first]) =>
    first && isType(first, 'run.opened') && isWithin(period, first.entry.ts) === wanted ? [first] : [],
  );

/** Checks that no folder is here but those that runs of the period opened; one that is missing is told by its run. */
function foldersOf(whole: WholeLog, every: EveryRun): Reason[] {
  const opened = new Set(openings(every, whole, true).map(({ entry }) => entry.runbook));
  return [...whole.folders.keys()].flatMap((digest) =>
    unless(opened.has(digest), 'XCK_INTEGRITY', `no run of the period opened the folder ${digest}`, null, 'I1'),
  );
}

/** Judges the runs of the period one by one, each by its own record cut out of the log. */
async function everyVerdict(whole: WholeLog, { log, every, witness }: One, means: Means): Promise<LogVerdict> {
  const named = new Set<string>();
  const runs: RunVerdict[] = [];
  for (const { entry } of openings(every, whole, true)) {
    const parts = recordParts(every, entry.run);
    for (const digest of bodiesIn(parts)) named.add(digest);
    const { facts, ...told } = await orInvalid(() => judge(recordIn(whole, parts, entry, witness), means));
    runs.push({ ...told, run: entry.run, erasures: facts?.erasures ?? [] });
  }
  const reasons = [...whole.bodies.keys()].flatMap((digest) =>
    unless(named.has(digest), 'XCK_INTEGRITY', `no record of a run of the period has the body ${digest}`, null, 'I1'),
  );
  const outside = openings(every, whole, false).map(({ entry }) => entry.run);
  return { ...worst(reasons, runs, means.trust), reasons, period: whole.period, runs, outside, log };
}

/** A run's own record, as if it had been exported alone. */
function recordIn(whole: WholeLog, parts: Parts<Leaf>, opened: Opened['entry'], witness: Witness): Evidence {
  const leaves = parts.entries.map((leaf) =>
    leaf.entry.bodies && !parts.foreign.has(leaf) ? { ...leaf, bodies: bodiesAtHand(whole, leaf.entry) } : leaf,
  );
  const bodies = new Map(
    bodiesIn(parts).flatMap((digest) => {
      const body = whole.bodies.get(digest);
      return body ? [[digest, body] as const] : [];
    }),
  );
  const { folderIndex, files } = whole.folders.get(opened.runbook) ?? { folderIndex: '', files: [] };
  return { checkpoint: whole.checkpoint, leaves, unread: [], bodies, folderIndex, files, witness };
}

/** From the best to the worst. */
const ORDER: readonly Verdict['verdict'][] = ['ANCHORED', 'OPEN', 'SELF-CONSISTENT', 'INVALID'];

/** The worst of all verdicts; of a period without runs, what the log itself is. */
function worst(reasons: readonly Reason[], runs: readonly RunVerdict[], trust: Trust | null) {
  const own = reasons.length > 0 ? INVALID : trust ? ANCHORED : ALONE;
  const all = [own, ...runs];
  const [verdict] = all.map((one) => one.verdict).sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a));
  return {
    verdict: verdict ?? own.verdict,
    exit: all.reduce((exit, one) => (one.exit > exit ? one.exit : exit), own.exit),
  };
}

type Told = Pick<Verdict, 'verdict' | 'exit'>;
const ANCHORED: Told = { verdict: 'ANCHORED', exit: 0 };
const ALONE: Told = { verdict: 'SELF-CONSISTENT', exit: 3 };
const INVALID: Told = { verdict: 'INVALID', exit: 8 };
