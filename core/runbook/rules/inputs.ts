/** Rules of inputs: what one asks for fits its type, and its default would be accepted. */
import { checkInput } from '../inputs.ts';
import { patternFlaw } from '../pattern.ts';
import type { InputSpec } from '../runbook.ts';
import type { Subject } from './subject.ts';

/** Which types a key makes sense for. */
const FITS = {
  pattern: ['string'],
  enum: ['string', 'integer', 'number'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
} as const satisfies Partial<Record<keyof InputSpec, readonly InputSpec['type'][]>>;

export function inputRules({ runbook, report }: Subject): void {
  for (const [name, spec] of Object.entries(runbook.inputs)) {
    const path = ['inputs', name];
    for (const [key, types] of Object.entries(FITS))
      if (spec[key as keyof typeof FITS] !== null && !(types as readonly string[]).includes(spec.type))
        report(
          [...path, key],
          'type',
          `“${key}” does not fit an input of type ${spec.type}.`,
          `Remove it, or make the type ${types.join(' or ')}.`,
          'key',
        );
    const flaw = spec.pattern === null ? undefined : patternFlaw(spec.pattern);
    if (flaw) report([...path, 'pattern'], 'pattern', `This pattern cannot be used: ${flaw.why}.`, flaw.mend);
    else valueRules(name, spec, report);
  }
}

function valueRules(name: string, spec: InputSpec, report: Subject['report']): void {
  const path = ['inputs', name];
  if (spec.minimum !== null && spec.maximum !== null && spec.minimum > spec.maximum)
    report([...path, 'minimum'], 'type', 'The minimum is above the maximum.', 'Exchange them.');
  for (const [index, value] of (spec.enum ?? []).entries()) {
    const refused = checkInput(spec, value);
    if (refused) report([...path, 'enum', index], 'type', `This choice ${refused}.`, 'Make it fit, or remove it.');
  }
  const refused = spec.default === null ? undefined : checkInput(spec, spec.default);
  if (refused) report([...path, 'default'], 'type', `The default ${refused}.`, 'Make it fit, or remove it.');
}
