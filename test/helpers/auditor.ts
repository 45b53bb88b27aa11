/** An auditor with stock tools: unpacks a record with tar and pastes the blocks of its own README.txt into a shell. For tests. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TOOLS = ['tar', 'sha256sum', 'ssh-keygen', 'openssl'];
const absent = () => TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);

/** Why the check cannot be made on this machine, or false. */
export const auditorSkip = (): string | false =>
  absent().length > 0 ? `not on this machine: ${absent().join(', ')}` : false;

/** A line that is no finding. */
export const GOOD = /^(OK |Good "|Signature Verified Successfully|runbook\/.*: OK$)/;

/** Unpacks `tar` into `inside`, lets `before` tamper with it, and returns what the README's commands print. */
export function pasteReadme(
  tar: string,
  trust: string,
  inside: string,
  before: (folder: string) => void = () => undefined,
): string[] {
  const unpacked = spawnSync('sh', ['-c', 'mkdir "$1" && tar -xf "$2" -C "$1"', 'sh', inside, tar], {
    encoding: 'utf8',
  });
  if (unpacked.status !== 0) throw new Error(unpacked.stderr);
  before(inside);
  const blocks = readFileSync(join(inside, 'README.txt'), 'utf8')
    .split(/^\d\. .*\n/m)
    .slice(1);
  const pasted = spawnSync('sh', [], {
    cwd: inside,
    input: `exec 2>&1\n${blocks.join('\n')}`,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', TRUST: trust },
  });
  if (pasted.stderr !== '') throw new Error(pasted.stderr);
  return pasted.stdout.trimEnd().split(/\r?\n/);
}
