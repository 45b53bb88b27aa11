/** From YAML text to a runbook, or to problems with line, column and the mend; it never throws, and never lets a near miss through. */
import { Compile } from 'typebox/compile';
import { explain } from './explain.ts';
import { normalise } from './normalise.ts';
import type { Parsed, Problem } from './problem.ts';
import { RunbookSchema, type RunbookSource } from './schema.ts';
import { type Places, readYaml } from './yaml.ts';

export { nearest } from './nearest.ts';
export type { Parsed, Problem } from './problem.ts';

/** A text that passed the schema: as written, as meant, and where it stands. */
export interface Source {
  readonly source: RunbookSource;
  readonly runbook: NonNullable<Parsed['runbook']>;
  readonly places: Places;
}

/** Returns the runbook, or what is wrong with its text. The lint rules come on top (`lintFolder`). */
export function parseRunbook(text: string, file: string): Parsed {
  const read = readSource(text, file);
  return 'problems' in read ? read : { runbook: read.runbook, problems: [] };
}

/** What the lint rules look at. */
export function readSource(text: string, file: string): Source | { readonly problems: Problem[] } {
  const { value, places, problems } = readYaml(text, file);
  if (problems.length > 0) return { problems };
  const form = Compile(RunbookSchema);
  if (form.Check(value)) return { source: value, runbook: normalise(value), places };
  const found = explain(value, places);
  // The schema has the last word, even where there are none.
  const wordless = places.problem([], 'value', 'This is not a runbook.', 'Compare it with the reference.');
  return { problems: found.length > 0 ? found : [wordless] };
}
