/** The customers of drop-plaintext-email: a place with their database, its backup and their API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ask, PATH, Place, tools } from './place.ts';

export const ROWS = 200_000;

export class Site extends Place {
  readonly database: string;
  readonly backup: string;

  constructor(t: Test, run = '01JRUN0', data?: string) {
    super(t, 'drop-plaintext-email', { inputs: { api_port: 1 }, run, ...(data === undefined ? {} : { data }) });
    this.database = join(this.data, 'customers.db');
    this.backup = join(this.data, 'backups', `customers-${run}.db`);
  }
}

export function makeSite(t: Test, rows = ROWS): Site {
  const site = new Site(t);
  site.make('make-customers', '--rows', `${rows}`);
  return site;
}

/** The same customers in another run. */
export function laterRun(t: Test, site: Site): Site {
  const later = new Site(t, '01JRUN1', site.data);
  later.inputs = site.inputs;
  return later;
}

export const emails = (path: string) =>
  ask(
    path,
    (db) =>
      db.prepare('select id, cast(email as blob) from customers order by id').raw().all() as [number, Buffer | null][],
  );
export const columns = (path: string) =>
  ask(path, (db) => db.prepare("select name from pragma_table_info('customers')").pluck().all());

export async function startApi(t: Test, site: Site): Promise<string> {
  const argv = [join(tools, 'customers-api.mjs'), '--port', '0', '--database', site.database];
  const env = { PATH, HOME: site.data, LANG: 'C.UTF-8' };
  const api: ChildProcess = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(async () => {
    api.kill('SIGTERM');
    await once(api, 'exit');
  });
  if (!api.stdout) throw new Error('no output');
  const [line] = await once(api.stdout, 'data');
  const url = String(line).trim();
  site.inputs = { ...site.inputs, api_port: Number(new URL(url).port) };
  return url;
}

export const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
};
