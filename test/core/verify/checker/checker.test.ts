/** The second checker, claim by claim: it finds nothing in what keeps a claim, and in what breaks it the very entry, by its sentence. */
import t from 'tap';
import { check } from '../../../../core/verify/checker/checker.ts';
import { inputOf } from '../../../helpers/told.ts';
import { EVERY } from './cases/every.ts';
import { THREE } from './runbooks.ts';

for (const { claim, keeps, breaks } of EVERY)
  t.test(claim.name, async (t) => {
    for (const { name, runbook, entries } of keeps)
      t.strictSame(check(inputOf(runbook), entries), [], `keeps: ${name}`);
    for (const { name, runbook, entries, invariant, seq, why, before } of breaks) {
      const found = check(inputOf(runbook), entries);
      const own = found.filter((one) => one.seq === seq && one.why === why);
      t.strictSame(own, [{ invariant, seq, why }], `breaks: ${name}`);
      const others = found.filter((one) => one.seq !== seq).map((one) => one.why);
      t.strictSame(others, before, 'and finds nothing more before it');
    }
  });

t.test('a run without an entry is no run', async (t) => {
  t.strictSame(check(inputOf(THREE), []), [{ invariant: 'I14', seq: 0, why: 'there is no run' }]);
});
