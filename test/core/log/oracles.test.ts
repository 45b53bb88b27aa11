/** Strangers' implementations asked the same random questions: @noble/curves for signatures, @transmute/rfc9162 for trees, ssh-keygen for armor. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { RFC9162 as rfc9162 } from '@transmute/rfc9162';
import fc from 'fast-check';
import t from 'tap';
import { concat, equal, hex, utf8 } from '../../../core/bytes/encoding.ts';
import {
  append,
  consistencyProof,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/log/merkle.ts';
import { parsePublicKey, publicKeyLine } from '../../../core/log/publicKey.ts';
import { armor, namespaceOf, parseSshsig, verifySshsig } from '../../../core/log/sshsig.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { newSigner, dice as seeded } from '../../helpers/signer.ts';
import { campaign } from '../bytes/campaign.ts';

/** Little-endian, as Ed25519 writes numbers; big-endian, as P-256 does. */
const little = (value: bigint): Uint8Array => big(value).reverse();
const big = (value: bigint): Uint8Array => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
const number = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes)}`);

const change = fc.record({
  what: fc.constantFrom('nothing', 'message', 'key', 'first half', 'second half', 'other s', 'r beyond', 'zero s'),
  bit: fc.nat(255),
});
const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, index) => (index === (bit >> 3) % bytes.length ? byte ^ (1 << (bit & 7)) : byte));
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
const messages = fc.uint8Array({ maxLength: 200 });

const takes = (type: 'ssh-ed25519' | 'ecdsa-sha2-nistp256', raw: Uint8Array): boolean =>
  parsePublicKey(publicKeyLine(type, raw)).ok;

t.test('Ed25519: we hold valid what @noble/curves holds valid by RFC 8032, and nothing else', (t) => {
  const seen = new Map<string, number>();
  return campaign(
    t,
    fc.asyncProperty(secrets, messages, change, async (secret, message, { what, bit }) => {
      const signature = ed25519.sign(message, secret);
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
      const order = ed25519.Point.Fn.ORDER;
      const own = ed25519.getPublicKey(secret);
      const altered: Record<string, Uint8Array> = {
        'first half': concat(flip(r, bit), s),
        'second half': concat(r, flip(s, bit)),
        'other s': concat(r, little(number(s.slice().reverse()) + order)),
        'r beyond': concat(little(2n ** 255n - 1n - BigInt(bit % 18)), s),
        'zero s': concat(r, new Uint8Array(32)),
      };
      const asked = what === 'message' ? concat(message, utf8('x')) : message;
      const key = what === 'key' ? flip(own, bit) : own;
      const sig = altered[what] ?? signature;
      const ours = takes('ssh-ed25519', key) && (await verifyRaw('ed25519', key, asked, sig));
      const theirs = ed25519.verify(sig, asked, key, { zip215: false });
      seen.set(what, (seen.get(what) ?? 0) + 1);
      return ours === theirs && ours === (what === 'nothing');
    }),
    400,
  ).then(() => t.equal(seen.size, 8));
});

t.test('Ed25519: keys that fit more than one signature are refused, though OpenSSL would take them', async (t) => {
  const torsion = ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  const field = 2n ** 255n - 19n;
  const small = Array.from({ length: 8 }, (_, i) =>
    (i === 0 ? ed25519.Point.ZERO : torsion.multiply(BigInt(i))).toBytes(),
  );
  const beyond = [0n, 1n].map((y) => little(y + field));
  for (const key of [...small, ...beyond]) {
    t.notOk(takes('ssh-ed25519', key), hex(key));
    // R neutral and s 0 is a signature of any message by the neutral key, and of one in eight by the others.
    const forged = concat(ed25519.Point.ZERO.toBytes(), new Uint8Array(32));
    t.notOk(ed25519.verify(forged, utf8('any'), key, { zip215: false }));
  }
  const neutral = ed25519.Point.ZERO.toBytes();
  t.ok(await verifyRaw('ed25519', neutral, utf8('any'), concat(neutral, new Uint8Array(32))), 'that is why');
});

t.test('P-256: we hold valid what @noble/curves holds valid, the mirrored s included', (t) => {
  const seen = new Map<string, number>();
  return campaign(
    t,
    fc.asyncProperty(secrets, messages, change, async (secret, message, { what, bit }) => {
      if (!p256.utils.isValidSecretKey(secret)) return true;
      const order = p256.Point.Fn.ORDER;
      const signature = p256.sign(message, secret, { lowS: false });
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
      const altered: Record<string, Uint8Array> = {
        'first half': concat(flip(r, bit), s),
        'second half': concat(r, flip(s, bit)),
        'other s': concat(r, big(order - number(s))),
        'r beyond': concat(big(order + BigInt(bit)), s),
        'zero s': concat(r, new Uint8Array(32)),
      };
      const own = p256.getPublicKey(secret, false);
      const asked = what === 'message' ? concat(message, utf8('x')) : message;
      const key = what === 'key' ? flip(own, 8 + bit) : own;
      const sig = altered[what] ?? signature;
      const ours = takes('ecdsa-sha2-nistp256', key) && (await verifyRaw('p256', key, asked, sig));
      const theirs = judged(() => p256.verify(sig, asked, key, { lowS: false }));
      seen.set(what, (seen.get(what) ?? 0) + 1);
      return ours === theirs && ours === (what === 'nothing' || what === 'other s');
    }),
    250,
  ).then(() => t.equal(seen.size, 8));
});

/** A key off the curve makes noble throw. */
function judged(ask: () => boolean): boolean {
  try {
    return ask();
  } catch {
    return false;
  }
}

/** The nodes of a tree over these leaves, as the log keeps them. */
function grown(leaves: readonly Uint8Array[]) {
  const kept = new Map<string, Uint8Array>();
  const nodes = (level: number, index: number) => kept.get(`${level}/${index}`) ?? new Uint8Array();
  for (const [index, leaf] of leaves.entries())
    for (const node of append(index, leaf, nodes)) kept.set(`${node.level}/${node.index}`, node.hash);
  return nodes;
}

/** Its consistency proof names the old root even where the old tree is a subtree, which RFC 9162 §2.1.4.1 leaves out. */
async function followed(from: number, entries: Uint8Array[], before: Uint8Array): Promise<Uint8Array[]> {
  const proof = await rfc9162.PROOF(from, entries);
  const whole = from === entries.length || Number.isInteger(Math.log2(from));
  if (whole && !equal(proof[0] ?? new Uint8Array(), before)) throw new Error('it names another old root');
  return whole ? proof.slice(1) : proof;
}

t.test('trees, audit paths and consistency proofs are those of @transmute/rfc9162', (t) =>
  campaign(
    t,
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.nat(), async (size, one, two) => {
      const entries = Array.from({ length: size }, (_, i) => utf8(`entry ${i} of ${size}`));
      const nodes = grown(entries.map(leafHash));
      const [index, from] = [one % size, 1 + (two % size)];
      const [root, before] = [rootOf(size, nodes), rootOf(from, nodes)];
      const [theirRoot, theirBefore] = [await rfc9162.MTH(entries), await rfc9162.MTH(entries.slice(0, from))];
      const [path, theirPath] = [inclusionProof(index, size, nodes), await rfc9162.PATH(index, entries)];
      const [proof, theirProof] = [consistencyProof(from, size, nodes), await followed(from, entries, before)];
      const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]) => a.map(hex).join() === b.map(hex).join();
      return (
        equal(root, theirRoot) &&
        equal(before, theirBefore) &&
        same(path, theirPath) &&
        same(proof, theirProof) &&
        verifyInclusion(index, size, leafHash(entries[index] ?? root), theirPath, theirRoot) &&
        verifyConsistency(from, size, theirBefore, theirRoot, theirProof)
      );
    }),
    150,
  ),
);

const keygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
t.test(
  'what is tampered with, neither we nor ssh-keygen hold valid',
  { skip: keygen ? false : 'ssh-keygen absent' },
  async (t) => {
    const origin = 'crosscheck.example/log/00';
    const namespace = namespaceOf('confirm', origin);
    const random = seeded('oracles');
    const folder = t.testdir();
    const at = (name: string) => join(folder, name);
    const message = utf8('crosscheck-confirm/v1\norigin crosscheck.example/log/00\n');
    for (const type of ['ssh-ed25519', 'ecdsa-sha2-nistp256'] as const) {
      const signer = newSigner('p-', type, random, () => origin);
      const key = parsePublicKey(signer.key);
      const text = new TextDecoder().decode(signer.sign('confirm', message));
      const parsed = parseSshsig(text);
      if (!key.ok || !parsed.ok) return t.fail(type);
      writeFileSync(at('allowed'), `${signer.id} namespaces="crosscheck-*@crosscheck.example" ${signer.key}\n`);
      const both = async (signature: string, signed = message) => {
        writeFileSync(at('sig'), signature);
        const options = ['-Y', 'verify', '-f', at('allowed'), '-I', signer.id, '-n', namespace, '-s', at('sig')];
        const theirs = spawnSync('ssh-keygen', options, { input: signed }).status === 0;
        return [
          (
            await verifySshsig(signature, signed, {
              key: key.value,
              kind: type === 'ssh-ed25519' ? ('ssh' as const) : ('browser' as const),
              origins: [],
              namespace,
              verify: verifyRaw,
            })
          ).ok,
          theirs,
        ];
      };
      t.same(await both(text), [true, true], type);
      t.same(await both(text, concat(message, utf8('x'))), [false, false], 'another message');
      const { signatureBlob } = parsed.value;
      // From behind the name and the lengths on, every bit counts.
      for (let bit = 0; bit < 24; bit++) {
        const where = signatureBlob.length - 1 - ((bit * 7) % 28);
        const tampered = signatureBlob.map((byte, index) => (index === where ? byte ^ (1 << (bit % 8)) : byte));
        t.same(await both(armor({ ...parsed.value, signatureBlob: tampered })), [false, false], `bit ${bit}`);
      }
      t.same(
        await both(armor({ ...parsed.value, namespace: namespaceOf('key', origin) })),
        [false, false],
        'another act',
      );
    }
  },
);
