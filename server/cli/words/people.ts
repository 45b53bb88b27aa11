/** The words of people: who they are, the next roster prepared and signed by keepers, and the trust file that they hand out. Everything shown is verified here first; names alone are the server's. */
import { writeFileSync } from 'node:fs';
import { statementText } from '../../../core/approval/statement.ts';
import { base64, fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { bodyDigest } from '../../../core/log/entry.ts';
import { isKeeper, nextText, offeredText } from '../../../core/log/roster.ts';
import type { RosterText } from '../../../core/log/tables.ts';
import type { PeopleView } from '../../../core/protocol/frames.ts';
import { trustText } from '../../../core/record/trust.ts';
import { actLines } from '../../../core/run/lines.ts';
import { maySucceed } from '../../../core/site/roster.ts';
import { fingerprintOf, formerKeys, keyToRead, type RosterRow, rosterRows } from '../../../core/site/rosterFacts.ts';
import { typed } from '../acts.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, Stop, usage } from '../exits.ts';
import { edited } from '../roster-edit.ts';
import { readRosterFile, rosterYaml } from '../roster-file.ts';
import { headed, rosterLines } from '../roster-text.ts';
import { type Names, nameOf } from '../show.ts';
import { readSite, type Site } from '../site.ts';
import { clean, jsonText } from '../terminal.ts';

const namesOf = async ({ api }: Client): Promise<Names> => (await api.get<PeopleView>('/api/people')).names;

export async function list(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const [site, names] = [await readSite(client.api, client.trust), await namesOf(client)];
  const { roster, change } = site;
  if (flag(given, 'json')) {
    cli.terminal.out(jsonText(document(site, names)));
    return EXIT.ok;
  }
  cli.terminal.out(`Roster ${roster.version}, ${standing(site)}`);
  const current = nextText(roster);
  for (const line of rosterLines(rosterRows(current, current), names)) cli.terminal.out(line);
  for (const { person, kind, key, since } of formerKeys(site.rosters.states))
    cli.terminal.out(`Counts no more since entry ${since}: ${headed(names, person)} key ${kind} ${fingerprintOf(key)}`);
  for (const { person, kind, key } of roster.offered)
    cli.terminal.out(`Offered, and counts for nothing yet: ${headed(names, person)} key ${kind} ${fingerprintOf(key)}`);
  if (change) {
    cli.terminal.out(`Roster ${change.text.version} waits for signatures:`);
    const rows = rosterRows(current, change.text).filter(({ mark }) => mark !== 'same');
    for (const line of rosterLines(rows, names)) cli.terminal.out(line);
    cli.terminal.out(waiting(site, change.text, names));
  }
  return EXIT.ok;
}

const standing = ({ roster }: Site): string =>
  roster.solo
    ? 'SOLO: one keeper is enough, so nothing here counts as four eyes'
    : roster.vouched
      ? 'signed by its keepers'
      : 'as the set-up wrote it: nothing runs live before the keepers sign roster 2 (crosscheck people sign)';

/** Who has signed a proposal and who can still. */
function waiting({ roster, change }: Site, text: RosterText, names: Names): string {
  const by = change?.signers.map(({ person }) => person) ?? [];
  const open = [...new Set([...roster.keepers.of, ...text.keepers.of])].filter((id) => !by.includes(id));
  const said = (ids: readonly string[]) => ids.map((id) => nameOf(names, id)).join(', ') || 'nobody';
  return `Signed by ${said(by)}; ${roster.keepers.need} keepers of the roster now and ${text.keepers.need} of the new one must. Not yet: ${said(open)}.`;
}

function document(site: Site, names: Names) {
  const { roster, change } = site;
  const keyed = ({ key, kind }: { readonly key: string; readonly kind: string }) => ({
    kind,
    fingerprint: fingerprintOf(key),
    key,
  });
  return {
    version: roster.version,
    roster: roster.ref,
    vouched: roster.vouched,
    solo: roster.solo,
    people: roster.people.map(({ id, roles, keys, token }) => ({
      id,
      name: names[id] ?? null,
      roles,
      keeper: isKeeper(roster, id),
      keys: keys.map(keyed),
      may_enrol: token !== null,
    })),
    agents: roster.agents,
    keepers: roster.keepers,
    reviewer_roles: roster.reviewerRoles,
    former: formerKeys(site.rosters.states).map(({ person, since, ...one }) => ({ person, since, ...keyed(one) })),
    offered: roster.offered.map((one) => ({ person: one.person, ...keyed(one) })),
    proposal: change && {
      version: change.text.version,
      signers: change.signers.map(({ person }) => person),
      changes: rosterRows(nextText(roster), change.text).filter(({ mark }) => mark !== 'same'),
    },
  };
}

/** Writes the next roster to a file, or to standard output; nothing is sent. */
export async function propose(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const [site, names] = [await readSite(client.api, client.trust), await namesOf(client)];
  const { roster } = site;
  const made = edited(cli, given, roster, names);
  must(maySucceed(roster, made.roster));
  const yaml = rosterYaml({ about: roster.made, names: made.names, roster: made.roster }, { ...names, ...made.names });
  const file = text(given, 'output');
  if (file === undefined) cli.terminal.out(yaml.replace(/\n$/, ''));
  else {
    writeFileSync(file, yaml);
    cli.terminal.out(file);
  }
  const page = site.document.origins[0] ?? client.session.server;
  for (const { person, token } of made.invited) {
    cli.terminal.say(`For ${nameOf({ ...names, ...made.names }, person)} alone, good once the keepers have signed:`);
    cli.terminal.say(`  ${clean(page)}/#t=${token}&e=${token}`);
  }
  cli.terminal.say(
    `Sign it with: crosscheck people sign ${file ?? 'FILE'}; the others then sign without naming a file.`,
  );
  return EXIT.ok;
}

interface Proposal {
  readonly text: RosterText;
  /** The bytes and the salt that others have signed; null where this begins anew. */
  readonly shared: { readonly bytes: Uint8Array; readonly salt: Uint8Array } | null;
  readonly names: Names;
}

export async function sign(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('people sign');
  const client = connect(cli, given);
  const [site, known] = [await readSite(client.api, client.trust), await namesOf(client)];
  const proposal = proposed(site, given);
  const names = { ...proposal.names, ...known };
  const { roster } = site;
  must(maySucceed(roster, proposal.text));
  if (!isKeeper(roster, client.person) && !isKeeper(proposal.text, client.person)) deny('XCK_KEEPER');
  await compared(cli, client, site, proposal, names);
  const body = proposal.shared ?? { bytes: utf8(jcs(proposal.text)), salt: cli.random(32) };
  const { version } = proposal.text;
  const content = { roster: bodyDigest(body), version };
  const about = { origin: client.trust.origin, run: null, mode: null, about: roster.made, content };
  const lines = actLines('roster', about, await signingOver(client, site.tree));
  await typed(cli.terminal, 'roster', statementText<'roster'>('roster', lines));
  const accepted = await send(client, {
    type: 'roster',
    roster: fromUtf8(body.bytes) ?? '',
    salt: base64(body.salt),
    names: proposal.names,
    ...(await signed(client, 'roster', lines)),
  });
  const done = accepted.entries.some(({ type }) => type === 'roster.changed');
  return told(cli, client, done, names);
}

/** What is signed: the file that was named, else what others have signed, else the first roster of a new site. */
function proposed({ roster, change }: Site, given: Given): Proposal {
  const file = argument(given, 0);
  if (file !== '') {
    const read = readRosterFile(file);
    if (read.about !== roster.made)
      throw new Stop(
        EXIT.held,
        'Another version of the roster was made since this file was written.',
        'Prepare it again with: crosscheck people propose',
        'XCK_STALE',
      );
    const same = change && jcs(change.text) === jcs(read.roster);
    return { text: read.roster, shared: same ? change.roster : null, names: read.names };
  }
  if (change) return { text: change.text, shared: change.roster, names: {} };
  if (!roster.vouched) return { text: offeredText(roster), shared: null, names: {} };
  throw usage('Nothing waits for a keeper’s signature.', 'Prepare a roster with: crosscheck people propose -o FILE');
}

/** Shows what the roster changes, all of it where no keeper has signed one before, and has something of it read back. */
async function compared(cli: Cli, client: Client, site: Site, proposal: Proposal, names: Names): Promise<void> {
  const { say, stress, ask } = cli.terminal;
  const { roster, change } = site;
  const everything = !roster.vouched;
  const rows = rosterRows(nextText(roster), proposal.text);
  const shown = everything ? rows : rows.filter(({ mark }) => mark !== 'same');
  stress(
    everything
      ? `Roster ${proposal.text.version}: the first that keepers sign. Compare everything; every fingerprint with its owner, in person or by phone.`
      : `Roster ${proposal.text.version}: what differs from roster ${roster.version}. Compare every new fingerprint with its owner.`,
  );
  for (const line of rosterLines(shown, names)) say(line);
  if (shown.length === 0) say('Nothing differs.');
  if (change && !proposal.shared)
    stress(
      `${change.signers.map(({ person }) => nameOf(names, person)).join(', ')} signed something else; signing this begins anew.`,
    );
  else if (change) say(waiting(site, proposal.text, names));
  await readBack(ask, keyToRead(rows, client.person, everything), names);
}

const TAIL = 6;

async function readBack(ask: Cli['terminal']['ask'], row: RosterRow | null, names: Names): Promise<void> {
  if (!row) return;
  const read = await ask(
    `Type the last ${TAIL} characters of the fingerprint of ${nameOf(names, row.about ?? '')}’s key, as its owner reads it to you.`,
  );
  if (read !== row.value.slice(-TAIL))
    throw new Stop(
      EXIT.refused,
      'That is not the end of this fingerprint; nothing was signed.',
      'Compare again with its owner.',
    );
}

async function told(cli: Cli, client: Client, done: boolean, names: Names): Promise<Exit> {
  const site = await readSite(client.api, client.trust);
  const { say } = cli.terminal;
  if (!done) {
    say(`Your signature is in. ${site.change ? waiting(site, site.change.text, names) : ''}`);
    return EXIT.ok;
  }
  say(`Roster ${site.roster.version} counts from here on. Genesis ${client.trust.genesis}, as verified here.`);
  say('Hand out the trust file by a way that does not lead through the server: crosscheck people trust > trust.txt');
  return EXIT.ok;
}

/** Prints the trust file of the log that this machine has verified. */
export async function trust(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const { roster } = await readSite(client.api, client.trust);
  const { origin, genesis } = client.trust;
  const pinned = client.files.log(origin)?.given ?? false;
  cli.terminal.out(trustText(client.trust).replace(/\n$/, ''));
  cli.terminal.say(`Genesis ${genesis}; the roster’s chain up to version ${roster.version} is verified from it.`);
  if (!pinned)
    cli.terminal.say(
      'This log was taken from the server at your first sign-in: compare the genesis with another keeper.',
    );
  return EXIT.ok;
}
