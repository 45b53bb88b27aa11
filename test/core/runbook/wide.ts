/** A runbook that uses every key and every step kind of the language, and passes every rule; and the one that it uses. */
import { utf8 } from '../../../core/bytes/encoding.ts';
import type { FolderFile } from '../../../core/runbook/folder.ts';
import { lintFolder } from '../../../core/runbook/lint.ts';
import type { Runbook } from '../../../core/runbook/runbook.ts';
import { FILES, said } from './fixtures.ts';

export const OTHER = `apiVersion: crosscheck/v1
id: other
title: Move a table
inputs:
  table: {type: string, pattern: '[a-z]+'}
  batch: {type: integer, default: 100}
secrets: {PGPASSWORD: {file: pgpassword}}
targets: {primary: {agent: db-primary}}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
presence: {required: [lead, reviewer]}
clocks:
  old: {lasts: copy.keep, starts: move, means: the old table can come back}
briefing:
  - {id: size, ask: How large is the table?, answer: text, by: reviewer}
steps:
  - id: copy
    title: Keep a copy
    target: primary
    backup:
      run: [pg_dump, '--table=\${{ inputs.table }}']
      artifact: {path: '\${{ run.data }}/table'}
      drill: [bin/drill]
      keep: 7d
    outputs: [path]
  - id: move
    title: Move it
    target: primary
    critical: true
    irreversible: true
    run: [psql, --file=sql/move.sql, '--set=path=\${{ steps.copy.outputs.path }}']
    env: {BATCH: '\${{ inputs.batch }}'}
    secrets: [PGPASSWORD]
    timeout: 5m
    while: [old]
    undo: {from: copy, run: [bin/back, '\${{ inputs.table }}'], while: [old]}
`;

