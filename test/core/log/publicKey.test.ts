/** Public keys: ssh-keygen's own lines are read, and every weak point or second spelling is refused. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import t from 'tap';
import { base64, concat, fromBase64, fromHex, hex, utf8 } from '../../../core/bytes/encoding.ts';
import { wireString } from '../../../core/bytes/wire.ts';
import { isEd25519Point, isP256Point } from '../../../core/log/points.ts';
import { keyFingerprint, parsePasted, parsePublicKey, publicKeyLine } from '../../../core/log/publicKey.ts';
import { campaign } from '../bytes/campaign.ts';

const P = 2n ** 255n - 19n;
const encode = (y: bigint, sign: 0 | 1) => {
  const bytes = (fromHex((y | (BigInt(sign) << 255n)).toString(16).padStart(64, '0')) ?? new Uint8Array(32)).slice();
  return bytes.reverse();
};
/** noble's judgement: decodes strictly, and times the cofactor is not the neutral element. */
const nobleEd25519 = (bytes: Uint8Array) => {
  try {
    return !ed25519.Point.fromBytes(bytes, false).isSmallOrder();
  } catch {
    return false;
  }
};
const nobleP256 = (bytes: Uint8Array) => {
  try {
    p256.Point.fromBytes(bytes).assertValidity();
    return true;
  } catch {
    return false;
  }
};

t.test('Ed25519 points are those of @noble/curves', (t) =>
  campaign(
    t,
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (bytes) => isEd25519Point(bytes) === nobleEd25519(bytes),
    ),
    150,
  ),
);

t.test('no point of small order, no y beyond the field', async (t) => {
  const torsion = ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  let point = ed25519.Point.ZERO;
  const small = new Set<string>();
  for (let i = 0; i < 8; i++) {
    small.add(hex(point.toBytes()));
    point = point.add(torsion);
  }
  t.equal(small.size, 8, 'all eight');
  for (const text of small) {
    const bytes = fromHex(text) ?? new Uint8Array(0);
    const flipped = bytes.map((byte, i) => (i === 31 ? byte ^ 0x80 : byte));
    t.notOk(isEd25519Point(bytes) || isEd25519Point(flipped), text);
  }
  for (let y = P; y < 2n ** 255n; y++)
    t.notOk(isEd25519Point(encode(y, 0)) || isEd25519Point(encode(y, 1)), `p + ${y - P}`);
  const base = ed25519.Point.BASE.toBytes();
  t.ok(isEd25519Point(base));
  t.notOk(isEd25519Point(base.slice(1)));
});

t.test('P-256 points', async (t) => {
  const good = p256.Point.BASE.multiply(12_345n).toBytes(false);
  t.ok(isP256Point(good));
  for (let i = 0; i < 65; i++) {
    const bad = good.map((byte, j) => (i === j ? byte ^ 1 : byte));
    t.equal(isP256Point(bad), nobleP256(bad), `byte ${i}`);
    t.notOk(isP256Point(bad));
  }
  t.notOk(isP256Point(new Uint8Array(65).fill(0, 1).fill(4, 0, 1)), '0,0');
  t.notOk(isP256Point(p256.Point.BASE.toBytes(true)), 'compressed');
  // The same point with x + p where that still fits in 32 bytes.
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const y = hex(p256.Point.fromHex(`02${'00'.repeat(31)}05`).toBytes(false)).slice(66);
  t.ok(isP256Point(fromHex(`04${'00'.repeat(31)}05${y}`) ?? good), 'x = 5');
  t.notOk(isP256Point(fromHex(`04${(p + 5n).toString(16)}${y}`) ?? good), 'x = p + 5');
});

t.test('lines near the right one', async (t) => {
  const raw = ed25519.Point.BASE.toBytes();
  const line = publicKeyLine('ssh-ed25519', raw);
  const parsed = parsePublicKey(line);
  t.same(parsed.ok && parsed.value, {
    type: 'ssh-ed25519',
    line,
    algorithm: 'ed25519',
    raw,
    blob: fromBase64(line.slice(12)),
    application: null,
  });
  const point = p256.Point.BASE.toBytes(false);
  const ecdsa = publicKeyLine('ecdsa-sha2-nistp256', point);
  t.match(parsePublicKey(ecdsa), { ok: true, value: { algorithm: 'p256', line: ecdsa } });
  const blob = (...parts: (string | Uint8Array)[]) =>
    base64(concat(...parts.map((part) => wireString(typeof part === 'string' ? utf8(part) : part))));
  const bad: Record<string, string> = {
    'a comment': `${line} me`,
    'a final line feed': `${line}\n`,
    'two spaces': line.replace(' ', '  '),
    'a tab': line.replace(' ', '\t'),
    'a leading space': ` ${line}`,
    'no type': line.slice(12),
    'only the type': 'ssh-ed25519',
    empty: '',
    'options before it': `no-pty ${line}`,
    'another type outside': line.replace('ssh-ed25519', 'ecdsa-sha2-nistp256'),
    'an inherited name': line.replace('ssh-ed25519', 'constructor'),
    'another type inside': `ssh-ed25519 ${blob('ssh-rsa', raw)}`,
    'a short key': `ssh-ed25519 ${blob('ssh-ed25519', raw.slice(1))}`,
    'bytes after it': `ssh-ed25519 ${blob('ssh-ed25519', raw, '')}`,
    'a point of small order': publicKeyLine('ssh-ed25519', encode(1n, 0)),
    'another curve inside': `ecdsa-sha2-nistp256 ${blob('ecdsa-sha2-nistp256', 'nistp384', point)}`,
    'a compressed point': publicKeyLine('ecdsa-sha2-nistp256', p256.Point.BASE.toBytes(true)),
    'a point off the curve': publicKeyLine(
      'ecdsa-sha2-nistp256',
      point.map((byte, i) => (i === 64 ? byte ^ 1 : byte)),
    ),
  };
  for (const [name, text] of Object.entries(bad)) t.notOk(parsePublicKey(text).ok, name);
});

