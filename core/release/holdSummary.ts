/** A hold from its raising to its end, told to everybody when it is over; made of the entries alone, it never says who was right. */
import { refOf, type Sealed } from '../log/entry.ts';
import type { Entry, EntryOf, HoldCause } from '../log/tables.ts';
import { bodyOf, type Entries, isOf, ofType, type Signature, signersOf, textIn } from './entries.ts';
import { EMPTY_HOLD, type HoldDocument, holdText, readHold } from './holdDocument.ts';
import { counted, lasting, listed, type Say, utc } from './words.ts';

export interface HoldEnd {
  readonly how: 'lifted' | 'decided' | 'resolved';
  readonly at: number;
  /** Of the entry that ended it. */
  readonly seq: number;
  readonly by: readonly Signature[];
  /** The risk that the signers say they accept. */
  readonly risk: string | null;
}

export interface HoldSummary {
  readonly ref: string;
  readonly raisedBy: string;
  readonly raisedAt: number;
  readonly cause: HoldCause;
  readonly step: string | null;
  /** As it stood at the last update whose body is at hand. */
  readonly document: HoldDocument;
  readonly updates: number;
  /** Promised updates that came late or not at all, and how late they were together. */
  readonly overdue: { readonly times: number; readonly ms: number };
  /** What the raiser said when asked; null where they were not or did not answer. */
  readonly stance: 'agree' | 'dissent' | null;
  readonly end: HoldEnd | null;
}

/** Returns what the entries say of the hold with this reference at `now`; undefined where they raise none. */
export function holdSummary(entries: Entries, hold: string, now: number): HoldSummary | undefined {
  const raised = ofType(entries, 'hold.raised').find((sealed) => refOf(sealed) === hold);
  if (!raised) return undefined;
  const updates = ofType(entries, 'hold.updated').filter(({ entry }) => entry.hold === hold);
  const end = endOf(entries, raised);
  const { actor, ts, cause, step } = raised.entry;
  return {
    ref: hold,
    raisedBy: actor,
    raisedAt: ts,
    cause,
    step: step ?? null,
    document: documentOf([raised, ...updates]),
    updates: updates.length,
    overdue: overdueOf(updates, end?.at ?? now),
    stance: updates.findLast(({ entry }) => entry.stance !== undefined)?.entry.stance ?? null,
    end,
  };
}

/** The last document at hand, with the sentence of the raising where no update has a bottom line. */
function documentOf(said: readonly Sealed<Entry>[]): HoldDocument {
  const documents = said.flatMap((sealed) => {
    const read = readHold(bodyOf(sealed, 'answer'));
    return read.ok ? [read.value] : [];
  });
  const [first, last] = [documents[0] ?? EMPTY_HOLD, documents.at(-1) ?? EMPTY_HOLD];
  return { ...last, text: last.text ?? first.text };
}

/** A promise stands until another one replaces it; whatever else is said meanwhile does not keep it. */
function overdueOf(updates: readonly Sealed<EntryOf<'hold.updated'>>[], until: number): HoldSummary['overdue'] {
  const promises = updates
    .flatMap(({ entry }) => (entry.next_update === undefined ? [] : [{ at: entry.ts, next: entry.next_update }]))
    .filter(({ next }, index, all) => next !== all[index - 1]?.next);
  const late = promises.map(({ next }, index) => (promises[index + 1]?.at ?? until) - next).filter((ms) => ms > 0);
  return { times: late.length, ms: late.reduce((sum, ms) => sum + ms, 0) };
}

function endOf(entries: Entries, raised: Sealed<EntryOf<'hold.raised'>>): HoldEnd | null {
  for (const [index, sealed] of entries.entries()) {
    const how = endsIt(sealed, raised, entries.slice(0, index + 1));
    if (how === null || !('signed' in sealed.entry)) continue;
    const { signed, ts, seq } = sealed.entry;
    const last = ofType(entries, 'act.signed').findLast((one) => signed.includes(refOf(one)));
    return { how, at: ts, seq, by: signersOf(entries, signed), risk: last ? textIn(last, 'content', 'risk') : null };
  }
  return null;
}

function endsIt(sealed: Sealed<Entry>, raised: Sealed<EntryOf<'hold.raised'>>, soFar: Entries): HoldEnd['how'] | null {
  const { cause, step } = raised.entry;
  if (isOf(sealed, 'hold.lifted')) return sealed.entry.hold === refOf(raised) ? 'lifted' : null;
  if (isOf(sealed, 'run.decided')) return sealed.entry.hold === refOf(raised) ? 'decided' : null;
  if (!isOf(sealed, 'step.resolved') || cause !== 'unknown' || sealed.entry.as === 'failed') return null;
  return sealed.entry.step === step && allResolved(soFar, step) ? 'resolved' : null;
}

/** The last of the unknown outcomes ends their hold, unless it is resolved as failed. */
const allResolved = (entries: Entries, step: string): boolean =>
  ofType(entries, 'step.unknown')
    .filter(({ entry }) => entry.step === step)
    .every((unknown) => ofType(entries, 'step.resolved').some(({ entry }) => entry.outcome === refOf(unknown)));

/** Why a hold stands where no person says so. */
export const CAUSES: Readonly<Record<HoldCause, string>> = {
  differed: 'a blind answer differed twice',
  failed: 'a step failed',
  objection: 'a seat objected',
  person: 'a person called it',
  presence: 'somebody who is required was lost',
  roster: 'a key or a role was taken from somebody of the crew',
  runbook: 'a hold was called on the runbook',
  unknown: 'nobody saw how a step ended',
};

const ENDED: Readonly<Record<HoldEnd['how'], string>> = {
  lifted: 'Lifted',
  decided: 'Ended by a decision',
  resolved: 'Ended by the resolution of the step',
};

/** The summary to everybody, a sentence per line. */
export function summaryLines(summary: HoldSummary, say: Say): string[] {
  const said = holdText(summary.document);
  return [
    `Held by ${say(summary.raisedBy)} at ${utc(summary.raisedAt)}: ${said === '' ? CAUSES[summary.cause] : said}`,
    ...(summary.step === null ? [] : [`Step: ${summary.step}.`]),
    ...outcomeLines(summary, say),
  ];
}

/** What it cost and how it ended. */
export function outcomeLines({ document, end, overdue, ...summary }: HoldSummary, say: Say): string[] {
  const impact = document.impact && `${document.impact.number} ${document.impact.unit}, ${document.impact.whom}`;
  const late = `overdue ${counted(overdue.times, 'time')}, ${lasting(overdue.ms)} in all`;
  const said = summary.stance === 'agree' ? 'agreed' : 'dissented';
  return [
    ...(impact === null ? [] : [`Impact: ${impact}.`]),
    summary.updates === 0
      ? 'No update was given.'
      : `${counted(summary.updates, 'update')}; ${overdue.times === 0 ? 'none was overdue' : late}.`,
    ...endLines(summary.raisedAt, end, say),
    ...(summary.stance === null ? [] : [`${say(summary.raisedBy)}, who raised it, ${said}.`]),
  ];
}

function endLines(raisedAt: number, end: HoldEnd | null, say: Say): string[] {
  if (!end) return ['It is not lifted.'];
  const by = listed(end.by.map(({ person }) => say(person)));
  return [
    `${ENDED[end.how]} at ${utc(end.at)} after ${lasting(end.at - raisedAt)}${by === '' ? '' : ` by ${by}`}.`,
    ...(end.risk === null ? [] : [`Risk accepted: ${end.risk}`]),
  ];
}
