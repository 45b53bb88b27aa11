/** From the words on a command line to one word of the table with its options; it runs nothing. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../../core/runbook/nearest.ts';
import type { Exit } from './exits.ts';
import { usage } from './exits.ts';
import type { Terminal } from './terminal.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What a word may use of the world. */
export interface Cli {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of this installation. */
  readonly root: string;
  /** ms since 1970 */
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
}

export interface Given {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
}

export interface Word {
  /** `run start` */
  readonly name: string;
  /** What follows the name in the help. */
  readonly takes: string;
  readonly help: string;
  readonly options: Options;
  /** The fewest and most positional arguments. */
  readonly positionals: readonly [least: number, most: number];
  readonly run: (cli: Cli, given: Given) => Promise<Exit>;
}

/** Options of every word. */
export const COMMON = {
  help: { type: 'boolean', short: 'h' },
  'no-input': { type: 'boolean' },
} as const satisfies Options;

export type Parsed =
  | { readonly kind: 'help'; readonly words: readonly Word[]; readonly word: Word | null }
  | { readonly kind: 'word'; readonly word: Word; readonly given: Given };

/** Finds the word and reads its options; throws a usage `Stop` that names the nearest known word. */
export function readArgs(argv: readonly string[], words: readonly Word[]): Parsed {
  const [first = 'help'] = argv;
  if (first === 'help' || first === '--help' || first === '-h') return { kind: 'help', words, word: null };
  const [, second = '--help'] = argv;
  const verbs = words.filter(({ name }) => name.startsWith(`${first} `));
  if (verbs.length > 0 && (second === '--help' || second === '-h')) return { kind: 'help', words: verbs, word: null };
  const word = named(argv, words);
  if (!word) throw unknown(argv, words);
  const given = parse(argv.slice(word.name.split(' ').length), word);
  if (given.options['help'] === true) return { kind: 'help', words, word };
  const [least, most] = word.positionals;
  const count = given.positionals.length;
  if (count < least || count > most)
    throw usage(`“${word.name}” takes ${word.takes || 'no argument'}.`, `Run: crosscheck ${word.name} --help`);
  return { kind: 'word', word, given };
}

/** The longest word that the line begins with: `run windows deleted` before `run windows`. */
function named(argv: readonly string[], words: readonly Word[]): Word | undefined {
  const found = words.filter(({ name }) => argv.slice(0, name.split(' ').length).join(' ') === name);
  return found.sort((a, b) => b.name.length - a.name.length)[0];
}

function parse(args: readonly string[], word: Word): Given {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...COMMON, ...word.options },
      allowPositionals: true,
      strict: true,
    });
    return { options: values as Given['options'], positionals };
  } catch (error) {
    throw usage((error as Error).message, `Run: crosscheck ${word.name} --help`);
  }
}

function unknown(argv: readonly string[], words: readonly Word[]) {
  const typed = argv
    .slice(0, 2)
    .filter((word) => !word.startsWith('-'))
    .join(' ');
  const near = nearest(
    typed,
    words.map(({ name }) => name),
  );
  return usage(
    `There is no word “${typed || argv[0]}”.`,
    near ? `Did you mean “crosscheck ${near}”?` : 'Run: crosscheck help',
  );
}

/** The value of an option that takes one. */
export function text(given: Given, name: string): string | undefined {
  const value = given.options[name];
  return typeof value === 'string' ? value : undefined;
}

export const flag = (given: Given, name: string): boolean => given.options[name] === true;

/** The values of an option that may be given several times. */
export function list(given: Given, name: string): string[] {
  const value = given.options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** The positional argument at `index`; `readArgs` has counted them. */
export const argument = (given: Given, index: number): string => given.positionals[index] ?? '';

/** The help: all words, or one of them with its options. */
export function helpText(words: readonly Word[], word: Word | null): string {
  if (word) {
    const options = Object.entries<Options[string]>({ ...word.options, ...COMMON }).map(
      ([name, { type }]) => `  --${name}${type === 'string' ? ' …' : ''}`,
    );
    return [`crosscheck ${word.name} ${word.takes}`.trimEnd(), `  ${word.help}`, '', 'Options', ...options].join('\n');
  }
  const width = Math.max(...words.map(({ name }) => name.length));
  return [
    'crosscheck <noun> <verb>: destructive releases under four eyes',
    '',
    ...words.map(({ name, help }) => `  ${name.padEnd(width)}  ${help}`),
    '',
    'More: crosscheck <noun> <verb> --help',
  ].join('\n');
}
