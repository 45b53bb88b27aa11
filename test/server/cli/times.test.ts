/** Times are read with their zone or from now on, and never guessed. */
import t from 'tap';
import { EXIT } from '../../../server/cli/exits.ts';
import { instantOf } from '../../../server/cli/times.ts';
import { stopping } from './stopping.ts';

const NOW = Date.UTC(2026, 10, 20, 22);

t.test('instants', async (t) => {
  t.equal(instantOf('2h', NOW, 'for'), NOW + 7_200_000);
  t.equal(instantOf('14d', NOW, 'for'), NOW + 14 * 86_400_000);
  t.equal(instantOf('2026-11-20T23:00+01:00', NOW, 'for'), NOW);
  t.equal(instantOf('2026-11-20 22:00:30Z', NOW, 'for'), NOW + 30_000);
  for (const text of ['', 'tomorrow', '2026-11-20', '2026-11-20T22:00', '2026-13-20T22:00Z', '0h', '-1h', '1.5h'])
    t.throws(() => instantOf(text, NOW, 'for'), stopping(EXIT.usage, { message: /--for/ }), text);
});
