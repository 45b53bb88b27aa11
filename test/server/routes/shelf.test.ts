/** The folders on the server's disk are told as they are, and looked at again only when a byte has changed. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { folderShelf } from '../../../server/routes/shelf.ts';
import { THREE } from '../../helpers/runs.ts';

t.test('what changes on disk is told, what does not is not linted again', async (t) => {
  const directory = t.testdir({ plain: { 'runbook.yaml': THREE }, notes: { 'read.me': 'no runbook' } });
  let linted = 0;
  const shelf = folderShelf(directory, (files) => {
    linted += 1;
    return lintFolder(files);
  });
  const [first] = shelf.list();
  t.match(first, { name: 'plain', runbook: /^sha256:/, problems: 0 });
  t.equal(shelf.list().length, 1, 'a directory without a runbook is none');
  t.equal(linted, 1, 'the second look lints nothing');
  writeFileSync(join(directory, 'plain', 'runbook.yaml'), THREE.replace('run:', 'rum:'));
  t.match(shelf.list(), [{ name: 'plain', runbook: /^sha256:/ }]);
  t.ok((shelf.list()[0]?.problems ?? 0) > 0, 'the problem is seen at once');
  writeFileSync(join(directory, 'plain', 'runbook.yaml'), THREE);
  t.same(shelf.list(), [first], 'and gone when it is mended');
  t.equal(linted, 3);
});

t.test('a folder that cannot be read whole has no digest', async (t) => {
  const directory = t.testdir({ linked: { 'runbook.yaml': THREE } });
  mkdirSync(join(directory, 'linked', 'bin'));
  symlinkSync('/etc/hostname', join(directory, 'linked', 'bin', 'tool'));
  const shelf = folderShelf(directory, lintFolder);
  t.same(shelf.list(), [{ name: 'linked', runbook: null, problems: 1 }]);
  t.match(shelf.files('linked'), { refusal: { code: 'XCK_INPUT', sentence: /bin\/tool.*not a regular file/ } });
  t.match(shelf.files('../linked'), { refusal: { code: 'XCK_UNKNOWN' } });
  t.same(folderShelf(join(directory, 'absent'), lintFolder).list(), []);
});
