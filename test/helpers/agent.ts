/** Starts the agent of a test site as a process; it ends with this one, or when it is killed. What a reboot leaves behind can be made. For tests and benches. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type TestSite } from './server.ts';

export const agentData = (site: TestSite): string => join(site.data, 'var', 'agent');

/** `path` is the PATH of its commands. */
export function startAgentProcess(site: TestSite, fault = '', path = '/usr/bin:/bin'): ChildProcess {
  const script = join(ROOT, 'build', 'test', 'helpers', 'agent-process.js');
  return spawn(process.execPath, ['--enable-source-maps', script, String(site.port), agentData(site), fault], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, TEST_PATH: path },
  });
}

/** The boot that a machine is said to have had before. */
const BOOT = '00000000-0000-0000-0000-000000000000';

/** The directories of the attempts whose command runs. */
function underWay(site: TestSite): string[] {
  const steps = join(agentData(site), 'steps');
  const attempts = existsSync(steps) ? readdirSync(steps).map((nonce) => join(steps, nonce)) : [];
  return attempts.filter((attempt) => {
    const [id, rc, prepared] = ['id', 'rc', 'prepared'].map((name) => join(attempt, name)) as [string, string, string];
    return existsSync(id) && !existsSync(rc) && !readFileSync(prepared, 'utf8').startsWith(BOOT);
  });
}

/** What the commands that run have printed so far. */
export const outputUnderWay = (site: TestSite): string =>
  underWay(site)
    .map((attempt) => readFileSync(join(attempt, 'output'), 'utf8'))
    .join('');

/** What a reboot leaves: the commands gone without a status, prepared in another boot. */
export function reboot(site: TestSite): void {
  for (const attempt of underWay(site)) {
    process.kill(-Number.parseInt(readFileSync(join(attempt, 'id'), 'utf8'), 10), 'SIGKILL');
    const prepared = join(attempt, 'prepared');
    const [, deadline = ''] = readFileSync(prepared, 'utf8').split(' ');
    writeFileSync(prepared, `${BOOT} ${deadline}`);
  }
}
