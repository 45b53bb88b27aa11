/** Text forms of bytes (hex, base64, UTF-8); a decoder here never accepts a second spelling of the same bytes. */

// Making one for each call costs more than most of the calls do; none of the two keeps anything between calls.
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8. A lone surrogate becomes U+FFFD: whoever signs text refuses those first (jcs.ts does). */
export const utf8 = (text: string): Uint8Array => ENCODER.encode(text);

const HEX = utf8('0123456789abcdef');

/** Lower-case hex. One flat string: many are kept, and a string that grew piece by piece keeps its pieces. */
export function hex(bytes: Uint8Array): string {
  const codes = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    codes[2 * i] = HEX[byte >> 4] ?? 0;
    codes[2 * i + 1] = HEX[byte & 15] ?? 0;
  }
  return DECODER.decode(codes);
}

/** The bytes of lower-case hex; undefined for anything else, upper case included. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const ALPHABET = utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;
const VALUES = new Uint8Array(128).fill(255);
for (const [value, code] of ALPHABET.entries()) VALUES[code] = value;

/** RFC 4648 §4: standard alphabet, padded, no line breaks. */
export function base64(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PADDING);
  const put = (at: number, value: number) => {
    codes[at] = ALPHABET[value & 63] ?? PADDING;
  };
  for (let i = 0, at = 0; i < bytes.length; i += 3, at += 4) {
    const left = bytes.length - i;
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    put(at, bits >> 18);
    put(at + 1, bits >> 12);
    if (left > 1) put(at + 2, bits >> 6);
    if (left > 2) put(at + 3, bits);
  }
  return DECODER.decode(codes);
}

/** The bytes of RFC 4648 §4 base64; undefined unless `base64` writes exactly this text for them (§3.5: no stray bits). */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length - padding; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? 255;
    if (value === 255) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    if (i % 4 !== 0) bytes[at++] = (bits >> (6 - 2 * (i % 4))) & 255;
  }
  return base64(bytes) === text ? bytes : undefined;
}

/** The text of valid UTF-8, a leading BOM kept as U+FEFF so that decoding stays one to one; else undefined. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether the bytes are the same. Not constant time: nothing here compares secrets. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
