/** Looks at the tokens of a YAML text before the parser does: it recurses, so that too deep a text ends the whole process. */
import { CST, Lexer } from 'yaml';

const DEEPEST = 50;
const MOST_TOKENS = 200_000;
const MOST_ALIASES = 100;

export interface Unfit {
  readonly offset: number;
  readonly message: string;
  readonly mend: string;
}

/** Lexemes that stand for no text. */
const MARKERS: ReadonlySet<string> = new Set(['scalar', 'doc-mode', 'flow-error-end']);
const FLOW: Readonly<Record<string, number>> = {
  'flow-seq-start': 1,
  'flow-map-start': 1,
  'flow-seq-end': -1,
  'flow-map-end': -1,
};
const INDICATORS: ReadonlySet<string> = new Set(['seq-item-ind', 'explicit-key-ind', 'map-value-ind']);

/** Returns the first thing that a runbook's text must not hold, else undefined. It takes time in proportion and never recurses. */
export function unfit(text: string): Unfit | undefined {
  const depth = new Depth();
  let [offset, tokens, aliases, content] = [0, 0, 0, false];
  for (const lexeme of new Lexer().lex(text)) {
    const type = content ? 'content' : (CST.tokenType(lexeme) ?? 'content');
    content = type === 'scalar';
    depth.take(type, lexeme.length);
    tokens++;
    if (type === 'alias' || type === 'anchor') aliases++;
    const wrong = refused(type) ?? beyond(depth.value, tokens, aliases);
    if (wrong) return { offset, message: wrong[0], mend: wrong[1] };
    if (!MARKERS.has(type)) offset += lexeme.length;
  }
  return undefined;
}

type Wrong = readonly [message: string, mend: string] | undefined;

function refused(type: string): Wrong {
  if (type === 'tag') return ['YAML tags are not part of the language.', 'Put a value that begins with ! in quotes.'];
  if (type === 'directive-line') return ['YAML directives are not part of the language.', 'Remove this line.'];
  return undefined;
}

function beyond(depth: number, tokens: number, aliases: number): Wrong {
  if (depth > DEEPEST) return ['This nests too deep.', 'Close what was opened; a runbook needs a few levels.'];
  if (tokens > MOST_TOKENS) return ['The runbook is too long.', 'Move data into files of the folder.'];
  if (aliases > MOST_ALIASES) return ['There are too many anchors and aliases.', 'Write the values out.'];
  return undefined;
}

/** A bound of how deep the text nests: a block collection begins at its own column, a flow collection with its bracket. */
class Depth {
  #flow = 0;
  #block = 0;
  #fresh = true;

  get value(): number {
    return this.#flow > 0 ? this.#flow : this.#block;
  }

  take(type: string, length: number): void {
    this.#flow += FLOW[type] ?? 0;
    if (type === 'newline') this.#block = 0;
    if (type === 'space' && this.#fresh) this.#block += length / 2;
    if (INDICATORS.has(type)) this.#block++;
    this.#fresh = type === 'newline' || type === 'doc-mode';
  }
}
