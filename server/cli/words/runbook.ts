/** The words of registered runbooks: register, approve, list. Approving shows every byte's text before anything is signed. */
import { statementText } from '../../../core/approval/statement.ts';
import { base64, fromUtf8 } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import type { Home, RunbookSummary } from '../../../core/protocol/frames.ts';
import { actLines } from '../../../core/run/lines.ts';
import { type FolderFile, folderDigest } from '../../../core/runbook/folder.ts';
import { argument, type Cli, flag, type Given, list as listed } from '../args.ts';
import { connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, Stop, usage } from '../exits.ts';
import { lintAt, problemLine } from '../folders.ts';
import { personNamed } from '../people.ts';
import { fetchFolder } from '../run-client.ts';
import { nameOf } from '../show.ts';
import { readSite } from '../site.ts';
import { clean, cleanLines, jsonText } from '../terminal.ts';

export async function register(cli: Cli, given: Given): Promise<Exit> {
  const directory = argument(given, 0);
  const { files, runbook, problems } = lintAt(directory);
  for (const problem of problems) cli.terminal.say(problemLine(directory, problem));
  if (!runbook) throw usage('The runbook has errors; nothing was registered.', 'Mend what stands above.');
  const client = connect(cli, given);
  const site = await readSite(client.api, client.trust);
  const { names } = await client.api.get<Home>('/api/home');
  const named = listed(given, 'author').map((author) => personNamed(author, names, 'author'));
  const authors = [...new Set(named.length > 0 ? named : [client.person])].sort();
  const content = { authors, id: runbook.id, runbook: must(folderDigest(files)) };
  const about = { origin: client.trust.origin, run: null, mode: null, about: `0 ${client.trust.genesis}`, content };
  const lines = actLines('runbook', about, await signingOver(client, site.tree));
  const sent = files.map(({ path, mode, bytes }) => ({ path, mode, bytes: base64(bytes) }));
  await send(client, { type: 'register', files: sent, ...(await signed(client, 'runbook', lines)) });
  cli.terminal.say(
    `Registered ${runbook.id}, written by ${authors.map((author) => nameOf(names, author)).join(', ')}. Somebody else approves it: crosscheck runbook approve ${runbook.id}`,
  );
  cli.terminal.out(content.runbook);
  return EXIT.ok;
}

/** The runbook that an id or digest means: the newest of its id that `fits`. */
export function chosen(
  runbooks: readonly RunbookSummary[],
  named: string,
  what: string,
  fits: (one: RunbookSummary) => boolean,
): RunbookSummary {
  const found = runbooks.filter((one) => (one.id === named || one.runbook === named) && fits(one));
  return found.at(-1) ?? deny('XCK_UNKNOWN', { what, name: named });
}

export async function approve(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  terminal.demandPerson('runbook approve');
  const client = connect(cli, given);
  const home = await client.api.get<Home>('/api/home');
  const summary = chosen(
    home.runbooks,
    argument(given, 0),
    'registered runbook that is not approved',
    ({ approved }) => approved === null,
  );
  const { files, prepared } = await fetchFolder(client, summary.runbook);
  for (const file of files) showFile(cli, file);
  const site = await readSite(client.api, client.trust);
  const about = {
    origin: client.trust.origin,
    run: null,
    mode: null,
    about: summary.registered,
    content: { runbook: summary.runbook },
  };
  const lines = actLines('approve', about, await signingOver(client, site.tree));
  terminal.say('');
  terminal.stress(
    `You approve for live runs: ${clean(prepared.runbook.title)}, ${files.length} files, written by ${summary.authors.map((author) => nameOf(home.names, author)).join(', ')}`,
  );
  terminal.say(`The folder above has the digest ${summary.runbook}. You sign:`);
  terminal.say('');
  terminal.say(statementText<'approve'>('approve', lines));
  if ((await terminal.ask('Type approve to sign this statement; anything else signs nothing.')) !== 'approve')
    throw new Stop(EXIT.refused, 'Nothing was signed.');
  await send(client, { type: 'approve', ...(await signed(client, 'approve', lines)) });
  terminal.say(`Approved. A lead opens a run with: crosscheck run start ${prepared.runbook.id}`);
  terminal.out(summary.runbook);
  return EXIT.ok;
}

function showFile({ terminal }: Cli, { path, mode, bytes }: FolderFile): void {
  const text = fromUtf8(bytes);
  terminal.out(`──── ${clean(path)} ${mode === '0755' ? 'executable, ' : ''}${bytes.length} bytes, ${digest(bytes)}`);
  terminal.out(text === undefined ? '(not text)' : cleanLines(text).replace(/\n$/, ''));
}

export async function list(cli: Cli, given: Given): Promise<Exit> {
  const { runbooks, names } = await connect(cli, given).api.get<Home>('/api/home');
  if (flag(given, 'json')) cli.terminal.out(jsonText(runbooks));
  else
    for (const { runbook, id, title, approved, authors } of runbooks)
      cli.terminal.out(
        `${clean(id)} ${runbook} ${approved === null ? 'registered' : 'approved'} “${clean(title)}” by ${authors.map((author) => nameOf(names, author)).join(', ')}`,
      );
  return EXIT.ok;
}
