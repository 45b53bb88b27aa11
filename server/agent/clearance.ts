/** What the agent believes of a run: only what it verified itself, from its own trust root, against the last checkpoint that it saw. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64, fromBase64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { fail } from '../../core/errors.ts';
import { type Checkpoint, openCheckpoint } from '../../core/log/checkpoint.ts';
import type { Sealed } from '../../core/log/entry.ts';
import { verifyConsistency } from '../../core/log/merkle.ts';
import type { VerifyRaw } from '../../core/log/signature.ts';
import type { AgentCalls, Clearance, Grown } from '../../core/protocol/agent.ts';
import type { Bundle } from '../../core/record/bundle.ts';
import type { Trust } from '../../core/record/trust.ts';
import { ok, type Result } from '../../core/result.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { type FolderFile, folderIndex } from '../../core/runbook/folder.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { nothingKnown, verifyRecord } from '../../core/verify/verify.ts';
import type { Peer } from './calls.ts';
import { bodyOf } from './signing.ts';

export interface Cleared {
  readonly state: RunState;
  /** With the steps that deviations inserted. */
  readonly runbook: Runbook;
  readonly checkpoint: Checkpoint;
  /** As they were signed at the opening; what deviations changed of them stands in the state. */
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  /** Named values of the steps that have finished, by step; their digests are signed. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
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
  /** Verifies a run, open or closed: of a closed one, what still runs must be stopped. */
  clear(clearance: Clearance): Promise<Result<Cleared>>;
  /** Checks a checkpoint's signature and that the log only grew since the last one that this agent verified. */
  checkpoint(grown: Grown): Promise<Result<Checkpoint>>;
  /** Size of the newest tree that this agent verified; 0 where it has seen none. */
  size(): number;
}

export function clearanceVerifier(deps: ClearanceDeps): Verifier {
  const folders = new Map<string, readonly FolderFile[]>();
  const known = nothingKnown();
  const file = join(deps.data, 'checkpoint');

  let newest: Checkpoint | null = null;

  const open = (note: Uint8Array) => openCheckpoint(note, deps.trust.origin, deps.trust.logKey.raw, deps.verifyRaw);

  const checkpoint: Verifier['checkpoint'] = async (sent) => {
    const opened = await open(utf8(sent.checkpoint));
    if (!opened.ok) return opened;
    const grew = await onlyGrew(opened.value, sent);
    if (!grew.ok) return grew;
    if (opened.value.size > (newest?.size ?? 0)) keep(sent.checkpoint, opened.value);
    return opened;
  };

  /** A server that shows an older or another history is not believed; the agent stops instead. */
  const onlyGrew = async (now: Checkpoint, sent: Grown): Promise<Result<true>> => {
    const before = await kept();
    if (!before.ok) return before;
    const known = before.value;
    if (!known) return ok(true);
    if (known.size === now.size)
      return base64(known.root) === base64(now.root) ? ok(true) : fork('of one size with another root');
    // Answers may overtake each other: an older tree is believed too, when it is the beginning of the one kept.
    const [small, large] = known.size < now.size ? [known, now] : [now, known];
    const proof =
      small === known && sent.from === small.size
        ? ok({ proof: sent.consistency })
        : await deps.calls.call('consistency', { from: small.size, to: large.size });
    if (!proof.ok) return small === known ? proof : fork('older than the one it verified before');
    const hashes = proof.value.proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
    return verifyConsistency(small.size, large.size, small.root, large.root, hashes)
      ? ok(true)
      : fork('that does not continue the one before');
  };

  /** The newest tree that was verified, by this process or by one before it. */
  const kept = async (): Promise<Result<Checkpoint | null>> => {
    if (newest || !existsSync(file)) return ok(newest);
    const note = readFileSync(file);
    if (!note.toString('utf8').startsWith(`${deps.trust.origin}\n`)) return ok(setAside(note));
    const opened = await open(note);
    if (opened.ok) newest = opened.value;
    return opened;
  };

  /** The tree of another log: whoever gave this agent a new trust root has ended that one. It is kept as evidence. */
  const setAside = (note: Buffer): null => {
    renameSync(file, `${file}.${digest(note).slice(-16)}`);
    return null;
  };

  const fork = (why: string) => fail('XCK_FORK', { why });

  const keep = (note: string, verified: Checkpoint) => {
    writeFileSync(`${file}.new`, note, { flush: true });
    renameSync(`${file}.new`, file);
    newest = verified;
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
    const tree = await checkpoint(clearance.grown);
    if (!tree.ok) return tree;
    const verdict = await verifyRecord(
      bundleOf(clearance, index.value, files.value),
      deps.trust,
      deps.verifyRaw,
      known,
      { withheld: 'output' },
    );
    const { facts } = verdict;
    if ((verdict.verdict !== 'OPEN' && verdict.verdict !== 'ANCHORED') || !facts)
      return fail('XCK_CLEARANCE', { why: verdict.reasons[0]?.sentence ?? `the record is ${verdict.verdict}` });
    // The verifier knows the run's folder by now and looks at no other; what runs here is a copy of this one.
    if (facts.state.facts.runbook !== clearance.runbook)
      return fail('XCK_CLEARANCE', { why: 'the clearance brings another folder than the run’s' });
    const cwd = deps.materialise(clearance.runbook, files.value);
    return cwd.ok
      ? ok({
          state: facts.state,
          runbook: contextOf(facts.state).runbook,
          inputs: inputsOf(facts.entries),
          outputs: outputsOf(facts.entries),
          checkpoint: tree.value,
          cwd: cwd.value,
          clearance,
        })
      : cwd;
  };

  return { clear, checkpoint, size: () => newest?.size ?? 0 };
}

/** The clearance in the form that every verifier takes. */
function bundleOf(clearance: Clearance, folderIndexText: string, files: readonly FolderFile[]): Bundle {
  const bodies = Object.entries(clearance.bodies).map(([digest, body]) => [digest, bodyOf(body)] as const);
  return {
    checkpoint: utf8(clearance.grown.checkpoint),
    entries: clearance.entries.map(utf8),
    proofs: clearance.proofs.map((proof) => [...proof]),
    consistency: clearance.trees.map(({ size, proof }) => ({ size, proof: [...proof] })),
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

function outputsOf(entries: readonly Sealed[]): Cleared['outputs'] {
  const finished = entries.flatMap(({ entry, bodies }) =>
    entry.type === 'step.finished' && bodies['outputs'] ? [[entry.step, bodies['outputs']] as const] : [],
  );
  return Object.fromEntries(
    finished.map(([step, { bytes }]) => [step, JSON.parse(fromUtf8(bytes) ?? '{}') as Record<string, string>]),
  );
}
