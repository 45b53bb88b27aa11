/** The runbook of test sites, its folder, and what its probes say; nothing of it ever runs. */
import { utf8 } from '../../core/bytes/encoding.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';

const STEPS = `
  - id: backup
    title: Keep a copy
    backup:
      run: [cp, live.db, '\${{ run.data }}/copy.db']
      artifact: {path: '\${{ run.data }}/copy.db', min_size: 1kB}
      drill: [bin/restore-drill, '\${{ run.data }}/copy.db']
  - id: drop-column
    title: Drop the column
    critical: true
    irreversible: true
    run: [sqlite3, live.db, 'alter table \${{ inputs.table }} drop column email']
    timeout: 10m
    probes:
      host: {title: Which host, run: [hostname]}
      rows: {title: Rows, run: [bin/count, rows], drift: {within: 1%}}
      calm: {title: Nobody writes, run: [bin/writers], expect: int(value) == 0}
    cross_check:
      eyes: 6
      by: [reviewer, verifier]
      valid_for: 5m
      challenge:
        - {id: where, ask: Which host is it?, equals: probes.host, by: reviewer}
        - {id: loss, ask: How many rows?, equals: probes.rows, within: 1%, by: verifier}
    verify:
      gone: {title: The column is gone, run: [bin/has-column, email], expect: value == "no"}
`;

/** The runbook that test sites use unless they are given another: a backup, then a six-eye drop. */
export const RUNBOOK = `apiVersion: crosscheck/v1
id: drop-email
title: Drop the e-mail column
inputs:
  table: {type: string, pattern: '^[a-z]+$', default: customers}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead, reviewer], grace: 30s}
steps:${STEPS}`;

/** The same, with something that goes on after the close: a copy that is kept, and a clock that starts with the drop. */
export const KEEPING = RUNBOOK.replace(
  'presence:',
  'clocks: {raw: {lasts: 1h, starts: drop-column, means: The rows are still there}}\npresence:',
).replace(/( +)(drill: .*)/, '$1$2\n$1keep: 14d');

const program = (text: string): Uint8Array => utf8(`#!/bin/sh\n${text}\n`);

/** The default folder around a runbook text. */
export const folderOf = (yaml: string): FolderFile[] => [
  { path: 'bin/count', mode: '0755', bytes: program('echo 200000') },
  { path: 'bin/empty', mode: '0644', bytes: new Uint8Array() },
  { path: 'bin/has-column', mode: '0755', bytes: program('echo no') },
  { path: 'bin/restore-drill', mode: '0755', bytes: program('exit 0') },
  { path: 'bin/writers', mode: '0755', bytes: program('echo 0') },
  { path: 'runbook.yaml', mode: '0644', bytes: utf8(yaml) },
];

/** What the probes of `RUNBOOK` say, and the answers that fit. */
export const VALUES: Readonly<Record<string, string>> = { host: 'db-1', rows: '200000', calm: '0' };
export const ANSWERS: Readonly<Record<string, Record<string, string>>> = {
  reviewer: { where: 'db-1' },
  verifier: { loss: '200000' },
};
