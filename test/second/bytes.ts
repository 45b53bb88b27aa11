/** Bytes, hashes and canonical JSON of docs/log-format.md. Like everything beside it, it is written from that page alone and imports nothing of the product. */
import { createHash } from 'node:crypto';

export const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
export const sha256 = (...parts: readonly (Uint8Array | string)[]): Buffer =>
  parts.reduce<ReturnType<typeof createHash>>((hash, part) => hash.update(part), createHash('sha256')).digest();
export const sha512 = (bytes: Uint8Array): Buffer => createHash('sha512').update(bytes).digest();
export const digestOf = (...parts: readonly (Uint8Array | string)[]): string =>
  `sha256:${sha256(...parts).toString('hex')}`;
export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** RFC 4648 §4 with padding, in its one spelling; undefined for anything else. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Text, where the bytes are UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** RFC 8785. Throws for lone surrogates and for what is no JSON. */
export function jcs(value: unknown): string {
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw new TypeError('a lone surrogate');
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError('no JSON');
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, each]) => `${jcs(key)}:${jcs(each)}`).join(',')}}`;
}

/** The json of statements: JCS in ASCII. */
export const asciiJcs = (value: unknown): string =>
  jcs(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
const numbersIn = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbersIn)
      : [];

/** The value of canonical JSON within these limits; undefined where the bytes are not that. */
export function canonical(bytes: Uint8Array, most: number, depth: number, integers: boolean): unknown {
  const text = bytes.length <= most ? textOf(bytes) : undefined;
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const fits = depthOf(value) <= depth && (!integers || numbersIn(value).every(Number.isSafeInteger));
    return fits && jcs(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The JSON of a statement's line, where it is spelled as it must be. */
export function lineJson(text: string | undefined): unknown {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return asciiJcs(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** RFC 4251 §5 string and uint32. */
export const sshString = (bytes: Uint8Array | string): Buffer =>
  Buffer.concat([word(Buffer.from(bytes).length), Buffer.from(bytes)]);
export const sshUint32 = word;

/** Reads SSH wire forms; running out of bytes throws. */
export class Wire {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('too short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32 = (): number => this.take(4).readUInt32BE();
  string = (): Buffer => this.take(this.uint32());

  /** A positive mpint in its shortest spelling, as 32 bytes. */
  mpint32(): Buffer {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    if (bytes.length > 0 && (first >= 0x80 || (first === 0 && second < 0x80)))
      throw new RangeError('no shortest mpint');
    const magnitude = first === 0 ? bytes.subarray(1) : bytes;
    if (magnitude.length > 32) throw new RangeError('too large');
    return Buffer.concat([Buffer.alloc(32 - magnitude.length), magnitude]);
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }
}
