/**
 * Runs commands that survive the agent: each in a process group of its own, once per nonce, with output and status on
 * disk. It never starts a second time and never guesses how something ended.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
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
  readonly timeoutMs: number | null;
}

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

/** Contract: at most one start per nonce, ever, across crashes of the agent; a started command is re-attached, not restarted. */
export interface Executor {
  /** Starts the phases; a nonce that was started or forbidden before is left as it is. */
  start(nonce: string, spec: CommandSpec): void;
  /** Makes sure that the nonce does not start from now on; after a crash this decides whether it ever ran. */
  forbid(nonce: string): void;
  ended(nonce: string): Promise<Ended>;
  /** TERM, then KILL, to the group and to whatever carries the nonce's marker; answers what is seen, never what is hoped. */
  abort(nonce: string): Promise<'stopped' | 'still running' | 'unknown'>;
  output(nonce: string): Uint8Array;
  /** At most 48 KiB of output from `offset`. */
  piece(nonce: string, offset: number): Uint8Array;
  /** Delivers output from the beginning as it is written; returns how to stop. */
  follow(nonce: string, onBytes: (offset: number, bytes: Uint8Array) => void): () => void;
}

const GRACE_MS = 5000;
const POLL_MS = 100;
/** What still ends by itself right after the command is not left behind. */
const SETTLE_MS = 300;
const PIECE = 48 * 1024;
/** A shell says 128 + n where a signal ended the command. */
const BY_SIGNAL = 128;

const NONCE = /^[0-9a-f]{16,128}$/;

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
function living(attempt: Attempt, nonce: string): ProcessStat[] {
  const wrapper = attempt.wrapper();
  const leader = wrapper && processStat(wrapper.pid);
  // While anything of a group lives its id is not used again; a leader with another start time means that it all ended.
  const group = wrapper && (leader === undefined || leader.start === wrapper.start) ? wrapper.pid : null;
  return members(group, `CROSSCHECK_STEP=${nonce}`);
}

type Seen =
  | { readonly kind: 'running' }
  | { readonly kind: 'exited'; readonly status: number }
  | Exclude<Ended, { kind: 'exited' }>;

/** What there is to see now. Nothing is claimed while anything of it lives, so that looking never takes a start away. */
function look(attempt: Attempt, nonce: string): Seen {
  const exited = (status: number): Seen => ({ kind: 'exited', status });
  const prepared = attempt.prepared();
  const before = attempt.status();
  if (before !== undefined) return exited(before);
  const restarted = prepared !== undefined && prepared.boot !== bootId();
  if (!restarted && living(attempt, nonce).length > 0) return { kind: 'running' };
  // It may have written its status and ended between the two looks.
  const after = attempt.status();
  if (after !== undefined) return exited(after);
  // A claim that was made just before the machine went down need not be on its disk, so a free one proves nothing.
  return attempt.forbid() && !restarted ? { kind: 'not-started' } : { kind: 'unknown' };
}

/** TERM, then KILL: first to all but the wrapper, so that it can write down how the command ended, then to it too. */
async function stop(
  attempt: Attempt,
  nonce: string,
  graceMs: number,
): Promise<'stopped' | 'still running' | 'unknown'> {
  if (attempt.forbid()) return 'stopped';
  if (attempt.prepared()?.boot !== bootId()) return 'unknown';
  const left = () => living(attempt, nonce);
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
async function leftBehind(attempt: Attempt, nonce: string): Promise<boolean> {
  if (attempt.prepared()?.boot !== bootId()) return false;
  const wrapper = attempt.wrapper();
  const others = () => living(attempt, nonce).filter(({ pid }) => pid !== wrapper?.pid || !isAlive(wrapper));
  if (await within(SETTLE_MS, () => others().length === 0)) return false;
  for (const one of others()) signal(one, 'SIGKILL');
  return true;
}

/** The shell itself could not be started: then nothing lives and nobody claims, and whoever looks next makes that final. */
const unclaimed = (): void => {};

/** `graceMs`: how long TERM, and then KILL, may take. */
export function openExecutor(root: string, graceMs = GRACE_MS): Executor {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const of = (nonce: string) => {
    // It comes from the server and becomes a path.
    if (!NONCE.test(nonce)) throw new Error('this is no nonce');
    return attemptAt(join(root, nonce));
  };

  const stops = new Map<string, ReturnType<Executor['abort']>>();
  const abort: Executor['abort'] = (nonce) => {
    const stopping = stops.get(nonce) ?? stop(of(nonce), nonce, graceMs).finally(() => stops.delete(nonce));
    stops.set(nonce, stopping);
    return stopping;
  };

  const ended: Executor['ended'] = async (nonce) => {
    const attempt = of(nonce);
    const changed = fileChange(attempt.directory, 'rc', POLL_MS);
    const deadline = attempt.prepared()?.deadline ?? Number.POSITIVE_INFINITY;
    let late = false;
    try {
      for (;;) {
        const seen = look(attempt, nonce);
        if (seen.kind === 'exited') {
          // What has its grace to end by itself is not left behind.
          await stops.get(nonce);
          return { kind: 'exited', ...exitOf(seen.status), leftovers: await leftBehind(attempt, nonce) };
        }
        if (seen.kind !== 'running') return seen;
        if (!late && Date.now() > deadline) {
          late = true;
          attempt.note('\n[crosscheck: stopped at its timeout]\n');
          void abort(nonce);
        }
        await changed.next();
      }
    } finally {
      changed.close();
    }
  };

  const start: Executor['start'] = (nonce, { phases, cwd, env, timeoutMs }) => {
    const attempt = of(nonce);
    if (!attempt.prepare(timeoutMs === null ? null : Date.now() + timeoutMs)) return;
    const args = phases.flatMap((argv) => [String(argv.length), ...argv]);
    try {
      const child = spawn('/bin/sh', ['-c', WRAPPER, 'crosscheck-step', attempt.directory, ...args], {
        cwd,
        env: { ...env, CROSSCHECK_STEP: nonce },
        detached: true,
        stdio: 'ignore',
      });
      child.on('error', unclaimed);
      child.unref();
    } catch {
      unclaimed();
    }
  };

  const piece: Executor['piece'] = (nonce, offset) => of(nonce).piece(offset, PIECE);

  const follow: Executor['follow'] = (nonce, onBytes) => {
    let offset = 0;
    let open = true;
    const changed = fileChange(of(nonce).directory, 'output', POLL_MS);
    const flush = () => {
      for (let bytes = piece(nonce, offset); bytes.length > 0; bytes = piece(nonce, offset)) {
        onBytes(offset, bytes);
        offset += bytes.length;
      }
    };
    void (async () => {
      while (open) {
        await changed.next();
        if (open) flush();
      }
    })();
    return () => {
      flush();
      open = false;
      changed.close();
    };
  };

  return {
    start,
    forbid: (nonce) => void of(nonce).forbid(),
    ended,
    abort,
    output: (nonce) => (existsSync(of(nonce).output) ? readFileSync(of(nonce).output) : new Uint8Array()),
    piece,
    follow,
  };
}
