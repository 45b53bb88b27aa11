/** The verifier as others use it: by the package's own name, and by the very example of docs/log-format.md, run as a program. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verify } from 'crosscheck/verify';
import t from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import { packBundle } from '../../core/record/bundle.ts';
import { trustText } from '../../core/record/trust.ts';
import { ROOT } from '../helpers/server.ts';
import { testRun } from '../helpers/site.ts';
import { packWhole } from '../helpers/whole.ts';

const run = testRun().complete();
const record = packBundle(run.bundle());
const trust = trustText(run.site.trust);

t.test('a record and a whole log', async (t) => {
  t.match(await verify(record, { trust }), { kind: 'run', run: { verdict: 'ANCHORED', exit: 0 } });
  t.match(await verify(record), { kind: 'run', run: { verdict: 'SELF-CONSISTENT', exit: 3 } });
  const log = await verify(await packWhole(run.site), { trust });
  t.match(log, { kind: 'log', log: { verdict: 'ANCHORED', exit: 0, runs: [{ run: run.state.facts.run }] } });
  t.match(await verify(utf8('text'), { trust }), { kind: 'run', run: { verdict: 'UNREADABLE', exit: 2 } });
  await t.rejects(verify(record, { trust: 'trust me' }), TypeError);
});

t.test('it starts nothing: a program that only imports it ends', async (t) => {
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', "await import('crosscheck/verify')"], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  t.same([done.status, done.stdout, done.stderr], [0, '', '']);
});

t.test('the example of docs/log-format.md', async (t) => {
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/log-format.md'), 'utf8')) ?? [];
  t.match(example, "from 'crosscheck/verify'");
  const folder = t.testdir({ 'example.mjs': example, 'trust.txt': trust, 'bad.tar': 'text' });
  writeFileSync(join(folder, 'run.tar'), record);
  writeFileSync(join(folder, 'log.tar'), await packWhole(run.site));
  const printed = (file: string) => {
    const [program, trustFile] = [join(folder, 'example.mjs'), join(folder, 'trust.txt')];
    const { status, stdout } = spawnSync(process.execPath, [program, join(folder, file), trustFile], {
      encoding: 'utf8',
    });
    return [status, stdout];
  };
  t.same(printed('run.tar'), [0, 'ANCHORED\n']);
  t.same(printed('log.tar'), [0, `ANCHORED\n${run.state.facts.run} ANCHORED independent\n`]);
  t.match(printed('bad.tar'), [2, /^UNREADABLE\n/]);
});
