/** The bundle as a file: it round-trips byte for byte, and whatever is missing, surplus or otherwise written is refused. */
import t from 'tap';
import { fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { openBundle, packBundle, readBundle } from '../../../core/record/bundle.ts';
import { archive, type Member, unarchive } from '../../../core/record/tar.ts';
import { folderIndex } from '../../../core/runbook/folder.ts';
import { testRun } from '../../helpers/site.ts';

const run = testRun().complete();
const tar = packBundle(run.bundle());
const members = (): Member[] => {
  const read = unarchive(tar);
  return read.ok ? read.value : [];
};
const text = (bytes: Uint8Array): string => fromUtf8(bytes) ?? '';

t.test('a bundle is read as it was packed', (t) => {
  const read = readBundle(tar);
  t.ok(read.ok);
  if (read.ok) {
    t.strictSame(packBundle(read.value), tar);
    t.strictSame(read.value.entries, run.bundle().entries);
    t.strictSame(
      read.value.files.map(({ path }) => path),
      run.bundle().files.map(({ path }) => path),
    );
  }
  t.end();
});

t.test('it has the members of the format', (t) => {
  const paths = members().map(({ path }) => path.replace(/^bodies\/[0-9a-f]{64}$/, 'bodies/…'));
  t.strictSame(
    [...new Set(paths)],
    [
      'README.txt',
      'allowed_signers',
      'bodies/…',
      'checkpoint',
      'consistency.jsonl',
      'entries.jsonl',
      'proofs.jsonl',
      'runbook.json',
      'runbook/bin/count',
      'runbook/bin/empty',
      'runbook/bin/has-column',
      'runbook/bin/restore-drill',
      'runbook/bin/writers',
      'runbook/runbook.yaml',
      'salts.jsonl',
    ],
  );
  const signers = text(members().find(({ path }) => path === 'allowed_signers')?.bytes ?? new Uint8Array()).split('\n');
  t.equal(signers.length, 5 + 1 + 1, 'five people, the agent, and the end');
  t.match(signers[0], /^a-[0-9a-f]{16} namespaces="crosscheck-\*@crosscheck\.example" ssh-ed25519 [A-Za-z0-9+/=]+$/);
  t.notOk(text(members().find(({ path }) => path === 'runbook.json')?.bytes ?? new Uint8Array()).endsWith('\n'));
  t.end();
});

t.test('what is withheld has neither a member nor a salt', (t) => {
  const open = testRun().seat().backup().crossChecked();
  const read = readBundle(packBundle(open.bundle()));
  t.equal(read.ok && open.bundle('open').bodies.size - read.value.bodies.size, 6);
  t.end();
});

const edit = (path: string, change: (old: string) => string) =>
  members().map((one) => (one.path === path ? { path, bytes: utf8(change(text(one.bytes))) } : one));
const without = (path: string) => members().filter((one) => one.path !== path);
const firstBody = members().find(({ path }) => path.startsWith('bodies/'))?.path ?? '';

const refused: Record<string, { changed: () => Member[]; why: RegExp }> = {
  'a member too many': {
    changed: () => [...members(), { path: 'notes.txt', bytes: utf8('x') }],
    why: /notes\.txt does not belong here/,
  },
  'a body without a salt': {
    changed: () => [...members(), { path: `bodies/${'0'.repeat(64)}`, bytes: utf8('x') }],
    why: /does not belong here/,
  },
  'a runbook file that is not listed': {
    changed: () => [...members(), { path: 'runbook/x', bytes: utf8('x') }],
    why: /runbook\/x does not belong here/,
  },
  'a salt without a body': { changed: () => without(firstBody), why: /bodies\/[0-9a-f]{64} is missing/ },
  'no consistency proofs': { changed: () => without('consistency.jsonl'), why: /consistency\.jsonl is missing/ },
  'no README': { changed: () => without('README.txt'), why: /README\.txt is missing/ },
  'a listed file missing': { changed: () => without('runbook/bin/empty'), why: /runbook\/bin\/empty is missing/ },
  'salts in another order': {
    changed: () => edit('salts.jsonl', (old) => `${old.trimEnd().split('\n').reverse().join('\n')}\n`),
    why: /salts\.jsonl is not in its order/,
  },
  'salts that are spelled differently': {
    changed: () => edit('salts.jsonl', (old) => old.replace('{"digest"', '{ "digest"')),
    why: /line 1 of salts\.jsonl is malformed/,
  },
  'a short salt': {
    changed: () => edit('salts.jsonl', (old) => old.replace(/"salt":"[^"]*"/, '"salt":"AAAA"')),
    why: /line 1 of salts/,
  },
  'a line without its end': {
    changed: () => edit('entries.jsonl', (old) => old.slice(0, -1)),
    why: /does not end in a line feed/,
  },
  'a proof that is no list of hashes': {
    changed: () => edit('proofs.jsonl', (old) => old.replace(/^\[[^\]]*\]/, '["AAAA"]')),
    why: /line 1 of proofs/,
  },
  'a hash that only looks like a text': {
    changed: () => edit('proofs.jsonl', (old) => old.replace(/^\[[^\]]*\]/, '[{"length":44}]')),
    why: /line 1 of proofs/,
  },
  'a signer more': {
    changed: () => edit('allowed_signers', (old) => `${old}p-0000000000000000 namespaces="*" ssh-ed25519 AAAA\n`),
    why: /allowed_signers is not that of its roster/,
  },
  'a folder array with a line feed': { changed: () => edit('runbook.json', (old) => `${old}\n`), why: /runbook\.json/ },
  'a size that is no number': {
    changed: () => edit('consistency.jsonl', (old) => old.replace(/"size":\d+/, '"size":"1"')),
    why: /line 1 of consistency/,
  },
};

for (const [name, { changed, why }] of Object.entries(refused)) {
  t.test(`refused: ${name}`, (t) => {
    const read = readBundle(archive(changed()));
    t.match(read, { ok: false, refusal: { code: 'XCK_BYTES', sentence: why } });
    t.equal(openBundle(archive(changed())).ok, true, 'the verifier can still look inside');
    t.end();
  });
}

t.test('the longest path of a folder fits', (t) => {
  const file = { path: 'n'.repeat(100), mode: '0644' as const, bytes: utf8('x') };
  const index = folderIndex([file]);
  const bundle = { ...run.bundle(), files: [file], folderIndex: index.ok ? index.value : '' };
  t.match(readBundle(packBundle(bundle)), { ok: true, value: { files: [file] } });
  t.end();
});

t.test('README.txt may say anything', (t) => {
  t.equal(readBundle(archive(edit('README.txt', () => 'trust me'))).ok, true);
  t.end();
});

t.test('what is no archive of our form is refused', (t) => {
  for (const bytes of [
    tar.subarray(0, 700),
    new Uint8Array(1024),
    utf8('no tar'),
    tar.map((byte, at) => (at === 110 ? byte ^ 1 : byte)),
  ])
    t.equal(readBundle(bytes).ok, false);
  t.end();
});
