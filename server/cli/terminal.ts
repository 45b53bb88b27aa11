/** The person's terminal: data on stdout, words on stderr, questions without default answers. Nothing from outside reaches it unescaped. */
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { EXIT, Stop, usage } from './exits.ts';

type Tty = { readonly isTTY?: boolean };

export interface Streams {
  readonly stdin: Readable & Tty;
  readonly stdout: Writable & Tty;
  readonly stderr: Writable & Tty;
}

export interface Terminal {
  /** Data on stdout. Like everything here it is cleaned; what must stay one line is cleaned of line feeds before. */
  out(line: string): void;
  /** One line for the person, on stderr. */
  say(line: string): void;
  /** The line that matters most, in bold where the terminal can. */
  stress(line: string): void;
  /** Asks and returns the typed line; ends the word where nobody can answer, or when `signal` says that the question is over. */
  ask(question: string, signal?: AbortSignal): Promise<string>;
  /** Ends the word unless a person sits at both ends of it. */
  demandPerson(word: string): void;
  close(): void;
}

/** Line separators and bidirectional, zero-width and other format characters, which make a text look like another. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

/** Text from outside as it may be shown in a line: every control and invisible character becomes a visible escape. */
export const clean = (text: string): string => text.replace(INVISIBLE, escaped);

/** The same for texts of several lines; only line feeds and tabs stay. */
export const cleanLines = (text: string): string =>
  text.replace(INVISIBLE, (one) => (one === '\n' || one === '\t' ? one : escaped(one)));

/** JSON that shows on a terminal as safely as any text: invisible characters are written as JSON's own escapes. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value).replace(INVISIBLE, (one) =>
    one.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );

export function openTerminal(
  streams: Streams,
  options: { readonly input: boolean; readonly color: boolean },
): Terminal {
  const { stdin, stdout, stderr } = streams;
  const lines = lineReader(stdin);
  const person = stdin.isTTY === true && stdout.isTTY === true;
  const stressed = (text: string): string =>
    options.color && stderr.isTTY === true ? `\u001b[1m${text}\u001b[22m` : text;
  return {
    out: (line) => void stdout.write(`${cleanLines(line)}\n`),
    say: (line) => void stderr.write(`${cleanLines(line)}\n`),
    stress: (line) => void stderr.write(`${stressed(cleanLines(line))}\n`),
    ask: async (question, signal) => {
      if (!options.input) throw usage(`This asks: ${question}`, 'It cannot be answered under --no-input.');
      if (stdin.isTTY !== true)
        throw usage(`This asks: ${question}`, 'Nobody can answer: standard input is no terminal.');
      stderr.write(`${cleanLines(question)}\n> `);
      return lines.next(signal).catch((over: unknown) => {
        stderr.write('\n');
        throw over;
      });
    },
    demandPerson: (word) => {
      if (!person || !options.input)
        throw usage(
          `“${word}” is a person’s act and needs a terminal on standard input and output.`,
          'Run it yourself in a terminal; a confirmation cannot be scripted.',
        );
    },
    close: () => lines.close(),
  };
}

/** Lines as the terminal's own line editing delivers them; what was typed ahead waits for the next question. */
function lineReader(stdin: Readable) {
  const waiting: string[] = [];
  let reader: Interface | undefined;
  let wake: (() => void) | undefined;
  let ended = false;

  const open = (): Interface => {
    const made = createInterface({ input: stdin, terminal: false });
    made.on('line', (line) => {
      waiting.push(line);
      wake?.();
    });
    made.on('close', () => {
      ended = true;
      wake?.();
    });
    return made;
  };

  const next = async (signal?: AbortSignal): Promise<string> => {
    reader ??= open();
    if (!ended) reader.resume();
    const over = () => wake?.();
    signal?.addEventListener('abort', over, { once: true });
    while (waiting.length === 0 && !ended && !signal?.aborted) await new Promise<void>((resolve) => (wake = resolve));
    signal?.removeEventListener('abort', over);
    if (!ended) reader.pause();
    if (signal?.aborted)
      throw signal.reason instanceof Error ? signal.reason : new Stop(EXIT.interrupted, 'Interrupted.');
    const line = waiting.shift();
    if (line === undefined) throw new Stop(EXIT.interrupted, 'The input ended before an answer.');
    return line.trim();
  };

  return { next, close: () => reader?.close() };
}
