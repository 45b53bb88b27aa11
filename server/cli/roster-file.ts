/** A roster as a YAML file that a keeper edits and signs: the whole document of the next version, names as comments. A near miss is refused, never mended. */
import { existsSync, readFileSync } from 'node:fs';
import { Check as fits } from 'typebox/value';
import { Document, isMap, isSeq } from 'yaml';
import { RosterDocument, type RosterText } from '../../core/log/tables.ts';
import { readYaml } from '../../core/runbook/yaml.ts';
import { usage } from './exits.ts';
import { problemLine } from './folders.ts';
import { type Names, nameOf } from './show.ts';

export interface RosterFile {
  /** The entry that made the roster which this one follows. */
  readonly about: string;
  readonly roster: RosterText;
  /** Display names of people who are new. */
  readonly names: Names;
}

export function rosterYaml({ about, roster, names }: RosterFile, known: Names): string {
  const document = new Document({ about, names, roster });
  document.commentBefore =
    ' The next version of the roster. Read it, edit what should differ, then: crosscheck people sign FILE';
  const people = document.getIn(['roster', 'people']);
  for (const item of isSeq(people) ? people.items : []) {
    const id = isMap(item) ? String(item.get('id')) : '';
    if (isMap(item) && known[id]) item.commentBefore = ` ${nameOf(known, id)}`;
  }
  return document.toString({ lineWidth: 0 });
}

export function readRosterFile(file: string): RosterFile {
  if (!existsSync(file)) throw usage(`There is no file ${file}.`, 'Write one with: crosscheck people propose -o FILE');
  const { value, problems } = readYaml(readFileSync(file, 'utf8'), file);
  const [first] = problems;
  if (first) throw usage(problemLine('.', first), 'Correct the file; nothing was signed.');
  const { about, names, roster, ...more } = Object(value) as Partial<RosterFile>;
  const good =
    typeof about === 'string' &&
    Object.keys(more).length === 0 &&
    fits(RosterDocument, roster) &&
    Object.values(Object(names)).every((name) => typeof name === 'string');
  if (!good)
    throw usage(
      `${file} is no roster.`,
      'It has about, names and roster, as crosscheck people propose writes them; see docs/operations.md.',
    );
  return { about, names: (names ?? {}) as Names, roster: roster as RosterText };
}
