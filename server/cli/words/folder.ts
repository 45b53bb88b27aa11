/** The words of runbook folders: init, lint, show, diff, schema. They sign nothing, and only what is not on this disk is asked of a server. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { Home } from '../../../core/protocol/frames.ts';
import { diagram } from '../../../core/runbook/diagram.ts';
import { folderDigest } from '../../../core/runbook/folder.ts';
import { RunbookSchema } from '../../../core/runbook/schema.ts';
import { argument, type Cli, flag, type Given } from '../args.ts';
import { checklist } from '../checklist.ts';
import { connect } from '../client.ts';
import { type Differences, differences, type KeyChange } from '../differences.ts';
import { EXIT, type Exit, must, usage } from '../exits.ts';
import { type Folder, folderAt, hasRunbook, lintAt, problemLine, registeredFolder } from '../folders.ts';
import { STARTER } from '../starter.ts';
import { clean, jsonText } from '../terminal.ts';
import { chosen } from './runbook.ts';

/** Writes a small runbook that lints and that a fresh site can run. */
export async function init({ terminal }: Cli, given: Given): Promise<Exit> {
  const directory = argument(given, 0);
  const id = basename(resolve(directory));
  if (!/^[a-z][a-z0-9_-]{0,39}$/.test(id))
    throw usage(`${id} is no name of a runbook.`, 'Name a folder of a to z, 0 to 9 and -, as drop-old-orders.');
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw usage(`${directory} is not empty; nothing was written.`, 'Name a new folder.');
  for (const { path, mode, text } of STARTER) {
    const file = join(directory, path);
    mkdirSync(resolve(file, '..'), { recursive: true });
    writeFileSync(file, text.replaceAll('RUNBOOK_ID', id), { mode });
    terminal.out(file);
  }
  terminal.say(
    `Change it, then: crosscheck runbook lint ${directory}. Read it as others will: crosscheck runbook show ${directory}`,
  );
  return EXIT.ok;
}

export async function lint(cli: Cli, given: Given): Promise<Exit> {
  const directory = argument(given, 0);
  const { files, runbook, problems } = lintAt(directory);
  const broken = problems.some(({ severity }) => severity === 'error');
  if (flag(given, 'json')) cli.terminal.out(jsonText(problems));
  else for (const problem of problems) cli.terminal.out(problemLine(directory, problem));
  if (!broken) cli.terminal.say(`${runbook?.id}: no errors in ${files.length} files, ${must(folderDigest(files))}`);
  return broken ? EXIT.usage : EXIT.ok;
}

/** A folder on this disk, or one that is registered. */
async function folderNamed(cli: Cli, given: Given, name: string): Promise<Folder> {
  if (hasRunbook(name)) return folderAt(name);
  const client = connect(cli, given);
  const { runbooks } = await client.api.get<Home>('/api/home');
  return registeredFolder(client, name, chosen(runbooks, name, 'folder or registered runbook', () => true).runbook);
}

export async function show(cli: Cli, given: Given): Promise<Exit> {
  const { runbook, digest } = await folderNamed(cli, given, argument(given, 0));
  if (flag(given, 'diagram')) cli.terminal.out(diagram(runbook).trimEnd());
  else if (flag(given, 'json')) cli.terminal.out(jsonText({ digest, ...runbook }));
  else for (const line of checklist(runbook, digest)) cli.terminal.out(line);
  return EXIT.ok;
}

/** What docs/runbook.v1.schema.json says, for editors: `# yaml-language-server: $schema=FILE` above a runbook.yaml. */
export async function schema({ terminal }: Cli): Promise<Exit> {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const $id = 'https://crosscheck.example/runbook.v1.json';
  terminal.out(jsonText({ $schema, $id, title: 'Crosscheck runbook, crosscheck/v1', ...RunbookSchema }));
  return EXIT.ok;
}

export async function diff(cli: Cli, given: Given): Promise<Exit> {
  const before = await folderNamed(cli, given, argument(given, 0));
  const after = await folderNamed(cli, given, argument(given, 1));
  const found = differences(before, after);
  if (flag(given, 'json')) cli.terminal.out(jsonText({ before: before.digest, after: after.digest, ...found }));
  else for (const line of differenceLines(found)) cli.terminal.out(line);
  if (before.digest === after.digest) cli.terminal.say('They are the same, byte for byte.');
  return EXIT.ok;
}

const SIGN = { added: '+', removed: '-', moved: '↕', changed: '~', mode: '~' } as const;

export function differenceLines({ runbook, steps, files }: Differences): string[] {
  return [
    ...(runbook.length > 0 ? ['runbook', ...runbook.flatMap(keyLines)] : []),
    ...steps.flatMap(({ step, change, keys }) => [`${SIGN[change]} step ${step} ${change}`, ...keys.flatMap(keyLines)]),
    ...files.flatMap(({ path, change, lines }) => [
      `${SIGN[change]} file ${clean(path)} ${change === 'mode' ? 'executable or not' : change}${lines ? ` from line ${lines.at}` : ''}`,
      ...(lines?.removed ?? []).map((line) => `    - ${clean(line)}`),
      ...(lines?.added ?? []).map((line) => `    + ${clean(line)}`),
    ]),
  ];
}

const keyLines = ({ key, before, after }: KeyChange): string[] => [
  `  ${key}`,
  `    - ${clean(jcs(before))}`,
  `    + ${clean(jcs(after))}`,
];
