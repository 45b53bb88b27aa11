/** A small six-eye runbook on a file, with every knob that a test turns: probes that drift or hang, a slow T-0. For tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import type { FolderFile } from '../../core/runbook/folder.ts';
import { openExecutor } from '../../server/agent/executor.ts';
import { runAgent } from '../../server/agent/main.ts';
import type { Ports } from '../../server/ports/ports.ts';
import { realPorts } from '../../server/ports/real.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import type { Running } from '../../server/start.ts';
import { armed, at, type Release, released, serve, type TestSite, testLog, testSite } from './server.ts';

const RUNBOOK = `apiVersion: crosscheck/v1
id: drop-thing
title: Drop the thing
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead, reviewer, verifier], grace: 30s}
steps:
  - id: drop
    title: Drop the thing for ever
    critical: true
    irreversible: true
    no_backup: a test has nothing to lose
    run: [bin/drop, '\${{ run.data }}']
    timeout: 1m
    probes:
      rows: {title: Rows that go, run: [bin/rows, '\${{ run.data }}']}
      calm: {title: Nobody writes, run: [cat, '\${{ run.data }}/writers'], expect: int(value) == 0}
    cross_check:
      eyes: 6
      by: [reviewer, verifier]
      keys: {high: 0, terminal: 2}
      valid_for: 5m
      challenge:
        - {id: loss, ask: How many rows go?, equals: probes.rows, by: reviewer}
        - {id: count, ask: How many rows did you count?, equals: probes.rows, within: 1%, by: verifier}
  - id: after
    title: Say so
    run: [echo, done]
`;

/** `slow` in the data directory makes the probe wait for `go`, so that T-0 can be watched from outside. */
const ROWS =
  '#!/bin/sh\nif [ -e "$1/slow" ]; then : >"$1/waiting"; while [ ! -e "$1/go" ]; do sleep 0.02; done; fi\ncat "$1/rows"\n';
const DROP =
  '#!/bin/sh\necho dropped >>"$1/dropped"\nif [ -e "$1/long" ]; then echo begun; while [ ! -e "$1/go" ]; do sleep 0.02; done; fi\n';

export const DROP_FOLDER: readonly FolderFile[] = [
  { path: 'runbook.yaml', mode: '0644', bytes: utf8(RUNBOOK) },
  { path: 'bin/rows', mode: '0755', bytes: utf8(ROWS) },
  { path: 'bin/drop', mode: '0755', bytes: utf8(DROP) },
];

/** The value that the challenges ask for; no message to anybody may hold it before the start. */
export const SECRET_ROWS = '739214';

export interface Drop extends Release {
  readonly site: TestSite;
  readonly running: Running;
  /** A file of the agent's data directory. */
  readonly file: (name: string) => string;
  readonly write: (name: string, text?: string) => void;
}

export interface DropOptions {
  readonly ports?: Ports;
  readonly files?: readonly FolderFile[];
  /** Gets every line that server and agent log, down to trace. */
  readonly log?: (line: string) => void;
}

/** A running site with its agent, the runbook opened and all seats taken; everything ends with the test. */
export async function dropSite(
  t: Test,
  { ports = realPorts(), files = DROP_FOLDER, log: onLine }: DropOptions = {},
): Promise<Drop> {
  const site = await testSite();
  const running = await serve(site, ports, onLine);
  const end = new AbortController();
  const data = join(site.data, 'var', 'agent');
  const log = testLog(onLine);
  const agent = runAgent({
    server: `ws://127.0.0.1:${running.port}`,
    data,
    path: '/usr/bin:/bin',
    log,
    endWithStdin: false,
    now: Date.now,
    verifyRaw,
    openExecutor,
    until: end.signal,
  });
  t.teardown(async () => {
    end.abort();
    await agent;
    await running.close();
    site.remove();
  });
  const release = await released(site, at(running), files, 'drop-thing');
  const file = (name: string) => join(data, 'data', name);
  const write = (name: string, text = '') => writeFileSync(file(name), text);
  write('rows', `${SECRET_ROWS}\n`);
  write('writers', '0\n');
  return { ...release, site, running, file, write };
}

/** Takes the run to a complete quorum on an armed step. */
export async function confirmed(drop: Drop): Promise<void> {
  await armed(drop, 'drop');
  await drop.reviewer.do(await drop.reviewer.confirmation(drop.run, { loss: SECRET_ROWS }));
  await drop.verifier.do(await drop.verifier.confirmation(drop.run, { count: SECRET_ROWS }));
}
