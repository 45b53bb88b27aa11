/** Somebody’s name was printed and written in a run: a keeper has both erased at a terminal, and the record, exported again, says so and proves what it proved. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { type Bundle, openBundle, packBundle } from '../../core/record/bundle.ts';
import { fsck } from '../../server/fsck/fsck.ts';
import { noTerminals, type Seat, Terminals } from '../helpers/terminals.ts';

const NAME = 'Jane Roe of Elm Street';
const RUNBOOK = `apiVersion: crosscheck/v1
id: look
title: Look at a row
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
presence: {required: [lead], grace: 1h}
briefing:
  - {id: whose, ask: Whose row is it?, answer: text, by: lead}
steps:
  - {id: look, title: Look, run: [echo, '\${{ inputs.a }} \${{ inputs.b }}']}
  - {id: count, title: Count, run: [echo, one]}
inputs:
  a: {type: string}
  b: {type: string}
`;

/** The record’s entries with a body of this name, by seq. */
function bodiesIn(bundle: Bundle, name: string): { readonly seq: number; readonly digest: string }[] {
  return bundle.entries.flatMap((bytes) => {
    const { seq, bodies = {} } = JSON.parse(fromUtf8(bytes) ?? '') as { seq: number; bodies?: Record<string, string> };
    return bodies[name] === undefined ? [] : [{ seq, digest: bodies[name] }];
  });
}

t.test('a redaction from a terminal', { timeout: 300_000, skip: noTerminals }, async (t) => {
  const site = new Terminals(t);
  await site.start();
  const { folder, trust, data } = site;
  const signs = (seat: Seat, act: string, ...words: string[]) =>
    site.type(seat, words, [new RegExp(`Type ${act}`), act]);
  const exported = async (name: string) => {
    const file = join(folder, name);
    await site.say('lead', 'record', 'export', run, '-o', file);
    const opened = openBundle(readFileSync(file));
    if (!opened.ok) throw new Error(opened.refusal.sentence);
    return { file, bundle: opened.value.bundle };
  };
  const verify = (file: string, ...more: string[]) =>
    site.plain('lead', 'record', 'verify', file, '--trust', trust, ...more);

  mkdirSync(join(folder, 'look'));
  writeFileSync(join(folder, 'look', 'runbook.yaml'), RUNBOOK);
  await site.say('verifier', 'runbook', 'register', join(folder, 'look'));
  await signs('reviewer', 'approve', 'runbook', 'approve', 'look');
  const [a = '', b = ''] = NAME.split(' of ');
  const opened = site.plain('lead', 'run', 'start', 'look', '--input', `a=${a}`, '--input', `b=of ${b}`);
  const run = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/.exec(opened.stdout)?.[0] ?? '';
  t.match(run, /^.{26}$/, opened.stderr);
  await site.say('reviewer', 'run', 'join', run);
  for (const seat of ['lead', 'reviewer'] as const) site.terminal(seat, 'run', 'watch', run);
  await site.say('lead', 'run', 'answer', run, 'whose', `That of ${NAME}`);
  for (const step of ['look', 'count']) {
    await site.type('lead', ['step', 'arm', run, step], [/name of the target/, 'local']);
    await site.say('lead', 'step', 'start', run);
  }
  const early = site.plain('lead', 'record', 'redact', run, '--entry', '1:answer');
  t.match(early, { status: 2, stderr: /needs a terminal/ }, 'a script erases nothing');
  for (const seat of ['lead', 'reviewer'] as const) await signs(seat, 'close', 'run', 'close', run);

  const before = await exported('before.tar');
  t.match(verify(before.file), { status: 0, stdout: /^ANCHORED: / });
  const [answer] = bodiesIn(before.bundle, 'answer');
  const [output, other] = bodiesIn(before.bundle, 'output');
  if (!answer || !output || !other) throw new Error('something was not said or printed');
  const going = ['--entry', `${answer.seq}:answer`, '--entry', `${output.seq}:output`];
  const why = ['--order', 'J. Weber, data protection', '--reason', 'A customer asked for it'];
  const shown = await signs('verifier', 'redact', 'record', 'redact', run, ...going, ...why);
  t.match(shown, new RegExp(`answer: \\{.*${NAME}`), 'what goes is shown');
  t.match(shown, /does not reach.*crosscheck-redact\/v1.*Erased; the order is entry #\d+/s);
  const by = Number(/the order is entry #(\d+)/.exec(shown)?.[1]);
  const receipts = readdirSync(join(folder, 'verifier'), { recursive: true, encoding: 'utf8' });
  t.ok(
    receipts.some((path) => path.includes('receipt') && path.includes(String(by))),
    'its receipt is kept',
  );

  const after = await exported('after.tar');
  const held = verify(after.file);
  t.equal(held.status, 0, held.stdout);
  t.match(held.stdout, /^ANCHORED: /);
  for (const { seq, name } of [
    { ...answer, name: 'answer' },
    { ...output, name: 'output' },
  ])
    t.match(held.stdout, new RegExp(`#${seq}: its ${name} is redacted by order at #${by}, .*J\\. Weber.*A customer`));
  const { erasures } = JSON.parse(verify(after.file, '--json').stdout) as { erasures: unknown[] };
  t.match(erasures, [
    { seq: answer.seq, by, name: 'answer', digest: answer.digest, order: 'J. Weber, data protection' },
    { seq: output.seq, by, name: 'output', digest: output.digest, reason: 'A customer asked for it' },
  ]);
  t.notOk(readFileSync(after.file).includes(`That of ${NAME}`), 'the text is not in the record');
  t.match(verify(before.file), { status: 0, stdout: /^ANCHORED: / }, 'an older export holds as it did');
  const postmortem = site.plain('lead', 'run', 'postmortem', run);
  t.match(postmortem.stdout, new RegExp(`redacted by order at \\\\?#${by}`));
  t.match(postmortem.stdout, /2 bodies erased by .*, on the order of J\. Weber/);

  const bodies = new Map([...after.bundle.bodies].filter(([digest]) => digest !== other.digest));
  const bent = join(folder, 'bent.tar');
  writeFileSync(bent, packBundle({ ...after.bundle, bodies }));
  t.match(verify(bent), { status: 8, stdout: new RegExp(`its body output is missing.*\\(seq ${other.seq}\\) I1`) });
  t.match(fsck(data).findings, [], 'the database lacks nothing that it should have');
});
