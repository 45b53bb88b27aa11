/** The whole log of a test site as one file, written by the server's own writer. For tests and benches. */

import type { Period } from '../../core/record/whole.ts';
import { withheld } from '../../core/run/view.ts';
import { wholeLog } from '../../server/record/whole.ts';
import type { TestRun } from './run.ts';
import type { TestSite } from './site.ts';

/** `open` are the runs whose blind bodies stay here. */
export async function packWhole(
  site: TestSite,
  open: readonly TestRun[] = [],
  period: Period = { from: null, to: null },
) {
  const size = site.store.size();
  const hidden = open.flatMap(({ context, entries }) => [
    ...withheld(
      context.runbook,
      entries.map(({ entry }) => entry),
      null,
    ),
  ]);
  const pieces: Uint8Array[] = [];
  const wanted = { checkpoint: site.checkpoint(size), size, withheld: new Set(hidden) };
  for await (const piece of wholeLog(site.store, wanted, period)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}
