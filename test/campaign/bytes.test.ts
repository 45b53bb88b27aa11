/** A sample of the byte campaign: what is tampered with is detected, wherever it lies. The whole is `npm run campaign -- bytes`. */
import t from 'tap';
import { equal } from '../../core/bytes/encoding.ts';
import { Changes } from './bytes/changes.ts';
import { factsOf, judgeReceipt, judgeRecord, judgeTrust } from './bytes/judge.ts';
import { referenceOf } from './bytes/reference.ts';
import { tamper, tamperBeside } from './bytes/tampering.ts';

const SAMPLED = 2000;
/** The suite changes the same bytes each time; the campaign changes all of them. */
const SEED = Number(process.env.CROSSCHECK_SEED ?? 519_208_713);

t.test('the reference is anchored, and the judges can fail', async (t) => {
  const reference = referenceOf(SEED);
  const facts = await factsOf(reference);
  t.ok(equal(reference.tar, referenceOf(SEED).tar), 'the same bytes for a seed');
  t.notOk(equal(reference.tar, referenceOf(SEED + 1).tar), 'others for another');
  const same = { name: 'nothing', kind: 'nothing', bytes: reference.tar };
  t.match(await judgeRecord(reference, { ...same, exempt: false }), /nothing: ANCHORED/);
  t.equal(await judgeRecord(reference, { ...same, exempt: true }), null);
  t.match(await judgeTrust(reference, reference.trustFile), /ANCHORED/);
  t.match(await judgeReceipt(reference, facts, reference.receipt), /agrees/);
});

t.test('every sampled change of a byte is detected', async (t) => {
  const { count } = new Changes(referenceOf(SEED), SEED);
  const step = Math.floor(count / SAMPLED);
  t.comment(`CROSSCHECK_SEED=${SEED}, every ${step}th of ${count} changes`);
  const { kinds, failures } = await tamper({ seed: SEED, from: SEED % step, to: count, step });
  t.same(failures, []);
  t.ok(Object.values(kinds).reduce((sum, times) => sum + times, 0) >= SAMPLED);
  for (const kind of ['neighbour', 'substituted', 'deleted', 'inserted', 'README.txt, exempt'])
    t.ok((kinds[kind] ?? 0) > 50, `${kind} ${kinds[kind]}`);
});

t.test('every change of a byte of the trust file or of a receipt is detected', async (t) => {
  const { trust, receipt, failures } = await tamperBeside(SEED);
  t.same(failures, []);
  t.ok(trust > 1000 && receipt > 1000);
});
