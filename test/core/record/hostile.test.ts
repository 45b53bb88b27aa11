/**
 * Files that were made to hurt whoever verifies them: each is a calm verdict, soon and in bounded memory. Small ones are
 * judged here, within 50 ms; large ones each in a process of its own, in time and memory that grow with the file alone.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { concat, fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { packBundle } from '../../../core/record/bundle.ts';
import { archive, END, header, type Member, padding, unarchive } from '../../../core/record/tar.ts';
import { trustText } from '../../../core/record/trust.ts';
import { type FileVerdict, verifyAny } from '../../../core/verify/whole.ts';
import { rememberingVerifier } from '../../../server/ports/verify.ts';
import { testRun } from '../../helpers/site.ts';
import { packWhole } from '../../helpers/whole.ts';

const run = testRun().complete();
const { trust } = run.site;
const verify = rememberingVerifier();
const files = { 'the record of a run': packBundle(run.bundle()), 'a whole log': await packWhole(run.site) };

/** Of this process alone: how busy the machine is says nothing about a file. */
const SOON_MS = 50;
function spent(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}
const flat = (found: FileVerdict) => (found.kind === 'log' ? found.log : found.run);

/**
 * The verdict, and the ms of CPU that it took. Something else may fall into a measurement, as garbage or a compiler that
 * is not warm yet: what is slow is slow every time.
 */
async function timed(tar: Uint8Array) {
  for (let took = Number.POSITIVE_INFINITY, again = 1; ; again++) {
    const begun = process.cpuUsage();
    const judged = flat(await verifyAny(tar, trust, verify));
    took = Math.min(took, spent(begun));
    if (took <= SOON_MS || again === 10) return { ...judged, took };
  }
}

const membersOf = (tar: Uint8Array): Member[] => {
  const read = unarchive(tar);
  return read.ok ? read.value : [];
};
/** Members as they are given, well-formed or not, in that order. */
const raw = (members: readonly Member[]): Uint8Array =>
  concat(...members.flatMap(({ path, bytes }) => [rawHeader(path, bytes.length), bytes, padding(bytes.length)]), END);

