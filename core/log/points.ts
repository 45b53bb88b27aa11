/** Which byte strings are honest curve points (RFC 8032 §5.1.3, SEC 1 §3.2.2.1); it multiplies no point and holds no secret. */
import { hex } from '../bytes/encoding.ts';

const integer = (bigEndian: Uint8Array): bigint => BigInt(`0x${hex(bigEndian)}`);

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const P25519 = 2n ** 255n - 19n;
const D25519 = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
/** The y of two of the four points of order 8; the other two have p − y. */
const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The y of all eight points of small order; both signs of x are refused with them. */
const SMALL_ORDER = [0n, 1n, P25519 - 1n, Y8, P25519 - Y8];

/** Whether 32 bytes encode, canonically, a point of Ed25519 that is not of small order. */
export function isEd25519Point(raw: Uint8Array): boolean {
  if (raw.length !== 32) return false;
  // Little-endian y with the sign of x as its top bit; x is 0 only for small orders, so -0 needs no rule of its own.
  const y = integer(raw.slice().reverse()) & (2n ** 255n - 1n);
  if (y >= P25519 || SMALL_ORDER.includes(y)) return false;
  const u = y * y - 1n;
  const v = D25519 * y * y + 1n;
  // x² = u/v has a root exactly when u·v is a square, by Euler's criterion.
  return power((u * v) % P25519, (P25519 - 1n) / 2n, P25519) === 1n;
}

const P256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B256 = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Whether 65 bytes are an uncompressed point 04‖x‖y on P-256, whose every such point has the full order. */
export function isP256Point(raw: Uint8Array): boolean {
  if (raw.length !== 65 || raw[0] !== 4) return false;
  const x = integer(raw.subarray(1, 33));
  const y = integer(raw.subarray(33));
  return x < P256 && y < P256 && (y * y - (x * x * x - 3n * x + B256)) % P256 === 0n;
}
