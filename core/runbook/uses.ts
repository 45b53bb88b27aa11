/** Runbooks that stand in runbooks: packing a folder with those that it uses, and what would make them stand in each other for ever. It reads no disk. */
import { fromUtf8 } from '../bytes/encoding.ts';
import type { FolderFile } from './folder.ts';
import type { Path, Problem } from './problem.ts';
import type { RunbookSource } from './schema.ts';
import { type Places, readYaml } from './yaml.ts';

export const RUNBOOK_FILE = 'runbook.yaml';
const MOST_STEPS = 500;
const FORM = /^\.\.\/([a-z0-9][a-z0-9_-]{0,39})$/;

/** Where a used runbook lies inside the folder of the outermost one; empty for that one itself. */
export const folderOf = (name: string): string => (name === '' ? '' : `use/${name}/`);

/** One `use` of a runbook: the folder beside it that it names, and where. */
export interface Use {
  readonly name: string;
  readonly path: Path;
}

/** Every `use` of a runbook's text, whatever else is wrong with it. */
export function usesOf(source: unknown): Use[] {
  const { steps } = Object(source) as { steps?: unknown };
  return (Array.isArray(steps) ? steps : []).flatMap((step: unknown, index) => {
    const { use } = Object(step) as { use?: unknown };
    const name = typeof use === 'string' ? FORM.exec(use)?.[1] : undefined;
    return name === undefined ? [] : [{ name, path: ['steps', index, 'use'] }];
  });
}

export type Packed = { readonly files: FolderFile[] } | { readonly problems: Problem[] };

/**
 * Returns the folder with everything that it uses below `use/<name>/`, or what is wrong: a folder that is not there,
 * one that uses itself, or files where another runbook would be put. `lookup` knows the folders beside it.
 */
export function packFolder(
  files: readonly FolderFile[],
  lookup: (name: string) => readonly FolderFile[] | undefined,
): Packed {
  const packed = new Map<string, readonly FolderFile[]>();
  const problems: Problem[] = [];
  const visit = (own: readonly FolderFile[], above: readonly string[]): void => {
    const { value, places } = textOf(own, above.at(-1) ?? '');
    for (const use of usesOf(value)) {
      const found = packed.get(use.name) ?? lookup(use.name);
      const wrong = above.includes(use.name) ? cycle(above, use) : found ? clash(own, use) : unknown(use, []);
      if (wrong) problems.push(places.problem(use.path, 'use', ...wrong));
      if (wrong || !found || packed.has(use.name)) continue;
      packed.set(use.name, found);
      visit(found, [...above, use.name]);
    }
  };
  visit(files, []);
  if (problems.length > 0) return { problems };
  const below = [...packed].flatMap(([name, inner]) =>
    inner.map((file) => ({ ...file, path: folderOf(name) + file.path })),
  );
  return { files: [...files, ...below] };
}

function textOf(files: readonly FolderFile[], name: string): { readonly value: unknown; readonly places: Places } {
  const yaml = files.find(({ path }) => path === RUNBOOK_FILE);
  return readYaml((yaml && fromUtf8(yaml.bytes)) ?? '', folderOf(name) + RUNBOOK_FILE);
}

type Wrong = readonly [message: string, mend: string];

export const unknown = ({ name }: Use, near: readonly string[]): Wrong => [
  `There is no runbook in “../${name}”.`,
  near.length > 0 ? `Did you mean “../${near[0]}”?` : 'Name a folder beside this one that has a runbook.yaml.',
];

const cycle = (above: readonly string[], { name }: Use): Wrong => [
  `This runbook uses itself: ${[...above.slice(above.indexOf(name)), name].join(' → ')}.`,
  'Take one of these uses out.',
];

const clash = (files: readonly FolderFile[], { name }: Use): Wrong | undefined =>
  files.some(({ path }) => path.startsWith(folderOf(name)))
    ? [`The folder has files in “${folderOf(name)}”, where “../${name}” would be put.`, 'Rename that folder.']
    : undefined;

/** A runbook of a folder: the outermost one, whose name is empty, or one that is used. */
export interface Unit {
  readonly name: string;
  readonly source: RunbookSource;
  readonly places: Places;
}

/** What keeps the steps of used runbooks from being put in place: a cycle, or too many of them. */
export function endless(units: ReadonlyMap<string, Unit>): Problem[] {
  const counts = new Map<string, number>();
  const problems: Problem[] = [];
  const visit = (name: string, above: readonly string[]): number => {
    const unit = units.get(name);
    const before = counts.get(name);
    if (!unit || before !== undefined) return before ?? 0;
    let count = unit.source.steps.length;
    for (const use of usesOf(unit.source)) {
      const within = [...above, name];
      if (within.includes(use.name)) problems.push(unit.places.problem(use.path, 'use', ...cycle(within, use)));
      else count += visit(use.name, within) - 1;
    }
    if (count > MOST_STEPS) problems.push(unit.places.problem(['steps'], 'use', ...tooMany(count)));
    counts.set(name, count);
    return count;
  };
  visit('', []);
  return problems;
}

const tooMany = (count: number): Wrong => [
  `With the runbooks that it uses there are ${count} steps; there may be ${MOST_STEPS}.`,
  'Use fewer, or make two runs of it.',
];
