/** What the world may see of an attempt's output: masked, with offsets of the masked bytes. The raw output never leaves by another way. */
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Executor } from './executor.ts';
import { masker } from './masking.ts';
import { areThose, type Secrets } from './secrets.ts';

export interface Transcript {
  /** At most 48 KiB from `offset`. */
  piece(offset: number): Uint8Array;
  length(): number;
  /** The command has ended: reads its output to the end, and releases what might have become a secret. */
  finish(): void;
  /** The whole output, without its middle where it is too long to travel. */
  kept(): Uint8Array;
}

export interface Listeners {
  /** Masked bytes as they become known, from the beginning. */
  readonly onBytes: (offset: number, bytes: Uint8Array) => void;
  /** Raw bytes, for whoever judges them here. */
  readonly onRaw: (bytes: Uint8Array) => void;
  /** The raw output is complete; what is noted in it now is still part of it. */
  readonly onEnd: () => void;
}

const PIECE = 48 * 1024;
/** Beyond this the middle of the output stays with the agent only; the digest is of what is kept. */
const OUTPUT_LIMIT = 8 * 1024 * 1024;

/**
 * Follows the output of an attempt from its beginning, which makes it the same after a restart of the agent. Where the
 * secrets are no longer those that the command got, its output cannot be masked, and is withheld.
 */
export function openTranscript(executor: Executor, key: string, secrets: Secrets, listeners: Listeners): Transcript {
  const attempt = executor.at(key);
  const withheld = attempt.secrets() !== '' && !areThose(attempt.secrets(), secrets);
  const mask = masker(secrets.values);
  // Without secrets the masked output is the raw one, and is not written a second time.
  const own = withheld || secrets.values.length > 0;
  const file = own ? join(attempt.directory, 'masked') : attempt.output;
  let offset = 0;
  if (own && existsSync(attempt.directory)) writeFileSync(file, '', { mode: 0o600 });

  const tell = (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    if (own) appendFileSync(file, bytes);
    listeners.onBytes(offset, bytes);
    offset += bytes.length;
  };
  const following = executor.follow(key, (bytes) => {
    listeners.onRaw(bytes);
    if (!withheld) tell(mask.push(bytes));
  });
  return {
    piece: (from) => read(file, from, Math.max(0, Math.min(PIECE, offset - from))),
    length: () => offset,
    finish: () => {
      following.flush();
      listeners.onEnd();
      following.flush();
      following.close();
      tell(withheld ? Buffer.from('[crosscheck: withheld, its secrets have changed since it started]\n') : mask.end());
    },
    kept: () => {
      if (offset <= OUTPUT_LIMIT) return read(file, 0, offset);
      const half = OUTPUT_LIMIT / 2;
      const note = Buffer.from(`\n[crosscheck: ${offset - OUTPUT_LIMIT} bytes left out here]\n`);
      return Buffer.concat([read(file, 0, half), note, read(file, offset - half, half)]);
    },
  };
}

function read(path: string, from: number, length: number): Uint8Array {
  if (length === 0) return new Uint8Array();
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(length, Math.max(0, fstatSync(file).size - from)));
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
}
