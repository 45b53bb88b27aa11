/** Lint: what is refused before a person could be asked to trust it. Every rule is a small function of one group in rules/. */
import { fromUtf8 } from '../bytes/encoding.ts';
import { blindProbes } from './blind.ts';
import { type FolderFile, folderIndex } from './folder.ts';
import { codeAt, hiddenAt, reorderedAt } from './invisible.ts';
import { Names } from './names.ts';
import { normalise, type Sources, usedName } from './normalise.ts';
import { atTop, type Read, readUnits } from './parse.ts';
import type { Parsed, Path, Problem } from './problem.ts';
import { clockRules, windowRules } from './rules/clocks.ts';
import { crewRules } from './rules/crew.ts';
import { crossCheckRules } from './rules/crossCheck.ts';
import { expressionRules, runbookExpressionRules, textsOf, withExpressionRules } from './rules/expressions.ts';
import { fileRules, replacementFileRules } from './rules/files.ts';
import { inputRules } from './rules/inputs.ts';
import { kindRules } from './rules/kinds.ts';
import { probeRules } from './rules/probes.ts';
import { questionRules } from './rules/questions.ts';
import { rehearsalRules, rehearsedRules } from './rules/rehearsal.ts';
import { secretRules } from './rules/secrets.ts';
import { stepRules } from './rules/step.ts';
import type { StepSubject, Subject } from './rules/subject.ts';
import { graceRule, timeRules } from './rules/times.ts';
import { useRules } from './rules/uses.ts';
import type { Runbook, Step } from './runbook.ts';
import type { StepSource } from './schema.ts';
import { withInner } from './steps.ts';
import { folderOf, RUNBOOK_FILE, type Unit } from './uses.ts';

const CROSS_CHECKS_IN_A_ROW = 5;
const USED_FILE = /^use\/[^/]+\/runbook\.yaml$/;
const REMOVE = 'Remove it; nobody could see that it is there.';

/** Checks a whole folder: its paths, its runbook.yaml by schema and rules, and the files that it names. */
export function lintFolder(files: readonly FolderFile[]): Parsed {
  const index = folderIndex(files);
  if (!index.ok) return { problems: [atTop(RUNBOOK_FILE, index.refusal.sentence, 'Rename or remove it.')] };
  const hidden = files.flatMap(hiddenIn);
  if (hidden.length > 0) return { problems: hidden };
  const read = readUnits(files);
  if ('problems' in read) return read;
  const problems = lint(read, files);
  return problems.some(({ severity }) => severity === 'error') ? { problems } : { runbook: read.runbook, problems };
}

/** Lines that a reviewer would see otherwise than they are: in runbook.yaml by any character, in other texts by their order. */
function hiddenIn({ path, bytes }: FolderFile): Problem[] {
  const text = fromUtf8(bytes);
  const search = path === RUNBOOK_FILE || USED_FILE.test(path) ? hiddenAt : reorderedAt;
  if (text === undefined || search(text) === -1) return [];
  return text.split('\n').flatMap((line, index) => {
    const at = search(line);
    if (at === -1) return [];
    const where = { file: path, line: index + 1, column: at + 1, severity: 'error', rule: 'invisible' } as const;
    const mend = line[at] === '\r' ? 'Save the file with Unix line ends.' : REMOVE;
    return [{ ...where, message: `Invisible character ${codeAt(line, at)}.`, mend }];
  });
}

function lint({ runbook, units }: Read, files: readonly FolderFile[]): Problem[] {
  const sources = new Map([...units].map(([name, { source }]) => [name, source]));
  return [...units.values()].flatMap((unit) => {
    const own = unit.name === '' ? runbook : normalise(unit.source, sources);
    const found = lintUnit(unit, own, sources, below(files, folderOf(unit.name)));
    return found.sort((a, b) => a.line - b.line || a.column - b.column);
  });
}

/** The files of a runbook, as its own folder has them. */
const below = (files: readonly FolderFile[], folder: string): FolderFile[] =>
  files
    .filter(({ path }) => path.startsWith(folder))
    .map((file) => ({ ...file, path: file.path.slice(folder.length) }));

