/** A runbook of 200 steps: lint, the machine's making and one decision, each beside what the same work costs without us. Figures only. */

import { createMachine } from 'xstate';
import { parseDocument } from 'yaml';
import { utf8 } from '../core/bytes/encoding.ts';
import { jcs } from '../core/bytes/jcs.ts';
import { decide } from '../core/run/decide.ts';
import { runMachine } from '../core/run/machine.ts';
import { fold } from '../core/run/state.ts';
import { lintFolder } from '../core/runbook/lint.ts';
import { folderOf, TestSite } from '../test/helpers/site.ts';
import { report, sample } from './report.ts';

const STEPS = 200;
const ROUNDS = 30;

const step = (index: number) => `  - id: step-${index}
    title: Step ${index} of many
    critical: ${index % 4 === 0}
    timeout: 1m
    run: [echo, '\${{ inputs.table }}', step-${index}]
    probes:
      rows: {title: Rows, run: [bin/count, rows], drift: {within: 1%}}
      calm: {title: Nobody writes, run: [bin/writers], expect: int(value) == 0}
    undo: {reason: It is a copy, run: [echo, back]}
${index % 4 === 1 ? `  - {id: gate-${index}, title: Go on, gate: {of: [reviewer]}}\n` : ''}`;
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

const timed = (work: () => unknown): number => {
  const from = performance.now();
  work();
  return performance.now() - from;
};
const rounds = (work: () => unknown) => sample(Array.from({ length: ROUNDS }, () => timed(work)));

/** Prints lint, machine and decision beside their floors: YAML alone, a bare machine of as many states, JCS of one entry. */
export function machineBench(): void {
  const files = folderOf(RUNBOOK);
  const { runbook, problems } = lintFolder(files);
  if (!runbook) throw new Error(problems.map(({ message }) => message).join('\n'));
  const site = new TestSite({});
  const run = site.open(site.approved(RUNBOOK)).seat();
  const command = { type: 'hold', person: site.people.dba.id, text: null } as const;
  const at = { seq: site.store.size(), ts: site.now };
  const states = Object.fromEntries(
    Array.from({ length: STEPS * 7 }, (_, index) => [`s${index}`, { on: { NEXT: `s${(index + 1) % (STEPS * 7)}` } }]),
  );
  report(
    'lint of 200 steps',
    rounds(() => lintFolder(files)),
    'YAML alone',
    rounds(() => parseDocument(RUNBOOK).toJS()),
  );
  report(
    'machine of 200 steps',
    rounds(() => runMachine(runbook)),
    'bare machine',
    rounds(() => createMachine({ id: 'floor', initial: 's0', states })),
  );
  const entry = run.entries.at(-1)?.entry;
  report(
    'one decision (two entries)',
    rounds(() => decide(run.state, command, at)),
    'JCS of them',
    rounds(() => [utf8(jcs(entry)), utf8(jcs(entry))]),
  );
  const sealed = run.entries.at(-1);
  if (sealed && fold(run.state, sealed).ok) throw new Error('an entry was folded twice');
}
