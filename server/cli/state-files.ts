/** What this person's machine remembers between words: the session, the pinned logs and receipts. Secrets are readable by their owner alone. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface SessionFile {
  /** `http://host:port` */
  readonly server: string;
  readonly session: string;
  readonly person: string;
  /** ms since 1970 */
  readonly expires: number;
  readonly origin: string;
  /** The key file that signed in, which signs until another is named. */
  readonly key: string | null;
}

/** What is believed about one log, and how far it was verified here. */
export interface LogFile {
  readonly origin: string;
  /** The text of a trust root. */
  readonly trust: string;
  /** False where it was taken from the server at the first sign-in. */
  readonly given: boolean;
  /** `<size> <base64 root>` of the newest tree that was verified. */
  readonly tree: string | null;
}

export interface StateFiles {
  readonly directory: string;
  session(): SessionFile | undefined;
  keepSession(session: SessionFile): void;
  log(origin: string): LogFile | undefined;
  keepLog(log: LogFile): void;
  /** Returns the file that now holds the receipt. */
  keepReceipt(origin: string, seq: number, receipt: string): string;
}

const placeOf = (origin: string): string => origin.replace(/[^a-z0-9.-]/g, '_');

export function stateFiles(env: Readonly<Record<string, string | undefined>>): StateFiles {
  const directory = join(env['XDG_STATE_HOME'] || join(env['HOME'] ?? homedir(), '.local', 'state'), 'crosscheck');
  const read = <T>(name: string): T | undefined => {
    const file = join(directory, name);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
  };
  const write = (name: string, text: string): string => {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // A person's words run side by side: a watch and a check must not rename each other's file away.
    const fresh = `${file}.${process.pid}.new`;
    writeFileSync(fresh, text, { mode: 0o600, flush: true });
    renameSync(fresh, file);
    return file;
  };
  return {
    directory,
    session: () => read<SessionFile>('session.json'),
    keepSession: (session) => void write('session.json', `${JSON.stringify(session)}\n`),
    log: (origin) => read<LogFile>(`log-${placeOf(origin)}.json`),
    keepLog: (log) => void write(`log-${placeOf(log.origin)}.json`, `${JSON.stringify(log)}\n`),
    keepReceipt: (origin, seq, receipt) => write(join('receipts', `${placeOf(origin)}-${seq}.txt`), receipt),
  };
}
