/** The server's HTTP API as the pages use it; every answer is a value or a problem in words, it never throws. */
import type { Accepted, CommandText } from '../core/protocol/frames.ts';
import type { Deps } from './deps.ts';

/** A refusal as the server words it (RFC 9457), or what the page itself found. */
export interface Problem {
  readonly code: string;
  readonly sentence: string;
  readonly hint: string;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export interface Api {
  readonly get: <T>(path: string) => Promise<Answer<T>>;
  readonly post: <T>(path: string, body: unknown) => Promise<Answer<T>>;
  readonly remove: (path: string) => Promise<Answer<null>>;
  readonly bytes: (path: string) => Promise<Answer<Uint8Array>>;
  readonly command: (command: CommandText) => Promise<Answer<Accepted>>;
}

export const problem = (
  code: string,
  sentence: string,
  hint = '',
): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem: { code, sentence, hint },
});

/** What went wrong where nothing should have. */
export const unexpected = (error: unknown) =>
  problem('XCK_PAGE', `This page failed: ${String(error)}.`, 'Nothing was sent.');

const OFFLINE = problem('XCK_OFFLINE', 'The server does not answer.', 'Nothing was sent twice; the page keeps trying.');

async function refusedBy(response: Response): Promise<{ readonly ok: false; readonly problem: Problem }> {
  try {
    const { code, title, hint } = (await response.json()) as Record<string, unknown>;
    return problem(String(code ?? response.status), String(title ?? response.statusText), String(hint ?? ''));
  } catch {
    return problem(String(response.status), `The server answered ${response.status}.`);
  }
}

export function createApi(fetch: Deps['fetch']): Api {
  async function ask<T>(path: string, init: RequestInit, read: (response: Response) => Promise<T>): Promise<Answer<T>> {
    try {
      const response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init });
      return response.ok ? { ok: true, value: await read(response) } : await refusedBy(response);
    } catch {
      return OFFLINE;
    }
  }
  const json = async <T>(response: Response): Promise<T> =>
    (response.status === 204 ? null : await response.json()) as T;
  const headers = { 'content-type': 'application/json' };
  const post = <T>(path: string, body: unknown) =>
    ask<T>(path, { method: 'POST', headers, body: JSON.stringify(body) }, json);
  return {
    get: <T>(path: string) => ask<T>(path, {}, json),
    post,
    remove: (path) => ask(path, { method: 'DELETE' }, async () => null),
    bytes: (path) => ask(path, {}, async (response) => new Uint8Array(await response.arrayBuffer())),
    command: (command) => post<Accepted>('/api/commands', command),
  };
}
