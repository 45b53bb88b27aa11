/** Who is asked what, where it stands, and which answers state nothing. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { AnswerResult } from '../../../core/log/tables.ts';
import {
  asked,
  checkAnswer,
  missingAnswers,
  missingAtGate,
  missingVotes,
  questionsFor,
} from '../../../core/release/briefing.ts';
import type { Question } from '../../../core/runbook/runbook.ts';
import { contextWith, PEOPLE, runbookWith, stepWith } from '../../helpers/context.ts';

const question = (id: string, answer: Question['answer'], by: string): Question => ({ id, ask: `${id}?`, answer, by });
const RUNBOOK = runbookWith({
  briefing: [question('plan', 'link', 'lead'), question('leaves', 'time', 'each')],
  debrief: [question('report', 'text', 'lead')],
  go_no_go: ['lead', 'reviewer'],
  steps: [
    stepWith({ id: 'drop', undo: { from: null, reason: 'x', takes_ms: null, step: stepWith({ id: 'drop-undo' }) } }),
    stepWith({ id: 'many', kind: 'parallel', children: [stepWith({ id: 'child' })] }),
  ],
});
const CONTEXT = contextWith({
  runbook: RUNBOOK,
  roles: { [PEOPLE.dba]: ['dba'] },
  outcomes: { drop: 'finished', child: 'failed' },
  answers: { leaves: { lead: 'pass', reviewer: 'fail' } },
});

t.test('“each” asks every seat that is not optional', async (t) => {
  t.same(
    asked(CONTEXT, RUNBOOK.briefing).map(({ question, seat, status }) => [question.id, seat, status]),
    [
      ['plan', 'lead', 'NOT RUN'],
      ['leaves', 'lead', 'PASS'],
      ['leaves', 'reviewer', 'FAIL'],
      ['leaves', 'verifier', 'NOT RUN'],
    ],
  );
  t.same(
    questionsFor(CONTEXT, 'lead').map(({ question }) => question.id),
    ['plan', 'leaves', 'report'],
  );
  t.same(questionsFor(CONTEXT, 'deputy'), []);
});

t.test('what is missing is said in words, and a waiver is for all seats', async (t) => {
  t.same(missingAnswers(CONTEXT, RUNBOOK.briefing), [
    'The lead has not answered: plan?',
    'The reviewer answered FAIL: leaves? It blocks until it passes or is waived.',
    'The verifier has not answered: leaves?',
  ]);
  const waived = { ...CONTEXT, waived: ['leaves'] };
  t.same(missingAnswers(waived, RUNBOOK.briefing), ['The lead has not answered: plan?']);
  t.same(
    questionsFor(waived, 'reviewer').map(({ status }) => status),
    ['WAIVED'],
  );
});

t.test('votes: silence and a no-go block, an overridden no-go does not', async (t) => {
  t.same(missingVotes(CONTEXT), ['Not polled yet: lead and reviewer.']);
  const votes = { go_no_go: { lead: 'go', reviewer: 'no-go' }, agree: { verifier: 'overridden' } } as const;
  t.same(missingVotes({ ...CONTEXT, votes }), ['The reviewer says NO GO; the hold of that objection stands.']);
  t.same(missingAtGate({ ...CONTEXT, votes }, 'agree', ['verifier', 'reviewer']), ['Not polled yet: reviewer.']);
});

const says = (answer: Question['answer'], value: unknown, result: AnswerResult = 'pass'): string => {
  const checked = checkAnswer(question('q', answer, 'lead'), result, { value, evidence: null }, CONTEXT);
  return checked.ok ? 'taken' : `${checked.refusal.code} ${checked.refusal.sentence}`;
};

t.test('an answer states a value of its type', async (t) => {
  const takes: [Question['answer'], string[]][] = [
    ['text', ['412,331 rows on 12 November', 'no rows were lost', 'none', '0']],
    ['link', ['https://ci.example/plan/7', 'http://127.0.0.1:8080/x?y=1#z']],
    ['time', ['2026-11-20T22:04:05Z', '2024-02-29T00:00:00+01:00', '2026-11-20T22:04:05.123Z']],
    ['person', [PEOPLE.dba, 'Ada Lovelace', 'Łukasz']],
    ['file', [`sha256:${'0'.repeat(64)}`]],
    ['step', ['drop']],
  ];
  for (const [type, values] of takes)
    for (const value of values) t.equal(says(type, value), 'taken', `${type}: ${value}`);
});

t.test('words that state nothing and near misses are refused with a sentence', async (t) => {
  for (const value of ['yes', 'No', ' DONE. ', 'ok', 'OK!', 'true'])
    t.match(says('text', value), 'states nothing', value);
  for (const value of ['', '  ', 7, null, 'a\u200bb', 'x'.repeat(5000)]) t.match(says('text', value), 'XCK_INPUT');
  for (const value of ['ci.example/7', 'ftp://x/y', 'https://', 'https:// x', 'javascript:alert(1)', 'https://a b'])
    t.match(says('link', value), 'link that begins', value);
  for (const value of [
    '22:04',
    '2026-11-20',
    '2026-11-20T22:04:05',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    'noon',
  ])
    t.match(says('time', value), 'date and zone', value);
  t.match(says('person', PEOPLE.sre), 'nobody of the roster');
  t.match(says('person', 'p-1'), 'nobody of the roster');
  for (const value of ['42', '?', 'yes']) t.not(says('person', value), 'taken', value);
  for (const value of ['sha256:0', `sha256:${'A'.repeat(64)}`, 'a.txt']) t.match(says('file', value), 'digest', value);
});

t.test('a step answers PASS when it is finished and FAIL when it is not', async (t) => {
  t.match(says('step', 'child'), 'child is not finished');
  t.match(says('step', 'drop-undo'), 'not finished');
  t.equal(says('step', 'child', 'fail'), 'taken');
  t.match(says('step', 'drop', 'fail'), 'FAIL needs a step that is not finished, and drop is');
  t.match(says('step', 'nowhere'), 'id of a step of this run');
  t.match(says('step', 'constructor'), 'id of a step of this run');
});

t.test('the answer is a closed document in canonical bytes', async (t) => {
  const ask = question('q', 'text', 'lead');
  const read = (given: unknown) => checkAnswer(ask, 'pass', given, CONTEXT).ok;
  t.ok(read(utf8(jcs({ value: '412 rows', evidence: 'https://ci/7' }))));
  t.notOk(read(utf8('{"value":"412 rows","evidence":null}')), 'keys out of order');
  t.notOk(read({ value: '412 rows' }));
  t.notOk(read({ value: '412 rows', evidence: null, more: 1 }));
  t.notOk(read('412 rows'));
});
