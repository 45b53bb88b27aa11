/** From YAML text to a runbook, or to problems with line, column and the mend. Warnings of the parser are errors: nothing is guessed. */
import { Compile, type Validator } from 'typebox/compile';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { utf8 } from '../bytes/encoding.ts';
import { normalise } from './normalise.ts';
import type { Runbook } from './runbook.ts';
import { LATER_KEYS, RunbookSchema, type RunbookSource } from './schema.ts';

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** Permanent name of the rule. */
  readonly rule: string;
  readonly message: string;
  readonly mend: string;
}

export interface Parsed {
  readonly runbook?: Runbook;
  readonly problems: Problem[];
}

const MAX_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;

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
    path: readonly (string | number)[],
    rule: string,
    message: string,
    mend: string,
    at: 'key' | 'value' = 'value',
    severity: Problem['severity'] = 'error',
  ): Problem {
    const { line, col } = this.#lines.linePos(this.#offset(path, at));
    return { file: this.#file, line: line || 1, column: col || 1, severity, rule, message, mend };
  }

  at(offset: number, rule: string, message: string, mend: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: line || 1, column: col || 1, severity: 'error', rule, message, mend };
  }

  #offset(path: readonly (string | number)[], at: 'key' | 'value'): number {
    const parent = this.#document.getIn(path.slice(0, -1), true) as Node | undefined;
    const last = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last))
      : undefined;
    const key = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    if (at === 'key' && key !== undefined) return key;
    const node = path.length === 0 ? this.#document.contents : (this.#document.getIn(path, true) as Node | undefined);
    if (node?.range) return node.range[0];
    return key ?? (path.length === 0 ? 0 : this.#offset(path.slice(0, -1), at));
  }
}

/** The text as YAML with its places; shared by the schema's check and the lint rules. */
export function readYaml(text: string, file: string): { value: unknown; places: Places; problems: Problem[] } {
  const lines = new LineCounter();
  const big = utf8(text).length > MAX_BYTES;
  const document = parseDocument(big ? '' : text, {
    lineCounter: lines,
    version: '1.2',
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
  });
  const places = new Places(file, document, lines);
  if (big)
    return {
      value: null,
      places,
      problems: [places.at(0, 'yaml', 'A runbook has at most 1 MiB.', 'Move data into files of the folder.')],
    };
  const problems = [...document.errors, ...document.warnings].map((error) =>
    places.at(
      error.pos[0],
      'yaml',
      `${error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'unreadable'}.`,
      'Correct the YAML here.',
    ),
  );
  if (problems.length > 0) return { value: null, places, problems };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), places, problems };
  } catch {
    return {
      value: null,
      places,
      problems: [places.at(0, 'yaml', 'Its aliases unfold to too much.', 'Write the values out.')],
    };
  }
}

/** Returns the runbook, or what is wrong with its text. The lint rules come on top (`lintFolder`). */
export function parseRunbook(text: string, file: string): Parsed {
  const { value, places, problems } = readYaml(text, file);
  if (problems.length > 0) return { problems };
  const wrong = schemaProblems(Compile(RunbookSchema), value, places);
  return wrong.length > 0 ? { problems: wrong } : { runbook: normalise(value as RunbookSource), problems: [] };
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: Record<string, unknown>;
  readonly schemaPath: string;
}

const pathOf = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function schemaProblems(schema: Validator, value: unknown, places: Places): Problem[] {
  if (schema.Check(value)) return [];
  const errors = [...schema.Errors(value)] as unknown as SchemaError[];
  const problems = errors.flatMap((error) => explain(error, value, places));
  const seen = new Set<string>();
  const unique = problems.filter(({ line, column }) => !seen.has(`${line}:${column}`) && seen.add(`${line}:${column}`));
  return unique.length > 0
    ? unique
    : [places.problem([], 'schema', 'This is not a runbook.', 'Look at the reference.')];
}

/** One schema error in words; those that only repeat another in other words are left out. */
function explain(error: SchemaError, value: unknown, places: Places): Problem[] {
  const path = pathOf(error.instancePath);
  const own = path.join('.') || 'the runbook';
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = knownKeys(path);
      const strange = (error.params['additionalProperties'] as string[] | undefined) ?? [];
      return strange.map((key) => unknownKey(places, [...path, key], key, known));
    }
    case 'required': {
      const missing = (error.params['requiredProperties'] as string[] | undefined) ?? [];
      return missing.map((key) => places.problem(path, 'required', `“${key}” is missing in ${own}.`, `Add “${key}:”.`));
    }
    case 'boolean':
    case 'anyOf':
      return error.keyword === 'anyOf'
        ? [places.problem(path, 'value', `${own} is none of the forms allowed.`, 'Look at the reference.')]
        : [];
    default:
      return [places.problem(path, 'value', `${own} ${error.message}.`, mendOf(error, at(value, path)))];
  }
}

const at = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null ? (part as Record<string | number, unknown>)[key] : undefined,
    value,
  );

function mendOf(error: SchemaError, value: unknown): string {
  if (error.keyword === 'enum') return `Use one of ${(error.params['allowedValues'] as unknown[]).join(', ')}.`;
  if (error.keyword === 'type' && typeof value !== 'string' && error.params['type'] === 'string')
    return 'Put it in quotes.';
  if (error.keyword === 'pattern') return `It must look like ${error.params['pattern']}.`;
  return 'Correct the value.';
}

function unknownKey(
  places: Places,
  path: readonly (string | number)[],
  key: string,
  known: readonly string[],
): Problem {
  if (LATER_KEYS.has(key))
    return places.problem(
      path,
      'later',
      `“${key}” is part of the language, but this version does not run it yet.`,
      'Leave it out; it would not be obeyed.',
      'key',
    );
  const near = nearest(key, known);
  return places.problem(
    path,
    'unknown-key',
    `Unknown key “${key}”.`,
    near ? `Did you mean “${near}”?` : `Known here: ${known.join(', ')}.`,
    'key',
  );
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** The keys that the schema knows at a place. */
function knownKeys(path: readonly (string | number)[]): string[] {
  const found = path.reduce<SchemaNode | undefined>(
    (node, key) => {
      if (!node) return undefined;
      if (typeof key === 'number') return node.items;
      return node.properties?.[key] ?? Object.values(node.patternProperties ?? {})[0];
    },
    RunbookSchema as unknown as SchemaNode,
  );
  return Object.keys(found?.properties ?? {});
}

/** The nearest known name by edit distance, if it is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((one) => [distance(name.toLowerCase(), one.toLowerCase()), one] as const)
    .sort(([a], [b]) => a - b);
  const [best] = ranked;
  return best && best[0] <= Math.max(2, Math.floor(name.length / 3)) ? best[1] : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
