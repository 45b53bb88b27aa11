/** SSHSIG both ways with the real ssh-keygen, and the near misses that ssh-keygen lets pass. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { base64, concat, utf8 } from '../../../core/bytes/encoding.ts';
import { mpint, uint32, wireString } from '../../../core/bytes/wire.ts';
import { type KeyType, type PublicKey, parsePublicKey, publicKeyLine } from '../../../core/log/publicKey.ts';
import {
  armor,
  namespaceOf,
  parseSshsig,
  rawToSshSignature,
  signedData,
  verifySshsig,
} from '../../../core/log/sshsig.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';

const NAMESPACE = namespaceOf('confirm', 'crosscheck.example:8443/log/00');
const MESSAGE = utf8('crosscheck-confirm/v1\norigin crosscheck.example/log/00\n');

interface Signer {
  readonly key: PublicKey;
  sign(message: Uint8Array, namespace?: string): Uint8Array;
  armored(message: Uint8Array, namespace?: string): string;
}

function signer(type: KeyType): Signer {
  const pair =
    type === 'ssh-ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  const raw = new Uint8Array(spki.subarray(type === 'ssh-ed25519' ? -32 : -65));
  const key = parsePublicKey(publicKeyLine(type, raw));
  if (!key.ok) throw new Error(key.refusal.sentence);
  const hash = type === 'ssh-ed25519' ? null : 'sha256';
  const rawSign = (message: Uint8Array, namespace = NAMESPACE) =>
    new Uint8Array(sign(hash, signedData(namespace, message), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }));
  return {
    key: key.value,
    sign: rawSign,
    armored: (message, namespace = NAMESPACE) =>
      armor({
        publicKey: key.value.blob,
        namespace,
        signatureBlob: rawToSshSignature(type, rawSign(message, namespace)),
      }),
  };
}

const check = (text: string, key: PublicKey, namespace = NAMESPACE, message = MESSAGE) =>
  verifySshsig(text, message, {
    key,
    kind: key.algorithm === 'p256' ? 'browser' : 'ssh',
    namespace,
    origins: [],
    verify: verifyRaw,
  });
const TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256'] as const;

t.test('namespaces', async (t) => {
  t.equal(NAMESPACE, 'crosscheck-confirm-v1@crosscheck.example');
  t.equal(namespaceOf('key', 'a.example/log/00'), 'crosscheck-key-v1@a.example');
});

t.test('a signature counts for its message, namespace and key only', async (t) => {
  for (const type of TYPES) {
    const [mine, other] = [signer(type), signer(type)];
    const text = mine.armored(MESSAGE);
    t.same(await check(text, mine.key), { ok: true, value: true }, type);
    t.notOk((await check(text, mine.key, NAMESPACE, utf8('other'))).ok, 'another message');
    t.notOk((await check(text, mine.key, namespaceOf('key', 'crosscheck.example'))).ok, 'another act');
    t.notOk((await check(text, other.key)).ok, 'another key');
    const swapped = armor({
      publicKey: other.key.blob,
      namespace: NAMESPACE,
      signatureBlob: rawToSshSignature(type, mine.sign(MESSAGE)),
    });
    t.notOk((await check(swapped, other.key)).ok, 'the other key’s name on it');
    t.notOk((await check(swapped, mine.key)).ok, 'the other key’s name on it, asked for the signer');
    const renamed = armor({
      publicKey: mine.key.blob,
      namespace: NAMESPACE,
      signatureBlob: rawToSshSignature(type, mine.sign(MESSAGE, 'file')),
    });
    t.notOk((await check(renamed, mine.key)).ok, 'signed for another namespace');
  }
});

t.test('ECDSA signatures of every length of r and s', async (t) => {
  const mine = signer('ecdsa-sha2-nistp256');
  const lengths = new Set<number>();
  for (let i = 0; i < 400; i++) {
    const message = utf8(`message ${i}`);
    const text = mine.armored(message);
    const parsed = parseSshsig(text);
    if (parsed.ok) lengths.add(parsed.value.signatureBlob.length);
    if (!(await check(text, mine.key, NAMESPACE, message)).ok) t.fail(text);
  }
  t.ok(lengths.size >= 3, `lengths ${[...lengths]}`);
});

t.test('signature blobs that do not fit', async (t) => {
  const [ed, ec] = [signer('ssh-ed25519'), signer('ecdsa-sha2-nistp256')];
  const judge = (key: PublicKey, signatureBlob: Uint8Array) =>
    check(armor({ publicKey: key.blob, namespace: NAMESPACE, signatureBlob }), key);
  const name = (text: string) => wireString(utf8(text));
  const edRaw = ed.sign(MESSAGE);
  const ecRaw = ec.sign(MESSAGE);
  const [r, s] = [ecRaw.subarray(0, 32), ecRaw.subarray(32)];
  const pair = (...parts: Uint8Array[]) => concat(name('ecdsa-sha2-nistp256'), wireString(concat(...parts)));
  t.ok((await judge(ec.key, pair(mpint(r), mpint(s)))).ok);

  t.ok(
    (await judge(ec.key, pair(mpint(r), mpint(mirror(s))))).ok,
    'the mirrored s verifies too: count by principal, never by bytes',
  );
  const cases: [string, PublicKey, Uint8Array][] = [
    ['ECDSA claimed for an Ed25519 key', ed.key, concat(name('ecdsa-sha2-nistp256'), wireString(edRaw))],
    ['RSA claimed', ed.key, concat(name('rsa-sha2-512'), wireString(edRaw))],
    ['63 bytes', ed.key, concat(name('ssh-ed25519'), wireString(edRaw.slice(1)))],
    ['65 bytes', ed.key, concat(name('ssh-ed25519'), wireString(concat(edRaw, Uint8Array.of(0))))],
    ['a byte after it', ed.key, concat(name('ssh-ed25519'), wireString(edRaw), Uint8Array.of(0))],
    ['empty', ed.key, new Uint8Array(0)],
    ['r zero', ec.key, pair(mpint(new Uint8Array(1)), mpint(s))],
    ['s zero', ec.key, pair(mpint(r), mpint(new Uint8Array(1)))],
    ['r with a needless zero', ec.key, pair(wireString(concat(new Uint8Array(2), r)), mpint(s))],
    ['r negative', ec.key, pair(wireString(concat(Uint8Array.of(0xff), r)), mpint(s))],
    ['r of 33 bytes', ec.key, pair(mpint(concat(Uint8Array.of(1), r)), mpint(s))],
    ['s of 33 bytes', ec.key, pair(mpint(r), mpint(concat(Uint8Array.of(1), s)))],
    ['a third number', ec.key, pair(mpint(r), mpint(s), mpint(s))],
    ['raw instead of mpints', ec.key, concat(name('ecdsa-sha2-nistp256'), wireString(ecRaw))],
  ];
  for (const [what, key, blob] of cases) t.notOk((await judge(key, blob)).ok, what);
  const kind = { ok: false, refusal: { sentence: /not of the kind that the key makes/ } };
  for (const what of ['63 bytes', '65 bytes', 's of 33 bytes']) {
    const [, key, blob] = cases.find(([name]) => name === what) ?? [what, ed.key, new Uint8Array(0)];
    t.match(await judge(key, blob), kind, what);
  }
});

/** n − s: the other s that ECDSA accepts. */
function mirror(s: Uint8Array): Uint8Array {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const mirrored = (n - BigInt(`0x${Buffer.from(s).toString('hex')}`)).toString(16).padStart(64, '0');
  return new Uint8Array(Buffer.from(mirrored, 'hex'));
}

