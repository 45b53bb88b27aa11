/** Reads the values that a command left in the file of CROSSCHECK_OUTPUT: exactly the declared names, each once, none of them a secret. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { hiddenInLineAt } from '../../core/runbook/invisible.ts';

export type Outputs =
  | { readonly values: Readonly<Record<string, string>> }
  /** Why they are none; for the output, without any value. */
  | { readonly why: string };

const LONGEST = 1000;
const LIMIT = 1024 * 1024;

export function readOutputs(path: string, declared: readonly string[], secrets: readonly string[]): Outputs {
  const text = textOf(path);
  if (text === undefined) return { why: `the file of CROSSCHECK_OUTPUT is missing, too long or no text` };
  const values = new Map<string, string>();
  for (const [index, line] of text.replace(/\n$/, '').split('\n').entries()) {
    const at = line.indexOf('=');
    const [name, value] = [line.slice(0, Math.max(0, at)), line.slice(at + 1)];
    if (at === -1) return { why: `line ${index + 1} of the outputs is not name=value` };
    if (!declared.includes(name)) return { why: `line ${index + 1} of the outputs names none that is declared` };
    if (values.has(name)) return { why: `the output ${name} is there twice` };
    const flaw = flawOf(value, secrets);
    if (flaw !== undefined) return { why: `the output ${name} ${flaw}` };
    values.set(name, value);
  }
  const missing = declared.find((name) => !values.has(name));
  return missing === undefined ? { values: Object.fromEntries(values) } : { why: `the output ${missing} has no value` };
}

function flawOf(value: string, secrets: readonly string[]): string | undefined {
  if (value === '') return 'has no value';
  if ([...value].length > LONGEST) return `is longer than ${LONGEST} characters`;
  if (hiddenInLineAt(value) !== -1) return 'holds a line end or another character that nobody sees';
  return secrets.some((secret) => value.includes(secret)) ? 'holds a secret' : undefined;
}

/** The command may have put anything in its place; a link is not followed and a pipe not waited for. */
function textOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(file);
    return stat.isFile() && stat.size > 0 && stat.size <= LIMIT ? fromUtf8(readFileSync(file)) : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
