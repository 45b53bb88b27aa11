/** What a program's name means: absolute by PATH, hashed outside the system's folders, never something that only looks right. */
import { createHash } from 'node:crypto';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { resolveProgram } from '../../../server/agent/programs.ts';

t.test('programs of the system, of the folder and of elsewhere', async (t) => {
  const root = t.testdir({
    tools: { tool: '#!/bin/sh\n', data: 'no program' },
    folder: { bin: { step: '#!/bin/sh\n', plain: '' } },
    outside: '#!/bin/sh\n',
  });
  for (const path of ['tools/tool', 'folder/bin/step', 'outside']) chmodSync(join(root, path), 0o755);
  for (const path of ['tools/data', 'folder/bin/plain']) chmodSync(join(root, path), 0o644);
  symlinkSync('/usr/bin/env', join(root, 'tools', 'link'));
  symlinkSync('../../outside', join(root, 'folder', 'bin', 'out'));
  const cwd = join(root, 'folder');
  const tools = join(root, 'tools');
  const digest = `sha256:${createHash('sha256').update('#!/bin/sh\n').digest('hex')}`;
  const found = (name: string, path = `${tools}:/usr/bin`) => resolveProgram(name, path, cwd);

  t.same(found('env'), { ok: true, value: { path: '/usr/bin/env', digest: null } });
  t.same(found('tool'), { ok: true, value: { path: join(tools, 'tool'), digest } });
  t.same(found(join(tools, 'tool')), { ok: true, value: { path: join(tools, 'tool'), digest } });
  t.same(
    found('bin/step'),
    { ok: true, value: { path: 'bin/step', digest: null } },
    'a script of the folder stays relative',
  );
  t.same(
    found('link'),
    { ok: true, value: { path: join(tools, 'link'), digest: null } },
    'what counts is where it lies',
  );

  for (const name of [
    '',
    'data',
    'no-such-program',
    'bin/plain',
    'bin/none',
    '/nowhere/at/all',
    '/usr/bin',
    'bin/../../outside',
    '../outside',
    'bin/out',
  ]) {
    t.match(found(name), { ok: false, refusal: { code: 'XCK_PROGRAM' } }, JSON.stringify(name));
  }
  t.match(found('step', `:.:bin:${join(cwd, 'bin')}x`), { ok: false }, 'an empty or relative PATH entry finds nothing');
});

t.test('a program of a hundred megabytes is hashed where it lies outside', async (t) => {
  const node = resolveProgram(process.execPath, '', '/');
  const expected = /^\/(usr\/)?(s?bin|lib|libexec)\//.test(process.execPath) ? null : /^sha256:[0-9a-f]{64}$/;
  t.match(node, { ok: true, value: { path: process.execPath, digest: expected } });
});
