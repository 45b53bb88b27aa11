/** What a deviation may be written like: each document differs from a good one in one thing, and is none of the language. */
import t from 'tap';
import { wellShaped } from '../../../core/verify/deviation.ts';
import { testRun } from '../../helpers/site.ts';

const { runbook } = testRun().context;
const step = { id: 'look', title: 'Look again', run: ['true'] };
const good = { before: 'backup', inputs: { table: 'orders' }, reason: 'It was the wrong one', steps: [step] };
const withStep = (more: object) => ({ ...good, steps: [{ ...step, ...more }] });

t.test('documents of the language', async (t) => {
  const documents = [
    good,
    { ...good, before: null, inputs: null, steps: null },
    { ...good, inputs: {}, steps: [] },
    withStep({ cross_check: { eyes: 4, by: ['reviewer'] } }),
    withStep({ critical: true }),
    {
      ...good,
      steps: [{ id: 'look', title: 'Look', manual: 'Look again' }],
    },
    { ...good, steps: Array.from({ length: 20 }, (_, index) => ({ ...step, id: `look-${index}` })) },
  ];
  for (const document of documents) t.equal(wellShaped(document, runbook), true, JSON.stringify(document));
});

const { reason: _, ...unreasoned } = good;
const undo = { run: ['true'], reason: 'It can be put back' };
const bad: Record<string, unknown> = {
  nothing: undefined,
  null: null,
  'a text': 'deviate',
  'a field too many': { ...good, more: 1 },
  'a field too few': unreasoned,
  'a place that is no name': { ...good, before: 7 },
  'no reason': { ...good, reason: null },
  'inputs that are a number': { ...good, inputs: 7 },
  'inputs that are a list': { ...good, inputs: [] },
  'an input that the runbook lacks': { ...good, inputs: { tables: 'orders' } },
  'an input by a name that every object has': { ...good, inputs: { constructor: 'orders' } },
  'an input that does not fit': { ...good, inputs: { table: 'Orders!' } },
  'steps that are a text': { ...good, steps: 's' },
  'a step too many': { ...good, steps: Array.from({ length: 21 }, (_, index) => ({ ...step, id: `look-${index}` })) },
  'a step that is null': { ...good, steps: [null] },
  'a step with a field that the language lacks': withStep({ sudo: true }),
  'a step that does two things': withStep({ shell: 'true' }),
  'a step that does nothing': { ...good, steps: [{ id: 'look', title: 'Look again' }] },
  'a backup': {
    ...good,
    steps: [
      {
        id: 'keep',
        title: 'Keep',
        backup: { run: ['cp', 'a', 'b'], artifact: { path: 'b' }, drill: ['cmp', 'a', 'b'] },
      },
    ],
  },
  'a step with a way back': withStep({ undo }),
  'a step with a blind question': withStep({
    probes: { host: { title: 'Which host', run: ['hostname'] } },
    cross_check: {
      eyes: 4,
      by: ['reviewer'],
      challenge: [{ id: 'where', ask: 'Which?', equals: 'probes.host', by: 'reviewer' }],
    },
  }),
  'a step over items': {
    ...good,
    steps: [{ id: 'look', title: 'Look', run: ['true'], for_each: { items: ['a'], max_parallel: 1 } }],
  },
  'a step that needs nobody': withStep({ critical: false }),
};

for (const [name, document] of Object.entries(bad))
  t.test(`${name} is none`, async (t) => {
    t.equal(wellShaped(document, runbook), false);
  });
