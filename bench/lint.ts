/** Lint of a runbook of two hundred steps in a warm process, beside its floor: the YAML parser alone on the same text. */
import { parseDocument } from 'yaml';
import { utf8 } from '../core/bytes/encoding.ts';
import { lintFolder } from '../core/runbook/lint.ts';
import { manySteps } from '../test/helpers/manySteps.ts';
import { report, sample } from './report.ts';

const RUNS = 40;
const WARM = 5;
const STEPS = 200;

const RUNBOOK = manySteps(STEPS);

export function lintBench(): void {
  const files = [{ path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) }];
  const [ours, floor] = [sample(), sample()];
  for (let round = 0; round < WARM + RUNS; round++) {
    const before = performance.now();
    parseDocument(RUNBOOK);
    const between = performance.now();
    const { problems } = lintFolder(files);
    const after = performance.now();
    if (problems.length > 0) throw new Error(problems[0]?.message);
    if (round < WARM) continue;
    floor.add(between - before);
    ours.add(after - between);
  }
  report(`lint of ${STEPS} steps, ms (at most 300)`, ours, floor, { p50: 4, p99: 6 });
}
