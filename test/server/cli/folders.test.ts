/** Folders on disk: regular files only, packed with the runbooks beside them that they use. */
import { spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { folderDigest } from '../../../core/runbook/folder.ts';
import { lintAt, problemLine } from '../../../server/cli/folders.ts';
import { OTHER, WIDE, wideFolder } from '../../core/runbook/wide.ts';

const BIN = { bin: { count: '#!/bin/sh\necho 0\n', drill: '#!/bin/sh\n', plain: '#!/bin/sh\n' } };
const WIDE_FOLDER = {
  ...BIN,
  'runbook.yaml': WIDE,
  sql: { 'drop.sql': 'alter table customers drop column email;\n' },
};
const OTHER_FOLDER = {
  'runbook.yaml': OTHER,
  bin: { drill: '#!/bin/sh\n', back: '#!/bin/sh\n' },
  sql: { 'move.sql': 'select 1;\n' },
};
const PROGRAMS = ['wide/bin/count', 'wide/bin/drill', 'other/bin/drill', 'other/bin/back'];

function folders(other: typeof OTHER_FOLDER = OTHER_FOLDER): string {
  const home = t.testdir({ wide: WIDE_FOLDER, other });
  for (const program of PROGRAMS) chmodSync(join(home, program), 0o755);
  return home;
}

t.test('a folder is packed with what it uses', async (t) => {
  const { files, runbook, problems } = lintAt(join(folders(), 'wide'));
  t.same(problems, []);
  t.same(folderDigest(files), folderDigest(wideFolder()));
  t.ok(runbook?.steps.some(({ id }) => id === 'move-move'));
});

t.test('what is wrong with a used runbook is told where it lies', async (t) => {
  const bad = { ...OTHER_FOLDER, 'runbook.yaml': OTHER.replace('while: [old]', 'while: [odl]') };
  const { problems } = lintAt(join(folders(bad), 'wide'));
  t.same(
    problems.map((problem) => problemLine('runbooks/wide/', problem)),
    ['runbooks/wide/../other/runbook.yaml:36:13: error: Unknown clock “odl”. Did you mean “old”? [clock]'],
  );
});

t.test('what is no regular file is refused by name, in a used folder too', async (t) => {
  const strange: readonly (readonly [what: string, make: (path: string) => void])[] = [
    ['a link to a file', (path) => symlinkSync('/etc/hostname', path)],
    ['a link to a folder', (path) => symlinkSync('/etc', path)],
    ['a link that leads nowhere', (path) => symlinkSync('/nowhere', path)],
    ['a pipe', (path) => t.equal(spawnSync('mkfifo', [path]).status, 0)],
  ];
  for (const [what, make] of strange)
    for (const folder of ['wide', 'other']) {
      const home = folders();
      make(join(home, folder, 'strange'));
      t.throws(
        () => lintAt(join(home, 'wide')),
        { exit: 2, message: 'strange: not a regular file.' },
        `${what} in ${folder}`,
      );
    }
});
