/** A clock that is ahead by as many ms as the file `ahead` of a directory says, as if so much time had passed. For tests. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = (directory: string): string => join(directory, 'ahead');
const by = (directory: string): number =>
  existsSync(file(directory)) ? Number(readFileSync(file(directory), 'utf8')) : 0;

export const ahead =
  (directory: string): (() => number) =>
  () =>
    Date.now() + by(directory);

export const passTime = (directory: string, ms: number): void =>
  writeFileSync(file(directory), `${by(directory) + ms}`);
