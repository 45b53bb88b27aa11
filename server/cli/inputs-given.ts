/** `--input name=value` as values of the types that the runbook declares. What does not read as one stays text, and is refused later. */
import type { Runbook } from '../../core/runbook/runbook.ts';
import { type Given, list } from './args.ts';
import { usage } from './exits.ts';

/** `name=value` pairs of an option that may be given several times. */
export function pairsOf(given: Given, option: string, known: string): [name: string, value: string][] {
  return list(given, option).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw usage(`--${option} ${pair} is not NAME=VALUE.`, `Names: ${known || 'none'}`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

export function inputsGiven({ inputs }: Runbook, given: Given): Record<string, unknown> {
  const pairs = pairsOf(given, 'input', Object.keys(inputs).join(', '));
  return Object.fromEntries(pairs.map(([name, value]) => [name, typed(inputs[name]?.type, value)]));
}

/** A text as a value of the type, where it reads as one. */
export function typed(type: string | undefined, value: string): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}
