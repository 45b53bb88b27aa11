/** From a folder's YAML to a runbook, or to problems with line, column and the mend; it never throws, and never lets a near miss through. */
import { Compile } from 'typebox/compile';
import { fromUtf8 } from '../bytes/encoding.ts';
import { explain } from './explain.ts';
import type { FolderFile } from './folder.ts';
import { nearest } from './nearest.ts';
import { normalise } from './normalise.ts';
import type { Parsed, Problem } from './problem.ts';
import type { Runbook } from './runbook.ts';
import { RunbookSchema } from './schema.ts';
import { endless, folderOf, RUNBOOK_FILE, type Unit, unknown, usesOf } from './uses.ts';
import { readYaml } from './yaml.ts';

export { nearest } from './nearest.ts';
export type { Parsed, Problem } from './problem.ts';

const FORM = Compile(RunbookSchema);

/** A folder whose texts passed the schema: what its runbook means, and every runbook in it as written, the outermost first. */
export interface Read {
  readonly runbook: Runbook;
  readonly units: ReadonlyMap<string, Unit>;
}

/** Returns the runbook of a packed folder, or what is wrong with its texts. The lint rules come on top (`lintFolder`). */
export function parseFolder(files: readonly FolderFile[]): Parsed {
  const read = readUnits(files);
  return 'problems' in read ? read : { runbook: read.runbook, problems: [] };
}

/** What the lint rules look at. */
export function readUnits(files: readonly FolderFile[]): Read | { readonly problems: Problem[] } {
  const units = new Map<string, Unit>();
  const problems: Problem[] = [];
  const texts = new Map(files.map((file) => [file.path, file]));
  const names = [''];
  for (const name of names) {
    const read = readUnit(texts, name);
    if ('problems' in read) problems.push(...read.problems);
    else {
      units.set(name, { name, ...read });
      for (const use of usesOf(read.source)) {
        if (!texts.has(folderOf(use.name) + RUNBOOK_FILE))
          problems.push(read.places.problem(use.path, 'use', ...unknown(use, near(use.name, files))));
        else if (!names.includes(use.name)) names.push(use.name);
      }
    }
  }
  const outermost = units.get('');
  const wrong = problems.length > 0 ? problems : endless(units);
  if (wrong.length > 0 || !outermost) return { problems: wrong };
  const sources = new Map([...units].map(([name, { source }]) => [name, source]));
  return { runbook: normalise(outermost.source, sources), units };
}

/** The name of a used runbook that is there and was perhaps meant. */
function near(name: string, files: readonly FolderFile[]): string[] {
  const there = files.flatMap(({ path }) => /^use\/([^/]+)\/runbook\.yaml$/.exec(path)?.[1] ?? []);
  const found = nearest(name, there);
  return found === undefined ? [] : [found];
}

type ReadUnit = Pick<Unit, 'source' | 'places'> | { readonly problems: Problem[] };

function readUnit(texts: ReadonlyMap<string, FolderFile>, name: string): ReadUnit {
  const path = folderOf(name) + RUNBOOK_FILE;
  const file = texts.get(path);
  if (!file) return { problems: [atTop(path, `The folder has no ${path}.`, 'Add one; it says what the folder does.')] };
  const text = fromUtf8(file.bytes);
  return text === undefined
    ? { problems: [atTop(path, `${path} is not UTF-8.`, 'Save it as UTF-8.')] }
    : readText(text, path);
}

/** A problem of a whole file. */
export const atTop = (file: string, message: string, mend: string): Problem => ({
  ...{ file, line: 1, column: 1, severity: 'error', rule: 'folder' },
  message,
  mend,
});

function readText(text: string, file: string): ReadUnit {
  const { value, places, problems } = readYaml(text, file);
  if (problems.length > 0) return { problems };
  if (FORM.Check(value)) return { source: value, places };
  const found = explain(value, places);
  // The schema has the last word, even where there are none.
  const wordless = places.problem([], 'value', 'This is not a runbook.', 'Compare it with the reference.');
  return { problems: found.length > 0 ? found : [wordless] };
}
