/** `record verify` tells a record's verdict by words, JSON and exit code, without a server. */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { base64 } from '../../../core/bytes/encoding.ts';
import type { Sealed } from '../../../core/log/entry.ts';
import { inclusionProof } from '../../../core/log/merkle.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import { receiptText } from '../../../core/record/receipt.ts';
import { trustText } from '../../../core/record/trust.ts';
import type { Period } from '../../../core/record/whole.ts';
import type { Cli } from '../../../server/cli/args.ts';
import { EXIT, type Exit } from '../../../server/cli/exits.ts';
import { openTerminal } from '../../../server/cli/terminal.ts';
import { verify } from '../../../server/cli/words/record.ts';
import { RUNBOOK, type SiteOptions, type TestRun, TestSite, testRun } from '../../helpers/site.ts';
import { packWhole } from '../../helpers/whole.ts';
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

/** A site's log with a closed run and an open one, written whole. */
async function writtenWhole(directory: string, period: Period = { from: null, to: null }) {
  const site = new TestSite({});
  const approved = site.approved(RUNBOOK);
  const first = site.open(approved).complete();
  const second = site.open(approved, { run: '01JD3V7Q0Z8EA1B2C3D4E5F6G8' }).seat();
  const file = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(directory, name), bytes);
    return join(directory, name);
  };
  const trust = file('trust.txt', trustText(site.trust));
  return { site, first, second, file, trust, log: file('log.tar', await packWhole(site, [second], period)) };
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
  const { store } = run.site;
  const own = run.entries.find(({ entry }) => entry.type === 'step.confirmed') as Sealed;
  const parts = {
    entry: own.bytes,
    index: own.entry.seq,
    proof: inclusionProof(own.entry.seq, store.size(), store.node).map(base64),
    checkpoint: Buffer.from(run.site.checkpoint()).toString(),
  };
  t.match(await verified(record, { trust, receipt: file('receipt', receiptText(parts)) }), { exit: EXIT.ok });
  const moved = file('moved', receiptText({ ...parts, index: 3 }));
  await t.rejects(
    verified(record, { trust, receipt: moved }),
    stopping(EXIT.usage),
    'one that does not hold proves nothing',
  );
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
  // The key was suspended in a history that the record hides.
  const hidden = new TestSite();
  const suspension = hidden.suspend('dba', 'dba');
  const proof = file(
    'suspension',
    receiptText({
      entry: suspension.bytes,
      index: suspension.entry.seq,
      proof: inclusionProof(suspension.entry.seq, hidden.store.size(), hidden.store.node).map(base64),
      checkpoint: Buffer.from(hidden.checkpoint()).toString(),
    }),
  );
  const found = await verified(record, { trust, receipt: proof });
  t.match(found, { exit: EXIT.diverged, out: /^DIVERGED[\s\S]*entry \d+/ });
});

t.test('a whole log: its own verdict, and one for each run', async (t) => {
  const { log, trust, first, second, site } = await writtenWhole(t.testdir());
  const { exit, out } = await verified(log, { trust });
  t.equal(exit, EXIT.unproven);
  t.match(out, /^OPEN: the log is one whole history/);
  t.match(out, `${first.state.facts.run} ANCHORED, assurance independent, executor embedded`);
  t.match(out, `${second.state.facts.run} OPEN`);
  t.match(out, /runs opened from the beginning until the end: 2/);
  const document = JSON.parse((await verified(log, { trust, json: true })).out) as unknown;
  t.match(document, {
    verdict: 'OPEN',
    exit: 3,
    reasons: [],
    period: { from: null, to: null },
    runs: [
      { run: first.state.facts.run, verdict: 'ANCHORED', solo: false, mode: 'live', assurance: 'independent' },
      { verdict: 'OPEN' },
    ],
    outside: [],
    genesis: site.genesis.digest,
    checkpoint: { size: site.store.size() },
  });
});

t.test('runs outside the period are named as not judged', async (t) => {
  const { log, trust, first, second } = await writtenWhole(t.testdir(), { from: 0, to: 1 });
  const { exit, out } = await verified(log, { trust });
  t.equal(exit, EXIT.ok);
  t.match(out, /until 1970-01-01T00:00:00\.001Z: 0/);
  t.match(out, new RegExp(`not judged: 2\n  ${first.state.facts.run}\n  ${second.state.facts.run}`));
});

t.test('a whole log contradicts a receipt of any size', async (t) => {
  const { log, trust, site, file } = await writtenWhole(t.testdir());
  t.match(await verified(log, { trust, receipt: file('honest', site.checkpoint(7)) }), { exit: EXIT.unproven });
  const twin = new TestSite({});
  while (twin.store.size() < 8) twin.approved(RUNBOOK.replace('id: drop-email', `id: other-${twin.store.size()}`));
  const receipt = file('fork', twin.checkpoint(7));
  t.match(await verified(log, { trust, receipt }), { exit: EXIT.diverged, out: /^DIVERGED/ });
  t.match(await verified(log, { trust, receipt, json: true }), { exit: EXIT.diverged, out: /"DIVERGED"/ });
});

t.test('what is too large or no file is not read', async (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'large'), '');
  truncateSync(join(folder, 'large'), 2 ** 30 + 1);
  await t.rejects(
    verified(join(folder, 'large'), {}),
    stopping(EXIT.usage, { message: /1073741825 bytes; more than/ }),
  );
  await t.rejects(verified(folder, {}), stopping(EXIT.usage, { message: /is no file/ }));
  await t.rejects(verified('/dev/zero', {}), stopping(EXIT.usage, { message: /is no file/ }));
});
