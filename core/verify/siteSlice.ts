/** The roster's chain as a server sends it, read by whoever verifies it: at a terminal and in a page alike. Nothing in it is believed yet. */
import { fromBase64, utf8 } from '../bytes/encoding.ts';
import { digest } from '../bytes/hash.ts';
import { fail } from '../errors.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import type { Body } from '../log/entry.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { chainOf, parseEntry } from '../log/parse.ts';
import type { SiteSlice } from '../protocol/frames.ts';
import { ok, type Result } from '../result.ts';
import type { RosterEntry } from '../site/roster.ts';
import type { Leaf } from './read.ts';

const broken = (why: string) => fail('XCK_INTEGRITY', { why });

/** The entries of the chain with their bodies; the newest lies in `tree`, which its reader has opened. XCK_INTEGRITY says what does not fit. */
export function readSiteSlice({ entries, bodies, proof }: SiteSlice, tree: Checkpoint): Result<Leaf<RosterEntry>[]> {
  const chain: Leaf<RosterEntry>[] = [];
  for (const text of entries) {
    const bytes = utf8(text);
    const entry = parseEntry(bytes);
    if (!entry.ok) return entry;
    if (chainOf(entry.value.type, entry.value) !== 'roster') return broken('the roster’s chain holds another entry');
    const own: Record<string, Body> = {};
    for (const [name, at] of Object.entries(entry.value.bodies ?? {})) {
      const sent = bodies[at];
      const [body, salt] = [fromBase64(sent?.bytes ?? ''), fromBase64(sent?.salt ?? '')];
      if (sent && body && salt) own[name] = { bytes: body, salt };
    }
    chain.push({ entry: entry.value as RosterEntry, bytes, digest: digest(bytes), bodies: own, proof: [] });
  }
  const newest = chain.at(-1);
  const hashes = proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
  return newest && verifyInclusion(newest.entry.seq, tree.size, leafHash(newest.bytes), hashes, tree.root)
    ? ok(chain)
    : broken('the newest entry of the roster is not in the log');
}
