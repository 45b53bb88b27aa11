/** The plain text of a story: who does what, what is typed, and what must be seen. It is read and compared here, and never run. */

/** What follows a command, in order. */
export type Cue =
  /** A line that the output must have after what was seen before. */
  | { readonly kind: 'see'; readonly text: string }
  /** An answer, typed when the command asks. */
  | { readonly kind: 'type'; readonly text: string };

export type Manner =
  /** A word of the command line, to its end. */
  | 'says'
  /** The same, which goes on while the story does. */
  | 'stays'
  /** The end of what stayed. */
  | 'ends'
  /** The same word again and again until it shows what is expected. */
  | 'waits'
  /** A command of the person's shell. */
  | 'shell';

export interface Act {
  /** Counted from 1. */
  readonly line: number;
  readonly who: string;
  readonly manner: Manner;
  readonly words: string;
  readonly cues: readonly Cue[];
  /** The exit status that is due. */
  readonly exit: number;
}

const FORMS: readonly (readonly [RegExp, Manner])[] = [
  [/^(\w+): (.+)$/, 'says'],
  [/^(\w+) stays: (.+)$/, 'stays'],
  [/^(\w+) is done$/, 'ends'],
  [/^(\w+) waits for: (.+)$/, 'waits'],
  [/^(\w+)\$ (.+)$/, 'shell'],
];

/** Reads a script; throws with the line that is none. */
export function readScript(text: string): Act[] {
  const acts: (Act & { cues: Cue[] })[] = [];
  for (const [index, written] of text.split('\n').entries()) {
    const line = index + 1;
    const trimmed = written.trim();
    if (trimmed === '' || written.startsWith('#')) continue;
    const last = acts.at(-1);
    if (!/^\s/.test(written)) acts.push(actOf(line, written));
    else if (!last) throw new Error(`line ${line}: nobody has said anything yet`);
    else if (/^exit \d+$/.test(trimmed)) acts[acts.length - 1] = { ...last, exit: Number(trimmed.slice(5)) };
    else if (trimmed.startsWith('> ')) last.cues.push({ kind: 'type', text: trimmed.slice(2) });
    else last.cues.push({ kind: 'see', text: trimmed });
  }
  return acts;
}

function actOf(line: number, written: string): Act & { cues: Cue[] } {
  for (const [form, manner] of FORMS) {
    const [all, who = '', words = ''] = form.exec(written) ?? [];
    if (all !== undefined) return { line, who, manner, words, cues: [], exit: 0 };
  }
  throw new Error(`line ${line}: “${written}” says not who does what`);
}

export type Names = Readonly<Record<string, string>>;

/** The text with every `<name>` that is known. */
export const named = (text: string, names: Names): string =>
  text.replace(/<(\w+)>/g, (whole, name: string) => (Object.hasOwn(names, name) ? (names[name] ?? '') : whole));

/** Words as a shell splits them, without its expansions. */
export const wordsOf = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Compares a line with what is expected of it: `*` stands for anything, `<name>` for what has that name, and gives the
 * name to one word where nothing has it yet. Returns the new names, or null where the line is another.
 */
export function matched(expected: string, line: string, names: Names): Names | null {
  const fresh: string[] = [];
  const pattern = expected
    .split(/(\*|<\w+>)/)
    .map((part) => {
      const name = /^<(\w+)>$/.exec(part)?.[1];
      if (part === '*') return '.*';
      if (name === undefined) return literal(part);
      if (Object.hasOwn(names, name)) return literal(names[name] ?? '');
      fresh.push(name);
      return '(\\S+)';
    })
    .join('');
  const found = new RegExp(`^${pattern}$`).exec(line.trim());
  return found && Object.fromEntries(fresh.map((name, index) => [name, found[index + 1] ?? '']));
}
