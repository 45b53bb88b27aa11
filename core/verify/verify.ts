/**
 * The verifier: three groups of claims about a record, each judged only once the one before holds. Whatever it does
 * not understand is INVALID; it never throws, and never believes the bundle about itself.
 */

import { fromUtf8 } from '../bytes/encoding.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import type { VerifyRaw } from '../log/signature.ts';
import { type Bundle, openMembers } from '../record/bundle.ts';
import { type Member, unarchive } from '../record/tar.ts';
import type { Trust } from '../record/trust.ts';
import { isWhole } from '../record/whole.ts';
import { contextOf, type RunState } from '../run/state.ts';
import { afterwards } from './after.ts';
import { assuranceOf, executorOf } from './assurance.ts';
import { committed, mayMiss, present, wellFormed } from './bodies.ts';
import {
  afterChain,
  holdsChain,
  holdsHead,
  inOrder,
  nothingForeign,
  nothingSurplus,
  rosterChain,
  runChain,
  type Spine,
  spineOf,
} from './chains.ts';
import { type Known, knownRunbook, nothingKnown, type Prepared } from './folder.ts';
import { outerHolds } from './holds.ts';
import { approval, knownPeople, opening, rosterSayings } from './opening.ts';
import { replay } from './policy.ts';
import { type Leaf, readLeaves } from './read.ts';
import { erasuresOf, redactionSayings } from './redaction.ts';
import { followed, keysFor, type Rosters, rostersOf, trusted } from './roster.ts';
import { secondOpinion } from './second.ts';
import { namedTrees, type Stated, signatures, statements } from './statements.ts';
import { checkpointOf, included, pathsOf, trees, type Witness } from './tree.ts';
import {
  invalid,
  type Less,
  lessOf,
  type Reason,
  reason,
  type Signature,
  unreadable,
  type Verdict,
} from './verdict.ts';

export { type Known, nothingKnown } from './folder.ts';
export {
  diverged,
  type Erasure,
  type Facts,
  LESS,
  type Less,
  lessOf,
  type Reason,
  type Signature,
  type Verdict,
} from './verdict.ts';

export interface Leniency {
  /** What is less than a live run under four eyes and yet taken for a success. */
  readonly accept?: readonly Less[];
  /**
   * Bodies that may be missing: `blind`, what nobody but its signer may see yet of an open run; `output`, for an agent,
   * which needs no earlier output to clear a step. A confirmation may never be missing from a clearance.
   */
  readonly withheld?: 'blind' | 'output';
}

/** Verifies the file of a record; that of an open run may withhold what is blind. */
export async function verifyFile(
  tar: Uint8Array,
  trust: Trust | null,
  verifyRaw: VerifyRaw,
  leniency: Leniency = {},
): Promise<Verdict> {
  const members = unarchive(tar);
  if (!members.ok) return noArchive(tar, members.refusal.sentence);
  if (isWhole(members.value)) return unreadable('it is a whole log, not the record of one run');
  return verifyMembers(members.value, trust, verifyRaw, leniency);
}

/** The same of an archive's members. */
export function verifyMembers(
  members: readonly Member[],
  trust: Trust | null,
  verifyRaw: VerifyRaw,
  leniency: Leniency = {},
): Promise<Verdict> {
  return orInvalid(async () => {
    const { bundle, flaws } = openMembers(members);
    const verdict = await verifyRecord(bundle, trust, verifyRaw, nothingKnown(), { ...leniency, withheld: 'blind' });
    const formal = flaws.map((flaw) => reason('XCK_INTEGRITY', flaw, null, 'I1'));
    return formal.length === 0 ? verdict : invalid([...verdict.reasons, ...formal], verdict.run);
  });
}

/** A damaged bundle is INVALID; a file that never was one is unreadable. No one changed byte can hide both marks. */
export const noArchive = (tar: Uint8Array, why: string): Verdict =>
  fromUtf8(tar.subarray(0, 10)) === 'README.txt' || fromUtf8(tar.subarray(257, 262)) === 'ustar'
    ? invalid([reason('XCK_INTEGRITY', why, null, 'I1')])
    : unreadable(why);

/** An unforeseen exception is a finding: it must never look like a record that holds. */
export async function orInvalid(work: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return invalid([reason('XCK_INTEGRITY', `it cannot be judged (${why})`, null)]);
  }
}

/**
 * Verifies a record: with a trust root against that, without one only against itself. An open run whose claims all
 * hold is OPEN without reasons; an agent asks for that of its clearance. Runbooks in `known` were verified before and
 * need no folder in the bundle; new ones are added.
 */
export function verifyRecord(
  bundle: Bundle,
  trust: Trust | null,
  verifyRaw: VerifyRaw,
  known: Known = nothingKnown(),
  leniency: Leniency = {},
): Promise<Verdict> {
  return orInvalid(() => {
    const { leaves, reasons } = readLeaves(bundle);
    return judge(
      { ...bundle, leaves, unread: reasons, witness: pathsOf(bundle) },
      { ...leniency, trust, verifyRaw, known },
    );
  });
}

/** A record to be judged, wherever its entries were read from. */
export interface Evidence extends Pick<Bundle, 'checkpoint' | 'bodies' | 'folderIndex' | 'files'> {
  readonly leaves: readonly Leaf[];
  /** What could not be read as entries. */
  readonly unread: readonly Reason[];
  readonly witness: Witness;
}

export interface Means extends Leniency {
  readonly trust: Trust | null;
  readonly verifyRaw: VerifyRaw;
  readonly known: Known;
}

