/** One process per data directory, of an agent or of a server: a lock with the holder's process id and start time; a dead or recycled holder is followed, a living one never. */
import { linkSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bootId, isAlive, processStat } from './processes.ts';

const TRIES = 50;
const PAUSE_MS = 100;

/**
 * Takes the lock, waiting up to 5 s for a holder that is just ending; throws where it stays. Returns how to give it back.
 * Each holder makes a file of its own, `lock.1`, `lock.2`, …: a number is made once, so two that find the same dead
 * holder cannot both follow it, which removing and making one file again would allow. Process ids are those of this pid
 * namespace: containers that share a data directory are not kept apart by it.
 */
export async function takeLock(path: string): Promise<() => void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const mine = follow(path);
    // An emptied file is a holder that is gone; its number is never used again.
    if (mine !== undefined) return () => truncateSync(mine);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`another process holds ${path}`);
}

/** The holders' numbers, ascending. */
function numbers(path: string): number[] {
  const prefix = `${basename(path)}.`;
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
  return names
    .map((name) => name.slice(prefix.length))
    .filter((rest) => /^[1-9]\d*$/.test(rest))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Returns the file of the new holder; undefined where somebody holds it or was quicker. */
function follow(path: string): string | undefined {
  const last = numbers(path).at(-1) ?? 0;
  if (last > 0 && isHeld(`${path}.${last}`)) return undefined;
  const mine = `${path}.${last + 1}`;
  if (!make(mine)) return undefined;
  const all = numbers(path);
  // The number may have been free only because a later holder cleared the ones before it.
  if (all.at(-1) !== last + 1) {
    rmSync(mine);
    return undefined;
  }
  for (const older of all.slice(0, -1)) rmSync(`${path}.${older}`, { force: true });
  return mine;
}

/** Makes the file with its whole content in one act; false where it exists. */
function make(mine: string): boolean {
  const draft = join(dirname(mine), `.lock-${process.pid}`);
  writeFileSync(draft, `${process.pid} ${processStat(process.pid)?.start ?? ''} ${bootId()}\n`);
  try {
    linkSync(draft, mine);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

function isHeld(file: string): boolean {
  const [pid, start, boot] = readIfThere(file).trim().split(' ');
  return pid !== undefined && start !== undefined && boot !== undefined && isAlive({ pid: Number(pid), start, boot });
}

/** Returns '' for a file that a new holder cleared away in between. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}
