/** A process of its own for `whole.ts`: verifies a whole log once, or does the floor's work on it, and tells the time and the highest memory. */
import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AnyActorScope, createEmptyActor } from 'xstate';
import { fromUtf8 } from '../core/bytes/encoding.ts';
import { digest } from '../core/bytes/hash.ts';
import { bodyDigest } from '../core/log/entry.ts';
import { append as addLeaf, leafHash, type Node } from '../core/log/merkle.ts';
import { parseEntry } from '../core/log/parse.ts';
import { parseSshsig, signedData } from '../core/log/sshsig.ts';
import { unarchive } from '../core/record/tar.ts';
import { openWhole } from '../core/record/whole.ts';
import type { RunEvent } from '../core/run/context.ts';
import { begin, runMachine } from '../core/run/machine.ts';
import { parseFolder } from '../core/runbook/parse.ts';
import { verify } from '../server/verify.ts';

const [what, file = '', trustFile = ''] = process.argv.slice(2);
const trust = readFileSync(trustFile, 'utf8');
const tar = readFileSync(file);

/** What the work cost in processor time, ms: as if on one core, whoever else has the machine. */
async function timed(work: () => unknown): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

async function verified(tar: Uint8Array): Promise<void> {
  const found = await verify(tar, { trust });
  if (found.kind !== 'log' || found.log.verdict !== 'ANCHORED') throw new Error('the log does not verify');
}

/** What nobody can spare: every entry hashed as leaf and as link, every body, the tree; every SSHSIG checked; one transition per entry of a run. */
function floorOf(tar: Uint8Array): () => void {
  const members = unarchive(tar);
  const { entries, bodies, folders } = openWhole(members.ok ? members.value : []).whole;
  const read = entries.map((bytes) => {
    const entry = parseEntry(bytes);
    if (!entry.ok) throw new Error(entry.refusal.sentence);
    return entry.value;
  });
  const [{ runbook } = { runbook: undefined }] = [...folders.values()].map(({ files }) => parseFolder(files));
  if (!runbook) throw new Error('no runbook');
  const machine = runMachine(runbook);
  const self = createEmptyActor();
  const nothing = () => undefined;
  const scope: AnyActorScope = {
    ...{ self, system: self.system, id: '', sessionId: '', logger: nothing, defer: nothing },
    ...{ emit: nothing, stopChild: nothing, actionExecutor: nothing },
  };
  const signed = read.flatMap((entry) => {
    const { statement, signature } = (entry.bodies ?? {}) as { statement?: string; signature?: string };
    const [text, armored] = [
      bodies.get(statement ?? '')?.bytes,
      fromUtf8(bodies.get(signature ?? '')?.bytes ?? new Uint8Array()),
    ];
    const parsed = text && armored ? parseSshsig(armored) : undefined;
    if (!text || !parsed?.ok) return [];
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), parsed.value.publicKey.subarray(-32)]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return [{ key, namespace: parsed.value.namespace, text, signature: parsed.value.signatureBlob.subarray(-64) }];
  });
  const [genesis] = read;
  const people = genesis?.type === 'genesis' ? genesis.site.people : [];
  const roles = Object.fromEntries(people.map((person) => [person.id, person.roles]));
  const inRuns = read.flatMap((entry, index) =>
    'run' in entry ? [{ ...entry, ref: `${entry.rseq} ${digest(entries[index] ?? new Uint8Array())}` }] : [],
  );
  const opened = ({ run, actor, ref }: (typeof inRuns)[number]) =>
    begin(machine, {
      ...{ run, mode: 'live', solo: false, lead: actor, opened: ref, runbook, authors: [], roles },
      roster: `2 sha256:${'0'.repeat(64)}`,
    });
  return () => {
    const nodes = new Map<number, Uint8Array>();
    const at = (level: number, index: number) => nodes.get(level * 2 ** 32 + index) ?? new Uint8Array(32);
    for (const [index, bytes] of entries.entries()) {
      digest(bytes);
      for (const { level, index: own, hash } of addLeaf(index, leafHash(bytes), at) as Node[])
        nodes.set(level * 2 ** 32 + own, hash);
    }
    for (const body of bodies.values()) bodyDigest(body);
    for (const { key, namespace, text, signature } of signed)
      if (!nodeVerify(null, signedData(namespace, text), key, signature)) throw new Error('floor');
    let state: ReturnType<typeof begin> | undefined;
    for (const entry of inRuns)
      state =
        entry.type === 'run.opened' || !state ? opened(entry) : machine.transition(state, entry as RunEvent, scope);
    if (state?.value !== 'closed') throw new Error('the floor did not come to its end');
  };
}

const ms = await timed(what === 'floor' ? floorOf(tar) : () => verified(tar));
process.stdout.write(JSON.stringify({ ms, memory: process.resourceUsage().maxRSS / 1024 }));