/** The verdict on a record, group of claims by group. */
export async function judge(evidence: Evidence, means: Means): Promise<Verdict> {
  const { leaves, unread } = evidence;
  const { spine, reasons: incomplete } = spineOf(leaves);
  if (!spine) return invalid([...unread, ...incomplete]);
  const run = spine.opened.entry.run;

  const whole = await integrity(evidence, spine, means);
  const { prepared, checkpoint } = whole;
  if (unread.length + whole.reasons.length > 0 || !prepared || !checkpoint)
    return invalid([...unread, ...whole.reasons], run);

  const authentic = await authenticity(evidence, spine, checkpoint, means);
  if (authentic.reasons.length > 0) return invalid(authentic.reasons, run);

  const kept = policy(spine, prepared, authentic.rosters, authentic.stated);
  if (kept.reasons.length > 0 || !kept.state) return invalid(kept.reasons, run);
  return favourable({ ...authentic, spine, leaves, checkpoint, state: kept.state }, means);
}

/** 1: the bytes are those of the log that the trust root names, nothing is missing and nothing is surplus. */
async function integrity(evidence: Evidence, spine: Spine, { trust, verifyRaw, known, withheld }: Means) {
  const { leaves, witness } = evidence;
  const { seq, runbook: wanted } = spine.opened.entry;
  const checkpoint = await checkpointOf(evidence, spine, trust, verifyRaw);
  const prepared = knownRunbook(evidence, wanted, known);
  const reasons = [
    ...trusted(spine, trust),
    ...inOrder(leaves, spine),
    ...runChain(spine),
    ...rosterChain(spine),
    ...holdsChain(spine),
    ...holdsHead(spine),
    ...afterChain(spine),
    ...nothingSurplus(leaves, spine),
    ...nothingForeign(spine),
    ...(checkpoint.ok
      ? included(leaves, checkpoint.value, witness)
      : [reason('XCK_INTEGRITY', checkpoint.refusal.sentence, null, 'I1')]),
    ...committed(evidence, leaves),
    ...wellFormed(leaves),
    ...(prepared.ok
      ? present(leaves, spine, mayMiss(withheld, leaves, spine, prepared.value.runbook))
      : [reason('XCK_INTEGRITY', prepared.refusal.sentence, seq, 'I17')]),
  ];
  return {
    reasons,
    checkpoint: checkpoint.ok ? checkpoint.value : null,
    prepared: prepared.ok ? prepared.value : null,
  };
}

/** 2: every statement is of its act, signed with a key that counted there, over a tree that existed. */
async function authenticity(
  { leaves, witness }: Evidence,
  spine: Spine,
  checkpoint: Checkpoint,
  { verifyRaw, known }: Means,
) {
  const { rosters, reasons: dubious } = rostersOf(spine, known);
  const { stated, reasons: misstated } = statements(leaves);
  const { signatures: found, reasons: unsigned } = await signatures(
    stated,
    keysFor(rosters, spine.opened.entry.seq, known),
    verifyRaw,
  );
  const reasons = [
    ...dubious,
    ...misstated,
    ...unsigned,
    ...trees(namedTrees(stated), witness, checkpoint),
    ...knownPeople(spine, rosters),
    ...rosterSayings(spine, rosters, stated),
    ...redactionSayings(spine, rosters, stated),
  ];
  return { reasons, rosters, stated, signatures: found };
}

/** 3: the run was approved, opened and carried out by the rules, each step as its folder says. */
function policy(
  spine: Spine,
  prepared: Prepared,
  rosters: Rosters,
  stated: ReadonlyMap<number, Stated>,
): { state: RunState | null; reasons: Reason[] } {
  const begun = [
    ...approval(spine, stated, rosters, prepared.runbook),
    ...opening(spine, stated, rosters, prepared.runbook),
    ...followed(spine, rosters),
    ...outerHolds(spine, stated, rosters, prepared.runbook),
  ];
  const roster = rosters.before(spine.opened.entry.seq);
  const { state, taken, reasons } = replay(spine, prepared, roster, stated);
  const differs = secondOpinion(spine, prepared, roster, taken);
  const ended = state ? afterwards(spine, state) : [];
  return { state, reasons: [...begun, ...reasons, ...differs, ...ended] };
}

interface Verified {
  readonly spine: Spine;
  readonly leaves: readonly Leaf[];
  readonly checkpoint: Checkpoint;
  readonly rosters: Rosters;
  readonly stated: ReadonlyMap<number, Stated>;
  readonly signatures: readonly Signature[];
  readonly state: RunState;
}

function favourable(
  { spine, leaves, checkpoint, rosters, stated, signatures: found, state }: Verified,
  { trust, accept }: Means,
): Verdict {
  const roster = rosters.before(spine.opened.entry.seq);
  const { solo, due, former } = roster;
  const { runbook } = contextOf(state);
  const closed = contextOf(state).closed !== null;
  const { mode } = state.facts;
  const erasures = erasuresOf(spine, stated);
  const accepted = lessOf({ solo, mode }).every((less) => accept?.includes(less));
  return {
    verdict: !trust ? 'SELF-CONSISTENT' : closed ? 'ANCHORED' : 'OPEN',
    exit: trust && closed && accepted ? 0 : 3,
    solo,
    mode,
    assurance: assuranceOf(spine, rosters, runbook, found),
    executor: executorOf(spine, roster),
    reasons: [],
    run: state.facts.run,
    facts: {
      origin: state.facts.origin,
      genesis: spine.genesis.digest,
      checkpoint,
      runbook,
      state,
      entries: leaves,
      signatures: found,
      former: due ? null : former,
      withheld: leaves.reduce(
        (sum, { entry, bodies }) => sum + Object.keys(entry.bodies ?? {}).length - Object.keys(bodies).length,
        -erasures.length,
      ),
      erasures,
    },
  };
}
