/** Verifying a log of 100,000 entries beside its floor, and what one run costs in a small log and in a large one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '../core/bytes/encoding.ts';
import { append as addLeaf, leafHash } from '../core/log/merkle.ts';
import { packBundle } from '../core/record/bundle.ts';
import { trustText } from '../core/record/trust.ts';
import { verifyFile } from '../core/verify/verify.ts';
import { verifyRaw } from '../server/ports/verify.ts';
import { collect } from '../server/record/collect.ts';
import { readEntry } from '../server/runner/site.ts';
import { openSqlite } from '../server/store/sqlite.ts';
import type { LogStore } from '../server/store/store.ts';
import { type BigLog, bigLog, ulidOf } from '../test/helpers/bigLog.ts';
import type { TestSite } from '../test/helpers/site.ts';
import { packWhole } from '../test/helpers/whole.ts';
import { atLeast, atMost, sample } from './report.ts';

const LENGTH = 200;
const RUNS = 500;
const FEW = 5;
const ROUNDS = 15;
const CHILDREN = 3;

interface Told {
  /** Processor time. */
  readonly ms: number;
  /** MB */
  readonly memory: number;
}

/** Each in a process of its own, so that none has the other's garbage; in turns, so that all have the same machine. */
function child(...given: string[]): Told {
  const program = join(import.meta.dirname, 'whole.child.js');
  const done = spawnSync(process.execPath, [program, ...given], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as Told;
}

async function verification({ site }: BigLog): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-whole-'));
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const log = file('log.tar', await packWhole(site));
  const bare = file('bare.tar', await packWhole(site, [], { from: 0, to: 0 }));
  const trust = file('trust.txt', utf8(trustText(site.trust)));
  const [integrity, everything, memory, ours, floor] = [sample(), sample(), sample(), sample(), sample()];
  const rate = (ms: number) => (1000 * site.store.size()) / ms;
  for (let round = 0; round < CHILDREN; round++) {
    integrity.add(child('verify', bare, trust).ms / 1000);
    const whole = child('verify', log, trust);
    everything.add(whole.ms / 1000);
    memory.add(whole.memory);
    ours.add(rate(whole.ms));
    floor.add(rate(child('floor', log, trust).ms));
  }
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`a whole log of ${site.store.size()} entries and ${RUNS} runs\n`);
  atMost('  integrity, s of one core', 3, integrity.at(0.5));
  atMost('  everything, s of one core', 8, everything.at(0.5));
  atMost('  highest memory, MB', 300, memory.at(0.5));
  atLeast('  entries a second of one core', 0.6, ours, floor);
}

/** The same log in the server's own store. */
function stored({ store: from }: TestSite): LogStore {
  const store = openSqlite(':memory:');
  for (let at = 0; at < from.size(); at += 1000) {
    const entries = from.entries(at, at + 1000);
    const bodies = entries.flatMap((row) =>
      Object.values(readEntry(row).entry.bodies ?? {}).flatMap((digest) => {
        const body = from.body(digest);
        return body ? [{ digest, body }] : [];
      }),
    );
    const nodes = entries.flatMap(({ seq, bytes }) => addLeaf(seq, leafHash(bytes), from.node));
    store.append({ entries, nodes, bodies, erased: [], runs: [] });
  }
  return store;
}

/** Medians of exporting and of verifying one run, ms. */
async function oneRun({ site, approved, runs }: BigLog) {
  const store = stored(site);
  store.keepFolder(approved.digest, site.store.folder(approved.digest) ?? []);
  const size = store.size();
  const wanted = { checkpoint: site.checkpoint(size), size, withheld: new Set<string>() };
  const [exporting, verifying] = [sample(), sample()];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    const tar = packBundle(collect(store, ulidOf(runs - 1), wanted));
    const between = performance.now();
    const { verdict } = await verifyFile(tar, site.trust, verifyRaw);
    exporting.add(between - begun);
    verifying.add(performance.now() - between);
    if (verdict !== 'ANCHORED') throw new Error(verdict);
  }
  store.close();
  return { exporting: exporting.at(0.5), verifying: verifying.at(0.5) };
}

/** Prints both figures. */
export async function wholeBench(): Promise<void> {
  const [small, large] = [bigLog(FEW, LENGTH), bigLog(RUNS, LENGTH)];
  await oneRun(small);
  const [few, many] = [await oneRun(small), await oneRun(large)];
  const sizes = `of ${LENGTH} entries in a log of ${large.site.store.size()}, ratio to one of ${small.site.store.size()}`;
  atMost(`exporting one run ${sizes}`, 1.5, many.exporting / few.exporting);
  atMost(`verifying one run ${sizes}`, 1.5, many.verifying / few.verifying);
  await verification(large);
}
