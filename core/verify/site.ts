/** A site as a client verifies it: the roster's chain against the trust root, each statement in it signed by whom it names. It judges no run. */
import { fail, refusal } from '../errors.ts';
import type { VerifyRaw } from '../log/signature.ts';
import type { SiteDocument } from '../log/tables.ts';
import type { Trust } from '../record/trust.ts';
import { ok, type Result } from '../result.ts';
import type { Epoch } from '../site/epoch.ts';
import type { RosterChange, RosterEntry } from '../site/roster.ts';
import { committedTo, wellFormed } from './bodies.ts';
import { rosterChain } from './chains.ts';
import { nothingKnown } from './folder.ts';
import { rosterSayings } from './opening.ts';
import { isType, type Leaf } from './read.ts';
import { keysFor, type Rosters, rostersOf, trusted } from './roster.ts';
import { signatures, statements } from './statements.ts';

export interface VerifiedSite {
  readonly document: SiteDocument;
  readonly rosters: Rosters;
  readonly epoch: Epoch | null;
  /** A roster that some keepers have signed, and others have not yet. */
  readonly change: RosterChange | null;
}

/** Verifies the whole chain of the roster, from the genesis that the trust root names. XCK_INTEGRITY says the first thing that does not hold. */
export async function verifySite(
  chain: readonly Leaf<RosterEntry>[],
  trust: Trust,
  verifyRaw: VerifyRaw,
): Promise<Result<VerifiedSite>> {
  const [genesis] = chain;
  if (!genesis || !isType(genesis, 'genesis'))
    return fail('XCK_INTEGRITY', { why: 'the site does not begin with a genesis' });
  const spine = { genesis, roster: chain };
  const known = nothingKnown();
  const formal = [...trusted(spine, trust), ...rosterChain(spine), ...committedTo(chain), ...wellFormed(chain)];
  const { rosters, epoch, change, reasons } = rostersOf(spine, known);
  const { stated, reasons: misstated } = statements(chain);
  const { reasons: unsigned } = await signatures(stated, keysFor(rosters, Number.POSITIVE_INFINITY, known), verifyRaw);
  const [first] = [...formal, ...reasons, ...misstated, ...unsigned, ...rosterSayings(spine, rosters, stated)];
  // A finding is a whole sentence already.
  return first
    ? { ok: false, refusal: { ...refusal('XCK_INTEGRITY', { why: '' }), sentence: first.sentence } }
    : ok({ document: genesis.entry.site, rosters, epoch, change });
}
