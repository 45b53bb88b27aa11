/** Rules of the folder: what a step names of it is there, and can be started. */

import type { FolderFile } from '../folder.ts';
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import type { Step } from '../runbook.ts';
import { isTemplate } from '../templates.ts';
import type { StepSubject } from './subject.ts';

export function fileRules(subject: StepSubject): void {
  for (const [path, argv] of commands(subject.step)) {
    const at = [...subject.path, ...path];
    const [program = '', ...rest] = argv;
    programRule(subject, [...at, 0], program);
    for (const [index, argument] of rest.entries()) argumentRule(subject, [...at, index + 1], argument);
  }
}

function commands({ run, backup, probes, verify, undo }: Step): (readonly [Path, readonly string[]])[] {
  return [
    [['run'], run],
    [['backup', 'run'], backup?.run ?? []],
    [['backup', 'drill'], backup?.drill ?? []],
    ...Object.entries(probes).map(([id, one]) => [['probes', id, 'run'], one.run ?? []] as const),
    ...Object.entries(verify).map(([id, one]) => [['verify', id, 'run'], one.run] as const),
    [['undo', 'run'], undo?.step.run ?? []],
  ];
}

const pathsOf = (files: readonly FolderFile[]): string[] => files.map(({ path }) => path);

/** A program that is no bare name and no absolute path stands in the folder. */
function programRule({ files, report }: StepSubject, at: Path, program: string): void {
  if (!program.includes('/') || program.startsWith('/') || isTemplate(program)) return;
  const file = files.find(({ path }) => path === program);
  if (!file) report(at, 'file', `The folder has no file “${program}”.`, didYouMean(program, pathsOf(files)));
  else if (file.mode !== '0755') report(at, 'file', `“${program}” is not executable.`, `Run: chmod +x ${program}`);
}

/** An argument like `--file=sql/x.sql` is taken for a file of the folder where the folder has a `sql/`; it may be something else. */
function argumentRule({ files, report }: StepSubject, at: Path, argument: string): void {
  const named = argument.slice(argument.startsWith('-') ? argument.indexOf('=') + 1 : 0);
  const [top] = named.split('/');
  if (!/^[^\s/]+\/\S+$/.test(named) || isTemplate(named)) return;
  if (!files.some(({ path }) => path.startsWith(`${top}/`)) || files.some(({ path }) => path === named)) return;
  report(
    at,
    'file',
    `The folder has “${top}/”, but no file “${named}”.`,
    didYouMean(named, pathsOf(files)),
    'value',
    'warning',
  );
}
