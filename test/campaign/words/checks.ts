/** `npm run campaign -- checks`: takes every single check out of the verifier, one at a time; some test must notice each. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Half } from '../checks/half.ts';
import type { Sampled } from '../checks/samples.ts';
import { type Numbered, openWorkshop, testsFor, type Workshop } from '../checks/workshop.ts';
import { EQUIVALENT } from '../equivalent.ts';
import { sideBySide } from '../halves.ts';
import type { Failure, Report } from '../report.ts';
import { countOf, type Given } from './given.ts';

/** A test that takes so much longer without a check than with it has noticed. */
const PATIENCE = { times: 10, ms: 60_000 } as const;
/** Tests that take longer are asked last, about what nothing else has noticed. */
const QUICK_MS = 12_000;
/** How long a test may take that has every check in place, ms. */
const LONGEST_MS = 300_000;

/** `--only` parts of paths, with commas between them; `--minutes N` gives up after that and says what was not looked at. */
export async function checks({ seed, values, say }: Given): Promise<Report> {
  const workshop = openWorkshop();
  try {
    return await judged(workshop, { seed, values, say });
  } finally {
    workshop.remove();
  }
}

async function judged(workshop: Workshop, { seed, values, say }: Given): Promise<Report> {
  const only = String(values['only'] ?? '').split(',');
  const until = Date.now() + countOf(values['minutes'], 600) * 60_000;
  const asked = workshop.checks.filter(({ file, where }) =>
    only.some((part) => file.includes(part) || where.includes(part)),
  );
  say(`${asked.length} checks`);
  const tests = await comeBy(workshop, asked);
  const by = new Set<number>();
  const noticed = new Set<number>();
  const left = () => asked.filter(({ number }) => !by.has(number) && !noticed.has(number));
  const isQuick = ({ ms }: Test) => ms <= QUICK_MS;
  const ask = async (some: readonly Test[]) => {
    for (const number of await byTests(workshop, left(), some, until)) by.add(number);
    say(`${left().length} of ${asked.length} are left`);
  };
  const sample = async (by: Half['by'], some: readonly Numbered[]) => {
    if (some.length === 0 || Date.now() > until) return;
    const found = await bySamples(workshop, by, some);
    for (const number of found) noticed.add(number);
    say(`${found.size} of ${some.length} are noticed by ${by} of the suite`);
  };
  await sample('sequences', asked.filter(isRule));
  await ask(tests.filter(isQuick));
  await sample('mutants', left());
  for (const { where, code } of left()) say(`no mutant and no quick test notices ${where}: ${code}`);
  await ask(tests.filter((test) => !isQuick(test)));
  const late = Date.now() < until ? [] : left();
  const survivors = late.length > 0 ? [] : left();
  const known = new Set(EQUIVALENT.map(keyOf));
  const stale = EQUIVALENT.filter(
    (one) => inScope(one, only) && !survivors.some((other) => keyOf(other) === keyOf(one)),
  );
  return {
    campaign: 'checks',
    seed,
    counts: [
      ['checks', asked.length],
      ['noticed by a sequence or mutant of the suite', noticed.size],
      ['noticed by a test', by.size],
      ['noticed by nothing, and why is listed', survivors.filter((one) => known.has(keyOf(one))).length],
      ['not looked at to the end in the time given', late.length],
    ],
    failures: [
      ...survivors.filter((one) => !known.has(keyOf(one))).map(unnoticed),
      ...(late.length > 0
        ? []
        : stale.map(({ file, code }) => ({
            again: `checks --only ${file}`,
            why: `${file}: ${code} is listed, and is no check that nothing notices`,
          }))),
    ],
  };
}

const isRule = ({ file }: Numbered): boolean => file.startsWith('core/run/rules/');

const keyOf = ({ file, code }: { readonly file: string; readonly code: string }): string =>
  `${file.replace(/js$/, 'ts')} ${code}`;
const inScope = ({ file }: { readonly file: string }, only: readonly string[]): boolean =>
  only.some((part) => file.includes(part));

const unnoticed = ({ where, kind, code }: Numbered): Failure => ({
  again: `checks --only ${where}`,
  why: `${where}: nothing notices that this ${kind} is gone: ${code}`,
});

/** Two processes, each with every other check. */
async function bySamples({ folder }: Workshop, by: Half['by'], asked: readonly Numbered[]): Promise<Set<number>> {
  const script = join(folder, 'build', 'test', 'campaign', 'checks', 'half.js');
  const parts = [0, 1].map((half): Half => {
    const own = asked.filter((_, index) => index % 2 === half);
    return { by, numbers: own.map(({ number }) => number) };
  });
  const preload = join(folder, 'build', 'without.mjs');
  const made = await sideBySide<Half, Sampled>(script, parts, ['--import', preload]);
  return new Set(made.flatMap(({ noticed }) => noticed));
}

/** A test file, what it comes by, and how long it takes. */
interface Test {
  readonly file: string;
  readonly asked: ReadonlySet<number>;
  readonly ms: number;
}

/** Runs every test file of these checks once, with all of them in place. */
async function comeBy(workshop: Workshop, checks: readonly Numbered[]): Promise<Test[]> {
  const files = [...new Set(checks.flatMap(({ file }) => testsFor(workshop.folder, file)))].sort();
  const tests: Test[] = [];
  await inTwo(files, async (file) => {
    const into = join(workshop.folder, `${file.replaceAll('/', '-')}.json`);
    const began = performance.now();
    if (!(await passes(workshop, file, { CROSSCHECK_ASKED: into }, LONGEST_MS)))
      throw new Error(`${file} fails with every check in place`);
    const ms = performance.now() - began;
    tests.push({ file, asked: new Set(JSON.parse(readFileSync(into, 'utf8')) as number[]), ms });
  });
  return tests;
}

/** Numbers of the checks without which one of the tests fails; each is asked only about what it comes by. */
async function byTests(workshop: Workshop, left: readonly Numbered[], tests: readonly Test[], until: number) {
  const by = new Set<number>();
  await inTwo(left, async ({ number, file: part }) => {
    // First the test of the same name, then the quickest.
    const turn = ({ file, ms }: Test): number => (basename(file, '.test.js') === basename(part, '.js') ? -1 : ms);
    const own = testsFor(workshop.folder, part);
    const past = tests.filter(({ file, asked }) => asked.has(number) && own.includes(file));
    for (const { file, ms } of past.sort((a, b) => turn(a) - turn(b))) {
      if (Date.now() > until) return;
      const patience = PATIENCE.times * ms + PATIENCE.ms;
      if (await passes(workshop, file, { CROSSCHECK_WITHOUT: String(number) }, patience)) continue;
      by.add(number);
      return;
    }
  });
  return by;
}

async function inTwo<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const next = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await each(one);
  };
  await Promise.all([next(), next()]);
}

function passes({ folder }: Workshop, file: string, env: Record<string, string>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const preload = join(folder, 'build', 'without.mjs');
    const child = spawn(process.execPath, ['--import', preload, join(folder, 'build', 'test', file)], {
      cwd: folder,
      env: { ...process.env, TAP_BAIL: '1', TAP_DIAG: '0', TAP_TIMEOUT: '600', ...env },
      stdio: 'ignore',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), ms);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
