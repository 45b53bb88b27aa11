/** The postmortem of a whole real run: every fact cites its entry, nobody is named unasked, and what people wrote stays text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import {
  countermeasuresOf,
  isLate,
  readCountermeasure,
  readPostmortem,
} from '../../../core/release/countermeasures.ts';
import type { Entries } from '../../../core/release/entries.ts';
import { EMPTY_HOLD } from '../../../core/release/holdDocument.ts';
import { escaped, postmortemMarkdown } from '../../../core/release/markdown.ts';
import { postmortem } from '../../../core/release/postmortem.ts';
import { runActLines } from '../../../core/run/lines.ts';
import {
  type AfterCommand,
  afterClose,
  closeOf,
  decideAfter,
  foldAfter,
  keptCopies,
} from '../../../core/site/after.ts';
import { Erasable } from '../../../core/site/redaction.ts';
import type { TestRun } from '../../helpers/run.ts';
import { ROOT } from '../../helpers/server.ts';
import { must } from '../../helpers/signer.ts';
import { type Name, testRun } from '../../helpers/site.ts';

const YAML = `apiVersion: crosscheck/v1
id: drop-email
title: Drop the *e-mail* column
inputs:
  table: {type: string, default: customers}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead, reviewer], grace: 30s}
clocks:
  raw: {lasts: 1h, starts: drop, means: raw rows can be restored}
briefing:
  - {id: plan, ask: Which test plan was run?, answer: link, by: lead}
  - {id: tests, ask: Who reviewed the tests?, answer: person, by: reviewer}
  - {id: drill, ask: When was the last drill?, answer: time, by: verifier}
go_no_go: {of: [lead, reviewer]}
steps:
  - id: backup
    title: Keep a copy
    backup:
      run: [cp, a, b]
      artifact: {path: b}
      drill: [bin/restore-drill, b]
      keep: 2h
  - id: drop
    title: Drop it
    critical: true
    irreversible: true
    timeout: 1m
    on_failure: decide
    run: [echo, drop]
    probes:
      host: {title: Which host, run: [hostname]}
    cross_check:
      eyes: 6
      by: [reviewer, verifier]
      challenge:
        - {id: where, ask: Which host is it?, equals: probes.host, by: reviewer}
    undo: {from: backup, run: [echo, undone], takes: 10m}
  - {id: call, title: Call them, manual: {text: Call the on-call, by: verifier}}
debrief:
  - {id: report, ask: What did users report first?, answer: text, by: lead}
`;
const SPELL = '<script>alert(1)</script> | [x](javascript:1) **bold** https://evil.example\n# Head';
const HIDDEN = `\u202e${SPELL}`;

const id = (run: TestRun, name: Name): string => run.site.people[name].id;
const body = (run: TestRun, value: unknown) => run.site.salted(utf8(jcs(value)));
const later = (run: TestRun, minutes: number): void => {
  run.site.now += minutes * 60_000;
};

function answer(run: TestRun, name: Name, question: string, value: string, result: 'pass' | 'fail' = 'pass'): void {
  const answer = body(run, { value, evidence: null });
  run.submit({ type: 'answer', person: id(run, name), question, result, answer });
}

function briefed(run: TestRun): void {
  answer(run, 'lead', 'plan', 'https://ci.example/plan/7');
  answer(run, 'dba', 'tests', id(run, 'sre'));
  answer(run, 'sre', 'drill', '2026-11-01T00:00:00Z', 'fail');
  for (const name of ['lead', 'dba', 'sre'] as const)
    run.sign(name, 'waive', run.context.opened, { question: 'drill', reason: 'The drill is part of the run' });
  run.submit({ type: 'poll', person: id(run, 'lead'), gate: 'go_no_go', vote: 'go', text: null });
  run.submit({
    type: 'poll',
    person: id(run, 'dba'),
    gate: 'go_no_go',
    vote: 'no-go',
    text: body(run, 'Too late today.'),
  });
}

/** The hold of the objection: updated, overdue, its raiser against it, lifted. */
function held(run: TestRun): void {
  const hold = run.context.holds[0]?.ref ?? '';
  const update = (name: Name, more: object, document = {}) =>
    run.submit({
      type: 'update',
      person: id(run, name),
      hold,
      answer: body(run, { ...EMPTY_HOLD, ...document }),
      ...more,
    });
  update(
    'lead',
    { nextUpdate: run.site.now + 60_000 },
    { bluf: 'The window ends at 16:00.', impact: { number: 3, unit: 'people', whom: 'on call' } },
  );
  later(run, 5);
  update(
    'dba',
    { stance: 'dissent' },
    { bluf: 'The window ends at 16:00.', impact: { number: 3, unit: 'people', whom: 'on call' }, text: SPELL },
  );
  for (const name of ['lead', 'dba', 'sre'] as const) run.sign(name, 'lift', hold, { risk: 'We may work late' });
}

