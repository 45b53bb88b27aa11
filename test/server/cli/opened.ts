/** A test run as a word has it opened. */
import { openFold } from '../../../server/cli/fold.ts';
import type { OpenRun } from '../../../server/cli/run-client.ts';
import { openTree } from '../../../server/cli/trees.ts';
import type { TestRun } from '../../helpers/site.ts';
import { groundOf, sliceOf } from './sliced.ts';

export async function openedOf(run: TestRun): Promise<OpenRun> {
  const { site } = run;
  const tree = await openTree(site.trust, new TextDecoder().decode(site.checkpoint()));
  const names = Object.fromEntries(Object.entries(site.people).map(([name, { id }]) => [id, name]));
  return {
    site: {
      document: site.genesis.entry.site,
      roster: site.roster,
      rosters: { before: () => site.roster, states: [] },
      change: null,
      epoch: null,
      tree,
    },
    ground: groundOf(run),
    folded: await openFold(groundOf(run), sliceOf(run)),
    names,
    rehearsed: null,
    changed: null,
    after: [],
  };
}
