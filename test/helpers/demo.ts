/** The solo demo as `npm start` runs it, in a directory of its own, with its links; and pages of its people. For tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ROOT } from './server.ts';

export type DemoSeat = 'lead' | 'reviewer' | 'verifier' | 'auditor';

export interface DemoServer {
  readonly data: string;
  readonly port: number;
  readonly links: Record<DemoSeat, string>;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts `crosscheck server start` and reads the links that it prints. The port after it must be free too: the customers API takes it. */
export async function startDemoServer(
  data = mkdtempSync(join(tmpdir(), 'crosscheck-demo-')),
  port?: number,
  more: readonly string[] = [],
): Promise<DemoServer> {
  const own = port ?? (await freePort());
  const main = join(ROOT, 'build', 'server', 'cli', 'main.js');
  const child = spawn(
    process.execPath,
    [main, 'server', 'start', '--port', String(own), '--data', data, '--log-level', 'warn', ...more],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes('crosscheck login')) break;
  }
  const links = Object.fromEntries(
    [...printed.matchAll(/(http:\/\/(\w+)\.localhost\S+)/g)].map(([, url, seat]) => [seat, url]),
  );
  return {
    data,
    port: own,
    links: links as Record<DemoSeat, string>,
    child,
    stop: async () => {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
      child.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}
