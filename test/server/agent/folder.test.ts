/** Copies of runbook folders: exactly the bytes that were approved, or a refusal. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { type FolderFile, folderDigest } from '../../../core/runbook/folder.ts';
import { folderKeeper } from '../../../server/agent/folder.ts';

const files: FolderFile[] = [
  { path: 'runbook.yaml', bytes: utf8('id: x\n'), mode: '0644' },
  { path: 'bin/deep/step', bytes: utf8('#!/bin/sh\n'), mode: '0755' },
];
const made = folderDigest(files);
const digest = made.ok ? made.value : '';

function kept(root: string): string {
  const folder = folderKeeper(root)(digest, files);
  if (!folder.ok) throw new Error(folder.refusal.sentence);
  return folder.value;
}

t.test('the copy is whole, read-only, and the same the second time', async (t) => {
  const root = t.testdir();
  const folder = kept(root);
  t.equal(folder, join(root, digest.slice('sha256:'.length)));
  t.equal(readFileSync(join(folder, 'runbook.yaml'), 'utf8'), 'id: x\n');
  t.equal(statSync(join(folder, 'bin/deep/step')).mode & 0o777, 0o555);
  t.equal(statSync(join(folder, 'runbook.yaml')).mode & 0o777, 0o444);
  t.equal(kept(root), folder);
});

t.test('what a crash left half written is not used', async (t) => {
  const root = t.testdir();
  const fresh = join(root, `${digest.slice('sha256:'.length)}.new`);
  mkdirSync(fresh);
  writeFileSync(join(fresh, 'stray'), '');
  t.notOk(existsSync(join(kept(root), 'stray')));
});

t.test('other files than the digest says are refused', async (t) => {
  const root = t.testdir();
  const other = [{ path: 'runbook.yaml', bytes: utf8('id: y\n'), mode: '0644' as const }];
  t.match(folderKeeper(root)(digest, other), { ok: false, refusal: { code: 'XCK_CLEARANCE' } });
  for (const path of ['../out', '/etc/x', 'a/../b', '']) {
    t.match(folderKeeper(root)(digest, [{ path, bytes: utf8(''), mode: '0644' }]), { ok: false }, JSON.stringify(path));
  }
});

t.test('a copy that was changed is refused and stays as it is', async (t) => {
  const changes: Record<string, (folder: string) => void> = {
    'a byte more': (folder) => {
      chmodSync(join(folder, 'runbook.yaml'), 0o644);
      appendFileSync(join(folder, 'runbook.yaml'), ' ');
    },
    'a file more': (folder) => writeFileSync(join(folder, 'bin', 'more'), ''),
    'a file less': (folder) => rmSync(join(folder, 'runbook.yaml')),
    'not executable': (folder) => chmodSync(join(folder, 'bin/deep/step'), 0o444),
    'a dangling link more': (folder) => symlinkSync('/nowhere', join(folder, 'link')),
    'a pipe more': (folder) => t.equal(spawnSync('mkfifo', [join(folder, 'pipe')]).status, 0),
    'a file replaced by a link to the same bytes': (folder) => {
      writeFileSync(join(folder, '..', 'same'), 'id: x\n');
      rmSync(join(folder, 'runbook.yaml'));
      symlinkSync('../same', join(folder, 'runbook.yaml'));
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    const root = join(t.testdir(), name.replaceAll(' ', '-'));
    change(kept(root));
    const answer = folderKeeper(root)(digest, files);
    t.match(answer, { ok: false, refusal: { code: 'XCK_CLEARANCE' } }, name);
  }
});
