/** A process of its own for one large hostile file: makes it in one piece of memory, verifies it, and tells what that took. */
import { END, header, padding } from '../../../core/record/tar.ts';
import { verifyAny } from '../../../core/verify/whole.ts';
import { rememberingVerifier } from '../../../server/ports/verify.ts';

const MILLION = 1_000_000;
const hexOf = (index: number): string => index.toString(16).padStart(64, '0');
const SALT = Buffer.alloc(32).toString('base64');

/** `count` lines of one length, without an array of them. */
function lines(count: number, line: (index: number) => string): Buffer {
  const length = Buffer.byteLength(line(0));
  const all = Buffer.alloc(count * length);
  for (let index = 0; index < count; index++) all.write(line(index), index * length, 'utf8');
  return all;
}

const member = (path: string, bytes: Uint8Array): Uint8Array[] => [
  header(path, bytes.length),
  bytes,
  padding(bytes.length),
];
/** The members of a record with some of them given; the others are empty. */
function record(given: Readonly<Record<string, Uint8Array>>): Buffer {
  const paths = [
    'README.txt',
    'allowed_signers',
    'checkpoint',
    'consistency.jsonl',
    'entries.jsonl',
    'proofs.jsonl',
    'runbook.json',
    'salts.jsonl',
  ];
  const all = [...new Set([...paths, ...Object.keys(given)])].sort();
  return Buffer.concat([...all.flatMap((path) => member(path, given[path] ?? new Uint8Array())), END]);
}

const salts = (): Buffer => lines(MILLION, (index) => `{"digest":"sha256:${hexOf(index)}","salt":"${SALT}"}\n`);
const entries = (): Buffer =>
  lines(
    MILLION,
    (index) =>
      `{"actor":"p-4f1c9a0b7d2e6358","act":"x","code":"XCK_SELF","log":"a.example/log/0","seq":${String(MILLION + index)},"ts":1,"type":"attempt.refused","v":1}\n`,
  );

function tinyMembers(): Buffer {
  const all = Buffer.alloc(MILLION * 512 + END.length);
  for (let index = 0; index < MILLION; index++) all.set(header(`bodies/${hexOf(index)}`, 0), index * 512);
  return all;
}

const MAKE: Readonly<Record<string, () => Buffer>> = {
  'a million salts': () => record({ 'salts.jsonl': salts() }),
  'a million tiny members': tinyMembers,
  'a million entries': () => record({ 'entries.jsonl': entries() }),
  'a million signatures': () =>
    record({
      checkpoint: Buffer.concat([
        Buffer.from('a\n1\nAAAA\n\n'),
        lines(MILLION, () => `— a.example/log/0 ${'A'.repeat(92)}\n`),
      ]),
    }),
  'one line of 200 MB': () =>
    record({ 'entries.jsonl': Buffer.concat([Buffer.alloc(200 * MILLION, 'x'), Buffer.from('\n')]) }),
  'one body of 200 MB': () =>
    record({
      'salts.jsonl': Buffer.from(`{"digest":"sha256:${hexOf(1)}","salt":"${SALT}"}\n`),
      [`bodies/${hexOf(1)}`]: Buffer.alloc(200 * MILLION),
    }),
  'arrays in arrays': () =>
    record({ 'runbook.json': Buffer.concat([Buffer.alloc(2 ** 23, '['), Buffer.alloc(2 ** 23, ']')]) }),
  'a million flat rows': () =>
    record({
      'runbook.json': Buffer.concat([
        Buffer.from('['),
        lines(MILLION, () => '["a","0","0644"],').subarray(0, -1),
        Buffer.from(']'),
      ]),
    }),
  'a million signers': () =>
    record({
      allowed_signers: lines(MILLION, () => `p-4f1c9a0b7d2e6358 namespaces="*" ssh-ed25519 ${'A'.repeat(20)}\n`),
    }),
};

const tar = MAKE[process.argv[2] ?? '']?.() ?? Buffer.alloc(0);
const highest = () => process.resourceUsage().maxRSS * 1024;
const before = highest();
const begun = performance.now();
const found = await verifyAny(tar, null, rememberingVerifier());
const ms = performance.now() - begun;
const { verdict, reasons } = found.kind === 'log' ? found.log : found.run;
process.stdout.write(
  JSON.stringify({
    verdict,
    reasons: reasons.length,
    first: reasons[0]?.sentence,
    ms,
    before,
    highest: highest(),
    bytes: tar.length,
  }),
);
