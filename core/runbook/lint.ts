/** The lint rules: what is refused before a person could be asked to trust it. Every rule is one small function with its own name. */
import { fromUtf8 } from '../bytes/encoding.ts';
import { blindProbes } from './blind.ts';
import { checkExpectation, expressionsIn, namesIn } from './expression.ts';
import type { FolderFile } from './folder.ts';
import { nearest, type Parsed, type Places, type Problem, parseRunbook, readYaml } from './parse.ts';
import type { Runbook, Step } from './runbook.ts';

const FILE = 'runbook.yaml';
const RUN_NAMES = ['id', 'mode', 'started_at_ms', 'data'];
const EMPTY_ANSWERS = /^(is|are|was|were|do|does|did|have|has|can|could|will|would|should|ready|done|ok|confirm)\b/i;
const CROSS_CHECKS_IN_A_ROW = 5;

type Path = readonly (string | number)[];

/** What a rule sees; `report` adds a problem. */
interface Subject {
  readonly runbook: Runbook;
  readonly files: readonly FolderFile[];
  readonly report: (
    path: Path,
    rule: string,
    message: string,
    mend: string,
    at?: 'key' | 'value',
    severity?: Problem['severity'],
  ) => void;
}

/** Checks a whole folder: its runbook.yaml by schema and rules, and the files that it names. */
export function lintFolder(files: readonly FolderFile[]): Parsed {
  const yaml = files.find((file) => file.path === FILE);
  const text = yaml && fromUtf8(yaml.bytes);
  const missing = (message: string, mend: string): Parsed => ({
    problems: [{ file: FILE, line: 1, column: 1, severity: 'error', rule: 'folder', message, mend }],
  });
  if (!yaml) return missing('The folder has no runbook.yaml.', 'Add one; it says what the folder does.');
  if (text === undefined) return missing('runbook.yaml is not UTF-8.', 'Save it as UTF-8.');
  const invisible = invisibleCharacters(text);
  if (invisible.length > 0) return { problems: invisible };
  const parsed = parseRunbook(text, FILE);
  if (!parsed.runbook) return parsed;
  const problems = lint(parsed.runbook, readYaml(text, FILE).places, files);
  const broken = problems.some((problem) => problem.severity === 'error');
  return broken ? { problems } : { runbook: parsed.runbook, problems };
}

/** Control, zero-width and bidirectional characters make a reviewer see something else than what runs. */
function invisibleCharacters(text: string): Problem[] {
  return text.split('\n').flatMap((line, index) => {
    const at = line.search(/[^\P{Cc}\t]|\p{Cf}|[\u2028\u2029]/u);
    if (at === -1) return [];
    const code = (line.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return [
      {
        file: FILE,
        line: index + 1,
        column: at + 1,
        severity: 'error' as const,
        rule: 'invisible',
        message: `Invisible character U+${code}.`,
        mend: 'Remove it, or write it as an escape in a file of the folder.',
      },
    ];
  });
}

function lint(runbook: Runbook, places: Places, files: readonly FolderFile[]): Problem[] {
  const problems: Problem[] = [];
  const subject: Subject = { runbook, files, report: (...given) => problems.push(places.problem(...given)) };
  crewRules(subject);
  inputRules(subject);
  runbook.steps.forEach((step, index) => stepRules(subject, step, ['steps', index], index));
  longRows(subject);
  return problems;
}

function crewRules({ runbook, report }: Subject): void {
  const seats = Object.keys(runbook.crew);
  if (!runbook.crew['lead'])
    report(['crew'], 'lead', 'The crew has no lead.', 'Add “lead: {roles: [release-lead]}”.', 'key');
  runbook.presence.required.forEach((seat, index) => {
    if (!seats.includes(seat))
      report(['presence', 'required', index], 'seat', `Unknown seat “${seat}”.`, didYouMean(seat, seats));
    else if (runbook.crew[seat]?.optional)
      report(
        ['presence', 'required', index],
        'seat',
        `The ${seat} seat is optional, so its presence cannot be required.`,
        'Make the seat required, or take it from this list.',
      );
  });
  if (!runbook.presence.required.includes('lead'))
    report(['presence', 'required'], 'lead', 'The lead’s presence is not required.', 'Add lead.');
}

const didYouMean = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near ? `Did you mean “${near}”?` : `Known: ${known.join(', ') || 'none'}.`;
};

function inputRules({ runbook, report }: Subject): void {
  for (const [name, input] of Object.entries(runbook.inputs)) {
    const path = ['inputs', name];
    if (input.pattern !== null && !compiles(input.pattern))
      report([...path, 'pattern'], 'pattern', 'This pattern does not compile.', 'Correct the regular expression.');
    const type = input.type === 'integer' ? 'number' : input.type;
    if (input.default !== null && typeof input.default !== type)
      report(
        [...path, 'default'],
        'type',
        `The default is not of type ${input.type}.`,
        'Make it fit, or change the type.',
      );
  }
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') !== undefined;
  } catch {
    return false;
  }
}

