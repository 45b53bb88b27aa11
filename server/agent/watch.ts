/** Waits until one file of a directory changes, or a moment passes: file events are quick but not promised, so both are used. */
import { existsSync, type FSWatcher, watch } from 'node:fs';

export interface Change {
  /** Resolves at the next change, at the latest after the poll interval. */
  next(): Promise<void>;
  close(): void;
}

/** Where no watcher can be had (none left, no such directory) polling alone does it. */
function watcherOf(directory: string, listener: (event: string, name: string | null) => void): FSWatcher | undefined {
  try {
    return existsSync(directory) ? watch(directory, listener) : undefined;
  } catch {
    return undefined;
  }
}

export function fileChange(directory: string, file: string, pollMs: number): Change {
  let changed = false;
  let wake = () => {};
  const note = () => {
    changed = true;
    wake();
  };
  const watcher = watcherOf(directory, (_, name) => {
    if (name === file || name === null) note();
  });
  watcher?.on('error', () => watcher.close());
  return {
    next: () =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          changed = false;
          resolve();
        };
        const timer = setTimeout(done, pollMs);
        wake = done;
        if (changed) done();
      }),
    close: () => {
      watcher?.close();
      note();
    },
  };
}
