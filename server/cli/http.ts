/** HTTP to one server with one session. Refusals of the server end the word with its sentence, hint and code. */
import { renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { EXIT, Stop, stopOf, usage } from './exits.ts';

export interface Api {
  /** `http://host:port` */
  readonly server: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** Writes what is at the path to a file, which is there only once all of it is. */
  save(path: string, file: string): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
}

const TIMEOUT_MS = 60_000;

const isGood = (status: number): boolean => status >= 200 && status < 300;

/** Where to connect: every name under `.localhost` is this machine (RFC 6761), whatever the resolver says. */
export const dialled = (hostname: string): string =>
  hostname.endsWith('.localhost') ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '');

/** `http://host:port` of an address, without path. */
export function serverOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw usage(`“${address}” is no address of a server.`, 'Write it like http://127.0.0.1:4400');
  return url.origin;
}

export function openApi(server: string, session: string | null): Api {
  const ask = (method: string, path: string, body?: unknown): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = new URL(path, server);
      const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const headers = {
        host: url.host,
        ...(session === null ? {} : { authorization: `Bearer ${session}` }),
        ...(json ? { 'content-type': 'application/json', 'content-length': json.length } : {}),
      };
      const request = (url.protocol === 'https:' ? secure : plain)(
        {
          method,
          host: dialled(url.hostname),
          port: url.port,
          path: `${url.pathname}${url.search}`,
          servername: url.hostname,
          headers,
          timeout: TIMEOUT_MS,
        },
        resolve,
      );
      request.on('timeout', () => request.destroy(new Error('no answer within a minute')));
      request.on('error', (error) => reject(silent(server, method, error)));
      request.end(json);
    });

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await ask(method, path, body);
    try {
      return { status: response.statusCode ?? 0, bytes: await buffer(response) };
    } catch (error) {
      throw silent(server, method, error as Error);
    }
  };

  const good = async (answer: Promise<Answer>): Promise<Buffer> => {
    const { status, bytes } = await answer;
    if (isGood(status)) return bytes;
    throw refused(status, bytes);
  };
  const parsed = async <T>(answer: Promise<Answer>): Promise<T> =>
    JSON.parse((await good(answer)).toString('utf8')) as T;

  return {
    server,
    get: (path) => parsed(call('GET', path)),
    post: (path, body) => parsed(call('POST', path, body)),
    save: async (path, file) => {
      const response = await ask('GET', path);
      const status = response.statusCode ?? 0;
      if (!isGood(status)) throw refused(status, await buffer(response));
      const part = `${file}.part`;
      try {
        // Not a write stream: one that is given up while it opens makes its file after we have removed it.
        await writeFile(part, response);
        renameSync(part, file);
      } catch (error) {
        rmSync(part, { force: true });
        const why = error instanceof Error ? error.message : String(error);
        throw new Stop(EXIT.failed, `${file} was not written: ${why}`, 'Nothing of it was kept. Fetch it again.');
      }
    },
  };
}

/** Whether a server that broke off took what it was sent is not known; its log says so to whoever looks. */
const silent = (server: string, method: string, error: Error & { readonly code?: string }): Stop => {
  const brokeOff = method === 'POST' && error.code !== 'ECONNREFUSED';
  return new Stop(
    EXIT.failed,
    `The server ${server} ${brokeOff ? 'broke off before it answered' : 'does not answer'}: ${error.message}`,
    brokeOff
      ? 'It may have taken what you said: look with crosscheck run status before you say it again.'
      : 'Is it running? Name another with --server.',
  );
};

/** RFC 9457 problem details as the end of a word. */
function refused(status: number, bytes: Buffer): Stop {
  try {
    const { title, hint, code } = JSON.parse(bytes.toString('utf8')) as { title: string; hint: string; code: string };
    return stopOf({ code, status, sentence: title, hint });
  } catch {
    return new Stop(EXIT.failed, `The server answered ${status} without saying why.`);
  }
}
