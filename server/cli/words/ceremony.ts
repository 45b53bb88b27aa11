/** Words for a data directory whose server is stopped: a new epoch, a check of the database, a record out of it. The server's own start is not here. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FormerLog } from '../../../core/log/tables.ts';
import { fsck } from '../../fsck/fsck.ts';
import { beginEpoch } from '../../people/epoch.ts';
import { realPorts } from '../../ports/real.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { EXIT, type Exit, Stop, usage } from '../exits.ts';
import { clean, jsonText } from '../terminal.ts';

const dataOf = (cli: Cli, given: Given): string =>
  resolve(text(given, 'data') ?? cli.env['CROSSCHECK_DATA'] ?? join(cli.root, 'var'));

export async function epoch(cli: Cli, given: Given): Promise<Exit> {
  const { say, out } = cli.terminal;
  const data = dataOf(cli, given);
  const reason = (text(given, 'reason') ?? '').trim();
  if (reason === '' || reason.length > 1000)
    throw usage('Why is there a new epoch?', 'Say it in a sentence: --reason "The disk of …"; every keeper signs it.');
  const people = text(given, 'people');
  const begun = await beginEpoch(
    { data, reason, people: people === undefined ? null : resolve(people) },
    realPorts(),
  ).catch((error: Error) => {
    throw new Stop(EXIT.failed, `No new epoch: ${error.message}`, 'Say the word again once that is mended.');
  });
  const { former, site, names, directory, origin, genesis } = begun;
  say(`The former log, its key and its trust root lie in ${directory}; nothing was deleted.`);
  for (const line of formerText(former)) say(line);
  say(`The new log is ${origin}, its genesis ${genesis}.`);
  say('Its keepers:');
  for (const id of site.keepers.of)
    say(`  ${clean(names[id] ?? id)}${former.keepers.includes(id) ? ', who kept the former log by the same key' : ''}`);
  say(`Next, start the server, and hand out ${join(data, 'trust.txt')} to people, auditors and agents by hand.`);
  say('The agent beside the server has it already. Then, before anything runs live:');
  say(
    `  ${site.keepers.need} of the keepers, each: crosscheck login --trust trust.txt, crosscheck people epoch, and a first roster`,
  );
  say('  authors and reviewers: register and approve every runbook anew');
  say('Security keys need not say that they verified their user until a roster of the new log says so.');
  say('What a former run started may still run on its host; nobody watches it now.');
  out(origin);
  return EXIT.ok;
}

const sizeOf = (tree: string): number => Number(tree.split(' ')[0]);

/** What is known of the former log, and what of it is lost. */
export function formerText({ origin, genesis, checkpoint, acknowledged, reason }: FormerLog): string[] {
  const found = checkpoint === null ? 0 : sizeOf(checkpoint);
  const lost = acknowledged === null ? 0 : sizeOf(acknowledged) - found;
  return [
    `Former log: ${origin}, genesis ${genesis}`,
    `Found of it: ${checkpoint === null ? 'no database that can be read' : `${found} entries`}`,
    acknowledged === null
      ? 'How many were acknowledged is not known: there was no high-water mark of it.'
      : `Acknowledged: ${sizeOf(acknowledged)} entries${lost > 0 ? `; the last ${lost} are lost` : ''}`,
    `Reason: ${clean(reason)}`,
  ];
}

export async function check(cli: Cli, given: Given): Promise<Exit> {
  const data = dataOf(cli, given);
  const report = inData(data, fsck);
  const { entries, bodies, runs, findings } = report;
  if (flag(given, 'json')) cli.terminal.out(jsonText(report));
  else for (const { seq, what } of findings) cli.terminal.out(`${seq === null ? '-' : `seq ${seq}`}: ${clean(what)}`);
  cli.terminal.say(
    `${entries} entries, ${bodies} bodies, ${runs} runs: ${findings.length === 0 ? 'nothing amiss' : `${findings.length} findings`}.`,
  );
  return findings.length === 0 ? EXIT.ok : EXIT.invalid;
}

export async function exported(cli: Cli, given: Given): Promise<Exit> {
  const run = argument(given, 0);
  const file = text(given, 'output') ?? `${run}.crosscheck.tar`;
  const { offlineRecord } = await import('../../record/offline.ts');
  writeFileSync(
    file,
    inData(dataOf(cli, given), (data) => offlineRecord(data, run)),
  );
  cli.terminal.out(file);
  return EXIT.ok;
}

function inData<T>(data: string, read: (data: string) => T): T {
  try {
    return read(data);
  } catch (error) {
    throw new Stop(EXIT.usage, `The log in ${data} cannot be read: ${(error as Error).message}`, 'Name it: --data DIR');
  }
}
