/** What changed since the last rehearsal. */
import t from 'tap';
import { changesSince, changeText, type RunFigures } from '../../../core/release/changes.ts';

const FIGURES: RunFigures = {
  runbook: 'sha256:a',
  inputs: { table: 'customers', batch: 10 },
  people: { lead: 'p-1', reviewer: 'p-2' },
};

t.test('the same is no change', async (t) => {
  t.same(changesSince(FIGURES, { ...FIGURES, inputs: { batch: 10, table: 'customers' } }), []);
});

t.test('every kind of difference is named, in order', async (t) => {
  const after: RunFigures = {
    runbook: 'sha256:b',
    inputs: { table: 'orders', port: 1 },
    people: { lead: 'p-1', verifier: 'p-3' },
  };
  t.same(changesSince(FIGURES, after), [
    { kind: 'runbook', name: '', before: 'sha256:a', after: 'sha256:b' },
    { kind: 'input', name: 'table', before: 'customers', after: 'orders' },
    { kind: 'input', name: 'batch', before: 10, after: null },
    { kind: 'input', name: 'port', before: null, after: 1 },
    { kind: 'person', name: 'reviewer', before: 'p-2', after: null },
    { kind: 'person', name: 'verifier', before: null, after: 'p-3' },
  ]);
});

t.test('1 and "1" are different inputs', async (t) => {
  t.match(changesSince(FIGURES, { ...FIGURES, inputs: { ...FIGURES.inputs, batch: '10' } }), [{ name: 'batch' }]);
});

t.test('a change is a sentence that names people', async (t) => {
  const say = (person: string) => ({ 'p-2': 'Jonas', 'p-3': 'Aiko' })[person] ?? person;
  const told = (change: Parameters<typeof changeText>[0]) => changeText(change, say);
  t.equal(
    told({ kind: 'input', name: 'batch', before: 10, after: null }),
    'The input batch is nothing; in the rehearsal it was 10.',
  );
  t.equal(
    told({ kind: 'person', name: 'reviewer', before: 'p-2', after: 'p-3' }),
    'The reviewer is Aiko; in the rehearsal it was Jonas.',
  );
});
