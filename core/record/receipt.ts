/** Receipts: what a signer keeps, a C2SP tlog-proof (c2sp.org/tlog-proof) that carries the entry itself as its extra data. It opens no checkpoint. */
import { base64, fromBase64, fromUtf8 } from '../bytes/encoding.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';

export interface Receipt {
  /** Exact bytes of the entry. */
  readonly entry: Uint8Array;
  /** seq of the entry. */
  readonly index: number;
  /** Its audit path, base64 hashes. */
  readonly proof: readonly string[];
  /** The signed note that the path leads to. */
  readonly checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1\n';
const FORM = /^extra ([^\n]+)\nindex (0|[1-9][0-9]{0,15})\n((?:[^\n]+\n){0,63})\n(.+)$/s;

export const receiptText = ({ entry, index, proof, checkpoint }: Receipt): string =>
  `${HEADER}extra ${base64(entry)}\nindex ${index}\n${proof.map((hash) => `${hash}\n`).join('')}\n${checkpoint}`;

/** Whether a file calls itself a receipt; a bare checkpoint does not. */
export const isReceipt = (bytes: Uint8Array): boolean => fromUtf8(bytes.subarray(0, HEADER.length)) === HEADER;

/** Reads a receipt that `receiptText` would write again byte for byte. */
export function parseReceipt(bytes: Uint8Array): Result<Receipt> {
  const text = isReceipt(bytes) ? (fromUtf8(bytes) ?? '').slice(HEADER.length) : '';
  const [, encoded = '', index, lines = '', checkpoint = ''] = FORM.exec(text) ?? [];
  const entry = fromBase64(encoded);
  const proof = lines.split('\n').slice(0, -1);
  const fits = Number.isSafeInteger(Number(index)) && proof.every((hash) => fromBase64(hash)?.length === 32);
  return entry && fits
    ? ok({ entry, index: Number(index), proof, checkpoint })
    : fail('XCK_BYTES', { what: 'a receipt', why: 'it is not an entry, an index, hashes and a checkpoint' });
}
