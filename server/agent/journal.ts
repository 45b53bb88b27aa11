/** The agent's memory of its nonces: an append-only file, durable before it answers. A torn last line is cut; any other damage is fail stop. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';

type Line =
  | { readonly type: 'issued'; readonly nonce: string }
  | {
      readonly type: 'intent';
      readonly nonce: string;
      readonly item: string;
      readonly run: string;
      readonly step: string;
      readonly attempt: number;
    }
  | { readonly type: 'started'; readonly nonce: string; readonly item: string; readonly ref: string }
  | { readonly type: 'settled'; readonly nonce: string; readonly item: string }
  | { readonly type: 'over'; readonly nonce: string };

/** One start: of a nonce, or of one item of its wave; the item is '' where there are no waves. */
export interface Start {
  readonly nonce: string;
  readonly item: string;
}

export interface Intent extends Start {
  readonly run: string;
  readonly step: string;
}

/**
 * Contract: each nonce is issued once, and each item of it intended once, ever; both are on the disk when the call
 * returns. After a write that failed nobody knows what the disk has, so every later call throws: fail stop, reopen,
 * never write again.
 */
export interface Journal {
  /** `until` is a monotonic instant of this process; after a restart an issued nonce can no longer be intended. */
  issue(nonce: string, until: number): void;
  intend(start: Start, what: { run: string; step: string; attempt: number }, now: number): Result<true>;
  started(start: Start, ref: string): void;
  acknowledge(start: Start): void;
  /** Intents whose outcome the server has not acknowledged. */
  unsettled(): Intent[];
  /** No further item of this nonce is going to be intended. */
  over(nonce: string): void;
  /** Waves of which items were intended, and that are not over. */
  waves(): Omit<Intent, 'item'>[];
  close(): void;
}

const idOf = ({ nonce, item }: Start): string => `${nonce} ${item}`;

/** Each checksum covers the one before it, so that a line which went missing is damage like a line that changed. */
const checksum = (before: string, text: string): string =>
  createHash('sha256').update(`${before}\n${text}`).digest('hex').slice(0, 32);

interface Content {
  readonly lines: readonly Line[];
  /** Bytes of whole lines; what follows was never acknowledged. */
  readonly length: number;
  readonly last: string;
}

function decode(text: string, path: string): Content {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const damaged = (line: number) => new Error(`${path} is damaged at line ${line}; the agent does not go on from it`);
  const intended = new Set<string>();
  let last = '';
  const lines = whole
    .split('\n')
    .slice(0, -1)
    .map((one, index) => {
      const json = one.slice(33);
      last = checksum(last, json);
      if (one !== `${last} ${json}`) throw damaged(index + 1);
      const line = JSON.parse(json) as Line;
      if (line.type === 'intent' && intended.has(idOf(line))) throw damaged(index + 1);
      if (line.type === 'intent') intended.add(idOf(line));
      return line;
    });
  return { lines, length: Buffer.byteLength(whole), last };
}

/** Opens the file to append, durably there and without a torn end. */
function openToAppend(path: string, length: number): number {
  const file = openSync(path, 'a', 0o600);
  ftruncateSync(file, length);
  fsyncSync(file);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return file;
}

/** Returns an appender whose call is durable; after the first failure it only throws. */
function appender(path: string, { length, last: first }: Content) {
  const file = openToAppend(path, length);
  let last = first;
  let broken: Error | undefined;
  const append = (line: Line) => {
    if (broken) throw broken;
    const json = JSON.stringify(line);
    const sum = checksum(last, json);
    try {
      for (let rest = Buffer.from(`${sum} ${json}\n`); rest.length > 0; ) rest = rest.subarray(writeSync(file, rest));
      fsyncSync(file);
    } catch (cause) {
      broken = new Error(`${path} could not be written; the agent has to be started anew`, { cause });
      throw broken;
    }
    last = sum;
  };
  return { append, close: () => closeSync(file) };
}

/** Throws where the file is damaged; there is no going on from a memory that may have lost a start. */
export function openJournal(path: string): Journal {
  const content = decode(existsSync(path) ? readFileSync(path, 'utf8') : '', path);
  const { append, close } = appender(path, content);
  const issued = new Map<string, number>();
  const spent = new Set<string>();
  const intents = new Map<string, Intent>();
  const waves = new Map<string, Omit<Intent, 'item'>>();
  const remember = ({ nonce, item, run, step }: Intent) => {
    intents.set(idOf({ nonce, item }), { nonce, item, run, step });
    if (item !== '') waves.set(nonce, { nonce, run, step });
  };
  for (const line of content.lines) {
    if (line.type === 'intent') remember(line);
    if (line.type === 'settled') intents.delete(idOf(line));
    if (line.type === 'over') waves.delete(line.nonce);
  }
  return {
    issue: (nonce, until) => {
      append({ type: 'issued', nonce });
      issued.set(nonce, until);
    },
    intend: ({ nonce, item }, { run, step, attempt }, now) => {
      const [id, until] = [idOf({ nonce, item }), issued.get(nonce)];
      if (until === undefined || spent.has(id))
        return fail('XCK_CLEARANCE', { why: 'this nonce was not issued since the agent started, or is spent' });
      spent.add(id);
      if (now > until) {
        issued.delete(nonce);
        return fail('XCK_CLEARANCE', { why: 'the arming has expired' });
      }
      append({ type: 'intent', nonce, item, run, step, attempt });
      remember({ nonce, item, run, step });
      return ok(true);
    },
    started: ({ nonce, item }, ref) => append({ type: 'started', nonce, item, ref }),
    acknowledge: ({ nonce, item }) => {
      append({ type: 'settled', nonce, item });
      intents.delete(idOf({ nonce, item }));
    },
    unsettled: () => [...intents.values()],
    over: (nonce) => {
      append({ type: 'over', nonce });
      waves.delete(nonce);
    },
    waves: () => [...waves.values()],
    close,
  };
}
