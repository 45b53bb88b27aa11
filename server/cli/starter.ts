/** The runbook that `runbook init` writes: small, whole, and of the kind that needs four eyes. */

const RUNBOOK = `apiVersion: crosscheck/v1
id: RUNBOOK_ID
title: Remove the old files
description: Keep a copy, then remove them. Once the copy is gone there is no way back.

crew:
  lead:     {roles: [release-lead]}
  reviewer: {roles: [dba]}              # the second pair of eyes
presence: {required: [lead, reviewer]}

briefing:
  - {id: why, ask: Where is it written that these files may go?, answer: link, by: lead}
go_no_go: {of: [lead, reviewer]}

steps:
  - id: prepare
    title: Write down what is there
    run: [bin/files, prepare]
    env: {DATA: '\${{ run.data }}'}
    timeout: 1m

  - id: keep
    title: Keep a copy, and prove that it can be read
    env: {DATA: '\${{ run.data }}'}
    timeout: 5m
    backup:
      run: [bin/files, keep]
      artifact: {path: '\${{ run.data }}/old.tar', min_size: 1kB}
      drill: [bin/files, drill]

  - id: remove
    title: Remove the old files
    critical: true
    irreversible: true
    run: [bin/files, remove]
    env: {DATA: '\${{ run.data }}'}
    timeout: 5m
    probes:
      count: {title: Files that will be removed, run: [bin/files, count]}
    # In a live run by a security key at a terminal, unless keys: {high: 0, terminal: 1} asks for less.
    cross_check:
      challenge:
        - {id: how-many, ask: How many files will be removed?, equals: probes.count, by: reviewer, hint: 'ls old | wc -l'}
    verify:
      gone: {title: No old file is left, run: [bin/files, count], expect: value == "0"}
    undo:
      from: keep
      run: [bin/files, restore]
      takes: 1m
`;

const FILES = `#!/bin/sh
# What the runbook runs. It works in the agent's data directory, which the runbook gives it as DATA.
set -eu
cd "$DATA"
case "$1" in
  prepare) mkdir -p old && echo first > old/first.txt && echo second > old/second.txt ;;
  keep)    tar -cf old.tar old ;;
  drill)   rm -rf drill && mkdir drill && tar -xf old.tar -C drill && diff -r old drill/old && rm -rf drill ;;
  count)   if [ -d old ]; then find old -type f | wc -l | tr -d ' '; else echo 0; fi ;;
  remove)  rm -rf old ;;
  restore) tar -xf old.tar ;;
  *)       echo "files: $1 is unknown" >&2; exit 2 ;;
esac
`;

export const STARTER = [
  { path: 'runbook.yaml', mode: 0o644, text: RUNBOOK },
  { path: 'bin/files', mode: 0o755, text: FILES },
] as const;
