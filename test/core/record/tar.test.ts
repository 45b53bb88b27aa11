/** The bundle's tar byte for byte against the real tar, and every other archive refused. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { concat, equal, utf8 } from '../../../core/bytes/encoding.ts';
import { archive, header, type Member, unarchive } from '../../../core/record/tar.ts';
import { campaign } from '../bytes/campaign.ts';

const FORM = ['--format=ustar', '-b1', '--numeric-owner', '--owner=0', '--group=0', '--mode=0644', '--mtime=@0'];
const MEMBERS: Member[] = [
  { path: 'checkpoint', bytes: utf8('x') },
  { path: 'a', bytes: new Uint8Array(512).fill(65) },
  { path: 'a-b/c', bytes: new Uint8Array(0) },
  { path: 'bodies/é𝄞', bytes: new Uint8Array(513).fill(1) },
  { path: 'bodies/Ω', bytes: new Uint8Array(511).fill(2) },
  { path: 'bodies/\uffee', bytes: new Uint8Array(100_000).fill(3) },
  { path: `d/${'n'.repeat(98)}`, bytes: utf8('one hundred bytes of path') },
  { path: `runbook/${'n'.repeat(100)}`, bytes: utf8('a path that needs the prefix field') },
  { path: `runbook/${'deep/'.repeat(17)}${'n'.repeat(15)}`, bytes: utf8('and one of many parts') },
  { path: 'b', bytes: Uint8Array.of(0, 1, 2) },
];

/** What the real tar makes of a folder's files in the given order; sorting bytewise is LC_ALL=C sort's. */
function tar(t: Test, members: readonly Member[], ...more: string[]): Uint8Array {
  const folder = t.testdir();
  for (const { path, bytes } of members) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const sorted = members.map(({ path }) => path).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const options = { cwd: folder, input: sorted.join('\n'), maxBuffer: 2 ** 26 };
  return new Uint8Array(spawnSync('tar', [...FORM, ...more, '-c', '--verbatim-files-from', '-T', '-'], options).stdout);
}

const gnu = spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU tar');
const withTar = { skip: gnu ? false : 'GNU tar absent' };

t.test('writes what tar writes', withTar, async (t) => {
  const ours = archive(MEMBERS);
  t.ok(equal(ours, tar(t, MEMBERS)), 'byte for byte');
  t.ok(equal(archive([...MEMBERS].reverse()), ours), 'in any order');
  const members = unarchive(ours);
  t.same(members.ok && members.value.map(({ path }) => path).sort(), MEMBERS.map(({ path }) => path).sort());
  const listed = spawnSync('tar', ['-tf', '-', '--quoting-style=literal'], { input: ours, encoding: 'utf8' });
  t.equal(listed.status, 0);
  t.same(listed.stdout.trim().split('\n').sort(), MEMBERS.map(({ path }) => path).sort());
});

t.test('what other options write is refused', withTar, async (t) => {
  const two = MEMBERS.slice(0, 2);
  t.ok(unarchive(tar(t, two)).ok);
  const others = [
    '--format=gnu',
    '--format=pax',
    '--mode=0755',
    '--mtime=@1',
    '--owner=1',
    '--group=7',
    '-b20',
    '--transform=s,^,/,',
    '--transform=s,^,../,',
  ];
  for (const option of others) t.notOk(unarchive(tar(t, two, '-P', option)).ok, option);
  const folder = t.testdir({ a: 'x' });
  symlinkSync('a', join(folder, 'link'));
  for (const name of ['link', '.']) {
    const { stdout } = spawnSync('tar', [...FORM, '-c', name], { cwd: folder });
    t.ok(stdout.length >= 1536);
    t.notOk(unarchive(new Uint8Array(stdout)).ok, name);
  }
});

t.test('comes back', (t) => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', 'é', '\uffee', '𝄞'), minLength: 1, maxLength: 4 });
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const members = fc.uniqueArray(fc.record({ path, bytes: fc.uint8Array({ maxLength: 1100 }) }), {
    selector: ({ path }) => `${path}/`,
  });
  return campaign(
    t,
    fc.property(members, (given) => {
      const apart = given.filter(({ path }) => !given.some((other) => path.startsWith(`${other.path}/`)));
      const back = unarchive(archive(apart));
      const key = ({ path, bytes }: Member) => `${path} ${Buffer.from(bytes).toString('hex')}`;
      const order = (list: readonly Member[]) => list.map(key).sort();
      return back.ok && String(order(back.value)) === String(order(apart));
    }),
    300,
  );
});

t.test('no byte of an archive may change, and none may be missing', async (t) => {
  const good = archive([
    { path: 'a', bytes: utf8('abc') },
    { path: 'b', bytes: utf8('def') },
  ]);
  const content = (at: number) => (at >= 512 && at < 515) || (at >= 1536 && at < 1539);
  const passed = Array.from(good.keys()).filter((at) => {
    const bad = good.slice();
    bad[at] = (bad[at] ?? 0) ^ 1;
    return unarchive(bad).ok !== content(at);
  });
  t.same(passed, []);
  const lengths = Array.from(good.keys()).filter((length) => unarchive(good.slice(0, length)).ok);
  t.same(lengths, []);
  t.notOk(unarchive(concat(good, new Uint8Array(512))).ok, 'a third zero block');
});

t.test('members that may not be there', async (t) => {
  const file = (path: string): Member => ({ path, bytes: utf8('x') });
  const long = 'n'.repeat(101);
  for (const path of [
    '',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/../b',
    './a',
    'a\0b',
    'a\nb',
    'a\\b',
    'é'.repeat(51),
    long,
    '\ud800',
  ]) {
    t.throws(() => archive([file(path)]), RangeError, JSON.stringify(path));
  }
  t.throws(() => archive([file('a'), file('a')]), RangeError, 'twice');
  t.throws(() => archive([file('a'), file('a-b'), file('a/b')]), RangeError, 'a file as a folder');
  const [a, b] = [archive([file('a')]).slice(0, 1024), archive([file('b')]).slice(0, 1024)];
  const end = new Uint8Array(1024);
  t.ok(unarchive(concat(a, b, end)).ok);
  t.notOk(unarchive(concat(b, a, end)).ok, 'out of order');
  t.notOk(unarchive(concat(a, a, end)).ok, 'twice');
  t.notOk(unarchive(concat(a, end, b, end)).ok, 'something after the end');
  const huge = a.slice();
  huge.set(utf8('77777777777'), 124);
  t.match(unarchive(concat(huge, end)), { ok: false, refusal: { sentence: /longer than the file/ } });
  const folder = concat(header('a', 0), header('a/b', 0), end);
  t.match(unarchive(folder), { ok: false, refusal: { sentence: /a file is a folder too/ } });
  t.match(unarchive(concat(a, a, end)), { ok: false, refusal: { sentence: /a path occurs twice/ } });
  for (const [at, byte] of [
    [0, 0xff],
    [345, 0xff],
    [124, 0x39],
  ] as const) {
    const torn = a.slice();
    torn[at] = byte;
    t.match(unarchive(concat(torn, end)), { ok: false, refusal: { sentence: /a header is malformed/ } }, `byte ${at}`);
  }
  t.throws(() => archive([file(`${'p'.repeat(156)}/n`)]), { message: 'a path is too long' });
  t.throws(() => archive([{ path: 'a', bytes: { length: 8 ** 11 } as Uint8Array }]), {
    message: 'a member is too large',
  });
  t.same(unarchive(end), { ok: true, value: [] }, 'no members at all');
  t.notOk(unarchive(new Uint8Array(0)).ok, 'no bytes at all');
});
