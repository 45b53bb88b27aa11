/** A copy of the whole build in which every check can be taken out by its number. It leaves the real build alone. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, checksOf, switched } from './find.ts';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/** What is taken apart, most important first; the checker's claims have a test of their own that misses each. */
const FILES: readonly (readonly [path: RegExp, claims: boolean])[] = [
  [/^core\/verify\/[^/]+\.js$/, true],
  [/^core\/log\/(sshsig|authenticator|publicKey|parse|checkpoint|note|merkle)\.js$/, false],
  [/^core\/site\/(roster|holds|after)\.js$/, false],
  [/^core\/record\/(bundle|tar|trust)\.js$/, false],
  [/^core\/run\/rules\/.*\.js$/, false],
];
/** What is no judgement: a count, a display, a form of answer. */
const NONE = /^core\/verify\/(assurance|verdict)\.js$/;

export interface Numbered extends Check {
  readonly number: number;
  /** `core/…ts:line` */
  readonly where: string;
  readonly file: string;
  /** The source of what is taken out. */
  readonly code: string;
}

export interface Workshop {
  readonly folder: string;
  readonly checks: readonly Numbered[];
  remove(): void;
}

/** Every check of the build, numbered in the order in which they are looked at. */
export function numbered(build: string): Map<string, Numbered[]> {
  const all = readdirSync(join(build, 'core'), { recursive: true })
    .map((name) => `core/${String(name).replaceAll('\\', '/')}`)
    .sort();
  const made = new Map<string, Numbered[]>();
  let number = 0;
  for (const [path, claims] of FILES)
    for (const file of all.filter((one) => path.test(one) && !NONE.test(one))) {
      const text = readFileSync(join(build, file), 'utf8');
      const lines = lineFinder(join(build, file), text);
      const checks = checksOf(text, { claims }).map((check) => ({
        ...check,
        number: number++,
        file,
        where: `${file.replace(/js$/, 'ts')}:${lines(check.start)}`,
        code: text.slice(check.start, check.end).replace(/\s+/g, ' '),
      }));
      made.set(file, checks);
    }
  return made;
}

/** From a place in the compiled text to the line of its source. */
function lineFinder(path: string, text: string): (at: number) => number {
  const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (at) => {
    const line = starts.findLastIndex((start) => start <= at);
    const entry = map.findEntry(line, at - (starts[line] ?? 0));
    return 'originalLine' in entry ? entry.originalLine + 1 : 0;
  };
}

/** Copies the build and puts the switches in. */
export function openWorkshop(): Workshop {
  const build = join(ROOT, 'build');
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-checks-'));
  cpSync(build, join(folder, 'build'), { recursive: true });
  for (const name of [
    'node_modules',
    'docs',
    'test',
    'core',
    'server',
    'web',
    'runbooks',
    'package.json',
    'scripts',
    'bench',
  ])
    symlinkSync(join(ROOT, name), join(folder, name));
  const made = numbered(build);
  for (const [file, checks] of made) {
    const path = join(folder, 'build', file);
    writeFileSync(path, switched(readFileSync(path, 'utf8'), checks, checks[0]?.number ?? 0));
  }
  writeFileSync(join(folder, 'build', 'without.mjs'), PRELOAD);
  return { folder, checks: [...made.values()].flat(), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Loaded before a test: takes out the check that the environment names, and writes down which were asked. */
const PRELOAD = `
import { writeFileSync } from 'node:fs';
const without = Number(process.env.CROSSCHECK_WITHOUT ?? -1);
const asked = new Set();
globalThis.crosscheckWithout = (number) => { asked.add(number); return number === without; };
if (process.env.CROSSCHECK_ASKED) process.on('exit', () => writeFileSync(process.env.CROSSCHECK_ASKED, JSON.stringify([...asked])));
`;

/** The tests of a part, which are asked about its checks: its own folder's, then those of whole records; not those that measure what a judgement costs. */
const TESTS: readonly (readonly [file: RegExp, tests: RegExp])[] = [
  [/^core\/verify\//, /^core\/(site|verify)\/[^/]+$/],
  [/^core\/log\//, /^core\/(log|verify)\/[^/]+$/],
  [/^core\/site\//, /^core\/(site|verify)\/[^/]+$/],
  [/^core\/record\//, /^core\/record\/(?!hostile)|^core\/verify\/(verify|integrity)|^campaign\/parsers/],
  [/^core\/run\/rules\//, /^core\/run\/|^core\/verify\/(policy|second|checker\/(checker|machine))/],
];

/** Test files for the checks of `file`, by their path from the folder of tests. */
export const testsFor = (folder: string, file: string): string[] =>
  readdirSync(join(folder, 'build', 'test'), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.test.js') && TESTS.some(([path, tests]) => path.test(file) && tests.test(name)))
    .sort();
