/** Measures one fact: a program's output or an HTTP answer, bounded in time and size. What hangs is killed with its whole group. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { trimmed } from '../../core/runbook/drift.ts';
import { members, signal } from './processes.ts';

export interface Probe {
  readonly run: readonly string[] | null;
  readonly http: { readonly url: string } | null;
}

export type Measured =
  | {
      readonly ok: true;
      readonly value: string;
      readonly status: number | null;
      readonly stdout: string;
      readonly exit_code: number;
    }
  | { readonly ok: false; readonly reason: 'timeout' | 'error' };

interface Where {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const LIMIT = 64 * 1024;
const TIMEOUT_MS = 10_000;
const ERROR: Measured = { ok: false, reason: 'error' };

/** Returns the measured fact; a non-zero exit, too much output, no text or no answer is none. No detail is told: it could hold a value. */
export async function measure(probe: Probe, where: Where, timeoutMs = TIMEOUT_MS): Promise<Measured> {
  if (probe.run) return program(probe.run, where, timeoutMs);
  return probe.http ? http(probe.http.url, timeoutMs) : ERROR;
}

/** Bytes that are no text are no fact: two different ones could read the same. */
function fact(chunks: readonly Uint8Array[], status: number | null): Measured {
  const stdout = fromUtf8(Buffer.concat(chunks));
  return stdout === undefined ? ERROR : { ok: true, value: trimmed(stdout), status, stdout, exit_code: 0 };
}

function program(argv: readonly string[], where: Where, timeoutMs: number): Promise<Measured> {
  const child = spawned(argv, where);
  if (child === undefined) return Promise.resolve(ERROR);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (measured: Measured) => {
      clearTimeout(timer);
      resolve(measured);
    };
    const giveUp = (reason: 'timeout' | 'error') => {
      // Only its own group: without a process id there is nothing to kill.
      if (child.pid !== undefined) for (const one of members(child.pid, null)) signal(one, 'SIGKILL');
      child.stdout?.destroy();
      settle({ ok: false, reason });
    };
    const timer = setTimeout(() => giveUp('timeout'), timeoutMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > LIMIT) giveUp('error');
    });
    child.on('error', () => settle(ERROR));
    child.on('close', (code) => settle(code === 0 ? fact(chunks, null) : ERROR));
  });
}

/** Undefined where it cannot even be tried, such as a NUL in an argument. */
function spawned([file = '', ...args]: readonly string[], { cwd, env }: Where): ChildProcess | undefined {
  try {
    return spawn(file, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

async function http(url: string, timeoutMs: number): Promise<Measured> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { connection: 'close' },
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > LIMIT) return ERROR;
      chunks.push(chunk);
    }
    return fact(chunks, answer.status);
  } catch (error) {
    return { ok: false, reason: (error as Error).name === 'TimeoutError' ? 'timeout' : 'error' };
  }
}