t.test('of what is pasted, ECDSA is taken of security keys alone', async (t) => {
  const point = p256.Point.BASE.toBytes(false);
  t.ok(parsePasted(publicKeyLine('ssh-ed25519', ed25519.Point.BASE.toBytes())).ok);
  t.ok(parsePasted(publicKeyLine('sk-ecdsa-sha2-nistp256@openssh.com', point, 'ssh:')).ok);
  const plain = parsePasted(publicKeyLine('ecdsa-sha2-nistp256', point));
  t.match(plain, { ok: false, refusal: { sentence: /make an ssh-ed25519 key/ } });
  t.match(parsePasted('ssh-rsa AAAA'), { ok: false, refusal: { sentence: /only Ed25519 and ECDSA/ } });
});

t.test('keys of authenticators', async (t) => {
  const [sk, skEd] = ['sk-ecdsa-sha2-nistp256@openssh.com', 'sk-ssh-ed25519@openssh.com'] as const;
  const [point, raw] = [p256.Point.BASE.toBytes(false), ed25519.Point.BASE.toBytes()];
  for (const [type, own] of [
    [sk, point],
    [skEd, raw],
  ] as const) {
    const line = publicKeyLine(type, own, 'releases.example');
    t.match(parsePublicKey(line), { ok: true, value: { type, line, raw: own, application: 'releases.example' } });
    t.not(line, publicKeyLine(type, own, 'ssh:'), 'the application is part of the key');
    const file = join(t.testdir(), 'key.pub');
    writeFileSync(file, `${line}\n`);
    const printed = spawnSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' });
    const key = parsePublicKey(line);
    if (!printed.error && key.ok) t.match(printed.stdout, `256 ${keyFingerprint(key.value.blob)} `);
  }
  const blob = (...parts: (string | Uint8Array)[]) =>
    base64(concat(...parts.map((part) => wireString(typeof part === 'string' ? utf8(part) : part))));
  const bad: Record<string, string> = {
    'no application': `${sk} ${blob(sk, 'nistp256', point)}`,
    'an empty application': publicKeyLine(sk, point, ''),
    'a space in it': publicKeyLine(sk, point, 'releases example'),
    'a letter beyond ASCII': publicKeyLine(sk, point, 'relèases.example'),
    'no UTF-8': `${skEd} ${blob(skEd, raw, Uint8Array.of(0xff))}`,
    'a long one': publicKeyLine(sk, point, 'a'.repeat(256)),
    'two of them': `${sk} ${blob(sk, 'nistp256', point, 'ssh:', 'ssh:')}`,
    'an application of a key in a file': `ssh-ed25519 ${blob('ssh-ed25519', raw, 'ssh:')}`,
    'another curve': `${sk} ${blob(sk, 'nistp384', point, 'ssh:')}`,
    'the other type inside': `${skEd} ${blob(sk, 'nistp256', point, 'ssh:')}`,
    'a point of small order': publicKeyLine(skEd, encode(1n, 0), 'ssh:'),
    'a point off the curve': publicKeyLine(
      sk,
      point.map((byte, i) => (i === 64 ? byte ^ 1 : byte)),
      'ssh:',
    ),
    'a form of signatures': `webauthn-${sk} ${blob(`webauthn-${sk}`, 'nistp256', point, 'ssh:')}`,
    'a certificate': `sk-ssh-ed25519-cert-v01@openssh.com ${blob('sk-ssh-ed25519-cert-v01@openssh.com', raw, 'ssh:')}`,
  };
  for (const [name, text] of Object.entries(bad)) t.notOk(parsePublicKey(text).ok, name);
});

const keygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
t.test('the keys that ssh-keygen makes', { skip: keygen ? false : 'ssh-keygen absent' }, async (t) => {
  const folder = t.testdir();
  const make = (name: string, ...options: string[]) => {
    spawnSync('ssh-keygen', ['-q', '-N', '', '-C', '', '-f', join(folder, name), ...options]);
    const printed = spawnSync('ssh-keygen', ['-l', '-f', join(folder, `${name}.pub`)], { encoding: 'utf8' }).stdout;
    return { line: readFileSync(join(folder, `${name}.pub`), 'utf8').trim(), fingerprint: printed.split(' ')[1] };
  };
  for (const options of [
    ['-t', 'ed25519'],
    ['-t', 'ecdsa', '-b', '256'],
  ]) {
    const { line, fingerprint } = make(options.join(''), ...options);
    const key = parsePublicKey(line);
    if (!key.ok) return t.fail(key.refusal.sentence);
    t.equal(publicKeyLine(key.value.type, key.value.raw), line);
    t.equal(keyFingerprint(key.value.blob), fingerprint);
  }
  for (const options of [
    ['-t', 'ecdsa', '-b', '384'],
    ['-t', 'ecdsa', '-b', '521'],
    ['-t', 'rsa', '-b', '2048'],
  ]) {
    const { line } = make(options.join(''), ...options);
    t.match(line, /^(ssh-rsa|ecdsa-sha2-nistp(384|521)) /);
    t.notOk(parsePublicKey(line).ok, options.join(' '));
  }
});
