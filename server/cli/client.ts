/** A signed-in person at one server: what they trust, what they sign with, and how a signed act is sent. */

import { statementText, statementTime } from '../../core/approval/statement.ts';
import { utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import type { Act, Lines } from '../../core/log/acts.ts';
import type { Checkpoint } from '../../core/log/checkpoint.ts';
import { namespaceOf } from '../../core/log/sshsig.ts';
import type { Accepted, CommandText, SignedText } from '../../core/protocol/frames.ts';
import { parseTrust, type Trust } from '../../core/record/trust.ts';
import type { Signing } from '../../core/run/lines.ts';
import { openReceipt } from '../../core/verify/receipt.ts';
import { verifyRaw } from '../ports/verify.ts';
import { type Cli, type Given, text } from './args.ts';
import { deny, must } from './exits.ts';
import { openApi, serverOf } from './http.ts';
import { keyFileOf, sign } from './signer.ts';
import { type SessionFile, stateFiles } from './state-files.ts';
import { continues, type Known, openTree, treeLine } from './trees.ts';

/** The line `client` of statements; it is recorded and proves nothing. */
const CLIENT = 'cli/0.1.0';

export interface Client extends Known {
  readonly session: SessionFile;
  readonly trust: Trust;
  readonly person: string;
  readonly keyFile: string;
  readonly now: () => number;
}

/** The server that a word talks to: flag, then environment, then where the session is. */
export function serverNamed(cli: Cli, given: Given, session: SessionFile | undefined): string | undefined {
  const named = text(given, 'server') ?? cli.env['CROSSCHECK_SERVER'];
  return named === undefined ? session?.server : serverOf(named);
}

/** Returns the client of whoever is signed in; XCK_SIGNED_OUT where nobody is. */
export function connect(cli: Cli, given: Given): Client {
  const files = stateFiles(cli.env);
  const session = files.session();
  const log = session && files.log(session.origin);
  if (!session || !log || session.server !== serverNamed(cli, given, session) || session.expires < cli.now())
    return deny('XCK_SIGNED_OUT');
  return {
    api: openApi(session.server, session.session),
    files,
    floor: log.tree,
    session,
    trust: must(parseTrust(log.trust)),
    person: session.person,
    keyFile: keyFileOf(text(given, 'key'), cli.env, session.key),
    now: cli.now,
  };
}

/** What the signer says of themselves over a tree that continues all that was verified before. */
export async function signingOver(client: Client, tree: Checkpoint): Promise<Signing> {
  await continues(client, tree);
  return { signer: client.person, tree: treeLine(tree), client: CLIENT, signedAt: statementTime(client.now()) };
}

/** Signs a statement; what was shown is what is signed and sent. */
export async function signed<A extends Act>(client: Client, act: A, lines: NoInfer<Lines<A>>): Promise<SignedText> {
  const statement = statementText(act, lines);
  return { statement, signature: await sign(client.keyFile, namespaceOf(act, client.trust.origin), utf8(statement)) };
}

/**
 * Sends a command. The tree that holds what was entered is kept, so that the log cannot lose it unseen, and the receipt of a
 * signed act, or of a suspension, where it proves what the server says was entered.
 */
export async function send(client: Pick<Client, 'api' | 'files' | 'trust'>, command: CommandText): Promise<Accepted> {
  const accepted = await client.api.post<Accepted>('/api/commands', command);
  const { api, files, trust } = client;
  await continues({ api, files, floor: null }, await openTree(trust, accepted.checkpoint));
  const own = accepted.entries[0];
  if (accepted.receipt === null || !own) return accepted;
  const { entry, bytes } = must(await openReceipt(utf8(accepted.receipt), trust, verifyRaw));
  if (entry.seq !== own.seq || digest(bytes) !== own.digest)
    return deny('XCK_INTEGRITY', { why: 'the server’s receipt is of another entry' });
  files.keepReceipt(trust.origin, own.seq, accepted.receipt);
  return accepted;
}
