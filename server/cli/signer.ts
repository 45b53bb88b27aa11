/** Signing by the stock ssh-keygen: with a key file, whose passphrase it asks for itself, or with a key in the ssh agent. No private key is ever read here. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type PublicKey, parsePasted, pastedKind } from '../../core/log/publicKey.ts';
import { verifySshsig } from '../../core/log/sshsig.ts';
import { verifyRaw } from '../ports/verify.ts';
import { EXIT, must, Stop, usage } from './exits.ts';

/** The key file that counts: flag, then environment, then the one that signed in, then the usual place. */
export function keyFileOf(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  signedIn: string | null,
): string {
  const named = flag ?? env['CROSSCHECK_KEY'] ?? signedIn ?? join(env['HOME'] ?? homedir(), '.ssh', 'id_ed25519.pub');
  return resolve(named);
}

/** The public key of a key file; of a private one it is beside it, or asked of ssh-keygen. */
export function publicKeyOf(file: string): PublicKey {
  if (!existsSync(file))
    throw usage(`There is no key ${file}.`, 'Name one with --key, or make one: crosscheck key enrol --generate');
  const beside = file.endsWith('.pub') ? file : `${file}.pub`;
  const text = existsSync(beside) ? readFileSync(beside, 'utf8') : derived(file);
  return must(parsePasted(text.trim().split(/\s+/).slice(0, 2).join(' ')));
}

function derived(file: string): string {
  const done = spawnSync('ssh-keygen', ['-y', '-f', file], { stdio: ['inherit', 'pipe', 'inherit'] });
  if (done.status !== 0)
    throw usage(
      `ssh-keygen cannot read the key ${file}.`,
      'Name an OpenSSH key file, or its .pub with the key in your ssh agent.',
    );
  return done.stdout.toString('utf8');
}

/** Returns the armored SSHSIG of `message`; it has been checked against the key's public half. */
export async function sign(file: string, namespace: string, message: Uint8Array): Promise<string> {
  const key = publicKeyOf(file);
  const kind = pastedKind(key.line);
  const signature = await keygen(['-Y', 'sign', '-q', '-n', namespace, '-f', file], message, kind === 'sk-ssh');
  must(await verifySshsig(signature, message, { key, kind, namespace, origins: [], verify: verifyRaw }));
  return signature;
}

/**
 * ssh-keygen asks for passphrases on the terminal itself; what it writes to stderr is shown only where it fails, but
 * for a security key, whose touch it asks for there.
 */
function keygen(args: readonly string[], input: Uint8Array, touched: boolean): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn('ssh-keygen', args, { stdio: ['pipe', 'pipe', touched ? 'inherit' : 'pipe'] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on('data', (part: Buffer) => out.push(part));
    child.stderr?.on('data', (part: Buffer) => err.push(part));
    child.stdin?.on('error', () => {});
    child.on('error', (error) =>
      fail(new Stop(EXIT.failed, `ssh-keygen cannot be run: ${error.message}`, 'Install OpenSSH 8.2 or newer.')),
    );
    child.on('close', (code) => {
      if (code === 0) return done(Buffer.concat(out).toString('utf8'));
      fail(
        new Stop(
          EXIT.failed,
          `ssh-keygen did not sign: ${Buffer.concat(err).toString('utf8').trim() || `exit ${code}`}`,
          'Nothing was sent.',
        ),
      );
    });
    child.stdin?.end(input);
  });
}