function stepRules(subject: Subject, step: Step, path: Path, index: number): void {
  const { runbook, report } = subject;
  if (runbook.steps.findIndex((one) => one.id === step.id) !== index)
    report([...path, 'id'], 'duplicate-id', `The id “${step.id}” stands twice.`, 'Give each step its own id.');
  if (step.run.length === 0 && !step.backup)
    report(path, 'kind', `Step “${step.id}” has no kind.`, 'Add “run:” or “backup:”.');
  if (step.run.length > 0 && step.backup)
    report([...path, 'backup'], 'kind', `Step “${step.id}” has two kinds.`, 'Keep “run:” or “backup:”.', 'key');
  if (!runbook.targets[step.target])
    report(
      [...path, 'target'],
      'target',
      `Unknown target “${step.target}”.`,
      didYouMean(step.target, Object.keys(runbook.targets)),
    );
  if (step.irreversible && !step.critical)
    report(
      [...path, 'irreversible'],
      'irreversible',
      'An irreversible step must be critical.',
      'Add “critical: true”.',
      'key',
    );
  if (step.irreversible && step.no_backup === null && !runbook.steps.slice(0, index).some((one) => one.backup))
    report(
      [...path, 'irreversible'],
      'backup',
      'An irreversible step needs a proven backup before it.',
      'Add a backup step with a drill, or “no_backup: <reason>”.',
      'key',
    );
  if (step.critical && step.timeout_ms === null)
    report(path, 'timeout', `The critical step “${step.id}” has no timeout.`, 'Add “timeout: 10m”.');
  if (step.undo && (step.undo.from === null) === (step.undo.reason === null))
    report(
      [...path, 'undo'],
      'undo',
      'An undo says where it comes from, or why it needs no backup.',
      'Add “from: <backup step>” or “reason: …”, one of them.',
      'key',
    );
  if (step.undo?.from && !runbook.steps.slice(0, index).some((one) => one.id === step.undo?.from && one.backup))
    report(
      [...path, 'undo', 'from'],
      'undo',
      `“${step.undo.from}” is no backup step before this one.`,
      'Name a backup step that comes before.',
    );
  crossCheckRules(subject, step, path);
  probeRules(subject, step, path);
  expressionRules(subject, step, path);
  fileRules(subject, step, path);
}

function crossCheckRules({ runbook, report }: Subject, step: Step, path: Path): void {
  const seats = Object.keys(runbook.crew);
  const check = [...path, 'cross_check'];
  if (!step.critical && (step.challenge.length > 0 || step.valid_for_ms !== 300_000))
    report(check, 'critical', 'Only a critical step is cross-checked.', 'Add “critical: true”.', 'key');
  if (step.by.includes('lead'))
    report([...check, 'by'], 'lead', 'The lead never counts in a quorum.', 'Name other seats.');
  for (const seat of step.by)
    if (!seats.includes(seat)) report([...check, 'by'], 'seat', `Unknown seat “${seat}”.`, didYouMean(seat, seats));
  if (new Set(step.by).size !== step.by.length)
    report([...check, 'by'], 'seat', 'A seat stands twice.', 'Name each seat once.');
  if (step.critical && step.by.length < step.eyes / 2 - 1)
    report(
      [...check, 'eyes'],
      'eyes',
      `Eyes ${step.eyes} need ${step.eyes / 2 - 1} seats in “by”, there are ${step.by.length}.`,
      'Name more seats, or lower the eyes.',
    );
  for (const seat of step.by)
    if (runbook.crew[seat]?.optional)
      report(
        [...check, 'by'],
        'optional',
        `The ${seat} seat is optional; nobody may be there to answer.`,
        'Make the seat required.',
      );
  step.challenge.forEach((challenge, index) => {
    const at = [...check, 'challenge', index];
    if (step.challenge.findIndex((one) => one.id === challenge.id) !== index)
      report(
        [...at, 'id'],
        'duplicate-id',
        `The challenge id “${challenge.id}” stands twice.`,
        'Give each challenge its own id.',
      );
    if (!step.by.includes(challenge.by))
      report(
        [...at, 'by'],
        'seat',
        `The ${challenge.by} seat is not in “by” of this step.`,
        didYouMean(challenge.by, step.by),
      );
    const probe = challenge.equals.replace('probes.', '');
    if (!step.probes[probe])
      report([...at, 'equals'], 'probe', `Unknown probe “${probe}”.`, didYouMean(probe, Object.keys(step.probes)));
    if (EMPTY_ANSWERS.test(challenge.ask))
      report(
        [...at, 'ask'],
        'yes-no',
        'A question that yes, no, done or ok answers proves nothing.',
        'Ask for a value: which, how many, when.',
      );
  });
}

