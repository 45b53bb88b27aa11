/** What is read of the people: the roster's chain with all that proves it, and for display who they are and what waits for a signature. */
import { base64, fromUtf8 } from '../../core/bytes/encoding.ts';
import { nextText } from '../../core/log/roster.ts';
import type { PeopleView, SiteSlice } from '../../core/protocol/frames.ts';
import { ROSTER_TYPES } from '../../core/site/roster.ts';
import type { AppDeps } from '../app.ts';
import { readEntry } from '../runner/site.ts';
import { bodyTexts } from '../runner/slices.ts';

/** No body of the roster's chain is ever withheld or erased. */
export function siteSlice({ engine, store }: AppDeps): SiteSlice {
  const chain = store.entriesOfTypes(ROSTER_TYPES).map(readEntry);
  const digests = chain.flatMap(({ entry }) => Object.values(entry.bodies ?? {}));
  return {
    entries: chain.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: bodyTexts(store, digests),
    checkpoint: engine.log.checkpoint,
    proof: engine.log.inclusion(chain.at(-1)?.entry.seq ?? 0),
  };
}

export function peopleView({ engine, store }: AppDeps): PeopleView {
  const { roster, change } = engine.site;
  return {
    made: roster.made,
    vouched: roster.vouched || roster.solo,
    next: nextText(roster),
    offered: roster.offered,
    names: store.names(),
    change: change && {
      roster: { bytes: base64(change.roster.bytes), salt: base64(change.roster.salt) },
      version: change.text.version,
      signers: change.signers.map((one) => one.person),
    },
  };
}