/** Every runbook of a folder is sound by itself; what it uses must fit into it besides. */
function lintUnit(unit: Unit, runbook: Runbook, sources: Sources, files: readonly FolderFile[]): Problem[] {
  const problems: Problem[] = [];
  const report: Subject['report'] = (...given) => problems.push(unit.places.problem(...given));
  const subject: Subject = { source: unit.source, runbook, files, names: new Names(runbook), report };
  for (const rule of RUNBOOK_RULES) rule(subject);
  const rows = rowsOf(subject);
  twiceRule(subject, rows);
  for (const { path, written, steps, before } of rows) {
    const other = written.use === undefined ? undefined : sources.get(usedName(written.use));
    if (other) for (const rule of USE_RULES) rule({ ...subject, path, written, steps, before, other });
    else
      for (const one of subjectsOf(subject, { path, written, steps, before })) for (const rule of STEP_RULES) rule(one);
  }
  if (unit.name === '') tiredRule(subject, rows);
  return problems;
}

const RUNBOOK_RULES = [
  escapeRule,
  crewRules,
  inputRules,
  graceRule,
  windowRules,
  clockRules,
  questionRules,
  rehearsalRules,
  replacementFileRules,
  runbookExpressionRules,
];
const USE_RULES = [useRules, withExpressionRules];
const STEP_RULES = [
  kindRules,
  stepRules,
  timeRules,
  secretRules,
  crossCheckRules,
  probeRules,
  fileRules,
  rehearsedRules,
  expressionRules,
];

/** A step as written, and what stands for it: itself, or the steps that it uses. */
interface Row {
  readonly path: Path;
  readonly written: StepSource;
  readonly steps: readonly Step[];
  readonly before: readonly Step[];
}

function rowsOf({ source, runbook }: Subject): Row[] {
  const all: Step[] = [];
  let at = 0;
  return source.steps.map((written, index) => {
    const from = at;
    if (written.use === undefined) at++;
    else while (isUsedBy(runbook.steps[at], written.id)) at++;
    const steps = runbook.steps.slice(from, at);
    const before = all.slice();
    all.push(...steps.flatMap(withInner));
    return { path: ['steps', index], written, steps, before };
  });
}

function isUsedBy(step: Step | undefined, id: string): boolean {
  let use = step?.use;
  while (use?.within) use = use.within;
  return use?.step === id;
}

/** A step, its children and the ways back of all of them. */
function subjectsOf(subject: Subject, { path, written, steps, before }: Row): StepSubject[] {
  const [step] = steps;
  if (!step) return [];
  const children = step.children.flatMap((child, index): StepSubject[] => {
    const own = written.parallel?.[index];
    return own
      ? both({
          ...subject,
          path: [...path, 'parallel', index],
          written: own,
          before,
          step: child,
          is: 'child',
          blind: blindProbes(child),
        })
      : [];
  });
  return [...both({ ...subject, path, written, before, step, is: 'step', blind: blindProbes(step) }), ...children];
}

function both(own: StepSubject): StepSubject[] {
  const { step, written, path, blind } = own;
  if (!step.undo || !written.undo) return [own];
  const undo = step.undo.step;
  const all = new Set([...blind, ...blindProbes(undo)]);
  return [own, { ...own, step: undo, written: written.undo, path: [...path, 'undo'], is: 'undo', blind: all }];
}

/** No two steps have one id, wherever they come from. */
function twiceRule({ report }: Subject, rows: readonly Row[]): void {
  const seen = new Set<string>();
  for (const { path, written, steps } of rows)
    for (const step of steps.flatMap(withInner)) {
      const child = written.parallel?.findIndex(({ id }) => id === step.id) ?? -1;
      const at = child === -1 ? [...path, 'id'] : [...path, 'parallel', child, 'id'];
      if (seen.has(step.id))
        report(at, 'duplicate-id', `The id “${step.id}” stands twice.`, 'Give each step its own id.');
      seen.add(step.id);
    }
}

/** Escapes bring in what the text itself does not show. */
function escapeRule({ source, report }: Subject): void {
  for (const [path, text] of textsOf(source)) {
    const at = hiddenAt(text);
    if (at !== -1) report(path, 'invisible', `An escape for the invisible character ${codeAt(text, at)}.`, REMOVE);
  }
}

/** Attention wears out: a row of cross-checks without a soak or a gate is a warning. */
function tiredRule({ report }: Subject, rows: readonly Row[]): void {
  let row = 0;
  for (const { path, steps } of rows)
    for (const step of steps) {
      if (step.kind === 'wait' || step.kind === 'gate') row = 0;
      else if (step.critical) row++;
      if (row !== CROSS_CHECKS_IN_A_ROW || !step.critical) continue;
      const message = `${CROSS_CHECKS_IN_A_ROW} cross-checks in a row without a soak or a gate.`;
      report(path, 'tired', message, 'Put a “wait:” or a “gate:” between them.', 'value', 'warning');
    }
}