function dropped(run: TestRun): void {
  run.arm('drop');
  run.refuse('sre', 'verifier', 'sre', HIDDEN);
  run.arm('drop');
  const wrong = run.confirmCommand('dba', 'reviewer', 'dba', { where: 'db-2' });
  run.submit(wrong);
  run.confirm('dba', 'reviewer', 'dba', { where: 'db-1' });
  run.confirm('sre', 'verifier', 'sre', {});
  run.key();
  run.start();
  later(run, 2);
  run.submit({ type: 'abort', person: id(run, 'sre'), step: 'drop' });
  run.outcome('failed');
  const deviation = {
    before: 'call',
    inputs: null,
    reason: 'An index was missed',
    steps: [{ id: 'index', title: 'Add the index', run: ['echo', 'index'], timeout: '1m' }],
  };
  const decision = { deviation, dissent: 'The sre would roll back', test: 'https://ci.example/7', way: 'forward' };
  const hold = run.context.holds[0]?.ref ?? '';
  for (const name of ['lead', 'dba', 'sre'] as const) run.sign(name, 'decide', hold, decision);
  run.arm('index');
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start();
  later(run, 1);
  run.outcome();
}

function called(run: TestRun): void {
  run.arm('call');
  run.start();
  const started = run.context.armings['call']?.started ?? '';
  const sre = run.site.people.sre;
  const content = { evidence: 'They know', result: 'pass' };
  const lines = runActLines(run.state, 'attest', run.site.signing(sre), started, content);
  run.submit({ type: 'attest', person: sre.id, ...run.site.signed(sre, 'attest', lines) });
  run.outcome();
  answer(run, 'lead', 'report', 'none until 23:00');
  run.close('done', 'lead', 'dba');
}

/** The chain after the close, through the rules that the server asks. */
function afterwards(run: TestRun): Entries {
  let state = afterClose(closeOf(run.state), keptCopies(run.state));
  const entries: Entries[number][] = [];
  const tell = (command: AfterCommand): void => {
    const at = { seq: run.site.store.size(), ts: run.site.now, log: run.site.origin };
    const sealed = must(
      decideAfter(state, command, at, { roster: run.site.roster, erasable: new Erasable(run.entries) }),
    );
    run.site.append([sealed]);
    entries.push(sealed);
    state = foldAfter(state, sealed);
  };
  const [person, other] = [id(run, 'lead'), id(run, 'dba')];
  const document = { contributing_factors: `${SPELL}\n\n1. The index\n\n- no test`, went_well: 'We held.', lucky: '' };
  const measure = { what: 'Test | the index', cost: '1 day', effect: 'No surprise', owner: 'data-platform' };
  later(run, 60);
  tell({ type: 'clock', clock: 'raw' });
  tell({
    type: 'countermeasure',
    person,
    id: 'index-test',
    due: run.site.now + 86_400_000,
    answer: body(run, measure),
  });
  tell({
    type: 'countermeasure',
    person,
    id: 'page',
    due: null,
    answer: body(run, { ...measure, what: 'Page earlier' }),
  });
  later(run, 60);
  tell({ type: 'backup_deleted', person: other, step: 'backup', answer: body(run, 'rm, ticket 4') });
  tell({ type: 'countermeasure_closed', person: other, id: 'page', answer: body(run, 'Rota changed') });
  tell({ type: 'postmortem', person, answer: body(run, document) });
  return entries;
}

function story(): { run: TestRun; entries: Entries } {
  const run = testRun({ yaml: YAML }).seat();
  briefed(run);
  held(run);
  run.backup();
  dropped(run);
  called(run);
  return { run, entries: [...run.entries, ...afterwards(run)] };
}