/** An armor with any field changed, wrapped as ssh-keygen wraps it. */
function crafted(
  key: PublicKey,
  signature: Uint8Array,
  change: Partial<Record<'magic' | 'version' | 'reserved' | 'hash' | 'tail', Uint8Array>>,
) {
  const empty = new Uint8Array(0);
  const blob = concat(
    change.magic ?? utf8('SSHSIG'),
    change.version ?? uint32(1),
    wireString(key.blob),
    wireString(utf8(NAMESPACE)),
    wireString(change.reserved ?? empty),
    wireString(change.hash ?? utf8('sha512')),
    wireString(signature),
    change.tail ?? empty,
  );
  return `-----BEGIN SSH SIGNATURE-----\n${base64(blob).replace(/.{1,70}/g, '$&\n')}-----END SSH SIGNATURE-----\n`;
}

t.test('armors near the right one', async (t) => {
  const { key, sign } = signer('ssh-ed25519');
  const blob = rawToSshSignature('ssh-ed25519', sign(MESSAGE));
  const good = crafted(key, blob, {});
  t.ok((await check(good, key)).ok);
  const [begin = '', ...lines] = good.split('\n');
  const bad: Record<string, string> = {
    'version 0': crafted(key, blob, { version: uint32(0) }),
    'version 2': crafted(key, blob, { version: uint32(2) }),
    'reserved filled': crafted(key, blob, { reserved: utf8('x') }),
    sha256: crafted(key, blob, { hash: utf8('sha256') }),
    'bytes after the blob': crafted(key, blob, { tail: Uint8Array.of(0) }),
    'another magic': crafted(key, blob, { magic: utf8('SSHSIX') }),
    'no final line feed': good.slice(0, -1),
    'two final line feeds': `${good}\n`,
    'text before': `\n${good}`,
    'carriage returns': good.replaceAll('\n', '\r\n'),
    'one long line': `${begin}\n${lines.slice(0, -2).join('')}\n${lines.at(-2)}\n`,
    'other columns': good.replace(/\n(.{70})\n(.)/, '\n$1$2\n'),
    'an empty line inside': good.replace('\n', '\n\n'),
    'another block': good.replaceAll('SIGNATURE', 'MESSAGE'),
    'no base64 inside': good.replace(/\n./, '\n!'),
    'armor without content': '-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n',
    'begin and end in one': '-----BEGIN SSH SIGNATURE-----\n',
    empty: '',
  };
  for (const [name, text] of Object.entries(bad)) {
    t.not(text, good);
    t.notOk((await check(text, key)).ok, name);
  }
  const says = async (text: string, why: RegExp) => t.match(await check(text, key), { refusal: { sentence: why } });
  for (const name of ['empty', 'begin and end in one', 'text before'])
    await says(bad[name] ?? good, /armor is missing/);
  await says(bad['no base64 inside'] ?? good, /no base64/);
  await says(bad['bytes after the blob'] ?? good, /its fields do not fit/);
  const space = utf8(NAMESPACE);
  const noText = good.replaceAll('\n', '').replace(/-----[A-Z ]+-----/g, '');
  const bytes = new Uint8Array(Buffer.from(noText, 'base64'));
  const at = Buffer.from(bytes).indexOf(Buffer.from(space));
  bytes[at] = 0xff;
  await says(`${begin}\n${base64(bytes).replace(/.{1,70}/g, '$&\n')}${lines.at(-2)}\n`, /its fields do not fit/);
});

const keygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
const withKeygen = { skip: keygen ? false : 'ssh-keygen absent' };

t.test('what ssh-keygen signs, we verify', withKeygen, async (t) => {
  for (const options of [
    ['-t', 'ed25519'],
    ['-t', 'ecdsa', '-b', '256'],
  ]) {
    const at = join(t.testdir(), 'key');
    spawnSync('ssh-keygen', ['-q', '-N', '', '-C', '', '-f', at, ...options]);
    const key = parsePublicKey(readFileSync(`${at}.pub`, 'utf8').trim());
    if (!key.ok) return t.fail(key.refusal.sentence);
    const { stdout } = spawnSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', NAMESPACE, '-f', at], {
      input: MESSAGE,
      encoding: 'utf8',
    });
    t.match(stdout, /^-----BEGIN SSH SIGNATURE-----\n/);
    t.same(await check(stdout, key.value), { ok: true, value: true }, options.join(' '));
    t.notOk((await check(stdout, key.value, NAMESPACE, utf8('other'))).ok);
    const short = spawnSync('ssh-keygen', ['-Y', 'sign', '-q', '-O', 'hashalg=sha256', '-n', NAMESPACE, '-f', at], {
      input: MESSAGE,
      encoding: 'utf8',
    });
    t.match(short.stdout, /^-----BEGIN SSH SIGNATURE-----\n/);
    t.notOk((await check(short.stdout, key.value)).ok, 'sha256 is refused');
  }
});

const keygenVerify = (t: Test, by: Signer, message: Uint8Array) => {
  const at = t.testdir();
  writeFileSync(
    join(at, 'allowed'),
    `p-0011223344556677 namespaces="crosscheck-*@crosscheck.example" ${by.key.line}\n`,
  );
  writeFileSync(join(at, 'sig'), by.armored(MESSAGE));
  const options = [
    '-Y',
    'verify',
    '-f',
    join(at, 'allowed'),
    '-I',
    'p-0011223344556677',
    '-n',
    NAMESPACE,
    '-s',
    join(at, 'sig'),
  ];
  return spawnSync('ssh-keygen', options, { input: message }).status;
};

t.test('what we armor, ssh-keygen verifies', withKeygen, async (t) => {
  for (const type of TYPES) {
    t.equal(keygenVerify(t, signer(type), MESSAGE), 0, type);
    t.not(keygenVerify(t, signer(type), utf8('other')), 0);
  }
});
