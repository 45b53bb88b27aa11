/** The log's checkpoint: a C2SP tlog-checkpoint of three lines in a signed note; it never trusts an unsigned one. */
import { base64, equal, fromBase64, utf8 } from '../bytes/encoding.ts';
import { fail, type Refusal } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { keyId, parseNote } from './note.ts';
import type { VerifyRaw } from './signature.ts';

// Whoever opens checkpoints needs the note's own forms beside them.
export { formatNote, keyId, parseNote, parseVkey, vkey } from './note.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

const refused = (why: string): { ok: false; refusal: Refusal } => fail('XCK_BYTES', { what: 'a checkpoint', why });

/** Origin, decimal size and base64 root, each on its line: the bytes that the log signs. */
export const checkpointBody = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${base64(root)}\n`;

/** Reads a note's body. Our logs write no extension lines, so a body that has some is refused. */
export function parseCheckpoint(body: string): Result<Checkpoint> {
  const [origin = '', decimal = '', encoded = '', rest, ...more] = body.split('\n');
  if (rest !== '' || more.length > 0 || origin === '') return refused('it is not three lines');
  const size = Number(decimal);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(decimal) || !Number.isSafeInteger(size)) return refused('the size is no number');
  const root = fromBase64(encoded);
  if (root?.length !== 32) return refused('the root is not 32 bytes');
  return ok({ origin, size, root });
}

/**
 * The checkpoint in a note that the log key `raw` signed as `origin`. Signatures by other keys are ignored; there must
 * be one by this key, and each by this key must verify.
 */
export async function openCheckpoint(
  noteBytes: Uint8Array,
  origin: string,
  raw: Uint8Array,
  verify: VerifyRaw,
): Promise<Result<Checkpoint>> {
  const note = parseNote(noteBytes);
  if (!note.ok) return note;
  const id = keyId(origin, raw);
  const ours = note.value.signatures.filter((each) => each.name === origin && equal(each.keyId, id));
  if (ours.length === 0) return refused('the log key has not signed it');
  const message = utf8(note.value.body);
  for (const { signature } of ours) {
    if (!(await verify('ed25519', raw, message, signature))) return refused('a signature of the log key does not hold');
  }
  const checkpoint = parseCheckpoint(note.value.body);
  if (checkpoint.ok && checkpoint.value.origin !== origin) return refused('it is of another origin');
  return checkpoint;
}
