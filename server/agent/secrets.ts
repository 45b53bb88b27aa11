/** Secrets by reference: files in the agent's data directory, one set for live runs and one for rehearsals. Their values go into environments and nowhere else. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';

export interface Secrets {
  /** Values by name. */
  readonly env: Readonly<Record<string, string>>;
  readonly values: readonly string[];
  /** Tells later whether they are still the same, and nothing of what they are. */
  readonly fingerprint: string;
}

/** Masking anything shorter would leave no output to read, and hide nothing that could not be guessed. */
const SHORTEST = 4;
const LONGEST = 64 * 1024;
const FILE = /^(?!\.\.?$)[A-Za-z0-9._-]{1,100}$/;

const mark = (salt: string, env: Readonly<Record<string, string>>): string =>
  createHash('sha256')
    .update(`${salt}\n${JSON.stringify(Object.entries(env).sort())}`)
    .digest('hex');

const secretsOf = (env: Readonly<Record<string, string>>): Secrets => {
  const salt = randomBytes(32).toString('hex');
  return { env, values: Object.values(env), fingerprint: `${salt} ${mark(salt, env)}` };
};

export const NO_SECRETS: Secrets = secretsOf({});

/** Whether these are the secrets that a fingerprint was taken of. */
export function areThose(fingerprint: string, { env }: Secrets): boolean {
  const [salt = '', before = ''] = fingerprint.split(' ');
  const now = mark(salt, env);
  return now.length === before.length && timingSafeEqual(Buffer.from(now), Buffer.from(before));
}

export type SecretFiles = Readonly<Record<string, { readonly file: string }>>;

/** Reads the secrets of these names below `root`. XCK_SECRET where one is missing or is none; no message holds a value. */
export function readSecrets(
  root: string,
  mode: 'live' | 'rehearsal',
  files: SecretFiles,
  names: readonly string[],
): Result<Secrets> {
  const env: Record<string, string> = {};
  for (const name of names) {
    const file = Object.hasOwn(files, name) ? files[name]?.file : undefined;
    if (file === undefined || !FILE.test(file)) return fail('XCK_SECRET', { name, why: 'the runbook names no file' });
    const value = textOf(join(root, mode, file));
    if (value === undefined)
      return fail('XCK_SECRET', {
        name,
        why: `there is no such file for ${mode} runs, or it is no text of one secret`,
      });
    if ([...value].length < SHORTEST)
      return fail('XCK_SECRET', { name, why: `it has fewer than ${SHORTEST} characters and could not be masked` });
    env[name] = value;
  }
  return ok(secretsOf(env));
}

/** The file's text without its last line end, as a shell would put it into a variable. */
function textOf(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    if (!statSync(path).isFile() || size > LONGEST) return undefined;
    const text = fromUtf8(readFileSync(path));
    return text === undefined || text.includes('\0') ? undefined : text.replace(/[\r\n]+$/, '');
  } catch {
    return undefined;
  }
}