function probeRules({ report }: Subject, step: Step, path: Path): void {
  for (const [id, probe] of Object.entries(step.probes)) {
    const at = [...path, 'probes', id];
    if ((probe.run === null) === (probe.http === null))
      report(
        at,
        'probe',
        `Probe “${id}” needs “run:” or “http:”, one of them.`,
        'Say how the fact is measured.',
        'key',
      );
    if (probe.drift === 'expect' && probe.expect === null)
      report([...at, 'drift'], 'drift', 'Drift “expect” needs an expectation.', 'Add “expect:”, or use exact.');
    if (probe.expect !== null) expectation(report, [...at, 'expect'], probe.expect);
  }
  for (const [id, check] of Object.entries(step.verify))
    expectation(report, [...path, 'verify', id, 'expect'], check.expect);
}

function expectation(report: Subject['report'], path: Path, text: string): void {
  const checked = checkExpectation(text);
  if (!checked.ok)
    report(path, 'expression', checked.refusal.sentence, 'Use value, status, stdout or exit_code, and compare them.');
}

/** Every text of a step that may hold an expression, with where it stands. */
function templates(step: Step): (readonly [Path, string])[] {
  const list = (path: Path, argv: readonly string[]) => argv.map((text, index) => [[...path, index], text] as const);
  return [
    ...list(['run'], step.run),
    ...(step.backup
      ? [
          ...list(['backup', 'run'], step.backup.run),
          ...list(['backup', 'drill'], step.backup.drill),
          [['backup', 'artifact', 'path'], step.backup.artifact.path] as const,
        ]
      : []),
    ...Object.entries(step.env).map(([name, text]) => [['env', name], text] as const),
    ...Object.entries(step.probes).flatMap(([id, { run, http }]) => [
      ...list(['probes', id, 'run'], run ?? []),
      ...(http ? [[['probes', id, 'http', 'url'], http.url] as const] : []),
    ]),
    ...Object.entries(step.verify).flatMap(([id, { run }]) => list(['verify', id, 'run'], run)),
    ...(step.undo ? list(['undo', 'run'], step.undo.run) : []),
    ...step.challenge.flatMap((one, index) =>
      one.hint === null ? [] : [[['cross_check', 'challenge', index, 'hint'], one.hint] as const],
    ),
  ];
}

function expressionRules({ runbook, report }: Subject, step: Step, path: Path): void {
  const inputs = Object.keys(runbook.inputs);
  const blind = blindProbes(step);
  for (const [where, text] of templates(step)) {
    if (expressionsIn(text).length === 0) continue;
    const at = [...path, ...where];
    const probe = /\bprobes\.([a-z][a-z0-9_-]*)/.exec(text)?.[1];
    if (probe !== undefined && blind.has(probe)) {
      report(at, 'blind', `“probes.${probe}” is blind: it would show here.`, 'Use a value that no challenge asks for.');
      continue;
    }
    const names = namesIn(text);
    if (!names.ok)
      report(
        at,
        'expression',
        names.refusal.sentence,
        'Use inputs.<name> or run.id, run.mode, run.started_at_ms, run.data.',
      );
    else for (const name of names.value) unknownName(report, at, name, inputs);
  }
}

function unknownName(report: Subject['report'], path: Path, name: string, inputs: readonly string[]): void {
  const [object, field = ''] = name.split('.');
  const known = object === 'inputs' ? inputs : RUN_NAMES;
  if (!known.includes(field)) report(path, 'name', `Unknown name “${name}”.`, didYouMean(field, known));
}

/** A relative program must be an executable file of the folder. */
function fileRules({ files, report }: Subject, step: Step, path: Path): void {
  const programs = templates(step).filter(
    ([where, text]) => where.at(-1) === 0 && text.includes('/') && !text.startsWith('/'),
  );
  for (const [where, text] of programs) {
    const file = files.find((one) => one.path === text);
    if (!file)
      report(
        [...path, ...where],
        'file',
        `The folder has no file “${text}”.`,
        didYouMean(
          text,
          files.map((one) => one.path),
        ),
      );
    else if (file.mode !== '0755')
      report([...path, ...where], 'file', `“${text}” is not executable.`, `Run: chmod +x ${text}`);
  }
}

/** Attention wears out: a row of cross-checks without a pause is a warning. */
function longRows({ runbook, report }: Subject): void {
  let row = 0;
  runbook.steps.forEach((step, index) => {
    row = step.critical ? row + 1 : 0;
    if (row === CROSS_CHECKS_IN_A_ROW)
      report(
        ['steps', index],
        'tired',
        `${CROSS_CHECKS_IN_A_ROW} cross-checks in a row without a pause.`,
        'Put a step between them that lets people rest.',
        'value',
        'warning',
      );
  });
}
