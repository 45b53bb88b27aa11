/** The claim that the folder in the record is the runbook of the run; it reads the runbook that everything later is rendered from. */
import { fromUtf8, utf8 } from '../bytes/encoding.ts';
import { digest } from '../bytes/hash.ts';
import { fail } from '../errors.ts';
import type { Bundle } from '../record/bundle.ts';
import { ok, type Result } from '../result.ts';
import { type RunMachine, runMachine } from '../run/machine.ts';
import { folderIndex } from '../runbook/folder.ts';
import { parseRunbook } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';

/** A runbook whose folder was verified, and its machine. */
export interface Prepared {
  readonly runbook: Runbook;
  readonly machine: RunMachine;
}

/** Verified runbooks by folder digest; whoever keeps one spares the hashing and parsing of a folder it has verified before. */
export type Known = Map<string, Prepared>;

const refused = (why: string) => fail('XCK_BYTES', { what: 'the runbook of the run', why });

/** The runbook whose folder has the digest `wanted`; the folder of a known one is not looked at again. */
export function knownRunbook(
  bundle: Pick<Bundle, 'folderIndex' | 'files'>,
  wanted: string,
  known: Known,
): Result<Prepared> {
  const before = known.get(wanted);
  if (before) return ok(before);
  if (digest(utf8(bundle.folderIndex)) !== wanted) return refused('the folder has another digest');
  const index = folderIndex(bundle.files);
  if (!index.ok) return index;
  if (index.value !== bundle.folderIndex) return refused('a file is not the one that the folder array lists');
  const file = bundle.files.find(({ path }) => path === 'runbook.yaml');
  const text = file && fromUtf8(file.bytes);
  const { runbook, problems } = parseRunbook(text ?? '', 'runbook.yaml');
  if (!runbook) return refused(problems[0]?.message ?? 'it cannot be read');
  const prepared = { runbook, machine: runMachine(runbook) };
  known.set(wanted, prepared);
  return ok(prepared);
}
