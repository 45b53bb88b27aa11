/** Which file a program name means: absolute by the agent's PATH, with its digest where it lies outside the system's folders. It starts nothing. */
import { createHash } from 'node:crypto';
import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';

export interface Program {
  readonly path: string;
  /** `sha256:…`, or null for a program of the system or of the runbook folder, which has a digest of its own. */
  readonly digest: string | null;
}

const SYSTEM = [
  '/usr/bin/',
  '/bin/',
  '/usr/sbin/',
  '/sbin/',
  '/usr/lib/',
  '/lib/',
  '/usr/libexec/',
  '/usr/lib64/',
  '/lib64/',
];
const CHUNK = 1024 * 1024;

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Resolves argv[0]. XCK_PROGRAM where nothing of that name can be executed. */
export function resolveProgram(name: string, path: string, cwd: string): Result<Program> {
  if (name.includes('/') && !isAbsolute(name)) return ofFolder(name, cwd);
  // An empty or relative entry of PATH would mean whatever directory the agent happens to be in.
  const found = isAbsolute(name)
    ? [name]
    : path
        .split(':')
        .filter(isAbsolute)
        .map((folder) => join(folder, name));
  const first = name === '' ? undefined : found.find(executable);
  if (first === undefined)
    return fail('XCK_PROGRAM', { program: name, why: `it is not in ${isAbsolute(name) ? 'that place' : path}` });
  // A link in a system folder may lead out of it; what counts is where the program lies.
  const lies = realpathSync(first);
  return ok({ path: first, digest: SYSTEM.some((folder) => lies.startsWith(folder)) ? null : digestOf(lies) });
}

/** The folder's digest stands for its files only, so a path may not lead out of it. */
function ofFolder(name: string, cwd: string): Result<Program> {
  const file = join(cwd, name);
  if (!executable(file)) return fail('XCK_PROGRAM', { program: name, why: 'the folder has no such executable file' });
  const inside = realpathSync(file).startsWith(realpathSync(cwd) + sep);
  return inside
    ? ok({ path: name, digest: null })
    : fail('XCK_PROGRAM', { program: name, why: 'it leads out of the runbook folder' });
}

function digestOf(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer))
      hash.update(buffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
  return `sha256:${hash.digest('hex')}`;
}
