/** `people epoch`: both logs shown and compared with what this machine knows of the former one, then a keeper's signature. */
import { statementText } from '../../../core/approval/statement.ts';
import type { PeopleView } from '../../../core/protocol/frames.ts';
import { parseTrust } from '../../../core/record/trust.ts';
import { actLines } from '../../../core/run/lines.ts';
import { type Epoch, missingOf } from '../../../core/site/epoch.ts';
import { typed } from '../acts.ts';
import type { Cli, Given } from '../args.ts';
import { connect, send, signed, signingOver } from '../client.ts';
import { EXIT, type Exit, must, Stop } from '../exits.ts';
import { nameOf } from '../show.ts';
import { readSite, type Site } from '../site.ts';
import type { LogFile } from '../state-files.ts';
import { clean, type Terminal } from '../terminal.ts';
import { formerText } from './ceremony.ts';

export async function epoch(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  terminal.demandPerson('people epoch');
  const client = connect(cli, given);
  const site = await readSite(client.api, client.trust);
  const due = site.epoch;
  if (!due || !site.roster.due)
    throw new Stop(
      EXIT.failed,
      due ? 'The keepers have signed it already.' : 'This log continues no other.',
      'There is nothing to sign.',
    );
  const { names } = await client.api.get<PeopleView>('/api/people');
  for (const line of formerText(due.former)) terminal.say(line);
  remembered(terminal, due, client.files.log(due.former.origin));
  terminal.say(`This log: ${client.trust.origin}, genesis ${client.trust.genesis}`);
  for (const line of peopleText(site, due, names)) terminal.say(line);
  const about = { origin: client.trust.origin, run: null, mode: null, about: due.about, content: due.former };
  const lines = actLines('epoch', about, await signingOver(client, site.tree));
  await typed(terminal, 'epoch', statementText('epoch', lines));
  const { entries } = await send(client, { type: 'epoch', ...(await signed(client, 'epoch', lines)) });
  const opened = entries.some(({ type }) => type === 'epoch.opened');
  const signers = [...due.signers, { person: client.person, ref: '' }];
  const missing = missingOf(site.roster, { ...due, signers });
  terminal.say(opened ? 'The site goes on in this log.' : `Your signature is in; ${missing} more must sign.`);
  return EXIT.ok;
}

/** Everybody of the new log, so that nobody stands in it whom the keepers do not know. */
function peopleText({ roster }: Site, { keepers, former, signers }: Epoch, names: Readonly<Record<string, string>>) {
  const people = roster.people.map(({ id, roles, keys }) => {
    const keeper = !keepers.of.includes(id) ? '' : former.keepers.includes(id) ? ', keeper as before' : ', NEW keeper';
    return `  ${nameOf(names, id)} (${id}): ${roles.join(', ') || 'no role'}${keeper}, ${keys.length} keys`;
  });
  const agents = roster.agents.map(
    ({ id, kind, serves }) => `  agent ${id}, ${kind}, serves ${serves.map(clean).join(', ')}`,
  );
  const by = signers.map(({ person }) => nameOf(names, person)).join(', ');
  return ['Its people:', ...people, ...agents, ...(by === '' ? [] : [`Signed already: ${by}.`])];
}

/** What this machine verified of the former log must not be contradicted, and what was lost of it is said. */
function remembered({ say, stress }: Terminal, { former }: Epoch, log: LogFile | undefined): void {
  if (!log) {
    say('This machine remembers nothing of the former log.');
    return;
  }
  if (must(parseTrust(log.trust)).genesis !== former.genesis)
    throw new Stop(
      EXIT.diverged,
      'The former log, as this machine knows it, has another genesis.',
      'Sign nothing. Call the other keepers.',
      'XCK_FORK',
    );
  if (log.tree === null) {
    say('This machine has verified no tree of the former log.');
    return;
  }
  const [size = 0, found = 0] = [log.tree, former.checkpoint].map((tree) => Number((tree ?? '0').split(' ')[0]));
  if (size > found)
    stress(`This machine has verified ${size} entries of the former log: ${size - found} of them are lost.`);
  else if (size === found && log.tree !== former.checkpoint)
    stress(`This machine has verified another tree of ${size} entries: the former log was forked.`);
  else say(`This machine has verified ${size} entries of the former log; as many were found.`);
}
