/** Two folders side by side: what differs stands where it is, and the same folder differs in nothing. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { type FolderFile, folderDigest } from '../../../core/runbook/folder.ts';
import { parseFolder } from '../../../core/runbook/parse.ts';
import { differences } from '../../../server/cli/differences.ts';
import { differenceLines } from '../../../server/cli/words/folder.ts';
import { folderOf, must, RUNBOOK } from '../../helpers/site.ts';

const folder = (files: readonly FolderFile[]) => {
  const { runbook } = parseFolder(files);
  if (!runbook) throw new Error('it is no runbook');
  return { name: 'x', files, runbook, digest: must(folderDigest(files)) };
};
const before = folder(folderOf(RUNBOOK));

t.test('nothing differs from itself', async (t) => {
  t.strictSame(differences(before, folder(folderOf(RUNBOOK))), { runbook: [], steps: [], files: [] });
});

t.test('steps by key, files by line', async (t) => {
  const yaml = RUNBOOK.replace('title: Drop the e-mail column', 'title: Drop it')
    .replace('timeout: 10m', 'timeout: 20m')
    .replace('steps:\n', 'steps:\n  - {id: calm, title: Wait, wait: {for: 5m}}\n');
  const files = folderOf(yaml)
    .filter(({ path }) => path !== 'bin/empty')
    .map((file) => (file.path === 'bin/count' ? { ...file, bytes: utf8('#!/bin/sh\necho 3\n') } : file))
    .map((file) => (file.path === 'bin/writers' ? { ...file, mode: '0644' as const } : file));
  const found = differences(before, folder(files));
  t.strictSame(found.runbook, [{ key: 'title', before: 'Drop the e-mail column', after: 'Drop it' }]);
  t.strictSame(
    found.steps.map(({ step, change }) => [step, change]),
    [
      ['calm', 'added'],
      ['drop-column', 'changed'],
    ],
  );
  t.strictSame(found.steps[1]?.keys, [{ key: 'timeout_ms', before: 600_000, after: 1_200_000 }]);
  t.strictSame(
    found.files.map(({ path, change }) => [path, change]),
    [
      ['bin/count', 'changed'],
      ['bin/empty', 'removed'],
      ['bin/writers', 'mode'],
      ['runbook.yaml', 'changed'],
    ],
  );
  t.strictSame(found.files[0]?.lines, { at: 2, removed: ['echo 200000'], added: ['echo 3'] });
  const text = differenceLines(found).join('\n');
  t.match(text, /\+ step calm added\n~ step drop-column changed\n {2}timeout_ms\n {4}- 600000\n {4}\+ 1200000/);
  t.match(text, /~ file bin\/count changed from line 2\n {4}- echo 200000\n {4}\+ echo 3/);
});

t.test('steps that only moved, and a way back, stand where they are', async (t) => {
  const steps = (...ids: string[]) =>
    `${RUNBOOK.slice(0, RUNBOOK.indexOf('steps:'))}steps:\n${ids.map((id) => `  - {id: ${id}, title: T, run: [echo, x], undo: {reason: Easy, run: [echo, ${id}]}}\n`).join('')}`;
  const [one, other] = [folder(folderOf(steps('a', 'b'))), folder(folderOf(steps('b', 'a')))];
  t.strictSame(
    differences(one, other).steps.map(({ step, change }) => [step, change]),
    [
      ['b', 'moved'],
      ['b-undo', 'moved'],
      ['a', 'moved'],
      ['a-undo', 'moved'],
    ],
  );
  const undo = folder(folderOf(steps('a', 'b').replace('[echo, b]', '[echo, c]')));
  t.strictSame(
    differences(one, undo).steps.map(({ step, change }) => [step, change]),
    [['b-undo', 'changed']],
  );
});
