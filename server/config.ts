/** What an operator can set: flags over environment over defaults. It is read once, at start, and never changes. */
import { join, resolve } from 'node:path';

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Everything that this server keeps. */
  readonly data: string;
  /** Folder of runbook folders that can be registered. */
  readonly runbooks: string;
  /** People file of a new site; without one a new site is the solo demo. */
  readonly people: string | null;
  /** Public host (and port) of the origin, as browsers see it. */
  readonly site: string;
  /** Whether the server starts the embedded agent for target `local`. */
  readonly agent: boolean;
  /** A trust-root file that this log must be the one of; the server does not start as another. */
  readonly trust: string | null;
  readonly logLevel: string;
  /** The environment that webhooks take their addresses and secrets from; a runbook names the variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Names of the settings as flags; the environment has them as CROSSCHECK_<NAME>. */
export const SETTINGS = ['host', 'port', 'data', 'runbooks', 'people', 'site', 'agent', 'trust', 'log-level'] as const;
export type Setting = (typeof SETTINGS)[number];

/** Reads the settings; throws a sentence that names the setting which does not fit. */
export function readConfig(flags: Partial<Record<Setting, string>>, env: NodeJS.ProcessEnv, root: string): Config {
  const get = (name: Setting) => flags[name] ?? env[`CROSSCHECK_${name.toUpperCase().replace('-', '_')}`];
  const port = Number(get('port') ?? 4400);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`port: ${get('port')} is no port number`);
  const host = get('host') ?? '127.0.0.1';
  return {
    host,
    port,
    data: resolve(get('data') ?? join(root, 'var')),
    runbooks: resolve(get('runbooks') ?? join(root, 'runbooks')),
    people: get('people') === undefined ? null : resolve(get('people') as string),
    site: get('site') ?? `localhost:${port}`,
    agent: (get('agent') ?? 'local') !== 'none',
    trust: get('trust') === undefined ? null : resolve(get('trust') as string),
    logLevel: get('log-level') ?? 'info',
    env,
  };
}
