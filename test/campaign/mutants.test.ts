/** A sample of the mutants: genuine records, tampered with and sealed again, are caught by the invariant that they break. All of them: `npm run campaign -- mutants`. */
import t from 'tap';
import { verifyRecord } from '../../core/verify/verify.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { mutate } from './mutants/campaign.ts';
import { forge } from './mutants/forge.ts';
import { fault } from './mutants/judge.ts';
import { COUNT, SEED as PINNED } from './mutants/sample.ts';
import { KINDS } from './mutants/table.ts';
import { looseLog, STORY_NAMES, worldOf } from './mutants/world.ts';

const SEED = Number(process.env.CROSSCHECK_SEED ?? PINNED);

t.test(
  'every story is anchored, sealed again as it was, and with another leaf that all have signed over',
  async (t) => {
    for (const name of STORY_NAMES) {
      const world = worldOf(name, SEED);
      const verdict = async (again: boolean) => {
        const log = looseLog(world, again);
        const [genesis] = log;
        if (again && genesis)
          log.splice(1, 0, {
            ...genesis,
            fields: { type: 'attempt.refused', actor: genesis.fields.actor, ts: 0, act: 'confirm', code: 'XCK_SELF' },
            bodies: {},
            chain: 'none',
            shown: false,
            was: { ...genesis.was, digest: '' },
          });
        return verifyRecord(forge(world.site, log, world.bundle).bundle, world.site.trust, verifyRaw);
      };
      for (const again of [false, true]) t.match(await verdict(again), { verdict: 'ANCHORED', reasons: [] }, name);
    }
  },
);

t.test('the judge can fail', async (t) => {
  const world = worldOf('six eyes', SEED);
  const log = looseLog(world, false);
  t.match(await fault(world, { what: 'nothing', log, expects: ['I1'] }), /^ANCHORED/);
  const checkpoint = world.site.checkpoint(3);
  const rolledBack = { what: 'rolled back', log, bundle: () => ({ ...world.bundle, checkpoint }) };
  t.equal(await fault(world, { ...rolledBack, expects: ['I1'] }), null);
  t.match(await fault(world, { ...rolledBack, expects: ['I3'] }), /not by I3/);
  t.match(await fault(world, { what: 'nothing', log, expects: [], kept: world.site.checkpoint() }), /agrees/);
});

t.test('every sampled mutant is caught for its reason', async (t) => {
  t.comment(`CROSSCHECK_SEED=${SEED}, ${COUNT} mutants`);
  const { kinds, failures } = await mutate({ seed: SEED, from: 0, to: COUNT, step: 1 });
  t.same(failures, []);
  t.strictSame(Object.keys(kinds).sort(), Object.keys(KINDS).sort());
});
