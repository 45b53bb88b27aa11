/** Rules of expressions: every name is known and every type fits, and none stands where it would not be resolved or would tell a blind value. */
import { blindProbes } from '../blind.ts';
import { quoted } from '../explain.ts';
import type { Path } from '../problem.ts';
import type { Step } from '../runbook.ts';
import { isTemplate } from '../templates.ts';
import type { Subject } from './subject.ts';

/** Where texts are resolved, as paths below a step; `*` is any key, `#` any index. */
const RESOLVED = [
  'run.#',
  'backup.run.#',
  'backup.drill.#',
  'backup.artifact.path',
  'env.*',
  'probes.*.run.#',
  'probes.*.http.url',
  'verify.*.run.#',
  'undo.run.#',
  'cross_check.challenge.#.hint',
].map((pattern) => pattern.split('.'));

const isResolved = (path: Path): boolean =>
  path[0] === 'steps' &&
  RESOLVED.some(
    (pattern) =>
      pattern.length === path.length - 2 &&
      pattern.every(
        (part, at) => part === '*' || (part === '#' ? typeof path[at + 2] === 'number' : part === path[at + 2]),
      ),
  );

export function expressionRules(subject: Subject): void {
  for (const [path, text] of textsOf(subject.source)) if (isTemplate(text)) templateRules(subject, path, text);
}

/** Every text of a value, with where it stands. */
export function textsOf(value: unknown, path: Path = []): (readonly [Path, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  const parts = Array.isArray(value) ? value.entries() : Object.entries(value);
  return [...parts].flatMap(([key, part]) => textsOf(part, [...path, key]));
}

function templateRules({ runbook, templates, report }: Subject, path: Path, text: string): void {
  const step = path[0] === 'steps' ? runbook.steps[Number(path[1])] : undefined;
  const blind = step && blindIn(step, text);
  const flaw = templates.flaw(text);
  if (blind !== undefined) {
    const mend = 'Use a value that no challenge asks for.';
    report(path, 'blind', `“probes.${blind}” is blind until the start, and would show here.`, mend);
  } else if (!isResolved(path)) {
    const mend = 'Write it out; it would be shown as it stands.';
    report(path, 'expression', 'No expression is resolved here.', mend);
  } else if (flaw)
    report(path, 'expression', `The expression ${quoted(flaw.expression)} cannot be used: ${flaw.why}.`, flaw.mend);
}

/** The blind probe that a text names, whichever way it is written. */
const blindIn = (step: Step, text: string): string | undefined => {
  const named = [...text.matchAll(/\bprobes\s*(?:\.\s*|\[\s*["'])([a-z][a-z0-9_-]*)/g)].map(([, id = '']) => id);
  return named.find((id) => blindProbes(step).has(id));
};
