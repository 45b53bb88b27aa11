/** What changed since the last rehearsal. */
import t from 'tap';
import { changesSince, type RunFigures } from '../../../core/release/changes.ts';

const FIGURES: RunFigures = {
  runbook: 'sha256:a',
  inputs: { table: 'customers', batch: 10 },
  targets: { drop: 'db-staging' },
  probes: { 'drop.rows': '120' },
  durations: { drop: 60_000 },
  people: { lead: 'p-1', reviewer: 'p-2' },
};

t.test('the same is no change', async (t) => {
  t.same(changesSince(FIGURES, { ...FIGURES, inputs: { batch: 10, table: 'customers' } }), []);
});

t.test('every kind of difference is named, in order', async (t) => {
  const after: RunFigures = {
    runbook: 'sha256:b',
    inputs: { table: 'orders', port: 1 },
    targets: { drop: 'db-primary' },
    probes: { 'drop.rows': '130' },
    durations: { drop: 90_000 },
    people: { lead: 'p-1', verifier: 'p-3' },
  };
  t.same(changesSince(FIGURES, after), [
    { kind: 'runbook', name: '', before: 'sha256:a', after: 'sha256:b' },
    { kind: 'input', name: 'table', before: 'customers', after: 'orders' },
    { kind: 'input', name: 'batch', before: 10, after: null },
    { kind: 'input', name: 'port', before: null, after: 1 },
    { kind: 'target', name: 'drop', before: 'db-staging', after: 'db-primary' },
    { kind: 'probe', name: 'drop.rows', before: '120', after: '130' },
    { kind: 'duration', name: 'drop', before: 60_000, after: 90_000 },
    { kind: 'person', name: 'reviewer', before: 'p-2', after: null },
    { kind: 'person', name: 'verifier', before: null, after: 'p-3' },
  ]);
});

t.test('a plan has measured nothing, and a tenth more or less is the same duration', async (t) => {
  t.same(changesSince(FIGURES, { ...FIGURES, probes: {}, durations: {} }), []);
  t.same(changesSince(FIGURES, { ...FIGURES, durations: { drop: 66_000 } }), []);
  t.match(changesSince(FIGURES, { ...FIGURES, durations: { drop: 53_999 } }), [{ kind: 'duration' }]);
});

t.test('1 and "1" are different inputs', async (t) => {
  t.match(changesSince(FIGURES, { ...FIGURES, inputs: { ...FIGURES.inputs, batch: '10' } }), [{ name: 'batch' }]);
});
