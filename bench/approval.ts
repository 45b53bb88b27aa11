/**
 * Last signature in → command's process started (no probes), beside a floor with the same durable duty in the same run:
 * a bare HTTP handler, as many durable commits, two verifications and the same wrapper spawn. The two take turns.
 */
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '../core/bytes/encoding.ts';
import { contextOf } from '../core/run/state.ts';
import { openExecutor } from '../server/agent/executor.ts';
import { openSqlite } from '../server/store/sqlite.ts';
import { startAgentProcess } from '../test/helpers/agent.ts';
import { armed, at, released, serve, testSite, until } from '../test/helpers/server.ts';
import { report, sample } from './report.ts';

const RUNS = 11;
const STEPS = 10;
/** Prints when it began, in ms with microseconds; the same program on both sides. */
const STAMP = '#!/bin/bash\necho "$EPOCHREALTIME" >"$1"\n';

const step = (index: number) => `  - id: step-${index}
    title: Step ${index}
    critical: true
    run: [bin/stamp, '\${{ run.data }}/\${{ run.id }}-${index}']
    timeout: 1m
    cross_check: {eyes: 4, by: [reviewer]}
`;
const RUNBOOK = `apiVersion: crosscheck/v1
id: bench
title: Start many commands
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
presence: {required: [lead], grace: 1h}
steps:
${Array.from({ length: STEPS }, (_, index) => step(index)).join('')}`;

const now = () => performance.timeOrigin + performance.now();
const began = (file: string) => Number(readFileSync(file, 'utf8')) * 1000;
const written = (file: string) => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n');

/** The floor: what any durable approval would have to do, without knowing what it approves. */
async function floorServer() {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-floor-'));
  const store = openSqlite(join(folder, 'floor.db'));
  const executor = openExecutor(join(folder, 'steps'));
  const stamp = join(folder, 'stamp');
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  const message = randomBytes(1500);
  const signature = sign(null, message, privateKey);
  const journal = openSync(join(folder, 'journal'), 'a');
  let seq = 0;
  const commit = () =>
    store.append({
      entries: [{ seq: seq++, type: 'x', run: null, after: null, bytes: message }],
      nodes: [{ level: 0, index: seq, hash: message.subarray(0, 32) }],
      bodies: [],
      erased: [],
      runs: [],
    });
  const durable = () => {
    writeSync(journal, 'intent\n');
    fsyncSync(journal);
  };
  mkdirSync(join(folder, 'data'));
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { file } = JSON.parse(Buffer.concat(chunks).toString()) as { file: string };
      if (!verify(null, message, publicKey, signature) || !verify(null, message, publicKey, signature))
        throw new Error('floor');
      commit();
      durable();
      durable();
      commit();
      durable();
      executor.start(randomBytes(32).toString('hex'), {
        phases: [['/bin/bash', stamp, file]],
        cwd: folder,
        env: { PATH: '/usr/bin:/bin' },
        timeoutMs: null,
        retries: { count: 0, delayMs: 0 },
        secrets: '',
      });
      response.end('{}');
    });
  });
  writeFileSync(stamp, STAMP);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  return {
    once: async (index: number) => {
      const file = join(folder, 'data', String(index));
      const start = now();
      await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: JSON.stringify({ file, pad: 'x'.repeat(2000) }),
      });
      await until(() => written(file));
      return began(file) - start;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
      closeSync(journal);
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the bench and prints both sides with their ratio. */
export async function approvalBench(): Promise<void> {
  const site = await testSite();
  const running = await serve(site);
  const agent = startAgentProcess(site);
  const floor = await floorServer();
  const [ours, base] = [sample(), sample()];
  const folder = [
    { path: 'runbook.yaml', mode: '0644' as const, bytes: utf8(RUNBOOK) },
    { path: 'bin/stamp', mode: '0755' as const, bytes: utf8(STAMP) },
  ];
  const first = await released(site, at(running), folder, 'bench');
  const { runbooks } = await first.lead.must<{ runbooks: { runbook: string }[] }>('GET', '/api/home');
  for (let round = 0; round < RUNS; round++) {
    const run = round === 0 ? first.run : await first.lead.open(runbooks[0]?.runbook ?? '', {});
    if (round > 0) await first.reviewer.do({ type: 'join', run, seat: 'reviewer', role: 'dba' });
    const release = { ...first, run };
    for (let index = 0; index < STEPS; index++) {
      await armed(release, `step-${index}`);
      await first.reviewer.do(await first.reviewer.confirmation(run, {}));
      const key = await first.lead.keyTurn(run);
      const file = join(site.data, 'var', 'agent', 'data', `${run}-${index}`);
      const start = now();
      await first.lead.do(key);
      await until(() => written(file));
      const took = began(file) - start;
      const floorTook = await floor.once(round * STEPS + index);
      if (round > 0) {
        ours.add(took);
        base.add(floorTook);
      }
      await until(async () => contextOf((await first.lead.state(run)).state).outcomes[`step-${index}`] === 'finished');
    }
  }
  report('last signature in → process started, ms', ours, base, { p50: 1.25, p99: 1.5 });
  agent.kill('SIGKILL');
  floor.close();
  await running.close();
  site.remove();
}
