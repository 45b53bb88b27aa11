/**
 * Runs commands that survive the agent: each in a process group of its own, once per key, with output and status on
 * disk. It never starts a second time and never guesses how something ended.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { type Attempt, attemptAt } from './attempt.ts';
import { bootId, isAlive, members, type ProcessStat, processStat, signal } from './processes.ts';
import { fileChange } from './watch.ts';
import { WRAPPER } from './wrapper.ts';

export interface CommandSpec {
  /** Programs with their arguments, run one after another while each exits 0. */
  readonly phases: readonly (readonly string[])[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Over all tries. */
  readonly timeoutMs: number | null;
  /** How often a failed try is tried again, inside the one start. */
  readonly retries: { readonly count: number; readonly delayMs: number };
  /** Fingerprint of the secrets in the environment; kept with the attempt. */
  readonly secrets: string;
}

/** The key of an attempt: the nonce, or for an item of a wave what only this nonce and this item make. */
export const keyOf = (nonce: string, item: string): string =>
  item === '' ? nonce : createHash('sha256').update(`${nonce} ${item}`).digest('hex');

export type Ended =
  /** `leftovers`: it ended and left processes behind, which were killed; whoever judges calls that failed. */
  | {
      readonly kind: 'exited';
      readonly code: number | null;
      readonly signal: string | null;
      readonly leftovers: boolean;
    }
  /** Recovery won the claim: it has not run and never will. */
  | { readonly kind: 'not-started' }
  /** It ran or may have run, and nobody can say how it ended; it is never run again. */
  | { readonly kind: 'unknown' };

export interface Following {
  /** Delivers at once what is there. */
  flush(): void;
  close(): void;
}

/** Contract: at most one start per key, ever, across crashes of the agent; a started command is re-attached, not restarted. */
export interface Executor {
  /** Starts the phases; a key that was started or forbidden before is left as it is. */
  start(key: string, spec: CommandSpec): void;
  /** Makes sure that the key does not start from now on; after a crash this decides whether it ever ran. */
  forbid(key: string): void;
  ended(key: string): Promise<Ended>;
  /** TERM, then KILL, to the group and to whatever carries the key's marker; answers what is seen, never what is hoped. */
  abort(key: string): Promise<'stopped' | 'still running' | 'unknown'>;
  /** The attempt's directory: its output is raw there, and may hold secrets. */
  at(key: string): Attempt;
  /** Delivers raw output from the beginning as it is written. */
  follow(key: string, onBytes: (bytes: Uint8Array) => void): Following;
}

const GRACE_MS = 5000;
const POLL_MS = 100;
/** What still ends by itself right after the command is not left behind. */
const SETTLE_MS = 300;
const PIECE = 48 * 1024;
/** A shell says 128 + n where a signal ended the command. */
const BY_SIGNAL = 128;

const KEY = /^[0-9a-f]{16,128}$/;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves with whether `gone` came true within `ms`. */
async function within(ms: number, gone: () => boolean): Promise<boolean> {
  const end = performance.now() + ms;
  while (!gone()) {
    if (performance.now() > end) return false;
    await pause(POLL_MS / 5);
  }
  return true;
}

function exitOf(status: number): { code: number | null; signal: string | null } {
  const name = Object.entries(constants.signals).find(([, number]) => BY_SIGNAL + number === status)?.[0];
  return name === undefined ? { code: status, signal: null } : { code: null, signal: name };
}

/** Everything of this attempt that lives: its group, and strays that carry its marker in other groups. */
function living(attempt: Attempt, key: string): ProcessStat[] {
  const wrapper = attempt.wrapper();
  const leader = wrapper && processStat(wrapper.pid);
  // While anything of a group lives its id is not used again; a leader with another start time means that it all ended.
  const group = wrapper && (leader === undefined || leader.start === wrapper.start) ? wrapper.pid : null;
  return members(group, `CROSSCHECK_STEP=${key}`);
}

type Seen =
  | { readonly kind: 'running' }
  | { readonly kind: 'exited'; readonly status: number }
  | Exclude<Ended, { kind: 'exited' }>;

/** What there is to see now. Nothing is claimed while anything of it lives, so that looking never takes a start away. */
function look(attempt: Attempt, key: string): Seen {
  const exited = (status: number): Seen => ({ kind: 'exited', status });
  const prepared = attempt.prepared();
  const before = attempt.status();
  if (before !== undefined) return exited(before);
  const restarted = prepared !== undefined && prepared.boot !== bootId();
  if (!restarted && living(attempt, key).length > 0) return { kind: 'running' };
  // It may have written its status and ended between the two looks.
  const after = attempt.status();
  if (after !== undefined) return exited(after);
  // A claim that was made just before the machine went down need not be on its disk, so a free one proves nothing.
  return attempt.forbid() && !restarted ? { kind: 'not-started' } : { kind: 'unknown' };
}

