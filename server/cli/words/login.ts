/** Signing in from the terminal: a challenge signed by an SSH key, or a one-time link. It pins the log that everything later is held against. */
import { existsSync, readFileSync } from 'node:fs';
import { fromBase64 } from '../../../core/bytes/encoding.ts';
import { refDigest } from '../../../core/log/entry.ts';
import { namespaceOf } from '../../../core/log/sshsig.ts';
import type { Me } from '../../../core/protocol/frames.ts';
import { parseTrust } from '../../../core/record/trust.ts';
import { type Cli, flag, type Given, text } from '../args.ts';
import { connect, serverNamed } from '../client.ts';
import { deny, EXIT, type Exit, must, Stop, usage } from '../exits.ts';
import { openApi, serverOf } from '../http.ts';
import { keyFileOf, publicKeyOf, sign } from '../signer.ts';
import { readSite } from '../site.ts';
import { type SessionFile, stateFiles } from '../state-files.ts';
import { clean, jsonText } from '../terminal.ts';

interface Begun {
  readonly person: string;
  readonly session: string;
  readonly expires: number;
}

export async function login(cli: Cli, given: Given): Promise<Exit> {
  if (flag(given, 'page')) return pageLink(cli, given);
  const files = stateFiles(cli.env);
  const before = files.session();
  const link = text(given, 'link');
  const server = link === undefined ? serverNamed(cli, given, before) : serverOf(link);
  if (server === undefined) throw usage('Which server?', 'Name it: crosscheck login --server http://127.0.0.1:4400');
  const trust = givenTrust(cli, given);
  const key = link === undefined ? keyFileOf(text(given, 'key'), cli.env, before?.key ?? null) : null;
  const begun =
    key === null ? await byLink(server, link ?? '') : await byKey(server, key, originOfServer(trust, before, server));
  const { name, origin } = await pin(cli, { server, key, ...begun }, trust);
  cli.terminal.say(`Signed in to ${server} as ${clean(name)} until ${new Date(begun.expires).toISOString()}.`);
  cli.terminal.say(
    `The log is ${origin}${trust === null ? ', taken from the server; give its trust file once with --trust to be sure of it' : ', as your trust file says'}.`,
  );
  cli.terminal.out(begun.person);
  return EXIT.ok;
}

/** Signs in by a one-time link, and keeps the key that will sign. */
export async function signInByLink(cli: Cli, given: Given, link: string, key: string): Promise<Me> {
  const server = serverOf(link);
  return pin(cli, { server, key, ...(await byLink(server, link)) }, givenTrust(cli, given));
}

/** The text of the trust file that was named, if one was. */
function givenTrust(cli: Cli, given: Given): string | null {
  const file = text(given, 'trust') ?? cli.env['CROSSCHECK_TRUST'];
  if (file === undefined) return null;
  if (!existsSync(file))
    throw usage(`There is no trust file ${file}.`, 'It is the four lines that the keepers hand out.');
  const content = readFileSync(file, 'utf8');
  must(parseTrust(content));
  return content;
}

/** The origin that a sign-in names: by trust root, by the last session there, else by the server's host. */
function originOfServer(trust: string | null, before: SessionFile | undefined, server: string): string {
  if (trust !== null) return must(parseTrust(trust)).origin;
  if (before?.server === server) return before.origin;
  const { hostname } = new URL(server);
  return /^(127\.0\.0\.1|\[::1\])$|\.localhost$/.test(hostname) ? 'localhost' : hostname;
}

/** The namespace is made here of what is known here: a server cannot have a statement signed as a sign-in. */
async function byKey(server: string, file: string, origin: string): Promise<Begun> {
  const api = openApi(server, null);
  const key = publicKeyOf(file);
  const { challenge } = await api.post<{ challenge: string }>('/api/session/challenge', {});
  const bytes = fromBase64(challenge);
  if (bytes?.length !== 32) return deny('XCK_SIGNATURE', { why: 'the challenge is not 32 bytes, so it is not signed' });
  const signature = await sign(file, namespaceOf('sign-in', origin), bytes);
  return api.post<Begun>('/api/session/key', { challenge, key: key.line, signature });
}

async function byLink(server: string, link: string): Promise<Begun> {
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('t');
  if (token === null)
    throw usage('That link holds no sign-in token.', 'Give the whole link that the server printed, in quotes.');
  return openApi(server, null).post<Begun>('/api/session/link', { token });
}

/** Pins the log at the first sign-in; a server that shows another one later is not believed. */
async function pin(cli: Cli, session: Omit<SessionFile, 'origin'>, given: string | null): Promise<Me> {
  const files = stateFiles(cli.env);
  const api = openApi(session.server, session.session);
  const me = await api.get<Me>('/api/me');
  const before = files.session();
  const known = files.log(me.origin);
  const moved = before?.server === session.server && before.origin !== me.origin && given === null;
  if (moved)
    throw new Stop(
      EXIT.diverged,
      `${session.server} shows another log than before: ${clean(me.origin)}, not ${before.origin}.`,
      `If the site was set up anew, give its trust file with --trust, or remove ${files.directory}.`,
      'XCK_FORK',
    );
  const shown = `crosscheck-trust/v1\norigin ${me.origin}\nlog-key ${me.log_key}\ngenesis ${refDigest(me.genesis)}\n`;
  const trust = given ?? known?.trust ?? shown;
  if (shown !== trust)
    throw new Stop(
      EXIT.diverged,
      'The server’s log is not the one that your trust root names.',
      'Stop and call the people who keep the site.',
      'XCK_FORK',
    );
  await readSite(api, must(parseTrust(trust)));
  files.keepLog({
    origin: me.origin,
    trust,
    given: given !== null || (known?.given ?? false),
    tree: known?.tree ?? null,
  });
  files.keepSession({ ...session, origin: me.origin });
  return me;
}

async function pageLink(cli: Cli, given: Given): Promise<Exit> {
  const { url } = await connect(cli, given).api.post<{ url: string }>('/api/session/links', {});
  cli.terminal.say('This link signs a page in as you, once:');
  cli.terminal.out(clean(url));
  return EXIT.ok;
}

export async function whoami(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const me = await client.api.get<Me>('/api/me');
  if (flag(given, 'json')) cli.terminal.out(jsonText(me));
  else
    cli.terminal.out(
      `${clean(me.name)} (${me.person}) with ${me.roles.join(', ') || 'no role'} at ${client.session.server}, log ${clean(me.origin)}`,
    );
  return EXIT.ok;
}
