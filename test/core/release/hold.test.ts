/** The document of a hold, what is still to be asked of it, and its summary when it is over. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import {
  EMPTY_HOLD,
  type HoldDocument,
  holdRows,
  holdText,
  overdueSince,
  readHold,
  whatIsMissing,
} from '../../../core/release/holdDocument.ts';
import { holdSummary, summaryLines } from '../../../core/release/holdSummary.ts';
import { bodies, DIGEST, holdWith, PEOPLE, Written } from '../../helpers/context.ts';

const FULL: HoldDocument = {
  bluf: 'Checkout is down for everybody.',
  impact: { number: 1200, unit: 'orders', whom: 'customers in Poland' },
  cause: 'The replica lags.',
  alternatives: [{ what: 'Deploy and monitor', why_not: 'orders are lost meanwhile' }],
  remediation: 'The replica is rebuilt.',
  eta: Date.UTC(2026, 10, 20, 23),
  new_date: 'Monday 23 November',
  told: 'stakeholders, in #release',
  next_update: Date.UTC(2026, 10, 20, 22, 30),
  escalation: 'The head of operations',
  conditions: { lag: 'The lag is zero' },
  text: 'First update',
};
const refused = (given: unknown): string => {
  const read = readHold(given);
  return read.ok ? 'taken' : `${read.refusal.code} ${read.refusal.sentence}`;
};

t.test('a document is read from its bytes and from a value, a sentence too', async (t) => {
  t.same(readHold(utf8(jcs(FULL))), { ok: true, value: FULL });
  t.same(readHold(FULL), { ok: true, value: FULL });
  t.same(readHold(utf8('"It burns."')), { ok: true, value: { ...EMPTY_HOLD, text: 'It burns.' } });
});

t.test('what is not exactly the document is refused', async (t) => {
  const { text: _, ...short } = FULL;
  t.match(refused(short), /XCK_INPUT.*lacks text/);
  for (const key of Object.keys(FULL)) {
    const { [key as keyof HoldDocument]: __, ...rest } = FULL;
    t.match(refused(rest), `lacks ${key}`);
    t.match(refused({ ...FULL, [key]: undefined }), key, `${key}: undefined`);
    t.match(refused({ ...FULL, [key]: true }), key, `${key}: a boolean`);
  }
  t.match(refused({ ...FULL, blame: 'ops' }), 'unknown key blame');
  t.match(refused({ ...FULL, impact: { ...FULL.impact, number: -1 } }), 'has a impact that has a number');
  t.match(refused({ ...FULL, impact: { ...FULL.impact, number: Number.NaN } }), 'number');
  t.match(refused({ ...FULL, bluf: ' ' }), 'is empty');
  t.match(refused({ ...FULL, cause: 'up \u202edown' }), 'U+202E');
  t.match(refused({ ...FULL, eta: 1.5 }), 'instant');
  t.match(refused({ ...FULL, conditions: { 'Lag!': 'x' } }), 'is not an id');
  t.match(refused({ ...FULL, alternatives: Array(21).fill(FULL.alternatives[0]) }), 'more than 20');
  t.match(refused(utf8(`${jcs(FULL)} `)), 'XCK_BYTES');
  t.match(refused(utf8(jcs(FULL).replace('{', '{"__proto__":null,'))), /XCK_BYTES|unknown key/);
  for (const given of [null, undefined, 1, [], new Uint8Array()]) t.not(refused(given), 'taken');
});

t.test('what is missing is asked in order, and nothing twice', async (t) => {
  t.same(
    whatIsMissing(EMPTY_HOLD).map(({ key }) => key),
    [
      'bluf',
      'impact',
      'cause',
      'alternatives',
      'remediation',
      'eta',
      'new_date',
      'told',
      'next_update',
      'escalation',
      'conditions',
    ],
  );
  t.same(whatIsMissing(FULL), []);
  t.same(
    whatIsMissing({ ...FULL, eta: null, conditions: {} }).map(({ key }) => key),
    ['eta', 'conditions'],
  );
});

t.test('the text and the rows', async (t) => {
  t.equal(holdText(FULL), 'Checkout is down for everybody.');
  t.equal(holdText({ ...EMPTY_HOLD, text: 'It burns.' }), 'It burns.');
  t.same(holdRows({ ...EMPTY_HOLD, impact: FULL.impact, eta: FULL.eta, alternatives: FULL.alternatives }), [
    { label: 'Impact', text: '1200 orders, customers in Poland' },
    { label: 'Considered', text: 'Deploy and monitor: not, orders are lost meanwhile' },
    { label: 'Expected end', text: '2026-11-20 23:00:00Z' },
  ]);
});

t.test('an update is overdue after the promised instant, not at it', async (t) => {
  t.equal(overdueSince(holdWith({ nextUpdate: 1000 }), 1000), null);
  t.equal(overdueSince(holdWith({ nextUpdate: 1000 }), 1001), 1000);
  t.equal(overdueSince(holdWith(), 1001), null);
});

function held(end: boolean) {
  const log = new Written();
  const hold = log.put(0, {
    type: 'hold.raised',
    actor: PEOPLE.other,
    fields: { cause: 'person', step: 'drop' },
    bodies: bodies({ answer: 'Orders fail.' }),
  });
  const update = (minutes: number, document: HoldDocument, more: object = {}) =>
    log.put(minutes, {
      type: 'hold.updated',
      actor: PEOPLE.lead,
      fields: { hold, ...more },
      bodies: bodies({ answer: document }),
    });
  update(5, { ...EMPTY_HOLD, bluf: 'Orders fail.' }, { next_update: log.at(15) });
  update(20, { ...EMPTY_HOLD, ...FULL }, { next_update: log.at(30) });
  update(25, { ...EMPTY_HOLD, ...FULL, text: 'I would wait.' }, { stance: 'dissent', next_update: log.at(30) });
  update(28, { ...EMPTY_HOLD, ...FULL }, { next_update: log.at(40) });
  update(29, { ...EMPTY_HOLD, ...FULL }, { met: [] });
  if (!end) return { log, hold };
  const sign = (minutes: number, actor: string, seat: string, role: string) =>
    log.put(minutes, {
      type: 'act.signed',
      actor,
      fields: { act: 'lift', about: hold, seat, role },
      bodies: bodies({ content: { risk: 'Slow orders until Monday' }, statement: 's', signature: 's' }),
    });
  const signed = [sign(44, PEOPLE.lead, 'lead', 'release-lead'), sign(45, PEOPLE.dba, 'reviewer', 'dba')];
  log.put(45, { type: 'hold.lifted', actor: PEOPLE.dba, fields: { hold, signed } });
  return { log, hold };
}

t.test('the summary says who, how long, impact, updates, overdue times, who lifted and the dissent', async (t) => {
  const { log, hold } = held(true);
  const summary = holdSummary(log.entries, hold, log.at(99));
  if (!summary) throw new Error('no summary');
  t.match(summary, {
    raisedBy: PEOPLE.other,
    cause: 'person',
    step: 'drop',
    updates: 5,
    overdue: { times: 2, ms: 10 * 60_000 },
    stance: 'dissent',
    end: { how: 'lifted', at: log.at(45), by: [{ seat: 'lead' }, { seat: 'reviewer', role: 'dba' }] },
  });
  const names: Record<string, string> = { [PEOPLE.other]: 'Olga', [PEOPLE.lead]: 'Lea', [PEOPLE.dba]: 'Dan' };
  t.same(
    summaryLines(summary, (person) => names[person] ?? person),
    [
      'Held by Olga at 2026-11-20 22:00:00Z: Checkout is down for everybody.',
      'Step: drop.',
      'Impact: 1200 orders, customers in Poland.',
      '5 updates; overdue 2 times, 10m in all.',
      'Lifted at 2026-11-20 22:45:00Z after 45m by Lea and Dan.',
      'Risk accepted: Slow orders until Monday',
      'Olga, who raised it, dissented.',
    ],
  );
});

t.test('an open hold is summed up to now, and a hold that nobody raised is none', async (t) => {
  const { log, hold } = held(false);
  const summary = holdSummary(log.entries, hold, log.at(41));
  t.match(summary, { end: null, overdue: { times: 2, ms: 6 * 60_000 } });
  t.match(summary && summaryLines(summary, (person) => person), [
    /^Held by/,
    /^Step/,
    /^Impact/,
    /^5 updates/,
    /not lifted/,
  ]);
  t.equal(holdSummary(log.entries, `77 ${hold}`, 0), undefined);
});

t.test('without bodies the cause speaks', async (t) => {
  const log = new Written();
  const hold = log.put(0, { type: 'hold.raised', actor: 'server', fields: { cause: 'presence' } });
  const summary = holdSummary(log.entries, hold, log.at(1));
  t.match(summary && summaryLines(summary, (person) => person)[0], 'somebody who is required was lost');
});

const unknown = (log: Written, item: string): string =>
  log.put(0, {
    type: 'step.unknown',
    actor: PEOPLE.agent,
    fields: { step: 'drop', attempt: 1, item, started: `1 ${DIGEST}`, checks: {}, result: 'unknown' },
  });
const resolve = (log: Written, outcome: string, as: 'finished' | 'failed' | 'not-started'): string =>
  log.put(9, {
    type: 'step.resolved',
    actor: PEOPLE.dba,
    fields: { step: 'drop', attempt: 1, outcome, as, signed: [] },
  });

t.test('a resolution ends the hold of an unknown outcome unless it says failed', async (t) => {
  for (const as of ['finished', 'failed', 'not-started'] as const) {
    const log = new Written();
    const outcome = unknown(log, 'item-1');
    const hold = log.put(0, { type: 'hold.raised', actor: 'server', fields: { cause: 'unknown', step: 'drop' } });
    resolve(log, outcome, as);
    t.equal(holdSummary(log.entries, hold, log.at(10))?.end?.how, as === 'failed' ? undefined : 'resolved', as);
  }
});

t.test('the hold of two unknown items ends with the second', async (t) => {
  const log = new Written();
  const outcomes = [unknown(log, 'item-1'), unknown(log, 'item-2')] as const;
  const hold = log.put(0, { type: 'hold.raised', actor: 'server', fields: { cause: 'unknown', step: 'drop' } });
  resolve(log, outcomes[0], 'failed');
  resolve(log, outcomes[0], 'finished');
  t.equal(holdSummary(log.entries, hold, log.at(10))?.end, null);
  resolve(log, outcomes[1], 'finished');
  t.match(holdSummary(log.entries, hold, log.at(10)), { end: { how: 'resolved' } });
});
