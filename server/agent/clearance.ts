/** What the agent believes of a run: only what it verified itself, from its own trust root, against the last checkpoint that it saw. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64, fromBase64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import { type Checkpoint, openCheckpoint } from '../../core/log/checkpoint.ts';
import type { Body, Sealed } from '../../core/log/entry.ts';
import { verifyConsistency } from '../../core/log/merkle.ts';
import type { VerifyRaw } from '../../core/log/signature.ts';
import type { AgentCalls, Clearance } from '../../core/protocol/agent.ts';
import type { Bundle } from '../../core/record/bundle.ts';
import type { Trust } from '../../core/record/trust.ts';
import { ok, type Result } from '../../core/result.ts';
import type { RunState } from '../../core/run/state.ts';
import { type FolderFile, folderIndex } from '../../core/runbook/folder.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { type Known, verifyRecord } from '../../core/verify/verify.ts';
import type { Peer } from './calls.ts';

export interface Cleared {
  readonly state: RunState;
  readonly runbook: Runbook;
  readonly checkpoint: Checkpoint;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  /** The read-only copy of the folder. */
  readonly cwd: string;
  readonly clearance: Clearance;
}

export interface ClearanceDeps {
  readonly data: string;
  readonly trust: Trust;
  readonly verifyRaw: VerifyRaw;
  readonly calls: Peer<AgentCalls>;
  /** Keeps a folder on disk, read-only and under its digest; returns where. */
  readonly materialise: (digest: string, files: readonly FolderFile[]) => Result<string>;
}

export interface Verifier {
  clear(clearance: Clearance): Promise<Result<Cleared>>;
  /** Checks a checkpoint's signature and that the log only grew since the last one that this agent verified. */
  checkpoint(note: string): Promise<Result<Checkpoint>>;
}

export function clearanceVerifier(deps: ClearanceDeps): Verifier {
  const folders = new Map<string, readonly FolderFile[]>();
  const known: Known = new Map();
  const file = join(deps.data, 'checkpoint');

  const checkpoint: Verifier['checkpoint'] = async (note) => {
    const opened = await openCheckpoint(utf8(note), deps.trust.origin, deps.trust.logKey.raw, deps.verifyRaw);
    if (!opened.ok) return opened;
    const grown = await onlyGrew(opened.value);
    if (!grown.ok) return grown;
    keep(note);
    return opened;
  };

  /** A server that shows an older or another history is not believed; the agent stops instead. */
  const onlyGrew = async (now: Checkpoint): Promise<Result<true>> => {
    if (!existsSync(file)) return ok(true);
    const before = await openCheckpoint(readFileSync(file), deps.trust.origin, deps.trust.logKey.raw, deps.verifyRaw);
    if (!before.ok) return before;
    const { size, root } = before.value;
    if (size === now.size) return base64(root) === base64(now.root) ? ok(true) : fork('of one size with another root');
    if (size > now.size) return fork('older than the one it verified before');
    const proof = await deps.calls.call('consistency', { from: size, to: now.size });
    if (!proof.ok) return proof;
    const hashes = proof.value.proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
    return verifyConsistency(size, now.size, root, now.root, hashes)
      ? ok(true)
      : fork('that does not continue the one before');
  };

  const fork = (why: string) => fail('XCK_FORK', { why });

  const keep = (note: string) => {
    writeFileSync(`${file}.new`, note, { flush: true });
    renameSync(`${file}.new`, file);
  };

  const folderOf = async (runbook: string): Promise<Result<readonly FolderFile[]>> => {
    const have = folders.get(runbook);
    if (have) return ok(have);
    const answer = await deps.calls.call('folder', { runbook });
    if (!answer.ok) return answer;
    const files = answer.value.files.map(({ path, mode, bytes }) => ({
      path,
      mode,
      bytes: fromBase64(bytes) ?? new Uint8Array(),
    }));
    folders.set(runbook, files);
    return ok(files);
  };

  const clear: Verifier['clear'] = async (clearance) => {
    const files = await folderOf(clearance.runbook);
    if (!files.ok) return files;
    const index = folderIndex(files.value);
    if (!index.ok) return index;
    const newest = await checkpoint(clearance.checkpoint);
    if (!newest.ok) return newest;
    const verdict = await verifyRecord(
      bundleOf(clearance, index.value, files.value),
      deps.trust,
      deps.verifyRaw,
      known,
    );
    const { facts } = verdict;
    if (verdict.verdict !== 'OPEN' || !facts)
      return fail('XCK_CLEARANCE', { why: verdict.reasons[0]?.sentence ?? `the record is ${verdict.verdict}` });
    const cwd = deps.materialise(clearance.runbook, files.value);
    return cwd.ok
      ? ok({
          state: facts.state,
          runbook: facts.runbook,
          inputs: inputsOf(facts.entries),
          checkpoint: newest.value,
          cwd: cwd.value,
          clearance,
        })
      : cwd;
  };

  return { clear, checkpoint };
}

/** The clearance in the form that every verifier takes. */
function bundleOf(clearance: Clearance, folderIndexText: string, files: readonly FolderFile[]): Bundle {
  const bodies = Object.entries(clearance.bodies).map(([digest, { bytes, salt }]): [string, Body] => [
    digest,
    { bytes: fromBase64(bytes) ?? new Uint8Array(), salt: fromBase64(salt) ?? new Uint8Array() },
  ]);
  return {
    checkpoint: utf8(clearance.checkpoint),
    entries: clearance.entries.map(utf8),
    proofs: clearance.proofs.map((proof) => [...proof]),
    consistency: clearance.consistency.map(({ size, proof }) => ({ size, proof: [...proof] })),
    bodies: new Map(bodies),
    folderIndex: folderIndexText,
    files: [...files],
  };
}

/** The inputs as they were signed at the opening; the verifier has checked them against that signature. */
function inputsOf(entries: readonly Sealed[]): Cleared['inputs'] {
  const opened = entries.find(({ entry }) => entry.type === 'run.opened');
  return JSON.parse(fromUtf8(opened?.bodies['inputs']?.bytes ?? new Uint8Array()) ?? '{}') as Cleared['inputs'];
}
