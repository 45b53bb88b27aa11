/** The site as this machine has verified it: genesis by the trust root, then the roster's chain. The server is believed about neither. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import type { Checkpoint } from '../../core/log/checkpoint.ts';
import { originOf } from '../../core/log/origin.ts';
import { parseEntry } from '../../core/log/parse.ts';
import { genesisRoster, type Roster, withEnrolled } from '../../core/log/roster.ts';
import type { EntryOf, SiteDocument } from '../../core/log/tables.ts';
import type { Trust } from '../../core/record/trust.ts';
import { deny, must } from './exits.ts';
import type { Api } from './http.ts';
import { openTree } from './trees.ts';

export interface Site {
  readonly document: SiteDocument;
  readonly roster: Roster;
  readonly tree: Checkpoint;
}

const broken = (why: string): never => deny('XCK_INTEGRITY', { why });

/** Reads the roster chain and holds it against the trust root. XCK_INTEGRITY says what does not fit. */
export async function readSite(api: Api, trust: Trust): Promise<Site> {
  const { entries, checkpoint } = await api.get<{ entries: readonly string[]; checkpoint: string }>('/api/site');
  const read = entries.map((text) => ({ entry: must(parseEntry(utf8(text))), digest: digest(utf8(text)) }));
  const [first, ...rest] = read;
  if (first?.entry.type !== 'genesis' || first.digest !== trust.genesis)
    return broken('the site does not begin with the genesis of the trust root');
  const { site, log } = first.entry as EntryOf<'genesis'>;
  if (originOf(site) !== log || log !== trust.origin) return broken('the origin is not made of this genesis');
  let head = first.digest;
  let roster = genesisRoster(site, first.digest);
  for (const { entry, digest: own } of rest) {
    if (entry.type !== 'key.enrolled' || entry.log !== log || entry.rprev !== head)
      return broken('the roster’s chain has a gap');
    roster = withEnrolled(roster, entry.actor, { key: entry.key, kind: entry.kind }, entry.seq);
    head = own;
  }
  return { document: site, roster, tree: await openTree(trust, checkpoint) };
}
