/** A test run as the server would send it: ground, slices and bodies, all genuine until a test breaks them. */
import { base64, fromUtf8 } from '../../../core/bytes/encoding.ts';
import { bodyDigest } from '../../../core/log/entry.ts';
import { inclusionProof } from '../../../core/log/merkle.ts';
import { rolesOf } from '../../../core/log/roster.ts';
import type { BodyText, Slice } from '../../../core/protocol/frames.ts';
import { runMachine } from '../../../core/run/machine.ts';
import type { Ground } from '../../../server/cli/fold.ts';
import { openTree } from '../../../server/cli/trees.ts';
import type { TestRun } from '../../helpers/site.ts';

export const groundOf = ({ site, approved, state }: TestRun): Ground => ({
  run: state.facts.run,
  machine: runMachine(approved.runbook),
  opening: { origin: site.origin, runbook: approved.runbook, authors: approved.authors, roles: rolesOf(site.roster) },
  tree: (note) => openTree(site.trust, note),
});

export function sliceOf(run: TestRun, from = 0, to = run.entries.length): Slice {
  const entries = run.entries.slice(from, to);
  const bodies = entries.flatMap((sealed) => Object.values(sealed.bodies));
  const texts = bodies.map((body): [string, BodyText] => [
    bodyDigest(body),
    { bytes: base64(body.bytes), salt: base64(body.salt) },
  ]);
  const last = entries.at(-1)?.entry.seq ?? 0;
  return {
    entries: entries.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: Object.fromEntries(texts),
    checkpoint: fromUtf8(run.site.checkpoint()) ?? '',
    proof: inclusionProof(last, run.site.store.size(), run.site.store.node).map(base64),
  };
}
