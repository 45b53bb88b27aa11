/** RFC 9162 proofs, C2SP signed notes and the trust root, as docs/log-format.md has them. */
import { createPublicKey, verify } from 'node:crypto';
import { fromBase64, same, sha256, textOf, utf8 } from './bytes.ts';

const NOTHING = Buffer.alloc(0);
export const leafHash = (entry: Uint8Array): Buffer => sha256(Uint8Array.of(0), entry);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Uint8Array.of(1), left, right);

/** RFC 9162 §2.1.1, over the leaves themselves. */
export function rootOf(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (!only) return sha256();
  if (leaves.length === 1) return Buffer.from(only);
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return nodeHash(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

/** RFC 9162 §2.1.3.2. Sizes may pass 32 bits, so nothing is shifted. */
export function isIncluded(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index >= size) return false;
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else hash = nodeHash(hash, sibling);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && same(hash, root);
}

/** RFC 9162 §2.1.4.2. */
export function isConsistent(
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (first < 1 || first > second) return false;
  if (first === second) return proof.length === 0 && same(firstRoot, secondRoot);
  let [fn, sn] = [first - 1, second - 1];
  while (fn % 2 === 1) [fn, sn] = [(fn - 1) / 2, Math.floor(sn / 2)];
  const [seed, ...path] = fn === 0 ? [firstRoot, ...proof] : proof;
  if (!seed) return false;
  let [fr, sr] = [seed, seed];
  for (const hash of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeHash(hash, fr), nodeHash(hash, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else sr = nodeHash(sr, hash);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && same(fr, firstRoot) && same(sr, secondRoot);
}

/** Raw Ed25519 by the means of node. */
export function isEd25519(raw: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (raw.length !== 32 || signature.length !== 64) return false;
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, message, key, signature);
}

export interface Trust {
  readonly origin: string;
  readonly logKey: Buffer;
  readonly genesis: string;
}

export const keyId = (name: string, raw: Uint8Array): Buffer =>
  sha256(name, Uint8Array.of(0x0a, 0x01), raw).subarray(0, 4);

export function parseTrust(text: string): Trust | undefined {
  const [, origin = '', name, id, key = '', genesis = ''] =
    /^crosscheck-trust\/v1\norigin (\S+)\nlog-key (\S+)\+([0-9a-f]{8})\+(\S+)\ngenesis (sha256:[0-9a-f]{64})\n$/.exec(
      text,
    ) ?? [];
  const bytes = fromBase64(key);
  if (bytes?.length !== 33 || bytes[0] !== 1 || name !== origin) return undefined;
  const logKey = bytes.subarray(1);
  return keyId(origin, logKey).toString('hex') === id ? { origin, logKey, genesis } : undefined;
}

export interface Checkpoint {
  readonly size: number;
  readonly root: Buffer;
}

/** The checkpoint in a note that this key has signed as `origin`. */
export function openCheckpoint(note: Uint8Array, origin: string, key: Uint8Array): Checkpoint | undefined {
  const text = textOf(note) ?? '';
  const split = text.lastIndexOf('\n\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note has none but the line feed
  if (split < 0 || !text.endsWith('\n') || /[\x00-\x09\x0b-\x1f]/.test(text)) return undefined;
  const body = text.slice(0, split + 1);
  const lines = text.slice(split + 2, -1).split('\n');
  const signatures = lines.map((line) => {
    const [, name = '', encoded = ''] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
    const bytes = fromBase64(encoded) ?? NOTHING;
    return isName(name) && bytes.length >= 5 ? { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) } : null;
  });
  if (lines.length > 100 || signatures.includes(null)) return undefined;
  const own = signatures.filter((each) => each?.name === origin && same(each.id, keyId(origin, key)));
  if (own.length === 0 || !own.every((each) => isEd25519(key, utf8(body), each?.signature ?? NOTHING)))
    return undefined;
  const [, named, decimal = '', encoded = ''] = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n$/.exec(body) ?? [];
  const [size, root] = [Number(decimal), fromBase64(encoded)];
  return named === origin && decimal !== '' && Number.isSafeInteger(size) && root?.length === 32
    ? { size, root }
    : undefined;
}

const isName = (name: string): boolean => /^[^\s\p{White_Space}\p{Cc}\p{Surrogate}+]+$/u.test(name);
