/** A person's keys: the line that a keeper pastes into the people file, and the keys that the site has. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { keyFingerprint, parsePublicKey } from '../../../core/log/publicKey.ts';
import type { Me } from '../../../core/protocol/frames.ts';
import { type Cli, flag, type Given, text } from '../args.ts';
import { connect } from '../client.ts';
import { EXIT, type Exit, must, Stop, usage } from '../exits.ts';
import { keyFileOf, publicKeyOf } from '../signer.ts';
import { clean, jsonText } from '../terminal.ts';

/** Needs no server: a key becomes a person's by standing in the people file of a new site. */
export async function enrol(cli: Cli, given: Given): Promise<Exit> {
  const file = keyFileOf(text(given, 'key'), cli.env, null);
  if (flag(given, 'generate')) generate(file.replace(/\.pub$/, ''));
  const key = publicKeyOf(file);
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

export async function list(cli: Cli, given: Given): Promise<Exit> {
  const { keys } = await connect(cli, given).api.get<Me>('/api/me');
  if (flag(given, 'json')) cli.terminal.out(jsonText(keys));
  else
    for (const { key, kind } of keys)
      cli.terminal.out(`${kind} ${keyFingerprint(must(parsePublicKey(key)).blob)} ${clean(key)}`);
  return EXIT.ok;
}
