/** `record verify` tells a record's verdict by words, JSON and exit code, without a server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { packBundle } from '../../../core/record/bundle.ts';
import { trustText } from '../../../core/record/trust.ts';
import type { Cli } from '../../../server/cli/args.ts';
import { EXIT, type Exit } from '../../../server/cli/exits.ts';
import { openTerminal } from '../../../server/cli/terminal.ts';
import { verify } from '../../../server/cli/words/record.ts';
import { type SiteOptions, type TestRun, testRun } from '../../helpers/site.ts';
import { stopping } from './stopping.ts';

interface Verified {
  readonly exit: Exit;
  readonly out: string;
}

async function verified(file: string, options: Record<string, string | boolean>): Promise<Verified> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = openTerminal({ stdin, stdout, stderr }, { input: true, color: false });
  const cli: Cli = { terminal, env: {}, root: '/', now: () => 0, random: (length) => new Uint8Array(length) };
  const exit = await verify(cli, { positionals: [file], options });
  return { exit, out: (stdout.read() as Buffer | null)?.toString('utf8') ?? '' };
}

function written(directory: string, run: TestRun) {
  const file = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(directory, name), bytes);
    return join(directory, name);
  };
  return {
    file,
    record: file('record.tar', packBundle(run.bundle())),
    trust: file('trust.txt', trustText(run.site.trust)),
  };
}

const closed = (options: SiteOptions = {}) => testRun(options).complete();

t.test('the verdict, the assurance and the executor', async (t) => {
  const { record, trust } = written(t.testdir(), closed());
  const anchored = await verified(record, { trust });
  t.equal(anchored.exit, EXIT.ok);
  t.match(anchored.out, /^ANCHORED: /);
  t.match(anchored.out, /assurance independent, executor embedded/);
  t.match(await verified(record, {}), { exit: EXIT.unproven, out: /^SELF-CONSISTENT/ });
  const document = JSON.parse((await verified(record, { trust, json: true })).out) as Record<string, unknown>;
  t.match(document, { verdict: 'ANCHORED', exit: 0, solo: false, reasons: [], withheld: 0 });
});

t.test('solo is less than four eyes unless it is accepted', async (t) => {
  const { record, trust } = written(t.testdir(), closed({ solo: true }));
  t.match(await verified(record, { trust }), { exit: EXIT.unproven, out: /^ANCHORED \(solo\)/ });
  t.match(await verified(record, { trust, accept: 'solo' }), { exit: EXIT.ok });
  await t.rejects(verified(record, { trust, accept: 'anything' }), stopping(EXIT.usage));
});

t.test('an open run says what it withholds', async (t) => {
  const run = testRun().seat().backup();
  run.arm('drop-column');
  run.confirm('dba', 'reviewer', 'dba');
  const { record, trust } = written(t.testdir(), run);
  t.match(await verified(record, { trust }), { exit: EXIT.unproven, out: /^OPEN[\s\S]*\d bodies are withheld/ });
});

t.test('a changed record is INVALID with its reason and place', async (t) => {
  const run = closed();
  const { file, trust } = written(t.testdir(), run);
  const bytes = Buffer.from(packBundle(run.bundle()));
  bytes.writeUInt8(bytes.readUInt8(bytes.indexOf('"step.keyed"') + 2) ^ 1, bytes.indexOf('"step.keyed"') + 2);
  t.match(await verified(file('bad.tar', bytes), { trust }), {
    exit: EXIT.invalid,
    out: /^INVALID[\s\S]*\(seq \d+\) I1 \[XCK_INTEGRITY\]/,
  });
  const other = file('other.tar', packBundle(closed({ seed: 'other' }).bundle()));
  t.match(await verified(other, { trust }), { exit: EXIT.invalid }, 'a record of another log');
  t.match(await verified(file('text', 'text'), { trust }), { exit: EXIT.usage, out: /^UNREADABLE/ });
  await t.rejects(verified(join(t.testdirName, 'none'), { trust }), stopping(EXIT.usage));
  const short = file('short', 'crosscheck-trust/v1\n');
  await t.rejects(verified(file('again.tar', bytes), { trust: short }), stopping(EXIT.usage));
});

t.test('a receipt that the log contradicts is DIVERGED', async (t) => {
  const run = closed();
  const { file, record, trust } = written(t.testdir(), run);
  const honest = file('receipt', `c2sp.org/tlog-proof@v1\nindex 3\n\n${Buffer.from(run.site.checkpoint()).toString()}`);
  t.match(await verified(record, { trust, receipt: honest }), { exit: EXIT.ok });
  // The same site, the same dice and key, but another last entry: two trees of one size.
  const forked = testRun().complete();
  const twin = testRun().seat();
  while (twin.site.store.size() < forked.site.store.size())
    twin.site.put({
      type: 'attempt.refused',
      actor: twin.site.people.dba.id,
      fields: { act: 'confirm', code: 'XCK_SELF' },
    });
  const receipt = file('fork', twin.site.checkpoint());
  t.match(await verified(record, { trust, receipt }), { exit: EXIT.diverged, out: /^DIVERGED/ });
  await t.rejects(verified(record, { receipt }), stopping(EXIT.usage), 'a receipt needs a trust root');
});
