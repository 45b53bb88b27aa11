/** Names for new runs: ULIDs, 48 bits of time and 80 random ones in Crockford's base 32, upper case. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `random` are 10 bytes. */
export function ulid(ms: number, random: Uint8Array): string {
  let value = random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), BigInt(ms));
  let text = '';
  for (let digit = 0; digit < 26; digit++) {
    text = (DIGITS[Number(value & 31n)] ?? '') + text;
    value >>= 5n;
  }
  return text;
}

/** Whether a text names a run or a plan. */
export const isRunId = (text: string): boolean => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
