/** Before anybody is asked, the terminal renders the step itself: whatever an agent or server changed is refused (I17). */
import t from 'tap';
import type { Rendered } from '../../../core/runbook/runbook.ts';
import { inputsOfRun, proveArmed } from '../../../server/cli/armed.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { openFold } from '../../../server/cli/fold.ts';
import { openTree } from '../../../server/cli/trees.ts';
import { type ArmOptions, testRun } from '../../helpers/site.ts';
import { groundOf, sliceOf } from './sliced.ts';
import { stopping } from './stopping.ts';

/** The armed run as a terminal opened it; `other` stands for an agent that the roster does not know. */
async function armed(options: ArmOptions = {}, rosterOf = testRun()) {
  const run = testRun().seat().backup();
  run.arm('drop-column', options);
  const { site } = run;
  const ground = groundOf(run);
  const folded = await openFold(ground, sliceOf(run));
  const agents = rosterOf.site.roster.agents.map((agent, index) => ({
    ...agent,
    id: site.roster.agents[index]?.id ?? '',
  }));
  const tree = await openTree(site.trust, new TextDecoder().decode(site.checkpoint()));
  const roster = { ...site.roster, agents };
  const open = {
    site: {
      document: site.genesis.entry.site,
      roster,
      rosters: { before: () => roster, states: [] },
      change: null,
      epoch: null,
      tree,
    },
    ground,
    folded,
    names: {},
    rehearsed: null,
    changed: null,
    after: [],
  };
  return { open, folded };
}

const altered = (alter: (rendered: Rendered) => Rendered) => armed({ alter });

t.test('a genuine arming is proved, and the inputs are those that were signed', async (t) => {
  const { open, folded } = await armed();
  await proveArmed(open, folded, 'drop-column');
  t.strictSame(inputsOfRun(folded, open.ground), { table: 'customers' });
});

t.test('what the folder does not render to is refused and named', async (t) => {
  const changes: Record<string, (rendered: Rendered) => Rendered> = {
    'do.argv.2': (rendered) => ({
      ...rendered,
      do: { kind: 'run', argv: ['sqlite3', 'live.db', 'drop table customers'] },
    }),
    target: (rendered) => ({ ...rendered, target: { agent: 'elsewhere' } }),
    'action.env': ({ action, ...rest }) => ({
      ...rest,
      action: { ...action, env: { ...action.env, LD_PRELOAD: '/x.so' } },
    }),
    by: ({ action, ...rest }) => ({ ...rest, action: { ...action, by: ['reviewer'] } }),
    challenge: ({ action, ...rest }) => ({ ...rest, action: { ...action, challenge: action.challenge.slice(1) } }),
  };
  for (const [what, alter] of Object.entries(changes)) {
    const { open, folded } = await altered(alter);
    await t.rejects(
      proveArmed(open, folded, 'drop-column'),
      stopping(EXIT.refused, { code: 'XCK_RENDER', message: new RegExp(what) }),
      what,
    );
  }
  const late = await armed({ validFor: 3_600_000 });
  await t.rejects(
    proveArmed(late.open, late.folded, 'drop-column'),
    stopping(EXIT.refused, { code: 'XCK_RENDER' }),
    'valid for too long',
  );
});

t.test('an arming that the roster’s agent did not sign is refused', async (t) => {
  const { open, folded } = await armed({}, testRun({ seed: 'other' }));
  await t.rejects(proveArmed(open, folded, 'drop-column'), stopping(EXIT.denied, { code: 'XCK_SIGNATURE' }));
});
