/** Rules of the folder: what a step names of it is there, and can be started. */

import type { FolderFile } from '../folder.ts';
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import { isTemplate } from '../templates.ts';
import { secretInArgvRule } from './secrets.ts';
import { commandAt, probesAt, type StepSubject, type Subject } from './subject.ts';

export function fileRules(subject: StepSubject): void {
  for (const [path, argv] of commands(subject)) argvRules(subject, path, argv);
}

/** What a rehearsal runs instead stands in the folder too. */
export function replacementFileRules(subject: Subject): void {
  for (const [id, { run }] of Object.entries(subject.source.rehearsal?.steps ?? {}))
    argvRules(subject, ['rehearsal', 'steps', id, 'run'], run ?? []);
}

function argvRules(subject: Subject, path: Path, argv: readonly string[]): void {
  const [program = '', ...rest] = argv;
  programRule(subject, [...path, 0], program);
  for (const [index, argument] of rest.entries()) argumentRule(subject, [...path, index + 1], argument);
  for (const [index, argument] of argv.entries()) secretInArgvRule(subject, [...path, index], argument);
}

function commands(subject: StepSubject): (readonly [Path, readonly string[]])[] {
  const { path, step } = subject;
  const at = commandAt(subject);
  const { run, backup, probes, verify } = step;
  return [
    [[...at, 'run'], run],
    [[...path, 'backup', 'run'], backup?.run ?? []],
    [[...path, 'backup', 'drill'], backup?.drill ?? []],
    ...Object.entries(probes).map(([id, one]) => [[...probesAt(subject), id, 'run'], one.run ?? []] as const),
    ...Object.entries(verify).map(([id, one]) => [[...at, 'verify', id, 'run'], one.run] as const),
  ];
}

const pathsOf = (files: readonly FolderFile[]): string[] => files.map(({ path }) => path);

/** A program that is no bare name and no absolute path stands in the folder. */
function programRule({ files, report }: Subject, at: Path, program: string): void {
  if (!program.includes('/') || program.startsWith('/') || isTemplate(program)) return;
  const file = files.find(({ path }) => path === program);
  if (!file) report(at, 'file', `The folder has no file “${program}”.`, didYouMean(program, pathsOf(files)));
  else if (file.mode !== '0755') report(at, 'file', `“${program}” is not executable.`, `Run: chmod +x ${program}`);
}

/** An argument like `--file=sql/x.sql` is taken for a file of the folder where the folder has a `sql/`; it may be something else. */
function argumentRule({ files, report }: Subject, at: Path, argument: string): void {
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
