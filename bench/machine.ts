/** A runbook of 200 steps: lint, the machine's making and one decision, each beside what the same work costs without us. Figures only. */
import { createMachine } from 'xstate';
import { parseDocument } from 'yaml';
import { utf8 } from '../core/bytes/encoding.ts';
import { jcs } from '../core/bytes/jcs.ts';
import { decide } from '../core/run/decide.ts';
import { runMachine } from '../core/run/machine.ts';
import { lintFolder } from '../core/runbook/lint.ts';
import { folderOf, TestSite } from '../test/helpers/site.ts';
import { type Sample, sample } from './report.ts';

const STEPS = 200;
const ROUNDS = 50;

const step = (index: number) => `  - id: step-${index}
    title: Step ${index} of many
    critical: ${index % 4 === 0}
    timeout: 1m
    run: [echo, '\${{ inputs.table }}', step-${index}]
    probes:
      rows: {title: Rows, run: [bin/count, rows], drift: {within: 1%}}
      calm: {title: Nobody writes, run: [bin/writers], expect: int(value) == 0}
    undo: {reason: It is a copy, run: [echo, back]}
`;
const RUNBOOK = `apiVersion: crosscheck/v1
id: long
title: Two hundred steps
inputs: {table: {type: string, default: customers}}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead, reviewer], grace: 1h}
steps:
${Array.from({ length: STEPS }, (_, index) => step(index)).join('')}`;

/** Times of some work, ms. */
function rounds(work: () => unknown): Sample {
  const times = sample();
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    work();
    times.add(performance.now() - from);
  }
  return times;
}

/** A figure in ms with its limit, beside its floor in the same run. */
function figure(what: string, limit: number, ours: Sample, floor: string, bare: Sample): void {
  const [p50, p99, least] = [ours.at(0.5), ours.at(0.99), bare.at(0.5)].map((ms) => ms.toFixed(2));
  const reached = ours.at(0.5) <= limit ? 'reached' : 'not reached';
  process.stdout.write(
    `${what}: p50 ${p50} ms, p99 ${p99} ms (target ≤ ${limit} ms: ${reached}); ${floor} ${least} ms\n`,
  );
}

/** Prints lint, machine and decision beside their floors: YAML alone, a bare machine of as many states, JCS of the entries. */
export function machineBench(): void {
  const files = folderOf(RUNBOOK);
  const { runbook, problems } = lintFolder(files);
  if (!runbook) throw new Error(problems.map(({ message }) => message).join('\n'));
  const site = new TestSite({});
  const run = site.open(site.approved(RUNBOOK)).seat();
  const command = { type: 'hold', person: site.people.dba.id, text: null } as const;
  const at = { seq: site.store.size(), ts: site.now };
  const names = Array.from({ length: STEPS * 14 }, (_, index) => `s${index}`);
  const states = Object.fromEntries(names.map((name, index) => [name, { on: { NEXT: names[index + 1] ?? 's0' } }]));
  const entry = run.entries.at(-1)?.entry;
  figure(
    'lint of 200 steps',
    300,
    rounds(() => lintFolder(files)),
    'YAML alone',
    rounds(() => parseDocument(RUNBOOK).toJS()),
  );
  figure(
    'machine of 200 steps',
    50,
    rounds(() => runMachine(runbook)),
    'a bare machine of as many states',
    rounds(() => createMachine({ id: 'floor', initial: 's0', states })),
  );
  figure(
    'one decision of two entries',
    1,
    rounds(() => decide(run.state, command, at)),
    'JCS of one',
    rounds(() => utf8(jcs(entry))),
  );
}
