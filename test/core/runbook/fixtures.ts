/** A small runbook that passes every rule, and what lint says of it with a change made. */
import { utf8 } from '../../../core/bytes/encoding.ts';
import type { FolderFile } from '../../../core/runbook/folder.ts';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { type Problem, parseFolder } from '../../../core/runbook/parse.ts';
import type { Runbook } from '../../../core/runbook/runbook.ts';

export const SOUND = `apiVersion: crosscheck/v1
id: drop-email
title: Drop the e-mail column
inputs:
  database: {type: string, pattern: '[a-z]+', default: customers}
  port: {type: integer, minimum: 1}
targets:
  primary: {agent: db-primary}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre, data-protection]}
  deputy: {roles: [release-lead], optional: true}
presence: {required: [lead, reviewer], grace: 30s}
steps:
  - id: backup
    title: Keep a copy
    backup:
      run: [pg_dump, '--file=\${{ run.data }}/copy']
      artifact: {path: '\${{ run.data }}/copy', min_size: 1MB, max_age: 2h}
      drill: [bin/drill, '\${{ run.data }}/copy']
      keep: 14d
  - id: drop
    title: Drop it
    target: primary
    critical: true
    irreversible: true
    run: [psql, --file=sql/drop.sql]
    env: {PGDATABASE: '\${{ inputs.database }}'}
    timeout: 10m
    probes:
      host: {title: Which server, run: [hostname]}
      rows: {title: Rows, run: [bin/count], drift: {within: 1%}}
      lag: {title: Lag, run: [bin/count, lag], expect: int(value) == 0}
      api: {title: Maintenance, http: {url: 'http://localhost:\${{ inputs.port }}/'}, expect: status == 503}
    cross_check:
      eyes: 6
      by: [reviewer, verifier]
      valid_for: 5m
      challenge:
        - {id: where, ask: Which server is it?, equals: probes.host, by: reviewer, hint: hostname}
        - {id: loss, ask: How many rows go?, equals: probes.rows, within: 1%, by: verifier}
    verify:
      gone: {title: It is gone, run: [bin/count, columns], expect: value == "0"}
    undo: {from: backup, run: [pg_restore, '\${{ run.data }}/copy'], takes: 1h}
    on_failure: hold
`;

export const FILES: readonly FolderFile[] = [
  { path: 'bin/count', mode: '0755', bytes: utf8('#!/bin/sh\necho 0\n') },
  { path: 'bin/drill', mode: '0755', bytes: utf8('#!/bin/sh\n') },
  { path: 'bin/plain', mode: '0644', bytes: utf8('#!/bin/sh\n') },
  { path: 'sql/drop.sql', mode: '0644', bytes: utf8('alter table customers drop column email;\n') },
];

export const folderOf = (yaml: string, more: readonly FolderFile[] = []): FolderFile[] => [
  ...FILES,
  ...more,
  { path: 'runbook.yaml', mode: '0644', bytes: utf8(yaml) },
];

/** The sound runbook with one piece of its text exchanged; the piece must be there. */
export function changed(from: string, to: string, text = SOUND): string {
  if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
  return text.replace(from, () => to);
}

/** `file:line:column severity [rule] message | mend`, the file left out where it is runbook.yaml. */
export const said = ({ file, line, column, severity, rule, message, mend }: Problem): string =>
  `${file === 'runbook.yaml' ? '' : `${file}:`}${line}:${column} ${severity} [${rule}] ${message} | ${mend}`;

/** What lint says of a text in the fixture's folder. */
export const lintSays = (yaml: string): string[] => lintFolder(folderOf(yaml)).problems.map(said);

/** What the schema alone says of a text. */
export const schemaSays = (yaml: string): string[] => parseFolder(folderOf(yaml)).problems.map(said);

/** A runbook that has no errors. */
export function soundRunbook(yaml = SOUND): Runbook {
  const { runbook, problems } = lintFolder(folderOf(yaml));
  if (!runbook) throw new Error(problems.map(said).join('\n'));
  return runbook;
}
