/** When steps ran, and the facts that answer the five calm steps. */
import t from 'tap';
import { CALM_STEPS, calmFacts } from '../../../core/release/calm.ts';
import { durationsOf, stepTimes } from '../../../core/release/figures.ts';
import { DIGEST, PEOPLE, Written } from '../../helpers/context.ts';
import { testRun } from '../../helpers/site.ts';

const start = (step: string, attempt: number, item?: string) => ({
  type: 'step.started' as const,
  actor: PEOPLE.agent,
  fields: { step, attempt, armed: `1 ${DIGEST}`, ...(item === undefined ? {} : { item }) },
});
const finish = (step: string, attempt: number, item?: string) => ({
  type: 'step.finished' as const,
  actor: PEOPLE.agent,
  fields: {
    step,
    attempt,
    started: `2 ${DIGEST}`,
    checks: {},
    result: 'finished' as const,
    ...(item === undefined ? {} : { item }),
  },
});

t.test('a step’s time is its last attempt, from the first start of a wave to the last outcome', async (t) => {
  const log = new Written();
  log.put(1, start('drop', 1));
  log.put(2, finish('drop', 1));
  log.put(5, start('drop', 2, 'item-1'));
  log.put(6, start('drop', 2, 'item-2'));
  log.put(8, finish('drop', 2, 'item-1'));
  log.put(9, finish('drop', 2, 'item-2'));
  log.put(9, start('last', 1));
  t.same(stepTimes(log.entries), {
    drop: { started: log.at(5), ended: log.at(9) },
    last: { started: log.at(9), ended: null },
  });
  t.same(durationsOf(log.entries), { drop: 4 * 60_000 });
});

t.test('the calm steps find what happened since the hold, and nothing before it', async (t) => {
  const run = testRun().seat().backup();
  run.arm('drop-column');
  run.submit({ type: 'hold', person: run.site.people.dba.id, text: null });
  const hold = run.context.holds[0]?.ref ?? '';
  run.lift('lead', 'dba', 'sre');
  const facts = calmFacts(run.entries, hold);
  t.same(
    Object.keys(facts),
    CALM_STEPS.map(({ id }) => id),
  );
  t.same(
    facts.breathe.map(({ entry }) => entry.type),
    ['step.voided'],
  );
  t.same(
    facts['get-it-done'].map(({ entry }) => entry.type),
    ['hold.lifted'],
  );
  t.same(facts.gather, [], 'who came before the hold is not who was gathered');
  t.same(calmFacts(run.entries, `99 ${DIGEST}`).breathe, []);
});
