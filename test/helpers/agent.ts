/** Starts the agent of a test site as a process; it ends with this one, or when it is killed. For tests and benches. */
import { type ChildProcess, spawn } from 'node:child_process';
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
