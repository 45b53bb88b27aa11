/** A verdict as lines for people and as JSON for scripts, of a run's record and of a whole log; it judges nothing. */
import { base64 } from '../../core/bytes/encoding.ts';
import type { Checkpoint } from '../../core/log/checkpoint.ts';
import type { FormerLog } from '../../core/log/tables.ts';
import { utc } from '../../core/release/words.ts';
import { suspensions } from '../../core/verify/suspensions.ts';
import { type Erasure, type Less, lessOf, type Reason, type Verdict } from '../../core/verify/verify.ts';
import type { LogVerdict, RunVerdict } from '../../core/verify/whole.ts';
import { clean } from './terminal.ts';

const checkpointText = ({ origin, size, root }: Checkpoint) => ({ origin, size, root: base64(root) });

export const runDocument = ({ verdict, exit, solo, mode, assurance, executor, run, reasons, facts }: Verdict) => ({
  ...{ verdict, exit, solo, mode, assurance, executor, run, reasons },
  genesis: facts?.genesis ?? null,
  former: facts?.former ?? null,
  checkpoint: facts && checkpointText(facts.checkpoint),
  withheld: facts?.withheld ?? 0,
  signatures: facts?.signatures ?? [],
  suspended: facts ? suspensions(facts.entries) : [],
  erasures: facts?.erasures ?? [],
});

export const logDocument = ({ verdict, exit, reasons, period, runs, outside, log }: LogVerdict) => ({
  ...{ verdict, exit, reasons, period, runs, outside },
  genesis: log?.genesis ?? null,
  checkpoint: log && checkpointText(log.checkpoint),
});

const MEANS: Readonly<Record<Verdict['verdict'], string>> = {
  ANCHORED: 'everything in the record holds against your trust root',
  OPEN: 'everything so far holds, and the run is not closed yet',
  'SELF-CONSISTENT': 'the record agrees with itself; without --trust nothing says whose log it is',
  INVALID: 'the record does not hold',
  DIVERGED: 'two histories of one log were signed: keep both files',
  UNREADABLE: 'this is no record',
};

const MEANS_OF_LOG: Readonly<Record<Verdict['verdict'], string>> = {
  ...MEANS,
  ANCHORED: 'the log is one whole history, and every run of the period holds against your trust root',
  OPEN: 'the log is one whole history and every run holds so far, but not every run is closed',
  'SELF-CONSISTENT': 'the log agrees with itself; without --trust nothing says whose log it is',
  INVALID: 'the log or a run of it does not hold',
};

const withLess = (verdict: Verdict['verdict'], less: readonly Less[]): string =>
  `${verdict}${less.map((word) => ` (${word})`).join('')}`;

const reasonLine = ({ sentence, seq, invariant, code }: Reason): string =>
  `- ${clean(sentence)}${seq === null ? '' : ` (seq ${seq})`}${invariant === null ? '' : ` ${invariant}`} [${code}]`;

/** More findings than anybody reads; the JSON has them all. */
const MOST = 100;

function reasonLines(reasons: readonly Reason[]): string[] {
  const more = reasons.length - MOST;
  return [
    ...reasons.slice(0, MOST).map(reasonLine),
    ...(more > 0 ? [`- and ${more} more; --json prints them all`] : []),
  ];
}

/** Of the former log nothing is proved here but that the keepers said so. */
function continues({ origin, checkpoint, keepers, reason }: FormerLog): string {
  const size = checkpoint?.split(' ')[0] ?? 'no';
  return `continues the log ${origin} of ${size} entries, as its keepers signed, ${keepers.length} of whom kept that one (${clean(reason)})`;
}

const erasureLine = ({ name, seq, by, actor, order, reason }: Erasure): string =>
  `#${seq}: its ${name} is redacted by order at #${by}, signed by ${actor}, on the order of ${clean(order)} (${clean(reason)})`;

export function runReport(shown: Verdict, trusted: boolean): string[] {
  const { verdict, assurance, executor, run, reasons, facts } = shown;
  const told = facts
    ? [
        `run ${run}: ${clean(facts.runbook.title)}`,
        `log ${facts.origin}, ${facts.checkpoint.size} entries, genesis ${facts.genesis}`,
        ...(facts.former ? [continues(facts.former)] : []),
        `assurance ${assurance}, executor ${executor}${trusted ? '' : ', no trust root'}`,
        ...(facts.withheld > 0
          ? [`${facts.withheld} bodies are withheld: they are blind until their step starts`]
          : []),
        ...suspensions(facts.entries).map(
          ({ seq, at, person, by, fingerprint, version }) =>
            `#${seq} ${utc(at)}: the key ${fingerprint} of ${person} was suspended by ${by === person ? 'its owner' : by}; roster ${version}`,
        ),
        ...facts.erasures.map(erasureLine),
      ]
    : [];
  return [`${withLess(verdict, lessOf(shown))}: ${MEANS[verdict]}`, ...told, ...reasonLines(reasons)];
}

const instant = (ms: number | null, otherwise: string): string =>
  ms === null ? otherwise : new Date(ms).toISOString();

export function logReport({ verdict, reasons, period, runs, outside, log }: LogVerdict, trusted: boolean): string[] {
  const told = log
    ? [
        `log ${log.origin}, ${log.checkpoint.size} entries, genesis ${log.genesis}${trusted ? '' : ', no trust root'}`,
        `runs opened from ${instant(period.from, 'the beginning')} until ${instant(period.to, 'the end')}: ${runs.length}`,
        ...runs.flatMap(runLines),
        ...(outside.length > 0
          ? [`outside the period, not judged: ${outside.length}`, ...outside.map((run) => `  ${run}`)]
          : []),
      ]
    : [];
  return [`${verdict}: ${MEANS_OF_LOG[verdict]}`, ...told, ...reasonLines(reasons)];
}

function runLines(run: RunVerdict): string[] {
  const proof = run.reasons.length === 0 ? `, assurance ${run.assurance}, executor ${run.executor}` : '';
  return [
    `  ${run.run} ${withLess(run.verdict, lessOf(run))}${proof}`,
    ...[...run.erasures.map(erasureLine), ...reasonLines(run.reasons)].map((line) => `    ${line}`),
  ];
}
