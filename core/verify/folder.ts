/** The claim that the folder in the record is the runbook of the run; it reads the runbook that everything later is rendered from. */
import { utf8 } from '../bytes/encoding.ts';
import { digest } from '../bytes/hash.ts';
import { fail } from '../errors.ts';
import type { PublicKey } from '../log/publicKey.ts';
import type { Bundle } from '../record/bundle.ts';
import { ok, type Result } from '../result.ts';
import { type RunMachine, runMachine } from '../run/machine.ts';
import { folderIndex } from '../runbook/folder.ts';
import { parseFolder } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';

/** A runbook whose folder was verified, and its machine. */
export interface Prepared {
  readonly runbook: Runbook;
  readonly machine: RunMachine;
}

/** What does not change between records; whoever keeps one spares checking again what it has checked before. */
export interface Known {
  /** Verified runbooks by folder digest. */
  readonly runbooks: Map<string, Prepared>;
  /** Public keys, checked to be of a known kind and on their curve, by their line. */
  readonly keys: Map<string, PublicKey>;
}

export const nothingKnown = (): Known => ({ runbooks: new Map(), keys: new Map() });

const refused = (why: string) => fail('XCK_BYTES', { what: 'the runbook of the run', why });

/** The runbook whose folder has the digest `wanted`; the folder of a known one is not looked at again. */
export function knownRunbook(
  bundle: Pick<Bundle, 'folderIndex' | 'files'>,
  wanted: string,
  known: Known,
): Result<Prepared> {
  const before = known.runbooks.get(wanted);
  if (before) return ok(before);
  if (digest(utf8(bundle.folderIndex)) !== wanted) return refused('the folder has another digest');
  const index = folderIndex(bundle.files);
  if (!index.ok) return index;
  if (index.value !== bundle.folderIndex) return refused('a file is not the one that the folder array lists');
  const { runbook, problems } = parseFolder(bundle.files);
  if (!runbook) return refused(problems[0]?.message ?? 'it cannot be read');
  const prepared = { runbook, machine: runMachine(runbook) };
  known.runbooks.set(wanted, prepared);
  return ok(prepared);
}
