/** Open holds on a terminal: picking one, its whole document, what is met and what is late. It raises and lifts nothing. */
import { refIndex, type Sealed } from '../../core/log/entry.ts';
import type { Entry } from '../../core/log/tables.ts';
import { holdRows, overdueSince, whatIsMissing } from '../../core/release/holdDocument.ts';
import { CAUSES, type HoldSummary, holdSummary } from '../../core/release/holdSummary.ts';
import { lasting, utc } from '../../core/release/words.ts';
import type { Hold } from '../../core/run/context.ts';
import { type Given, text } from './args.ts';
import { deny, usage } from './exits.ts';
import { type Names, nameOf } from './show.ts';
import { clean } from './terminal.ts';

/** What a hold of a run and one outside any run have in common. */
export type AnyHold = Pick<Hold, 'ref' | 'by' | 'nextUpdate' | 'conditions' | 'met' | 'stance'>;

/** The hold that `--hold` names by the number of its entry, or the oldest one. */
export function picked<H extends AnyHold>(open: readonly H[], given: Given, where: string): H {
  const number = text(given, 'hold');
  const [oldest] = open;
  if (!oldest) return deny('XCK_NOT_NOW', { what: 'This', why: `no hold is open on ${where}` });
  if (number === undefined) return oldest;
  const found = open.find(({ ref }) => String(refIndex(ref)) === number);
  if (!found)
    throw usage(
      `There is no open hold ${number}.`,
      `Open: ${open.map(({ ref }) => `--hold ${refIndex(ref)}`).join(', ')}`,
    );
  return found;
}

/** What the entries say of a hold; they hold it, or the fold would not. */
export const summaryOf = (entries: readonly Sealed<Entry>[], { ref }: AnyHold, now: number): HoldSummary =>
  holdSummary(entries, ref, now) ?? deny('XCK_INTEGRITY', { why: 'the hold is not among its entries' });

/** Everything that is said of a hold, a line each. */
export function holdLines(hold: AnyHold, summary: HoldSummary, names: Names, now: number): string[] {
  const { document, raisedBy, raisedAt, cause, step, stance } = summary;
  const by = raisedBy === 'server' ? 'a rule of the run' : nameOf(names, raisedBy);
  const late = overdueSince(hold, now);
  return [
    `hold ${refIndex(hold.ref)}, ${utc(raisedAt)} by ${by}${step === null ? '' : `, at step ${step}`}: ${CAUSES[cause]}`,
    ...holdRows({ ...document, conditions: {} }).map((row) => `  ${row.label}: ${clean(row.text)}`),
    ...Object.entries(hold.conditions).map(
      ([id, seat]) =>
        `  ${hold.met.includes(id) ? 'met' : 'NOT MET'} ${id} (${seat}): ${clean(document.conditions[id] ?? '')}`,
    ),
    ...(late === null ? [] : [`  OVERDUE: an update was promised for ${utc(late)}, ${lasting(now - late)} ago`]),
    ...(stance === null ? [] : [`  ${by}, who raised it, ${stance === 'agree' ? 'agrees to the lift' : 'DISSENTS'}`]),
  ];
}

/** The options that answer what has not been asked yet. */
const OPTION: Readonly<Record<string, string>> = {
  impact: '--impact NUMBER --unit UNIT --whom WHOM',
  alternatives: '--alternative "WAY: WHY NOT"',
  eta: '--eta TIME',
  new_date: '--new-date TEXT',
  next_update: '--next 1h',
  conditions: '--condition ID=SEAT:TEXT',
};

export const askLines = (summary: HoldSummary): string[] =>
  whatIsMissing(summary.document).map(({ key, ask }) => `  ${ask} ${OPTION[key] ?? `--${key} TEXT`}`);
