/** Holds on plans and runbooks as this machine has verified and folded their chain. It takes no entry that does not follow, and believes no summary. */
import { fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { refDigest, type Sealed } from '../../core/log/entry.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import { parseEntry } from '../../core/log/parse.ts';
import type { HeldThing, Slice } from '../../core/protocol/frames.ts';
import { foldHold, type HoldsEntry, type HoldsState, NO_HOLDS, type SiteHold } from '../../core/site/holds.ts';
import { type Given, text } from './args.ts';
import type { Client } from './client.ts';
import { deny, must, usage } from './exits.ts';
import { bodiesOf, readBodies } from './fold.ts';
import { picked } from './holds.ts';
import { continues, openTree } from './trees.ts';

export interface SiteHolds {
  readonly entries: readonly Sealed<HoldsEntry>[];
  readonly state: HoldsState;
  readonly tree: Awaited<ReturnType<typeof openTree>>;
}

const broken = (why: string): never => deny('XCK_INTEGRITY', { why });

/** Fetches the chain of holds outside any run, and verifies its links, its bodies and that the signed tree holds it. */
export async function readSiteHolds(client: Client): Promise<SiteHolds> {
  const slice = await client.api.get<Slice>('/api/holds');
  const came = readBodies(slice.bodies);
  const entries: Sealed<HoldsEntry>[] = [];
  let state = NO_HOLDS;
  for (const one of slice.entries) {
    const bytes = utf8(one);
    const entry = must(parseEntry(bytes)) as HoldsEntry;
    const before = state.head === null ? undefined : refDigest(state.head);
    if (!/^(hold|act)\./.test(entry.type) || 'run' in entry || entry.hprev !== before)
      return broken('the chain of holds has a gap');
    const sealed = { entry, bytes, digest: digest(bytes), bodies: bodiesOf(entry, {}, came) };
    state = foldHold(state, sealed);
    entries.push(sealed);
  }
  const tree = await openTree(client.trust, slice.checkpoint);
  const last = entries.at(-1);
  const proof = slice.proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
  if (last && !verifyInclusion(last.entry.seq, tree.size, leafHash(last.bytes), proof, tree.root))
    return broken('the newest hold is not in the signed tree');
  await continues(client, tree);
  return { entries, state, tree };
}

/** What `--plan` or `--runbook` names; a runbook's id means the newest folder of that id. */
export function thingNamed(given: Given, runbooks: readonly { id: string; runbook: string }[]): HeldThing | undefined {
  const [plan, named] = [text(given, 'plan'), text(given, 'runbook')];
  if (plan !== undefined && named !== undefined) throw usage('A hold is on one thing.', 'Give --plan or --runbook.');
  if (plan !== undefined) return { plan };
  if (named === undefined) return undefined;
  const found = runbooks.findLast(({ id, runbook }) => id === named || runbook === named);
  return { runbook: found?.runbook ?? deny('XCK_UNKNOWN', { what: 'runbook', name: named }) };
}

/** The open hold on that thing. */
export function holdOn({ state }: SiteHolds, on: HeldThing, given: Given): SiteHold {
  const open = state.open.filter((one) => ('plan' in on ? one.plan === on.plan : one.runbook === on.runbook));
  return picked(open, given, 'plan' in on ? 'this plan' : 'this runbook');
}
