/** The directory of one attempt: what was prepared, who claimed it, who runs it, how it ended. Only its claim decides whether it ever runs. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bootId, type ProcessId } from './processes.ts';

/** Written durably before the wrapper is spawned: without it nothing can have run. */
export interface Prepared {
  readonly boot: string;
  /** ms since 1970; null without a timeout. */
  readonly deadline: number | null;
}

export interface Attempt {
  readonly directory: string;
  readonly output: string;
  /** The file that CROSSCHECK_OUTPUT names. */
  readonly outputs: string;
  /** Makes the directory; false where it was prepared before, and then nothing is touched. */
  prepare(deadline: number | null, secrets: string): boolean;
  prepared(): Prepared | undefined;
  /** The fingerprint of the secrets that it was prepared with. */
  secrets(): string;
  /** Whether recovery has the claim, taking it if nobody has: then the wrapper never runs the command. */
  forbid(): boolean;
  claimed(): boolean;
  /** The wrapper, once it has said who it is; its id is also that of its group. */
  wrapper(): ProcessId | undefined;
  /** Exit status as a shell tells it; undefined while there is none that is whole. */
  status(): number | undefined;
  /** Adds a line of the agent's own to the output, once per kind, however often the agent is started anew. */
  note(kind: string, text: string): void;
  noted(kind: string): boolean;
  /** At most `limit` bytes of output from `offset`. */
  piece(offset: number, limit: number): Uint8Array;
}

/** Only the owner's missing write bit tells recovery's claim from the wrapper's, so both are told apart by one atomic act. */
const RECOVERY = 0o500;

const sync = (path: string): void => {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
};

export function attemptAt(directory: string): Attempt {
  const at = (name: string) => join(directory, name);
  const text = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '');

  const prepared = (): Prepared | undefined => {
    const whole = /^(.+) (\d+|none)\n$/.exec(text('prepared'));
    return whole ? { boot: whole[1] ?? '', deadline: whole[2] === 'none' ? null : Number(whole[2]) } : undefined;
  };

  return {
    directory,
    output: at('output'),
    outputs: at('outputs'),
    prepare: (deadline, secrets) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      if (existsSync(at('prepared')) || existsSync(at('claim'))) return false;
      writeFileSync(at('output'), '', { flag: 'a', mode: 0o600 });
      writeFileSync(at('secrets'), secrets, { mode: 0o600, flush: true });
      writeFileSync(at('prepared'), `${bootId()} ${deadline ?? 'none'}\n`, { flag: 'wx', flush: true });
      sync(directory);
      sync(dirname(directory));
      return true;
    },
    prepared,
    secrets: () => text('secrets'),
    forbid: () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      try {
        mkdirSync(at('claim'), { mode: RECOVERY });
        sync(directory);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      return (lstatSync(at('claim')).mode & 0o200) === 0;
    },
    claimed: () => existsSync(at('claim')),
    wrapper: () => {
      const stat = text('id');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [pid, start, boot] = [Number.parseInt(stat, 10), fields[19], prepared()?.boot];
      return stat.endsWith('\n') && pid > 1 && start && boot ? { pid, start, boot } : undefined;
    },
    status: () => (/^\d+\n$/.test(text('rc')) ? Number(text('rc')) : undefined),
    note: (kind, line) => {
      try {
        writeFileSync(at(`noted-${kind}`), '', { flag: 'wx' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return;
      }
      appendFileSync(at('output'), `\n[crosscheck: ${line}]\n`);
    },
    noted: (kind) => existsSync(at(`noted-${kind}`)),
    piece: (offset, limit) => {
      if (!existsSync(at('output'))) return new Uint8Array();
      const file = openSync(at('output'), 'r');
      const buffer = Buffer.alloc(limit);
      const length = readSync(file, buffer, 0, limit, offset);
      closeSync(file);
      return buffer.subarray(0, length);
    },
  };
}
