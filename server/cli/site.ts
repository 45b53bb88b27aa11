/** The site as this machine has verified it: genesis by the trust root, then the roster's chain with every signature in it. The server is believed about neither. */
import type { Checkpoint } from '../../core/log/checkpoint.ts';
import type { Roster } from '../../core/log/roster.ts';
import type { SiteSlice } from '../../core/protocol/frames.ts';
import type { Trust } from '../../core/record/trust.ts';
import { type VerifiedSite, verifySite } from '../../core/verify/site.ts';
import { readSiteSlice } from '../../core/verify/siteSlice.ts';
import { verifyRaw } from '../ports/verify.ts';
import { must } from './exits.ts';
import type { Api } from './http.ts';
import { openTree } from './trees.ts';

export interface Site extends VerifiedSite {
  /** The newest roster. */
  readonly roster: Roster;
  readonly tree: Checkpoint;
}

/** Reads the roster chain and holds it against the trust root. XCK_INTEGRITY says what does not fit. */
export async function readSite(api: Api, trust: Trust): Promise<Site> {
  const slice = await api.get<SiteSlice>('/api/site');
  const tree = await openTree(trust, slice.checkpoint);
  const verified = must(await verifySite(must(readSiteSlice(slice, tree)), trust, verifyRaw));
  return { ...verified, roster: verified.rosters.before(Number.POSITIVE_INFINITY), tree };
}
