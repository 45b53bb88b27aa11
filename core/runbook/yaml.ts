/** Reads YAML text that nobody trusts into a plain value that knows its places. The parser's warnings are errors: nothing is guessed. */
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, type YAMLMap } from 'yaml';
import { utf8 } from '../bytes/encoding.ts';
import { composed, type Wrong } from './compose.ts';
import type { Path, Problem } from './problem.ts';
import { type Unfit, unfit } from './scan.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;
const MAX_PROBLEMS = 50;
const DEEPEST = 100;

export interface Yaml {
  /** Plain data; null where there are problems. */
  readonly value: unknown;
  readonly places: Places;
  readonly problems: Problem[];
}

/** Where things stand in a YAML text. */
export class Places {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** A problem at the value that `path` leads to, or at its key, or as near as the text comes to it. */
  problem(
    path: Path,
    rule: string,
    message: string,
    mend: string,
    at: 'key' | 'value' = 'value',
    severity: Problem['severity'] = 'error',
  ): Problem {
    return { ...this.at(this.#offset(path, at), rule, message, mend), severity };
  }

  /** A problem at an offset of the text. */
  at(offset: number, rule: string, message: string, mend: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: line || 1, column: col || 1, severity: 'error', rule, message, mend };
  }

  #offset(path: Path, at: 'key' | 'value'): number {
    if (path.length === 0) return this.#document.contents?.range?.[0] ?? 0;
    const key = this.#key(path);
    if (at === 'key' && key !== undefined) return key;
    const node = this.#document.getIn(path, true) as Node | undefined;
    return node?.range?.[0] ?? key ?? this.#offset(path.slice(0, -1), at);
  }

  #key(path: Path): number | undefined {
    const parent = this.#document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
}

/** Reads one YAML 1.2 document of at most 1 MiB; keys are strings and stand once, aliases are few. */
export function readYaml(text: string, file: string): Yaml {
  const long = utf8(text).length > MAX_BYTES;
  const wrongToken = long ? undefined : unfit(text);
  const lines = new LineCounter();
  const { document, wrong } = composed(long || wrongToken ? '' : text, lines);
  const places = new Places(file, document, lines);
  const refused = (problems: Problem[]): Yaml => ({ value: null, places, problems });
  if (long)
    return refused([places.at(0, 'yaml', 'A runbook has at most 1 MiB.', 'Move data into files of the folder.')]);
  if (wrongToken) return refused([unparsed(text, wrongToken, file)]);
  if (wrong.length > 0) return refused(wrong.map((one) => unreadable(places, one)));
  const twice = repeated(document.contents).slice(0, MAX_PROBLEMS);
  if (twice.length > 0)
    return refused(
      twice.map(([at, key]) => places.at(at, 'yaml', `The key “${key}” stands twice.`, 'Keep one of them.')),
    );
  const value = unfolded(document);
  return value === TOO_MUCH
    ? refused([
        places.at(
          0,
          'yaml',
          'Its aliases unfold to too much, or one names nothing before it.',
          'Write the values out.',
        ),
      ])
    : { value, places, problems: [] };
}

const TOO_MUCH = Symbol('too much');

/** The plain value; an alias inside what it names would have no end. */
function unfolded(document: Document): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return deeper(value, DEEPEST) ? TOO_MUCH : value;
  } catch {
    return TOO_MUCH;
  }
}

const deeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((part) => deeper(part, levels - 1)));

/** A problem of a text that was not parsed, so its lines are counted here. */
function unparsed(text: string, { offset, message, mend }: Unfit, file: string): Problem {
  const before = text.slice(0, offset).split('\n');
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
  return { file, line, column, severity: 'error', rule: 'yaml', message, mend };
}

const QUOTE = 'Values that hold “{{ … }}”, commas, colons or brackets go in quotes.';

/** What the parser's codes ask for, and its words where they say little. */
const CODES: Readonly<Record<string, { readonly mend: string; readonly message?: string }>> = {
  BAD_ALIAS: { mend: 'A value that begins with * is an alias; put it in quotes.' },
  BAD_DQ_ESCAPE: { mend: 'Use single quotes; in double quotes a backslash begins an escape.' },
  BAD_INDENT: { mend: 'Indent it like its neighbours.' },
  BAD_SCALAR_START: { mend: 'Put it in quotes.' },
  BLOCK_AS_IMPLICIT_KEY: { message: 'A second “: ” on one line.', mend: QUOTE },
  MISSING_CHAR: { mend: `Close the bracket or quote. ${QUOTE}` },
  MULTIPLE_DOCS: { message: 'A second document begins here.', mend: 'Remove the “---”; a file holds one runbook.' },
  NON_STRING_KEY: { message: 'A key must be text.', mend: QUOTE },
  TAB_AS_INDENT: { mend: 'Indent with spaces.' },
  UNEXPECTED_TOKEN: { mend: QUOTE },
};

function unreadable(places: Places, { offset, code, message: said }: Wrong): Problem {
  const { message = `${said.replace(/\.$/, '')}.`, mend = 'Correct the YAML here.' } = CODES[code] ?? {};
  return places.at(offset, 'yaml', message, mend);
}

/** Every key that its mapping has already. */
function repeated(node: unknown): (readonly [offset: number, key: string])[] {
  if (isSeq(node)) return node.items.flatMap(repeated);
  return isMap(node) ? repeatedIn(node) : [];
}

function repeatedIn(map: YAMLMap): (readonly [offset: number, key: string])[] {
  const seen = new Set<unknown>();
  return map.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? key.value : undefined;
    const own = seen.has(name) && isScalar(key) ? [[key.range?.[0] ?? 0, String(name)] as const] : [];
    seen.add(name);
    return [...own, ...repeated(value)];
  });
}
