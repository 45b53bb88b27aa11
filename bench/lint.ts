/** Lint of a runbook of two hundred steps in a warm process, beside its floor: the YAML parser alone on the same text. */
import { parseDocument } from 'yaml';
import { utf8 } from '../core/bytes/encoding.ts';
import { lintFolder } from '../core/runbook/lint.ts';
import { report, sample } from './report.ts';

const RUNS = 40;
const WARM = 5;
const STEPS = 200;

const step = (index: number) => `  - id: step-${index}
    title: Step ${index}
    critical: true
    run: [psql, '--set=rows=\${{ probes.lag }}', '--file=\${{ run.data }}/${index}.sql']
    env: {PGDATABASE: '\${{ inputs.database }}'}
    timeout: 1m
    probes:
      host: {title: Which host, run: [hostname]}
      lag: {title: Lag, run: [lag, '\${{ inputs.database }}'], expect: int(value) == 0}
    cross_check:
      eyes: 4
      by: [reviewer]
      challenge: [{id: where, ask: Which host is it?, equals: probes.host, by: reviewer}]
    verify: {gone: {title: It is gone, run: [has], expect: value == "no"}}
  - {id: rest-${index}, title: Rest, wait: {for: 1m}}
`;
const RUNBOOK = `apiVersion: crosscheck/v1
id: bench
title: Many steps
inputs: {database: {type: string, default: customers}}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
presence: {required: [lead, reviewer]}
steps:
${Array.from({ length: STEPS / 2 }, (_, index) => step(index)).join('')}`;

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
