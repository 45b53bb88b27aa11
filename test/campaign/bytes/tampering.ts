/** Runs changes of the reference record past the verifier; what passes undetected comes back with the number that makes it again. */
import type { Failure } from '../report.ts';
import { Changes, changesOf } from './changes.ts';
import { factsOf, judgeReceipt, judgeRecord, judgeTrust } from './judge.ts';
import { referenceOf } from './reference.ts';

/** Every `step`-th change from `from` on, below `to`. */
export interface Range {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export interface Tampered {
  readonly kinds: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly slowest: number;
}

export async function tamper({ seed, from, to, step }: Range): Promise<Tampered> {
  const reference = referenceOf(seed);
  const changes = new Changes(reference, seed);
  const kinds: Record<string, number> = {};
  const failures: Failure[] = [];
  let slowest = 0;
  for (let number = from; number < Math.min(to, changes.count); number += step) {
    const change = changes.at(number);
    const began = performance.now();
    const why = await judgeRecord(reference, change);
    slowest = Math.max(slowest, performance.now() - began);
    const kind = change.exempt ? 'README.txt, exempt' : change.bytes === null ? 'no archive can hold it' : change.kind;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (why !== null) failures.push({ again: `bytes --seed ${seed} --only ${number}`, why });
  }
  return { kinds, failures, slowest };
}

export interface Beside {
  readonly trust: number;
  readonly receipt: number;
  readonly failures: readonly Failure[];
}

/** Every byte of the trust file and of a receipt. */
export async function tamperBeside(seed: number): Promise<Beside> {
  const reference = referenceOf(seed);
  const facts = await factsOf(reference);
  const [trusts, receipts] = [changesOf(reference.trustFile, seed), changesOf(reference.receipt, seed)];
  const failures: Failure[] = [];
  const fault = (why: string | null) => {
    if (why !== null) failures.push({ again: `bytes --seed ${seed} --beside`, why });
  };
  for (const changed of trusts) fault(await judgeTrust(reference, changed));
  for (const changed of receipts) fault(await judgeReceipt(reference, facts, changed));
  return { trust: trusts.length, receipt: receipts.length, failures };
}