export const WIDE = `apiVersion: crosscheck/v1
id: wide
title: Everything at once
description: Nothing of it is ever run.
owner: data-platform
links: [{title: Replication, url: 'https://example.org/?from=\${{ run.started_at_ms }}&db=\${{ inputs.database }}'}]
inputs:
  database: {type: string, pattern: '[a-z]+', default: customers, description: The database}
  size: {type: string, enum: [small, large], default: small}
  shards: {type: string, default: 'eu,us'}
  port: {type: integer, minimum: 1, maximum: 65535, default: 8080}
secrets:
  PGPASSWORD: {file: pgpassword}
  TOKEN: {file: token}
targets:
  primary: {agent: db-primary}
  edge: {agent: edge}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre, data-protection]}
  deputy: {roles: [release-lead], optional: true}
presence: {required: [lead, reviewer, verifier], grace: 30s}
window: {days: [mon, tue], from: '22:00', to: '04:00', timezone: Europe/Warsaw}
locks: ['db:\${{ inputs.database }}', release]
rehearsal:
  required: true
  max_age: 14d
  targets: {primary: {agent: db-staging}, edge: {agent: edge-staging}}
  inputs: {database: staging}
  steps:
    notes: {run: [bin/count, '\${{ inputs.database }}']}
    tidy: {shell: echo tidy}
clocks:
  raw: {lasts: 24h, starts: drop, means: raw rows can be restored}
  cold: {lasts: backup.keep, starts: drop, means: the backup still exists}
briefing:
  - {id: plan, ask: Which test plan was run?, answer: link, by: lead}
  - {id: leaves, ask: When do you have to leave?, answer: time, by: each}
  - {id: drill, ask: Which drill was done?, answer: text, by: reviewer}
  - {id: report, ask: Which report shows it?, answer: file, by: verifier}
  - {id: call, ask: Who is on call?, answer: person, by: lead}
go_no_go: {of: [lead, reviewer, verifier]}
steps:
  - id: notes
    title: Take notes
    run: [bin/count, rows]
    when: inputs.size == "large"
    retries: 2
    retry_delay: 30s
    idempotent: true
    outputs: [rows, shards]
  - id: backup
    title: Back up, then prove it
    target: primary
    secrets: [PGPASSWORD]
    backup:
      run: [pg_dump, '--file=\${{ run.data }}/copy']
      artifact: {path: '\${{ run.data }}/copy', min_size: 1MB, max_age: 2h}
      drill: [bin/drill, '\${{ run.data }}/copy']
      keep: 14d
    timeout: 45m
  - id: page
    title: Tell the status page
    target: edge
    manual: {text: 'Write that \${{ inputs.database }} is being changed.', by: verifier}
  - id: aside
    title: Side by side
    parallel:
      - {id: warm, title: Warm the cache, target: edge, run: [bin/count, warm], timeout: 1m}
      - {id: look, title: Look at the graphs, target: edge, manual: Look at the graphs.}
      - {id: rest, title: Let it rest, target: edge, wait: {for: 1m}}
  - id: ready
    title: Everybody ready
    gate: {of: [lead, reviewer]}
  - id: drop
    title: Drop the column
    target: primary
    critical: true
    irreversible: true
    run: [psql, --file=sql/drop.sql, '--set=rows=\${{ probes.lag }}']
    env: {PGDATABASE: '\${{ inputs.database }}'}
    secrets: [PGPASSWORD]
    timeout: 10m
    while: [cold]
    probes:
      host: {title: Which server, run: [hostname]}
      rows: {title: Rows, run: [bin/count], drift: {within: 1%}}
      lag: {title: Lag, run: [bin/count, lag], expect: int(value) == 0}
      api: {title: Maintenance, http: {url: 'http://127.0.0.1:\${{ inputs.port }}/'}, expect: status == 503}
    cross_check:
      eyes: 6
      by: [reviewer, verifier]
      valid_for: 5m
      challenge:
        - {id: where, ask: Which server is it?, equals: probes.host, by: reviewer, hint: hostname}
        - {id: loss, ask: How many rows go?, equals: probes.rows, within: 1%, by: verifier}
    progress: {from: stdout_jsonl, done: done, total: total}
    limit: {field: rows, within: 5% of probes.rows}
    verify:
      gone: {title: It is gone, run: [bin/count, columns], expect: value == "0"}
    undo:
      from: backup
      run: [pg_restore, '\${{ run.data }}/copy']
      takes: 55m
      timeout: 2h
      while: [raw, cold]
      secrets: [PGPASSWORD]
      probes:
        name: {title: Which backup, run: [bin/count, backup]}
        idle:  {title: Nobody writes, run: [bin/count, writers], expect: value == "0"}
      cross_check:
        eyes: 6
        by: [reviewer, verifier]
        challenge: [{id: which, ask: Which backup is it?, equals: probes.name, by: verifier, hint: ls}]
      verify: {back: {title: It is back, run: [bin/count, columns], expect: value == "1"}}
    on_failure: decide
  - id: soak
    title: Let it soak
    target: edge
    wait:
      for: 15m
      every: 30s
      probes: {errors: {title: Errors, run: [bin/count, errors], expect: int(value) < 10}}
  - id: shards
    title: Drop it from the shards
    target: edge
    critical: true
    for_each:
      items: '\${{ inputs.shards.split(",") }}'
      max_parallel: 2
      canary: 1
    step:
      run: [bin/count, '\${{ item }}']
      timeout: 5m
      retries: 1
      idempotent: true
      progress: {from: stdout_jsonl, done: n, total: of}
      limit: {field: n, within: 0.5% of probes.all}
      verify: {none: {title: None left, run: [bin/count], expect: value == "0"}}
    probes: {all: {title: All rows, run: [bin/count]}}
    undo: {reason: The column is empty, shell: 'bin/count "$CROSSCHECK_ITEM"'}
  - id: hosts
    title: Restart the hosts
    target: edge
    for_each: {items: [a, 'b-\${{ inputs.database }}'], canary: 0}
    step:
      shell: |
        set -x
        bin/count "$CROSSCHECK_ITEM"
  - id: move
    title: Move the table
    use: ../other
    with: {table: '\${{ inputs.database }}', batch: 50}
  - id: tidy
    title: Tidy up
    shell: |
      rm -f "$FILE"
    env: {FILE: '\${{ run.data }}/\${{ steps["move-copy"].outputs.path }}'}
debrief:
  - {id: first, ask: 'First user report since the start, or none', answer: text, by: lead}
notify:
  - {webhook: {env: RELEASE_WEBHOOK}, on: [run.opened, hold.raised, run.closed]}
`;

const file = (path: string, text: string, mode: FolderFile['mode'] = '0644'): FolderFile => ({
  path,
  bytes: utf8(text),
  mode,
});

/** The used runbook’s own folder. */
export const otherFiles = (yaml = OTHER): FolderFile[] => [
  file('runbook.yaml', yaml),
  file('bin/drill', '#!/bin/sh\n', '0755'),
  file('bin/back', '#!/bin/sh\n', '0755'),
  file('sql/move.sql', 'select 1;\n'),
];

/** The wide runbook as it is registered: with the one that it uses inside. */
export const wideFolder = (yaml = WIDE, other = OTHER): FolderFile[] => [
  ...FILES,
  file('runbook.yaml', yaml),
  ...otherFiles(other).map((one) => ({ ...one, path: `use/other/${one.path}` })),
];

export const wideSays = (yaml = WIDE, other = OTHER): string[] =>
  lintFolder(wideFolder(yaml, other)).problems.map(said);

export function wideRunbook(yaml = WIDE, other = OTHER): Runbook {
  const { runbook, problems } = lintFolder(wideFolder(yaml, other));
  if (!runbook) throw new Error(problems.map(said).join('\n'));
  return runbook;
}
