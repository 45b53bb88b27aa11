/** A runbook reads as the checklist that it is, the starter too, and a broken folder says where to look. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checklist } from '../../../server/cli/checklist.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { folderAt, lintAt, problemLine } from '../../../server/cli/folders.ts';
import { STARTER } from '../../../server/cli/starter.ts';
import { stopping } from './stopping.ts';

const HEAD = (id: string) => `apiVersion: crosscheck/v1
id: ${id}
title: ${id}
crew: {lead: {roles: [release-lead]}, reviewer: {roles: [dba]}}
presence: {required: [lead, reviewer]}
`;
const OUTER = `${HEAD('outer')}steps:\n  - {id: calm, title: Calm down, use: ../inner}\n  - {id: last, title: Last, run: [echo, last]}\n`;

t.test('a folder that is not there is a problem with its place', async (t) => {
  const root = t.testdir({ outer: { 'runbook.yaml': OUTER } });
  const { problems } = lintAt(join(root, 'outer'));
  t.match(
    problemLine(`${root}/outer/`, problems[0] as (typeof problems)[number]),
    /outer\/runbook\.yaml:7:\d+: error: .*inner/,
  );
  t.throws(() => folderAt(join(root, 'outer')), stopping(EXIT.usage, { message: /inner/, hint: /runbook lint/ }));
});

t.test('the starter lints, and reads as a checklist', async (t) => {
  const [yaml, files] = STARTER.map(({ text }) => text.replaceAll('RUNBOOK_ID', 'tidy-up'));
  const root = t.testdir({ 'tidy-up': { 'runbook.yaml': yaml ?? '', bin: {} } });
  writeFileSync(join(root, 'tidy-up', 'bin', 'files'), files ?? '', { mode: 0o755 });
  const { runbook, digest } = folderAt(join(root, 'tidy-up'));
  t.strictSame(lintAt(join(root, 'tidy-up')).problems, [], 'not even a warning');
  const text = checklist(runbook, digest).join('\n');
  t.match(text, /^tidy-up: Remove the old files\n {2}\| Keep a copy, then remove them/);
  t.match(text, /\[ \] why \(lead, a link\): .*\n {2}\[ \] go or no-go of lead, reviewer/);
  t.match(text, /\[ \] 3\. remove: .*\(4 eyes: lead, reviewer, IRREVERSIBLE, up to 5m, undo takes 1m\)/);
  t.match(text, /blind, of the reviewer: How many files will be removed\?/);
  t.match(text, /way back: bin\/files restore/);
});
