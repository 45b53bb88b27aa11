/** The commands of a bundle's README.txt, pasted into a shell as an auditor would, with nothing of ours around them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { packBundle } from '../../../core/record/bundle.ts';
import { trustText } from '../../../core/record/trust.ts';
import { auditorSkip, GOOD, pasteReadme } from '../../helpers/auditor.ts';
import { type SiteOptions, type TestRun, testRun } from '../../helpers/site.ts';
import { packWhole } from '../../helpers/whole.ts';

const skip = auditorSkip();

/** What the README's commands print of a run's record, or of another file of its site. */
function paste(
  t: Test,
  run: TestRun,
  before?: (folder: string) => void,
  bytes: Uint8Array = packBundle(run.bundle()),
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-readme-'));
  t.teardown(() => spawnSync('rm', ['-rf', folder]));
  const [tar, trust] = [join(folder, 'run.tar'), join(folder, 'trust.txt')];
  writeFileSync(tar, bytes);
  writeFileSync(trust, trustText(run.site.trust));
  return pasteReadme(tar, trust, join(folder, 'in'), before);
}

const KEYS: Record<string, SiteOptions> = {
  'pasted ssh keys': {},
  'a security key among them': { kinds: { dba: 'sk-ssh' } },
  'browser keys': { solo: true },
  'passkeys among them': { solo: true, kinds: { lead: 'passkey', dba: 'passkey' } },
};
for (const [name, options] of Object.entries(KEYS)) {
  t.test(`every command holds of a genuine record: ${name}`, { skip }, (t) => {
    const run = testRun(options).complete();
    const lines = paste(t, run);
    t.strictSame(
      lines.filter((line) => !GOOD.test(line)),
      [],
    );
    const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
    t.equal(count('Good "'), 'solo' in options ? 19 : 16, 'every signature');
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

t.test('every command holds of a genuine whole log, and finds a changed file', { skip }, async (t) => {
  const run = testRun().complete();
  const later = { from: Number.MAX_SAFE_INTEGER, to: null };
  const second = run.site.open(run.approved, { run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' }).seat();
  const whole = await packWhole(run.site, [second]);
  const lines = paste(t, run, undefined, whole);
  t.strictSame(
    lines.filter((line) => !GOOD.test(line)),
    [],
  );
  const count = (all: string[], start: string) => all.filter((line) => line.startsWith(start)).length;
  t.strictSame(
    ['Good "', 'OK folders/', 'OK files/', 'Signature Verified', 'OK genesis'].map((start) => count(lines, start)),
    [17, 1, 6, 1, 1],
  );
  const bent = (folder: string) => {
    const [file = ''] = readdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files', file), 'x');
  };
  t.equal(count(paste(t, run, bent, whole), 'WRONG files/'), 1);
  const without = paste(t, run, undefined, await packWhole(run.site, [], later));
  t.strictSame(
    without.map((line) => line.split(':')[0]),
    ['Signature Verified Successfully', 'OK genesis'],
    'nothing is here of runs outside the period',
  );
});
