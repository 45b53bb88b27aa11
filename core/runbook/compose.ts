/** Composes a YAML document up to its first few errors: each costs far more time than the text that causes it, and most follow from the first. */
import { Composer, type CST, Document, type LineCounter, Parser } from 'yaml';

const MAX_ERRORS = 3;

export interface Wrong {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

export interface Composed {
  readonly document: Document;
  /** At most three; warnings are errors. */
  readonly wrong: readonly Wrong[];
}

/** Thrown and caught here, once enough is wrong. */
class Enough extends Error {}

type Source = number | readonly [number, ...unknown[]] | { readonly offset: number };

const offsetOf = (source: Source): number =>
  typeof source === 'number' ? source : 'offset' in source ? source.offset : source[0];

/** The tokens up to the first few that are errors themselves. */
function* upToErrors(text: string, lines: LineCounter): Generator<CST.Token> {
  let errors = 0;
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    yield token;
    if (token.type === 'error') errors++;
    if (errors >= MAX_ERRORS) return;
  }
}

export function composed(text: string, lines: LineCounter): Composed {
  // Its own search for equal keys takes the square of their number.
  const composer = new Composer({ version: '1.2', uniqueKeys: false, stringKeys: true });
  const [errors, warnings]: [Wrong[], Wrong[]] = [[], []];
  // The library has no door for this, and would make an error object with a stack of each.
  composer['onError'] = (source: Source, code: string, message: string, warning?: boolean) => {
    (warning ? warnings : errors).push({ offset: offsetOf(source), code, message });
    if (errors.length + warnings.length >= MAX_ERRORS) throw new Enough();
  };
  let document: Document | undefined;
  try {
    for (const one of composer.compose(upToErrors(text, lines), true, text.length)) {
      if (document) {
        errors.push({ offset: one.range[0], code: 'MULTIPLE_DOCS', message: '' });
        break;
      }
      document = one as unknown as Document;
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  const own = document ? [...document.errors, ...document.warnings] : [];
  const found = own.map(({ pos, code, message }) => ({ offset: pos[0], code, message }));
  return { document: document ?? new Document(), wrong: [...errors, ...found, ...warnings].slice(0, MAX_ERRORS) };
}
