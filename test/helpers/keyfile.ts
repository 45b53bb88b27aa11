/** Keys as people have them, made by ssh-keygen, which a test may sign with as well. For tests. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestKey } from './person.ts';

/** PKCS8 of an Ed25519 key up to its 32 bytes (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Makes an Ed25519 key in a file without a passphrase. */
export function keyInFile(file: string): TestKey {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  const line = readFileSync(`${file}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  const raw = Buffer.from(line.split(' ')[1] ?? '', 'base64').subarray(-32);
  const armored = readFileSync(file, 'utf8').replace(/-----[^\n]*-----|\s/g, '');
  const whole = Buffer.from(armored, 'base64');
  // The private part is seed ‖ public key, and stands last.
  const at = whole.lastIndexOf(raw);
  const der = Buffer.concat([PKCS8, whole.subarray(at - 32, at)]);
  return { line, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
}
