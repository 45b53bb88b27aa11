/** A person's keys: enrolled by a link or offered beside another, listed, and suspended. What counts is what keepers have signed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { statementText } from '../../../core/approval/statement.ts';
import { fromHex } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import { keyFingerprint, pastedKind } from '../../../core/log/publicKey.ts';
import { personOf } from '../../../core/log/roster.ts';
import type { PeopleView } from '../../../core/protocol/frames.ts';
import { actLines } from '../../../core/run/lines.ts';
import { fingerprintOf } from '../../../core/site/rosterFacts.ts';
import { typed } from '../acts.ts';
import { type Cli, flag, type Given, text } from '../args.ts';
import { connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, Stop, usage } from '../exits.ts';
import { personNamed } from '../people.ts';
import { nameOf } from '../show.ts';
import { keyFileOf, publicKeyOf } from '../signer.ts';
import { readSite } from '../site.ts';
import { stateFiles } from '../state-files.ts';
import { clean, jsonText } from '../terminal.ts';
import { signInByLink } from './login.ts';

/** Without a link and without --offer it needs no server: a key becomes a person's by standing in the people file of a new site. */
export async function enrol(cli: Cli, given: Given): Promise<Exit> {
  const file = keyFileOf(text(given, 'key'), cli.env, null);
  const link = text(given, 'link');
  const sends = link !== undefined || flag(given, 'offer');
  if (sends) cli.terminal.demandPerson('key enrol');
  if (flag(given, 'generate')) generate(file.replace(/\.pub$/, ''));
  const key = publicKeyOf(file);
  if (sends) return offer(cli, given, file, link);
  cli.terminal.say(
    `Give this line to a keeper, in person, for your entry under “people:” in the people file; compare ${keyFingerprint(key.blob)}.`,
  );
  cli.terminal.out(`key: ${key.line}`);
  return EXIT.ok;
}

/** ssh-keygen asks for the passphrase itself. */
function generate(file: string): void {
  if (existsSync(file) || existsSync(`${file}.pub`))
    throw usage(`${file} exists already.`, 'Leave out --generate to use it, or name another with --key.');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const done = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-f', file], { stdio: ['inherit', 2, 'inherit'] });
  if (done.status !== 0) throw new Stop(EXIT.failed, 'ssh-keygen made no key.');
}

/** A first key comes with the link's token, a further one of somebody who is signed in with none. The key itself signs. */
async function offer(cli: Cli, given: Given, file: string, link: string | undefined): Promise<Exit> {
  const secret = link === undefined ? null : tokenIn(link);
  if (link !== undefined) await signInByLink(cli, given, link, file);
  const { options } = given;
  const client = connect(cli, {
    ...given,
    options: { ...options, key: file, ...(link === undefined ? {} : { server: link }) },
  });
  const site = await readSite(client.api, client.trust);
  const key = publicKeyOf(file);
  const content = { key: key.line, kind: pastedKind(key.line), token: secret && digest(secret) };
  const about = { origin: client.trust.origin, run: null, mode: null, about: `0 ${client.trust.genesis}`, content };
  const lines = actLines('enrol', about, await signingOver(client, site.tree));
  cli.terminal.say(`The key ${keyFingerprint(key.blob)} becomes yours, and nobody else’s ever.`);
  await typed(cli.terminal, 'enrol', statementText<'enrol'>('enrol', lines));
  const token = secret && Buffer.from(secret).toString('hex');
  await send(client, { type: 'enrol', token, ...(await signed(client, 'enrol', lines)) });
  cli.terminal.say(
    'Enrolled. It counts for nothing until the keepers put it into a roster; read its fingerprint to them:',
  );
  cli.terminal.out(keyFingerprint(key.blob));
  return EXIT.ok;
}

function tokenIn(link: string): Uint8Array {
  const token = URL.canParse(link) ? new URLSearchParams(new URL(link).hash.slice(1)).get('e') : null;
  const bytes = fromHex(token ?? '');
  if (bytes?.length !== 32)
    throw usage('That link holds no enrolment token.', 'Give the whole link, in quotes; a used one is of no use.');
  return bytes;
}

export async function list(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const { roster } = await readSite(client.api, client.trust);
  const keys = [
    ...(personOf(roster, client.person)?.keys ?? []).map((one) => ({ ...one, counts: true })),
    ...roster.offered
      .filter(({ person }) => person === client.person)
      .map(({ key, kind }) => ({ key, kind, counts: false })),
  ].map((one) => ({ ...one, fingerprint: fingerprintOf(one.key) }));
  if (flag(given, 'json')) cli.terminal.out(jsonText(keys));
  else
    for (const { key, kind, fingerprint, counts } of keys)
      cli.terminal.out(
        `${kind} ${fingerprint} ${clean(key)}${counts ? '' : ' (offered: the keepers have not signed it)'}`,
      );
  return EXIT.ok;
}

/** Suspends at once and asks nothing: it only stops. The receipt is kept, and proves afterwards that it was suspended. */
export async function suspend(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const { roster } = await readSite(client.api, client.trust);
  const { names } = await client.api.get<PeopleView>('/api/people');
  const named = text(given, 'of');
  const of = named === undefined ? client.person : personNamed(named, names, 'person');
  const keys = personOf(roster, of)?.keys.map(({ key }) => key) ?? [];
  const key = keyAmong(keys, text(given, 'key'));
  const { entries } = await send(client, { type: 'suspend', of, key, text: text(given, 'reason') ?? null });
  const [own] = entries;
  cli.terminal.say(
    `Suspended from entry ${own?.seq} on: ${fingerprintOf(key)} of ${nameOf(names, of)}. It signs nothing any more; open confirmations by it are void.`,
  );
  cli.terminal.say(
    `The receipt is in ${stateFiles(cli.env).directory}; it proves the suspension to whoever verifies a record.`,
  );
  return EXIT.ok;
}

function keyAmong(keys: readonly string[], named: string | undefined): string {
  const [only, ...more] = keys;
  if (named === undefined) {
    if (only !== undefined && more.length === 0) return only;
    throw usage(
      only === undefined ? 'This person has no key that counts.' : 'Which of the keys?',
      'Name it: --key FINGERPRINT, as crosscheck people list shows it.',
    );
  }
  const wanted = existsSync(named) ? fingerprintOf(publicKeyOf(named).line) : named;
  return (
    keys.find((key) => fingerprintOf(key) === wanted) ??
    deny('XCK_UNKNOWN', { what: 'key of this person', name: named })
  );
}
