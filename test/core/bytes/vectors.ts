/** The public test vectors that lie beside the project's folder; a test without them is skipped and says so. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// Tests run from the project's root.
const folder = resolve('..', 'shared', 'vectors');

/** What t.test() takes: a reason to skip when this part of the vectors is absent. */
export const needs = (part: string): { skip: string | false } => ({
  skip: existsSync(join(folder, part)) ? false : `vectors absent: ../shared/vectors/${part}`,
});

export const readVector = (path: string): string => readFileSync(join(folder, path), 'utf8');

/** Paths of all .json files under a part, relative to the vectors. */
export const listVectors = (part: string): string[] =>
  readdirSync(join(folder, part), { recursive: true })
    .map((name) => join(part, String(name)))
    .filter((name) => name.endsWith('.json'))
    .sort();