/** TERM, then KILL: first to all but the wrapper, so that it can write down how the command ended, then to it too. */
async function stop(attempt: Attempt, key: string, graceMs: number): Promise<'stopped' | 'still running' | 'unknown'> {
  if (attempt.forbid()) return 'stopped';
  if (attempt.prepared()?.boot !== bootId()) return 'unknown';
  const left = () => living(attempt, key);
  const gone = () => left().length === 0;
  for (const one of left()) signal(one, 'SIGTERM');
  if (await within(graceMs, gone)) return 'stopped';
  const killed = () => {
    for (const one of left()) if (one.pid !== attempt.wrapper()?.pid) signal(one, 'SIGKILL');
    return gone();
  };
  if (await within(graceMs, killed)) return 'stopped';
  for (const one of left()) signal(one, 'SIGKILL');
  return (await within(graceMs, gone)) ? 'stopped' : 'still running';
}

/** A command that says it is done but left processes behind is not done; they are killed. */
async function leftBehind(attempt: Attempt, key: string): Promise<boolean> {
  if (attempt.prepared()?.boot !== bootId()) return false;
  const wrapper = attempt.wrapper();
  const others = () => living(attempt, key).filter(({ pid }) => pid !== wrapper?.pid || !isAlive(wrapper));
  if (await within(SETTLE_MS, () => others().length === 0)) return false;
  for (const one of others()) signal(one, 'SIGKILL');
  return true;
}

/** The shell itself could not be started: then nothing lives and nobody claims, and whoever looks next makes that final. */
const unclaimed = (): void => {};

/** What the shell's `sleep` understands. */
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** `graceMs`: how long TERM, and then KILL, may take. */
export function openExecutor(root: string, graceMs = GRACE_MS): Executor {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const at: Executor['at'] = (key) => {
    // It comes from the server and becomes a path.
    if (!KEY.test(key)) throw new Error('this is no key of an attempt');
    return attemptAt(join(root, key));
  };

  const stops = new Map<string, ReturnType<Executor['abort']>>();
  const abort: Executor['abort'] = (key) => {
    const stopping = stops.get(key) ?? stop(at(key), key, graceMs).finally(() => stops.delete(key));
    stops.set(key, stopping);
    return stopping;
  };

  const ended: Executor['ended'] = async (key) => {
    const attempt = at(key);
    const changed = fileChange(attempt.directory, 'rc', POLL_MS);
    const deadline = attempt.prepared()?.deadline ?? Number.POSITIVE_INFINITY;
    let late = false;
    try {
      for (;;) {
        const seen = look(attempt, key);
        if (seen.kind === 'exited') {
          // What has its grace to end by itself is not left behind.
          await stops.get(key);
          return { kind: 'exited', ...exitOf(seen.status), leftovers: await leftBehind(attempt, key) };
        }
        if (seen.kind !== 'running') return seen;
        if (!late && Date.now() > deadline) {
          late = true;
          attempt.note('timeout', 'stopped at its timeout');
          void abort(key);
        }
        await changed.next();
      }
    } finally {
      changed.close();
    }
  };

  const start: Executor['start'] = (key, { phases, cwd, env, timeoutMs, retries, secrets }) => {
    const attempt = at(key);
    if (!attempt.prepare(timeoutMs === null ? null : Date.now() + timeoutMs, secrets)) return;
    const args = [
      attempt.directory,
      String(retries.count),
      seconds(retries.delayMs),
      ...phases.flatMap((argv) => [String(argv.length), ...argv]),
    ];
    try {
      const child = spawn('/bin/sh', ['-c', WRAPPER, 'crosscheck-step', ...args], {
        cwd,
        env: { ...env, CROSSCHECK_OUTPUT: attempt.outputs, CROSSCHECK_STEP: key },
        detached: true,
        stdio: 'ignore',
      });
      child.on('error', unclaimed);
      child.unref();
    } catch {
      unclaimed();
    }
  };

  const follow: Executor['follow'] = (key, onBytes) => {
    const attempt = at(key);
    let offset = 0;
    let open = true;
    const changed = fileChange(attempt.directory, 'output', POLL_MS);
    const flush = () => {
      for (let bytes = attempt.piece(offset, PIECE); bytes.length > 0; bytes = attempt.piece(offset, PIECE)) {
        offset += bytes.length;
        onBytes(bytes);
      }
    };
    void (async () => {
      while (open) {
        await changed.next();
        if (open) flush();
      }
    })();
    return {
      flush,
      close: () => {
        open = false;
        changed.close();
      },
    };
  };

  return { start, forbid: (key) => void at(key).forbid(), ended, abort, at, follow };
}
