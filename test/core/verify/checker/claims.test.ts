/** That the second checker needs each of its claims: without one, a history that breaks it goes unfound. */
import t from 'tap';
import { CLAIMS } from '../../../../core/verify/checker/checker.ts';
import { historyOf } from '../../../../core/verify/checker/claim.ts';
import { inputOf } from '../../../helpers/told.ts';
import { EVERY } from './cases/every.ts';

t.test('every claim has its histories, and no other has', async (t) => {
  t.strictSame(EVERY.map(({ claim }) => claim.name).sort(), CLAIMS.map(({ name }) => name).sort());
  for (const { claim, keeps, breaks } of EVERY)
    t.ok(
      keeps.length > 0 && breaks.length > 0,
      `${claim.name} is kept ${keeps.length} and broken ${breaks.length} times`,
    );
});

for (const { claim, breaks } of EVERY)
  t.test(`without ${claim.name}`, async (t) => {
    const others = CLAIMS.filter((one) => one !== claim);
    const unfound = breaks.filter(({ runbook, entries }) => {
      const history = historyOf(inputOf(runbook), entries);
      return others.every((other) => [...other(history)].length === 0);
    });
    t.ok(unfound.length > 0, `unfound: ${unfound.map(({ name }) => name).join('; ')}`);
  });
