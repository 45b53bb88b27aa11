/** The folder's index and digest, against sha256sum's own words and an independent JCS; and every path that it refuses. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { type FolderFile, folderDigest, folderIndex, parseIndex } from '../../../core/runbook/folder.ts';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { campaign } from '../bytes/campaign.ts';
import { FILES, folderOf, SOUND, said } from './fixtures.ts';

const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const file = (path: string, text = 'x', mode: FolderFile['mode'] = '0644'): FolderFile => ({
  path,
  bytes: utf8(text),
  mode,
});

const why = (...files: FolderFile[]): string => {
  const index = folderIndex(files);
  return index.ok ? 'accepted' : index.refusal.sentence;
};

t.test('the index as the format writes it', async (t) => {
  const index = folderIndex([file('b/c', 'two', '0755'), file('a', 'one')]);
  t.same(index, { ok: true, value: `[["a","${sha('one')}","0644"],["b/c","${sha('two')}","0755"]]` });
  t.same(folderDigest([file('b/c', 'two', '0755'), file('a', 'one')]), {
    ok: true,
    value: `sha256:${sha(index.ok ? index.value : '')}`,
  });
  t.same(folderIndex([]), { ok: true, value: '[]' });
});

t.test('any folder in the order of bytes, whatever order it came in', async (t) => {
  const letter = fc.constantFrom('a', 'b', 'A', '-', '.x', '0', 'é', 'Ω', '\uffee', '𝄞', ' ');
  const path = fc.array(letter, { minLength: 1, maxLength: 8 }).map((letters) => letters.join(''));
  await campaign(
    t,
    fc.property(fc.uniqueArray(path, { maxLength: 12 }), fc.string(), (paths, text) => {
      const files = paths.map((one) => file(one, text + one));
      const sorted = [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const oracle = canonicalize(sorted.map((one) => [one, sha(utf8(text + one)), '0644']));
      const index = folderIndex(files);
      return index.ok && index.value === oracle && parseIndex(index.value).ok;
    }),
    300,
  );
});

t.test('paths', async (t) => {
  const relative = 'a path is relative and has no empty name, “.” or “..”.';
  const refused: readonly (readonly [path: string, why: string])[] = [
    ['', 'a path has 1 to 100 bytes.'],
    ['é'.repeat(51), 'a path has 1 to 100 bytes.'],
    ['cafe\u0301', 'a path is in Unicode NFC.'],
    ['/etc/passwd', relative],
    ['a//b', relative],
    ['a/', relative],
    ['.', relative],
    ['./a', relative],
    ['a/../b', relative],
    ['..', relative],
    ['a\nb', 'a path has no control, invisible or backslash characters.'],
    ['a\u0000', 'a path has no control, invisible or backslash characters.'],
    ['a\u202eb', 'a path has no control, invisible or backslash characters.'],
    ['a\u200b', 'a path has no control, invisible or backslash characters.'],
    ['a\ud800', 'a path has no control, invisible or backslash characters.'],
    ['a\\b', 'a path has no control, invisible or backslash characters.'],
  ];
  for (const [path, reason] of refused) t.equal(why(file(path)), `${JSON.stringify(path)}: ${reason}`);
  t.equal(why(file('a'), file('a')), '"a": this path stands twice.');
  t.equal(why(file('a/b'), file('a')), '"a/b": "a" is a file, so nothing can stand below it.');
  t.equal(why(file('a/b/c'), file('a-x'), file('a/b')), '"a/b/c": "a/b" is a file, so nothing can stand below it.');
  for (const path of ['é'.repeat(50), '...', '.git/x', 'a b', '__proto__', 'a/b.c/d'])
    t.equal(why(file(path)), 'accepted');
});

t.test('32 MiB, not a byte more', async (t) => {
  const half = new Uint8Array(16 * 1024 * 1024);
  const big = (bytes: Uint8Array): FolderFile[] => [
    { path: 'a', bytes: half, mode: '0644' },
    { path: 'b', bytes, mode: '0644' },
  ];
  t.equal(why(...big(half)), 'accepted');
  t.equal(why(...big(new Uint8Array(half.length + 1))), '".": a folder has at most 32 MiB.');
});

t.test('an index is read only as it is written', async (t) => {
  const digest = sha('x');
  t.same(parseIndex(`[["a","${digest}","0644"]]`), { ok: true, value: [['a', digest, '0644']] });
  const refused = [
    '',
    '{}',
    'null',
    '[[]]',
    `[["a","${digest}","0644"]] `,
    `[["a","${digest}","0600"]]`,
    `[["a","${digest.toUpperCase()}","0644"]]`,
    `[["a","${digest}","0644",1]]`,
    `[["a",["${digest}"],"0644"]]`,
    `[["/a","${digest}","0644"]]`,
    `[["..","${digest}","0644"]]`,
    `[["b","${digest}","0644"],["a","${digest}","0644"]]`,
    `[["a","${digest}","0644"],["a","${digest}","0644"]]`,
    `[["a","${digest}","0644"],["a/b","${digest}","0644"]]`,
    '['.repeat(100_000),
  ];
  for (const text of refused) t.notOk(parseIndex(text).ok, text.slice(0, 60));
});

t.test('lint of a folder', async (t) => {
  const says = (files: readonly FolderFile[]) => lintFolder(files).problems.map(said);
  const yaml = folderOf(SOUND).slice(-1);
  t.same(says(FILES), ['1:1 error [folder] The folder has no runbook.yaml. | Add one; it says what the folder does.']);
  t.same(says([]), ['1:1 error [folder] The folder has no runbook.yaml. | Add one; it says what the folder does.']);
  t.same(says([{ path: 'runbook.yaml', mode: '0644', bytes: Uint8Array.of(0x69, 0xff) }]), [
    '1:1 error [folder] runbook.yaml is not UTF-8. | Save it as UTF-8.',
  ]);
  t.same(says([...FILES, ...yaml, file('../x')]), [
    '1:1 error [folder] "../x": a path is relative and has no empty name, “.” or “..”. | Rename or remove it.',
  ]);
  t.same(says(folderOf(SOUND, [file('bin/evil', '#!/bin/sh\nif [ "$u" != "\u202eadmin\u2066" ]; then\n')])), [
    'bin/evil:2:15 error [invisible] Invisible character U+202E. | Remove it; nobody could see that it is there.',
  ]);
  t.same(
    says(folderOf(SOUND, [{ path: 'logo.png', mode: '0644', bytes: Uint8Array.of(0x89, 0xff, 0xe2, 0x80, 0xae) }])),
    [],
  );
});
