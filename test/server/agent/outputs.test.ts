/** The outputs file: the declared names, each once, one line each; anything else fails the step and says why without a value. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readOutputs } from '../../../server/agent/outputs.ts';
import { scratch } from './scratch.ts';

t.test('outputs', async (t) => {
  const root = scratch(t);
  const file = join(root, 'outputs');
  const read = (text: string | Buffer, declared = ['count', 'name'], secrets: string[] = []) => {
    writeFileSync(file, text);
    return readOutputs(file, declared, secrets);
  };
  const refused = (text: string | Buffer, why: RegExp, secrets?: string[]) =>
    t.match(read(text, ['count', 'name'], secrets), { why }, why.source);

  t.same(read('count=3\nname=a=b c\n'), { values: { count: '3', name: 'a=b c' } });
  t.same(read('name=zażółć\ncount=0'), { values: { count: '0', name: 'zażółć' } });
  t.match(read(`count=1\nname=${'x'.repeat(1000)}\n`), { values: {} });

  refused('count=1\n', /name has no value/);
  refused('count=1\nname=\n', /name has no value/);
  refused('count=1\nname=a\nother=b\n', /line 3 .* none that is declared/);
  refused('count=1\nname=a\ncount=1\n', /count is there twice/);
  refused('count=1\n\nname=a\n', /line 2 .* not name=value/);
  refused('count=1\nname=a\nb\n', /line 3 .* not name=value/);
  refused(' count=1\nname=a\n', /line 1/);
  refused('=1\n', /line 1/);
  refused('constructor=1\n', /line 1/);
  refused('count=1\r\nname=a\n', /count holds a line end/);
  refused('count=1\u2028\nname=a\n', /count holds a line end/);
  refused(`count=1\nname=${'x'.repeat(1001)}\n`, /name is longer than 1000/);
  refused('', /missing/);
  refused(Buffer.from([99, 61, 255]), /no text/);
  refused(`count=${'1'.repeat(1024 * 1024)}\n`, /too long/);
  refused('count=1\nname=my hunter22\n', /name holds a secret/, ['hunter22']);
  t.notMatch(JSON.stringify(read('count=1\nname=hunter22\n', undefined, ['hunter22'])), /hunter22/);

  await t.test('what is no file is not read', async (t) => {
    const link = join(root, 'link');
    symlinkSync(file, link);
    writeFileSync(file, 'count=1\nname=a\n');
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    mkdirSync(join(root, 'folder'));
    for (const path of [link, pipe, join(root, 'folder'), join(root, 'gone')])
      t.match(readOutputs(path, ['count', 'name'], []), { why: /missing/ }, path);
  });
});
