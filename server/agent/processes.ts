/** What /proc says of processes: identity, group, environment marker. A process id alone proves nothing; start time and boot id make it one. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly group: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  readonly start: string;
}

/** Who a process was when it said so. */
export interface ProcessId {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
}

/** Returns a file's text; undefined where the process has gone in between, or is somebody else's. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

export const bootId = (): string => (read('/proc/sys/kernel/random/boot_id') ?? '').trim();

export function processStat(pid: number): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name in parentheses may hold anything; fields count from after its last parenthesis.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, state: fields[0] ?? '', group: Number(fields[2]), start: fields[19] ?? '' };
}

const ended = ({ state }: ProcessStat): boolean => state === 'Z' || state === 'X';

/** Whether exactly this process still lives; a zombie does not. */
export function isAlive({ pid, start, boot }: ProcessId): boolean {
  const stat = processStat(pid);
  return boot === bootId() && stat !== undefined && stat.start === start && !ended(stat);
}

/**
 * Living processes of a group, or that carry `marker` (NAME=value) in the environment they were started with. One that
 * has both left its group and dropped the marker, or whose environment this user may not read, cannot be found.
 */
export function members(group: number | null, marker: string | null): ProcessStat[] {
  // An environment block ends with NUL, so an empty marker would be found in every process of the machine.
  if (marker === '' || (group !== null && !(group > 1)))
    throw new Error('neither everybody’s group nor an empty marker names a step');
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    const stat = processStat(Number(name));
    if (!stat || ended(stat) || stat.pid === process.pid) return [];
    const marked = marker !== null && (read(`/proc/${name}/environ`) ?? '').split('\0').includes(marker);
    return marked || stat.group === group ? [stat] : [];
  });
}

/** Sends a signal to exactly this process; one that has gone in between needs none, one that may not be signalled stays and is seen. */
export function signal({ pid, start }: ProcessStat, name: NodeJS.Signals): void {
  if (processStat(pid)?.start !== start) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