const { run, entries } = story();
const facts = { runbook: run.context.runbook, entries, now: run.site.now };
const NAMES = Object.fromEntries(Object.entries(run.site.people).map(([name, person]) => [person.id, `Ms ${name}`]));

t.test('the Markdown of a whole run is, byte for byte, the one that was read and kept', async (t) => {
  const text = postmortemMarkdown(postmortem({ ...facts, names: null })).replaceAll(run.state.facts.runbook, 'DIGEST');
  t.equal(text, readFileSync(join(ROOT, 'test/core/release/postmortem.md'), 'utf8'));
});

t.test('every fact cites an entry of its own time, and every entry is told but single signatures', async (t) => {
  const { sections } = postmortem({ ...facts, names: null });
  const told = sections.flatMap((section) => section.facts);
  for (const { seq, at, text } of told) {
    const cited = entries.find(({ entry }) => entry.seq === seq);
    t.equal(cited?.entry.ts, at, text);
  }
  const silent = entries.filter(({ entry }) => !told.some(({ seq }) => seq === entry.seq));
  t.same(
    [...new Set(silent.map(({ entry }) => entry.type))].sort(),
    ['act.signed', 'countermeasure.closed', 'countermeasure.opened', 'postmortem.written'],
    'those have their own places',
  );
});

t.test('nobody is named unless names are asked for', async (t) => {
  const plain = JSON.stringify(postmortem({ ...facts, names: null }));
  t.notMatch(plain, /p-[0-9a-f]{16}|Ms /);
  const named = JSON.stringify(postmortem({ ...facts, names: NAMES }));
  t.match(named, 'Ms dba (reviewer)');
  t.match(named, 'Ms sre', 'also in an answer that is a person');
  t.notMatch(named, /p-[0-9a-f]{16}/);
});

t.test('without bodies it still tells what the entries say', async (t) => {
  const bare = entries.map((sealed) => ({ ...sealed, bodies: {} }));
  const told = postmortem({ ...facts, entries: bare, names: null });
  t.match(JSON.stringify(told), 'not at hand');
  t.same(
    told.human.map(({ text }) => text),
    [null, null, null],
  );
  const count = ({ sections }: typeof told, id: string) => sections.find((one) => one.id === id)?.facts.length;
  for (const { id } of told.sections.filter(({ id }) => id !== 'holds' && id !== 'deviations'))
    t.equal(count(told, id), count(postmortem({ ...facts, names: null }), id), `${id}: as many facts`);
});

t.test('what people wrote is text in Markdown', async (t) => {
  t.equal(escaped('a\n# b\u202ec'), 'a \\# bU+202Ec');
  t.equal(escaped('1. x'), '1\\. x');
  t.equal(escaped('- x'), '\\- x');
  t.equal(escaped('<b>&amp;|`*_~[x](y)'), '\\<b\\>\\&amp;\\|\\`\\*\\_\\~\\[x\\](y)');
  t.equal(escaped('https://x'), 'https\\://x');
  t.equal(escaped('\ud800'), 'U+D800');
});

t.test('countermeasures stay open until they are closed, and are late after their date', async (t) => {
  const [index, page] = countermeasuresOf(entries);
  if (!index || !page) throw new Error('no countermeasures');
  t.match(index, { id: 'index-test', closed: null, document: { owner: 'data-platform' } });
  t.match(page, { id: 'page', closed: { evidence: 'Rota changed' }, due: null });
  t.equal(isLate(index, index.due ?? 0), false);
  t.equal(isLate(index, (index.due ?? 0) + 1), true);
  t.equal(isLate(page, Number.MAX_SAFE_INTEGER), false);
});

t.test('their documents are closed', async (t) => {
  const measure = { what: 'a', cost: 'b', effect: 'c', owner: 'd' };
  t.ok(readCountermeasure(measure).ok);
  t.notOk(readCountermeasure({ ...measure, cost: '' }).ok);
  t.notOk(readCountermeasure({ ...measure, blame: 'x' }).ok);
  const written = { contributing_factors: '', went_well: '', lucky: '' };
  t.ok(readPostmortem(written).ok);
  t.notOk(readPostmortem({ went_well: '', lucky: '' }).ok);
  t.notOk(readPostmortem({ ...written, lucky: null }).ok);
});
