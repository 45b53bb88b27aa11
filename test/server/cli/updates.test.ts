/** An update changes what it names and nothing else; what it cannot mean is refused before anything is sent. */
import t from 'tap';
import { EMPTY_HOLD } from '../../../core/release/holdDocument.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { readUpdate, updated } from '../../../server/cli/updates.ts';
import { given } from './given.ts';
import { stopping } from './stopping.ts';

const NOW = Date.UTC(2026, 10, 20, 22);
const update = (...options: string[]) => readUpdate(given('run', 'update', 'R', ...options), NOW, '');

t.test('options become the keys of the document', async (t) => {
  const {
    given: said,
    conditions,
    met,
    stance,
  } = update(
    ...['--bluf', 'The replica lags', '--impact', '12.5', '--unit', 'GB', '--whom', 'EU', '--cause', 'A lock'],
    ...['--alternative', 'Roll back: the copy is older', '--eta', '2026-11-20T23:30+01:00', '--next', '90m'],
    ...['--new-date', 'Tuesday', '--condition', 'caught-up=reviewer:The replica has caught up', '--met', 'other'],
    '--agree',
  );
  t.strictSame(said, {
    bluf: 'The replica lags',
    impact: { number: 12.5, unit: 'GB', whom: 'EU' },
    cause: 'A lock',
    alternatives: [{ what: 'Roll back', why_not: 'the copy is older' }],
    eta: NOW + 30 * 60_000,
    new_date: 'Tuesday',
    next_update: NOW + 90 * 60_000,
  });
  t.strictSame(conditions, { 'caught-up': { seat: 'reviewer', text: 'The replica has caught up' } });
  t.strictSame([met, stance], [['other'], 'agree']);
  t.match(update('--dissent', 'Not yet'), { stance: 'dissent', given: { text: 'Not yet' } });
});

t.test('what does not say anything, or only half of it, is refused', async (t) => {
  const wrong: Record<string, string[]> = {
    nothing: [],
    'an impact without its unit': ['--impact', '3'],
    'an impact that is no number': ['--impact', 'many', '--unit', 'x', '--whom', 'y'],
    'an alternative without its why': ['--alternative', 'Roll back'],
    'a condition without a seat': ['--condition', 'caught-up=later'],
    'a time without a zone': ['--eta', '2026-11-20T22:00'],
    'both stances': ['--agree', '--dissent', 'no'],
  };
  for (const [what, options] of Object.entries(wrong)) t.throws(() => update(...options), stopping(EXIT.usage), what);
});

t.test('what is not given stays, conditions are added and taken away by name', async (t) => {
  const before = {
    ...EMPTY_HOLD,
    bluf: 'First',
    remediation: 'Waiting',
    text: 'said before',
    conditions: { one: 'First thing', two: 'Second thing' },
  };
  const owners = { one: 'lead', two: 'reviewer' };
  const more = updated(before, owners, update('--bluf', 'Second', '--condition', 'three=verifier:Third thing'));
  t.match(more.document, { bluf: 'Second', remediation: 'Waiting', text: null });
  t.strictSame(more.document.conditions, { one: 'First thing', two: 'Second thing', three: 'Third thing' });
  t.strictSame(more.conditions, { ...owners, three: 'verifier' });
  const less = updated(before, owners, update('--condition', 'one='));
  t.strictSame([less.document.conditions, less.conditions], [{ two: 'Second thing' }, { two: 'reviewer' }]);
  t.equal(updated(before, owners, update('--met', 'one')).conditions, null, 'none changes');
});
