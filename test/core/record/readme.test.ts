/** The commands of a bundle's README.txt, pasted into a shell as an auditor would, with nothing of ours around them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { packBundle } from '../../../core/record/bundle.ts';
import { trustText } from '../../../core/record/trust.ts';
import { auditorSkip, GOOD, pasteReadme } from '../../helpers/auditor.ts';
import { type TestRun, testRun } from '../../helpers/site.ts';

const skip = auditorSkip();

/** What the README's commands print of a run's record. */
function paste(t: Test, run: TestRun, before?: (folder: string) => void): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-readme-'));
  t.teardown(() => spawnSync('rm', ['-rf', folder]));
  const [tar, trust] = [join(folder, 'run.tar'), join(folder, 'trust.txt')];
  writeFileSync(tar, packBundle(run.bundle()));
  writeFileSync(trust, trustText(run.site.trust));
  return pasteReadme(tar, trust, join(folder, 'in'), before);
}

for (const [name, options] of Object.entries({ 'pasted ssh keys': {}, 'browser keys': { solo: true } })) {
  t.test(`every command holds of a genuine record: ${name}`, { skip }, (t) => {
    const run = testRun(options).complete();
    const lines = paste(t, run);
    t.strictSame(
      lines.filter((line) => !GOOD.test(line)),
      [],
    );
    const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
    t.equal(count('Good "'), 'solo' in options ? 19 : 14, 'every signature');
    t.equal(count('OK body'), run.bundle().bodies.size);
    t.equal(count('runbook/'), 6);
    t.strictSame([count('OK runbook.json'), count('Signature Verified'), count('OK genesis')], [1, 1, 1]);
    t.end();
  });
}

t.test('in the record of an open run what is blind is said to be withheld', { skip }, (t) => {
  const lines = paste(t, testRun().seat().backup().crossChecked());
  t.strictSame(
    lines.filter((line) => !GOOD.test(line)),
    [],
  );
  t.equal(lines.filter((line) => line.startsWith('OK withheld')).length, 2);
  t.end();
});

t.test('a changed body is found', { skip }, (t) => {
  const lines = paste(t, testRun().complete(), (folder) => {
    const bodies = join(folder, 'bodies');
    const statement =
      readdirSync(bodies)
        .map((name) => join(bodies, name))
        .find((file) => readFileSync(file, 'utf8').startsWith('crosscheck-confirm/v1')) ?? '';
    writeFileSync(statement, readFileSync(statement, 'utf8').replace('eyes 6', 'eyes 4'));
  });
  const bad = lines.filter((line) => !GOOD.test(line));
  t.match(bad, [/^WRONG body/, /^Signature verification failed/]);
  t.end();
});
