/** The server's process: it starts, says what to do next, keeps its embedded agent alive, and ends calmly when told to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { readConfig, SETTINGS } from '../../config.ts';
import { realPorts } from '../../ports/real.ts';
import { type Running, startServer } from '../../start.ts';
import { type Cli, type Given, text } from '../args.ts';
import { type Demo, demoPath, startDemo } from '../demo.ts';
import { EXIT, type Exit, Stop } from '../exits.ts';
import { clean, type Terminal } from '../terminal.ts';

const BACK_OFF_MS = [200, 500, 1000, 2000, 5000];
/** An agent that lived this long had started well; its end is not the start's failure. */
const SETTLED_MS = 30_000;

export async function start(cli: Cli, given: Given): Promise<Exit> {
  const flags = Object.fromEntries(
    SETTINGS.flatMap((name) => (text(given, name) === undefined ? [] : [[name, text(given, name)]])),
  );
  const config = readable(() => readConfig(flags, cli.env, cli.root));
  const log = pino({ name: 'server', level: config.logLevel }, pino.destination(2));
  const running = await startServer(config, realPorts(), log, join(cli.root, 'build', 'page')).catch((error: Error) => {
    throw new Stop(
      EXIT.failed,
      `The server cannot start: ${error.message}`,
      'Nothing was changed; look at the setting or file that it names.',
    );
  });
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const dial = host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host;
  const demo =
    config.agent && running.engine.site.roster.solo
      ? await startDemo(cli.root, join(config.data, 'agent', 'data'), running.port + 1)
      : null;
  const path = demo ? demoPath(cli.root) : (cli.env['PATH'] ?? '/usr/bin:/bin');
  const stopAgent = config.agent
    ? keepAgent(cli.root, `ws://${dial}:${running.port}`, join(config.data, 'agent'), path, log)
    : () => {};
  welcome(cli.terminal, running, `http://${dial}:${running.port}`, demo);
  await toldToEnd();
  log.info('closing');
  stopAgent();
  demo?.stop();
  await running.close();
  return EXIT.ok;
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Stop(EXIT.usage, (error as Error).message, 'Run: crosscheck server start --help');
  }
}

const toldToEnd = (): Promise<unknown> =>
  Promise.race(
    (['SIGINT', 'SIGTERM'] as const).map((signal) => new Promise((resolve) => process.once(signal, resolve))),
  );

/** What a person needs first: where it runs, how to sign in, what to keep. */
function welcome({ out }: Terminal, { links, trustFile, engine }: Running, address: string, demo: Demo | null): void {
  out(
    `Crosscheck listens on ${address}${engine.site.roster.solo ? ' as a SOLO demo: one person can hold every key, so nothing here counts as four eyes' : ''}.`,
  );
  out('Sign in; each link works once, a restart prints fresh ones:');
  for (const { name, roles, url, enrols } of links)
    out(`  ${clean(name)} (${roles.join(', ')})${enrols ? ', who enrols a first key with it' : ''}: ${url}`);
  if (demo) {
    out('');
    out('Next: open the lead’s link, register the runbook “drop-plaintext-email”; as reviewer read and approve it;');
    out(`then start it as lead with api_port ${demo.apiPort}. The README has the ten-minute path.`);
    out('');
  }
  const { solo, vouched, keepers } = engine.site.roster;
  if (!solo && !vouched)
    out(
      `Nothing runs live yet: ${keepers.need} of the ${keepers.of.length} keepers compare the fingerprints and sign roster 2 first: crosscheck people sign`,
    );
  out(`Trust root to hand out: ${trustFile}`);
  const how = solo ? "--link 'LINK'" : `--server ${address} --key ~/.ssh/id_ed25519.pub`;
  out(`From a terminal: crosscheck login ${how}`);
  if (links.some(({ enrols }) => enrols) && !solo)
    out("A first key from a terminal: crosscheck key enrol --link 'LINK'");
}

/** Starts the agent beside the server and again whenever it dies; its standard input is the thread it hangs by. */
function keepAgent(root: string, server: string, data: string, path: string, log: Logger): () => void {
  let child: ChildProcess;
  let ending = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    const began = performance.now();
    const main = join(root, 'build', 'server', 'cli', 'main.js');
    child = spawn(
      process.execPath,
      [main, 'agent', 'start', '--server', server, '--data', data, '--embedded', '--log-level', log.level],
      { stdio: ['pipe', 2, 2], env: { ...process.env, PATH: path } },
    );
    child.on('error', (error) => log.error({ error: error.message }, 'the agent cannot be started'));
    child.on('close', (code, signal) => {
      if (ending) return;
      failures = performance.now() - began > SETTLED_MS ? 0 : failures + 1;
      log.error({ code, signal, failures }, 'the agent ended; it is started again');
      timer = setTimeout(begin, BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length) - 1] ?? 200);
    });
  };
  begin();
  return () => {
    ending = true;
    clearTimeout(timer);
    child.stdin?.end();
  };
}
