/** Lint: what is refused before a person could be asked to trust it. Every rule is a small function of one group in rules/. */
import { fromUtf8 } from '../bytes/encoding.ts';
import { type FolderFile, folderIndex } from './folder.ts';
import { codeAt, hiddenAt, reorderedAt } from './invisible.ts';
import { atTop, type Read, readUnits } from './parse.ts';
import type { Parsed, Problem } from './problem.ts';
import { crewRules } from './rules/crew.ts';
import { crossCheckRules } from './rules/crossCheck.ts';
import { expressionRules, textsOf } from './rules/expressions.ts';
import { fileRules } from './rules/files.ts';
import { inputRules } from './rules/inputs.ts';
import { probeRules } from './rules/probes.ts';
import { stepRules } from './rules/step.ts';
import type { Subject } from './rules/subject.ts';
import { Templates } from './templates.ts';
import { RUNBOOK_FILE } from './uses.ts';

const CROSS_CHECKS_IN_A_ROW = 5;
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
  const search = path === RUNBOOK_FILE ? hiddenAt : reorderedAt;
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
  const unit = units.get('');
  if (!unit) return [];
  const { source, places } = unit;
  const problems: Problem[] = [];
  const report: Subject['report'] = (...given) => problems.push(places.problem(...given));
  const subject: Subject = { source, runbook, files, templates: new Templates(runbook.inputs), report };
  escapeRule(subject);
  crewRules(subject);
  inputRules(subject);
  for (const [index, step] of runbook.steps.entries()) {
    const written = source.steps[index];
    if (!written) continue;
    const own = { ...subject, step, written, index, path: ['steps', index] };
    stepRules(own);
    crossCheckRules(own);
    probeRules(own);
    fileRules(own);
  }
  expressionRules(subject);
  tiredRule(subject);
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Escapes bring in what the text itself does not show. */
function escapeRule({ source, report }: Subject): void {
  for (const [path, text] of textsOf(source)) {
    const at = hiddenAt(text);
    if (at !== -1) report(path, 'invisible', `An escape for the invisible character ${codeAt(text, at)}.`, REMOVE);
  }
}

/** Attention wears out: a row of cross-checks without a pause is a warning. */
function tiredRule({ runbook, report }: Subject): void {
  let row = 0;
  for (const [index, step] of runbook.steps.entries()) {
    row = step.critical ? row + 1 : 0;
    if (row !== CROSS_CHECKS_IN_A_ROW) continue;
    const message = `${CROSS_CHECKS_IN_A_ROW} cross-checks in a row without a pause.`;
    report(['steps', index], 'tired', message, 'Put a step between them that lets people rest.', 'value', 'warning');
  }
}
