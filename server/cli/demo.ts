/** The demo's own world: a customer database that can really be destroyed, and the API that reads it. Only a solo site gets it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Demo {
  /** Port of the customers API: the runbook's input. */
  readonly apiPort: number;
  stop(): void;
}

/** PATH of the demo's agent: the runbook's SQL tool, this Node, and the system. */
export const demoPath = (root: string): string =>
  [join(root, 'runbooks', 'tools', 'bin'), dirname(process.execPath), '/usr/bin', '/bin']
    .filter((folder, index, all) => all.indexOf(folder) === index)
    .join(':');

/** Makes the database on the first start and runs its API beside the server, always on the same port: open runs name it. */
export async function startDemo(root: string, data: string, apiPort: number): Promise<Demo> {
  const tools = join(root, 'runbooks', 'tools');
  mkdirSync(data, { recursive: true });
  const database = join(data, 'customers.db');
  if (!existsSync(database)) {
    const made = spawnSync(process.execPath, [join(tools, 'make-customers.mjs'), data], {
      stdio: ['ignore', 'ignore', 2],
    });
    if (made.status !== 0) throw new Error('the demo’s customer database could not be made');
  }
  const api: ChildProcess = spawn(
    process.execPath,
    [join(tools, 'customers-api.mjs'), '--port', String(apiPort), '--database', database, '--embedded'],
    { stdio: ['pipe', 'pipe', 2] },
  );
  const [line] = (await Promise.race([
    once(api.stdout as NodeJS.ReadableStream, 'data'),
    once(api, 'exit').then(() => ['']),
  ])) as [Buffer | string];
  if (!String(line).startsWith('http')) throw new Error(`the demo’s customers API did not start on port ${apiPort}`);
  return { apiPort, stop: () => void api.kill('SIGTERM') };
}
