/** The high-water mark: the tree of the newest batch, in a file of its own beside the database. An older copy of the database is found out by it; it is never ahead of what is durable. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromBase64 } from '../../core/bytes/encoding.ts';

export interface Mark {
  readonly origin: string;
  readonly size: number;
  /** base64, 32 bytes */
  readonly root: string;
}

export const markFile = (data: string): string => join(data, 'high-water');

/** `<origin> <size> <base64 root>` and a line feed. */
export const markText = ({ origin, size, root }: Mark): string => `${origin} ${size} ${root}\n`;

/** Reads a mark that `markText` would write again byte for byte; undefined where it is none. */
export function parseMark(text: string): Mark | undefined {
  const [, origin, size, root] = /^(\S{1,300}) (0|[1-9][0-9]{0,15}) ([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
  if (origin === undefined || size === undefined || root === undefined) return undefined;
  return fromBase64(root)?.length === 32 && Number.isSafeInteger(Number(size))
    ? { origin, size: Number(size), root }
    : undefined;
}

/** The mark in a data directory; null where there is no file. Throws where it is no mark. */
export function readMark(data: string): Mark | null {
  const file = markFile(data);
  if (!existsSync(file)) return null;
  const mark = parseMark(readFileSync(file, 'utf8'));
  if (!mark) throw new Error(`${file} is no high-water mark`);
  return mark;
}

export interface MarkWriter {
  /** Writes the mark of a tree that is durable; a reader finds the one before or this one, whole. */
  put(mark: Mark): void;
  /** Makes the newest mark survive a loss of power; nothing to do where it does already. */
  sync(): void;
}

export function openMark(data: string): MarkWriter {
  const file = markFile(data);
  let synced = true;
  return {
    put: (mark) => {
      // Not flushed here: an append waits for the database's disk alone.
      writeFileSync(`${file}.new`, markText(mark), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      synced = false;
    },
    sync: () => {
      if (synced) return;
      flush(file);
      flush(dirname(file));
      synced = true;
    },
  };
}

/** fsync of a file or directory. */
export function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
