/** A keeper at a terminal who signs the roster that waits: what must be read back is what ssh-keygen says of the key that is asked for. For tests. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pty } from './pty.ts';

/** `SHA256:…` of a public key file, by ssh-keygen. */
export const fingerprint = (file: string): string =>
  execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' }).split(' ')[1] ?? '';

/** Carries `people sign` in `pty` to its end; `homeOf` is the folder of a person's keys by name. Returns the exit code. */
export async function signRoster(pty: Pty, homeOf: (name: string) => string): Promise<number | null> {
  await pty.expect(/of the fingerprint of .+’s key|Type roster/);
  const asked = /fingerprint of (.+)’s key/.exec(pty.printed)?.[1];
  if (asked !== undefined) {
    const home = homeOf(asked);
    const prints = readdirSync(home)
      .filter((name) => name.endsWith('.pub'))
      .map((name) => fingerprint(join(home, name)));
    const shown = prints.find((print) =>
      new RegExp(`[+ ] key \\S+ ${print.replace(/[+/]/g, '\\$&')}`).test(pty.printed),
    );
    pty.type(shown?.slice(-6) ?? 'nothing');
    await pty.expect(/Type roster/);
  }
  pty.type('roster');
  return pty.exit();
}
