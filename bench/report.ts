/** Samples and their report: medians, tails, the ratio to the floor of the same run, and whether the target was reached. */
import { cpus } from 'node:os';

export interface Sample {
  add(value: number): void;
  /** The value below which `p` of all lie, 0 < p < 1. */
  at(p: number): number;
  readonly count: number;
}

export function sample(): Sample {
  const values: number[] = [];
  return {
    add: (value) => void values.push(value),
    at: (p) =>
      values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(p * values.length))] ?? Number.NaN,
    get count() {
      return values.length;
    },
  };
}

const round = (value: number): string => value.toFixed(2);

export function report(
  what: string,
  ours: Sample,
  floor: Sample,
  targets: { readonly p50: number; readonly p99: number },
): void {
  const cpu = cpus();
  const lines = (
    [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const
  ).map(([name, p]) => {
    const ratio = ours.at(p) / floor.at(p);
    const verdict = ratio <= targets[name] ? 'reached' : 'not reached';
    return `  ${name}: ${round(ours.at(p))}, floor ${round(floor.at(p))}, ratio ${round(ratio)} (target ≤ ${targets[name]}: ${verdict})`;
  });
  process.stdout.write(
    `${what}; ${ours.count} samples, ${cpu.length} × ${cpu[0]?.model ?? 'cpu'}, Node ${process.version}\n${lines.join('\n')}\n`,
  );
}

/** Rates: the median of ours, the floor's of the same run, and whether their ratio reaches its target. */
export function atLeast(what: string, target: number, ours: Sample, floor: Sample): void {
  const ratio = ours.at(0.5) / floor.at(0.5);
  const verdict = ratio >= target ? 'reached' : 'not reached';
  process.stdout.write(
    `${what}: p50 ${round(ours.at(0.5))}, floor ${round(floor.at(0.5))}, ratio ${round(ratio)} of ${ours.count} (target ≥ ${target}: ${verdict})\n`,
  );
}

/** A figure with its limit. */
export function atMost(what: string, limit: number, value: number): void {
  process.stdout.write(`${what}: ${round(value)} (target ≤ ${limit}: ${value <= limit ? 'reached' : 'not reached'})\n`);
}
