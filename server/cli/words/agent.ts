/** The words of an agent: its identity, and its process. The process ends with its standard input where a server started it. */
import { resolve } from 'node:path';
import { pino } from 'pino';
import { openExecutor } from '../../agent/executor.ts';
import { identity } from '../../agent/identity.ts';
import { runAgent } from '../../agent/main.ts';
import { rememberingVerifier } from '../../ports/verify.ts';
import { type Cli, flag, type Given, text } from '../args.ts';
import { EXIT, type Exit, usage } from '../exits.ts';

const need = (given: Given, name: string): string => {
  const value = text(given, name);
  if (value === undefined) throw usage(`--${name} is missing.`, 'Run: crosscheck agent --help');
  return value;
};

/** Prints the lines of the people file that make this agent known to a site. */
export async function init({ terminal }: Cli, given: Given): Promise<Exit> {
  const own = identity(resolve(need(given, 'data')));
  terminal.say('Put these lines under “agents:” in the people file, before the site starts for the first time:');
  terminal.out(`- id: ${own.id}\n  key: ${own.key}\n  serves: [local]`);
  terminal.say('Then copy the site’s trust.txt into this data directory by hand.');
  return EXIT.ok;
}

/** Runs until the process is told to end. */
export async function start({ env }: Cli, given: Given): Promise<Exit> {
  const server = need(given, 'server').replace(/^http/, 'ws').replace(/\/+$/, '');
  if (!/^wss?:\/\/[^/]+$/.test(server))
    throw usage(`--server ${server} is no address of a server.`, 'Write it like http://127.0.0.1:4400');
  const log = pino({ name: 'agent', level: text(given, 'log-level') ?? 'info' }, pino.destination(2));
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const path = env['PATH'] ?? '/usr/bin:/bin';
  await runAgent({
    server,
    data: resolve(need(given, 'data')),
    path,
    log,
    endWithStdin: flag(given, 'embedded'),
    verifyRaw: rememberingVerifier(),
    now: Date.now,
    openExecutor,
    until: ending.signal,
  });
  // Commands go on without their agent; watching them must not keep it here.
  return process.exit(EXIT.ok);
}
