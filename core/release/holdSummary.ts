/** A hold from its raising to its end, told to everybody when it is over; made of the entries alone, it never says who was right. */
import { refOf, type Sealed } from '../log/entry.ts';
import type { Entry, EntryOf, HoldCause } from '../log/tables.ts';
import { bodyOf, type Entries, isOf, ofType, type Signature, signersOf, textIn } from './entries.ts';
import { EMPTY_HOLD, type HoldDocument, holdText, readHold } from './holdDocument.ts';
import { counted, lasting, listed, type Say, utc } from './words.ts';

export interface HoldEnd {
  readonly how: 'lifted' | 'decided' | 'resolved';
  readonly at: number;
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

function overdueOf(updates: readonly Sealed<EntryOf<'hold.updated'>>[], until: number): HoldSummary['overdue'] {
  const late = updates.flatMap(({ entry }, index) => {
    const came = updates[index + 1]?.entry.ts ?? until;
    return entry.next_update !== undefined && came > entry.next_update ? [came - entry.next_update] : [];
  });
  return { times: late.length, ms: late.reduce((sum, ms) => sum + ms, 0) };
}

function endOf(entries: Entries, raised: Sealed<EntryOf<'hold.raised'>>): HoldEnd | null {
  const ref = refOf(raised);
  for (const sealed of entries) {
    const how = endsIt(sealed, ref, raised.entry);
    if (how === null || !('signed' in sealed.entry)) continue;
    const { signed, ts } = sealed.entry;
    const last = ofType(entries, 'act.signed').findLast((one) => signed.includes(refOf(one)));
    return { how, at: ts, by: signersOf(entries, signed), risk: last ? textIn(last, 'content', 'risk') : null };
  }
  return null;
}

/** A resolution ends the hold that the unknown outcome raised, unless it says that the step failed. */
function endsIt(sealed: Sealed<Entry>, ref: string, raised: EntryOf<'hold.raised'>): HoldEnd['how'] | null {
  if (isOf(sealed, 'hold.lifted')) return sealed.entry.hold === ref ? 'lifted' : null;
  if (isOf(sealed, 'run.decided')) return sealed.entry.hold === ref ? 'decided' : null;
  if (!isOf(sealed, 'step.resolved') || raised.cause !== 'unknown') return null;
  return sealed.entry.step === raised.step && sealed.entry.as !== 'failed' ? 'resolved' : null;
}

/** Why a hold stands where no person says so. */
export const CAUSES: Readonly<Record<HoldCause, string>> = {
  differed: 'a blind answer differed twice',
  failed: 'a step failed',
  objection: 'a seat objected',
  person: 'a person called it',
  presence: 'somebody who is required was lost',
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
  const { document, end, overdue, stance } = summary;
  const said = holdText(document);
  const impact = document.impact && `${document.impact.number} ${document.impact.unit}, ${document.impact.whom}`;
  return [
    `Held by ${say(summary.raisedBy)} at ${utc(summary.raisedAt)}: ${said === '' ? CAUSES[summary.cause] : said}`,
    ...(summary.step === null ? [] : [`Step: ${summary.step}.`]),
    ...(impact === null ? [] : [`Impact: ${impact}.`]),
    `${counted(summary.updates, 'update')}; ${
      overdue.times === 0
        ? 'none was overdue'
        : `overdue ${counted(overdue.times, 'time')}, ${lasting(overdue.ms)} in all`
    }.`,
    ...endLines(summary, end, say),
    ...(stance === null
      ? []
      : [`${say(summary.raisedBy)}, who raised it, ${stance === 'agree' ? 'agreed' : 'dissented'}.`]),
  ];
}

function endLines({ raisedAt }: HoldSummary, end: HoldEnd | null, say: Say): string[] {
  if (!end) return ['It is not lifted.'];
  const by = listed(end.by.map(({ person }) => say(person)));
  return [
    `${ENDED[end.how]} at ${utc(end.at)} after ${lasting(end.at - raisedAt)}${by === '' ? '' : ` by ${by}`}.`,
    ...(end.risk === null ? [] : [`Risk accepted: ${end.risk}`]),
  ];
}