/** A header with any name, and fields overwritten as no honest tar writes them; its checksum fits. */
function rawHeader(path: string, size: number, fields: Readonly<Record<number, string | Uint8Array>> = {}): Uint8Array {
  const block = header('x', size);
  block.fill(0, 0, 1);
  block.set(utf8(path).subarray(0, 100));
  for (const [at, field] of Object.entries(fields))
    block.set(typeof field === 'string' ? utf8(field) : field, Number(at));
  if ('148' in fields) return block;
  block.set(utf8('        '), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(utf8(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return block;
}

type Make = (members: Member[], tar: Uint8Array) => Uint8Array;
const one = (path: string, bytes: Uint8Array | string = 'x'): Member => ({
  path,
  bytes: typeof bytes === 'string' ? utf8(bytes) : bytes,
});
/** The file with one member more, wherever its path sorts. */
const more =
  (path: string, bytes?: Uint8Array | string): Make =>
  (members) =>
    raw([...members, one(path, bytes)].sort((a, b) => Buffer.compare(utf8(a.path), utf8(b.path))));
/** The file with the bytes of a member replaced. */
const instead =
  (path: string, change: (old: string) => string): Make =>
  (members) =>
    archive(members.map((each) => (each.path === path ? one(path, change(fromUtf8(each.bytes) ?? '')) : each)));
/** A member before all others, by its raw header. */
const first =
  (fields: Readonly<Record<number, string | Uint8Array>>, path = '!', bytes = utf8('x')): Make =>
  (_, tar) =>
    concat(rawHeader(path, bytes.length, fields), bytes, padding(bytes.length), tar);
const deep = (open: string, close: string, levels = 20_000): string => open.repeat(levels) + close.repeat(levels);
const lastBody = (members: readonly Member[]): string =>
  members.findLast(({ path }) => path.startsWith('bodies/'))?.path ?? '';

const HOSTILE: Record<string, Make> = {
  'a member missing': (members) => raw(members.filter(({ path }) => path !== 'checkpoint')),
  'a body missing': (members) => raw(members.filter(({ path }) => path !== lastBody(members))),
  'a member more': more('more'),
  'a body that nobody names': more(`bodies/${'0'.repeat(64)}`),
  'a member renamed': (members) =>
    raw(members.map((each) => (each.path === 'salts.jsonl' ? { ...each, path: 'salts.json' } : each))),
  'a body renamed': (members) =>
    raw(
      members.map((each) => (each.path === lastBody(members) ? { ...each, path: `bodies/${'f'.repeat(64)}` } : each)),
    ),
  'a member twice': (members) => raw(members.flatMap((each) => (each.path === 'checkpoint' ? [each, each] : [each]))),
  'a member again at the end': (members) => raw([...members, ...members.slice(0, 1)]),
  'the whole archive twice': (_, tar) => concat(tar, tar),
  'the members backwards': (members) => raw([...members].reverse()),
  'a file that is a folder too': more('checkpoint/x'),
  'a size of 8 GiB': first({ 124: '77777777777\0' }),
  'a size in base 256': first({ 124: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) }),
  'a size below zero': first({
    124: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  }),
  'a size that is no number': first({ 124: '0000000000x\0' }),
  'a size with spaces': first({ 124: '         1 \0' }),
  'a symbolic link': first({ 156: '2', 157: '/etc/passwd' }),
  'a hard link': first({ 156: '1', 157: 'checkpoint' }),
  'a folder': first({ 156: '5' }, 'd/'),
  'a device': first({ 156: '3' }),
  'a pipe': first({ 156: '6' }),
  'a pax header': first({ 156: 'x' }, 'pax', utf8('19 path=checkpoint\n')),
  'a global pax header': first({ 156: 'g' }, 'pax', utf8('19 path=checkpoint\n')),
  'a GNU long name': first({ 156: 'L' }, '././@LongLink', utf8(`${'n'.repeat(300)}\0`)),
  'a GNU long link': first({ 156: 'K' }, '././@LongLink', utf8(`${'n'.repeat(300)}\0`)),
  'a sparse file': first({ 156: 'S' }),
  'a kind that nobody knows': first({ 156: 'Z' }),
  'a GNU magic': first({ 257: 'ustar  \0' }),
  'another mode': first({ 100: '0004755\0' }),
  'another owner': first({ 108: '0001750\0' }),
  'another time': first({ 136: '14530000000\0' }),
  'a bad checksum': first({ 148: '000000\0 ' }),
  'a checksum with another end': first({ 148: '010062 \0' }),
  'padding that is not zero': (_, tar) => {
    const bent = tar.slice();
    const length = Number.parseInt(fromUtf8(bent.subarray(124, 135)) ?? '', 8);
    bent[512 + length] = 1;
    return bent;
  },
  'no end': (_, tar) => tar.subarray(0, tar.length - 1024),
  'half an end': (_, tar) => tar.subarray(0, tar.length - 512),
  'a longer end': (_, tar) => concat(tar, new Uint8Array(8192)),
  'bytes behind the end': (_, tar) => concat(tar, utf8('x')),
  'a path upwards': more('../checkpoint'),
  'a path upwards from within': more('bodies/../../x'),
  'an absolute path': more('/etc/passwd'),
  'a path with a dot': more('./checkpoint'),
  'a path with an empty part': more('bodies//x'),
  'a backslash': more('bodies\\x'),
  'a drive': more('C:\\x'),
  'a NUL within a path': more('check\0point'),
  'a line feed within a path': more('check\npoint'),
  'a path in NFD': more('bodies/e\u0301'),
  'a path that is not UTF-8': first({ 0: Uint8Array.of(0xff, 0xfe) }),
  'a path that looks like another': more('ch\u0435ckpoint'),
  'no path': more(''),
  'a trust root inside': more('trust.txt', trustText(trust)),
  'keys of a kind that nobody knows': instead('allowed_signers', (old) => old.replace(/ssh-ed25519/g, 'ssh-rsa')),
  'signers that trust everybody': instead('allowed_signers', () => '* ssh-ed25519 AAAA\n'),
  'entries nested deeply': instead('entries.jsonl', (old) => `${deep('[', ']')}\n${old}`),
  'salts nested deeply': instead('salts.jsonl', (old) => `${deep('{"a":', '}').replace(/:}/, ':1}')}\n${old}`),
  'entries with spaces': instead('entries.jsonl', (old) => old.replaceAll('":', '": ')),
  'entries with other line ends': instead('entries.jsonl', (old) => old.replaceAll('\n', '\r\n')),
  'entries with a mark before them': instead('entries.jsonl', (old) => `\ufeff${old}`),
  'entries without an end': instead('entries.jsonl', (old) => old.trimEnd()),
  'an empty line': instead('entries.jsonl', (old) => `${old}\n`),
  'nothing but line feeds': instead('entries.jsonl', () => '\n'.repeat(2000)),
  'numbers beyond the safe ones': instead('entries.jsonl', (old) =>
    old.replace(/"ts":\d+/g, '"ts":99999999999999999999'),
  ),
  'a key twice': instead('entries.jsonl', (old) => old.replaceAll('{"actor"', '{"actor":"server","actor"')),
  'a prototype': instead('entries.jsonl', (old) => old.replaceAll('{"actor"', '{"__proto__":{"run":"x"},"actor"')),
  'a line of a megabyte': instead('entries.jsonl', (old) => `"${'x'.repeat(2 ** 20)}"\n${old}`),
  'salts backwards': instead('salts.jsonl', (old) => `${old.trimEnd().split('\n').reverse().join('\n')}\n`),
  'a salt twice': instead('salts.jsonl', (old) => old.slice(0, old.indexOf('\n') + 1) + old),
  'no entries': instead('entries.jsonl', () => ''),
  'an empty checkpoint': instead('checkpoint', () => ''),
  'a checkpoint of a million lines': instead('checkpoint', (old) => `${'\n'.repeat(20_000)}${old}`),
  'a checkpoint with 10,000 signatures': instead(
    'checkpoint',
    (old) => old + `${old.trimEnd().split('\n').at(-1)}\n`.repeat(10_000),
  ),
  'a checkpoint of another size': instead('checkpoint', (old) => old.replace(/\n\d+\n/, '\n9007199254740991\n')),
  'an empty file': () => new Uint8Array(),
  'one zero block': () => new Uint8Array(512),
  'only an end': () => END,
  'a header alone': () => header('checkpoint', 5),
  'all members empty': (members) => archive(members.map(({ path }) => one(path, ''))),
  gzip: (_, tar) => gzipSync(tar),
  zip: (_, tar) => concat(utf8('PK\x03\x04'), tar),
  text: () => utf8('crosscheck-trust/v1\n'),
  JSON: () => utf8('{"verdict":"ANCHORED","exit":0}'),
};

for (const [what, tar] of Object.entries(files)) {
  t.test(what, async (t) => {
    t.equal(flat(await verifyAny(tar, trust, verify)).verdict, 'ANCHORED', 'as it was written');
    for (const [name, make] of Object.entries(HOSTILE)) {
      const bent = make(membersOf(tar), tar);
      const { took, verdict, exit, reasons } = await timed(bent);
      t.match(verdict, /^(INVALID|UNREADABLE)$/, name);
      t.equal(exit, verdict === 'INVALID' ? 8 : 2, name);
      t.ok(reasons.length > 0 && reasons.length <= 300, `${name}: ${reasons.length} reasons`);
      t.ok(took <= SOON_MS, `${name}: ${took.toFixed(1)} ms`);
      const alone = flat(await verifyAny(bent, null, verify));
      t.match(alone.verdict, /^(INVALID|UNREADABLE)$/, `${name}, without a trust root`);
    }
  });

  t.test(`${what}, cut at every block`, async (t) => {
    let slowest = 0;
    const passed: number[] = [];
    for (let length = 0; length < tar.length; length += 512) {
      const { took, verdict } = await timed(tar.subarray(0, length));
      slowest = Math.max(slowest, took);
      if (verdict !== 'INVALID' && verdict !== 'UNREADABLE') passed.push(length);
    }
    t.same(passed, []);
    t.ok(slowest <= SOON_MS, `the slowest took ${slowest.toFixed(1)} ms`);
  });
}

/** What a large file may cost: a second and as much again for every ten megabytes; in memory a few times its size. */
const BIG: Record<string, { readonly megabytes: number }> = {
  'a million salts': { megabytes: 140 },
  'a million tiny members': { megabytes: 512 },
  'a million entries': { megabytes: 135 },
  'a million signatures': { megabytes: 150 },
  'one line of 200 MB': { megabytes: 200 },
  'one body of 200 MB': { megabytes: 200 },
  'arrays in arrays': { megabytes: 16 },
  'a million flat rows': { megabytes: 16 },
  'a million signers': { megabytes: 70 },
};

for (const [name, { megabytes }] of Object.entries(BIG)) {
  t.test(`large: ${name}`, { timeout: 180_000 }, async (t) => {
    const program = join(import.meta.dirname, 'hostile.child.js');
    const done = spawnSync(process.execPath, [program, name], { encoding: 'utf8' });
    t.equal(done.status, 0, done.stderr);
    const { verdict, reasons, ms, before, highest, bytes } = JSON.parse(done.stdout) as Record<string, number>;
    t.match(String(verdict), /^(INVALID|UNREADABLE)$/);
    t.ok(Number(reasons) > 0 && Number(reasons) <= 300, `${reasons} reasons`);
    t.ok(Number(bytes) > 0.5 * megabytes * 1e6, `${bytes} bytes`);
    t.ok(Number(ms) <= 2000 + Number(bytes) / 4000, `${ms} ms for ${bytes} bytes`);
    t.ok(Number(highest) - Number(before) <= 200e6 + 6 * Number(bytes), `${highest} over ${before}`);
  });
}
