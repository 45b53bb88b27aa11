/** The SSH wire forms (RFC 4251 §5) that key and signature blobs are made of; it knows no keys and no signatures. */
import { concat } from './encoding.ts';

/** Four bytes, big-endian. */
export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A length and the bytes. */
export const wireString = (bytes: Uint8Array): Uint8Array => concat(uint32(bytes.length), bytes);

/** An unsigned big-endian number as mpint: leading zeros dropped, one put before a high bit. */
export function mpint(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (magnitude[start] === 0) start++;
  const digits = magnitude.subarray(start);
  return wireString((digits[0] ?? 0) >= 0x80 ? concat(new Uint8Array(1), digits) : digits);
}

/**
 * Reads wire forms in order. After the first thing that does not fit it yields only zeros and empty bytes, and
 * `ended()` stays false, so one question at the end answers for all reads: trust nothing read before it said true.
 */
export interface WireReader {
  byte(): number;
  uint32(): number;
  string(): Uint8Array;
  /** The magnitude of a positive mpint in its shortest form; zero and negative numbers do not fit. */
  mpint(): Uint8Array;
  /** Whether everything fitted and no byte is left. */
  ended(): boolean;
}

export function wireReader(bytes: Uint8Array): WireReader {
  let at = 0;
  let broken = false;
  const take = (length: number): Uint8Array => {
    if (broken || length > bytes.length - at) broken = true;
    if (broken) return new Uint8Array(0);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (): number => take(4).reduce((value, byte) => value * 256 + byte, 0);
  const string = (): Uint8Array => take(number());
  const positive = (): Uint8Array => {
    const digits = string();
    const sign = digits[0] === 0 ? 1 : 0;
    const first = digits[sign] ?? 0;
    // Without a sign byte the high bit must be clear, and a sign byte is there only because it is set.
    if (sign === 0 ? first === 0 || first >= 0x80 : first < 0x80) broken = true;
    return digits.subarray(sign);
  };
  return {
    byte: () => take(1)[0] ?? 0,
    uint32: number,
    string,
    mpint: positive,
    ended: () => !broken && at === bytes.length,
  };
}
