/** What an entry says, as a sentence of the postmortem that cites it. It tells and never judges. */
import type { Sealed } from '../log/entry.ts';
import type { Entry, EntryOf, EntryType } from '../log/tables.ts';
import { OPENING_GATE } from '../run/context.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { readAnswer } from './briefing.ts';
import { bodyOf, byRef, type Entries, lineOf, ofType, redacted, signersOf, textIn } from './entries.ts';
import { VOIDED } from './reasons.ts';
import { type Speaker, sentence } from './speaker.ts';
import { counted, lasting, listed, utc } from './words.ts';

export interface Fact {
  readonly at: number;
  readonly text: string;
  /** The entry that it rests on. */
  readonly seq: number;
}

/** What a sentence may need beside its entry. */
export interface Told {
  readonly runbook: Runbook;
  readonly entries: Entries;
  readonly say: Speaker;
}

type Teller<T extends EntryType> = (sealed: Sealed<EntryOf<T>>, told: Told) => string;

const not = 'not at hand';
const questionOf = ({ runbook }: Told, id: string) =>
  [...runbook.briefing, ...runbook.debrief].find((question) => question.id === id);
const itemText = ({ item }: { readonly item?: string }): string => (item === undefined ? '' : ` ${item}`);
const signed = (
  sealed: Sealed<EntryOf<'run.closed' | 'run.decided' | 'run.deviated' | 'briefing.waived' | 'step.resolved'>>,
  { entries, say }: Told,
): string => say.all(signersOf(entries, sealed.entry.signed), sealed.entry.seq);

/** The content that the signers of an act agreed on, from the last of their signatures. */
const agreedOn = (
  sealed: Sealed<Entry & { readonly signed: readonly string[] }>,
  { entries }: Told,
  key: string,
): string => {
  const last = byRef(entries, sealed.entry.signed.at(-1) ?? '');
  return (last && textIn(last, 'content', key)) ?? not;
};

function answered(sealed: Sealed<EntryOf<'briefing.answered'>>, told: Told): string {
  const { actor, question: id, result, seq } = sealed.entry;
  const question = questionOf(told, id);
  const head = `${result.toUpperCase()} by ${told.say.who(actor, seq)} to “${question?.ask ?? id}”`;
  const answer = readAnswer(bodyOf(sealed, 'answer'));
  if (!answer.ok) return `${head}: the answer is ${redacted(sealed, 'answer', told.entries) ?? not}.`;
  // Whoever an answer names is named only where names are asked for.
  if (question?.answer === 'person' && !told.say.byName) return `${head}: it names a person.`;
  const { value, evidence } = answer.value;
  return `${head}: ${told.say.called(value)}${evidence === null ? '' : ` (evidence: ${evidence})`}`;
}

function polled(sealed: Sealed<EntryOf<'gate.polled'>>, { say, entries }: Told): string {
  const { gate, vote, actor, seq } = sealed.entry;
  const where = gate === OPENING_GATE ? 'before the first step' : `at the gate ${gate}`;
  const objection = bodyOf(sealed, 'answer');
  const said = typeof objection === 'string' ? objection : (redacted(sealed, 'answer', entries) ?? not);
  const why = vote === 'go' ? '.' : `: ${said}`;
  return `${vote === 'go' ? 'GO' : 'NO GO'} ${where} by ${say.who(actor, seq)}${why}`;
}

function opened({ entry }: Sealed<EntryOf<'run.opened'>>, { runbook, say }: Told): string {
  const follows = entry.follows === undefined ? '' : ' It follows another run.';
  const rehearsed = entry.rehearsed === undefined ? '' : ' It rests on a rehearsal of this very runbook.';
  const { title, id } = runbook;
  return `Opened in mode ${entry.mode} by ${say.who(entry.actor, entry.seq)}: ${title} (${id}, ${entry.runbook}).${follows}${rehearsed}`;
}

function ended(sealed: Sealed<EntryOf<'step.finished' | 'step.failed' | 'step.unknown'>>, { entries }: Told): string {
  const { entry } = sealed;
  if (entry.result === 'not-started') return `The agent did not start it${itemText(entry)}; nothing ran.`;
  const started = byRef(entries, entry.started)?.entry.ts;
  const after = started === undefined ? '' : ` after ${lasting(entry.ts - started)}`;
  const exit = entry.exit === undefined ? '' : `, exit ${entry.exit}`;
  const bad = Object.entries(entry.checks).flatMap(([id, holds]) => (holds ? [] : [id]));
  const checks = bad.length > 0 ? ` Checks that do not hold: ${listed(bad)}.` : '';
  if (entry.result === 'unknown') return `Nobody saw how it ended${itemText(entry)}${after}.`;
  return `${sentence(entry.result)}${itemText(entry)}${after}${exit}.${checks}`;
}

function deviated(sealed: Sealed<EntryOf<'run.deviated'>>, told: Told): string {
  const content = bodyOf(sealed, 'content') as Parameters<typeof changeText>[0] | undefined;
  return `Deviation by ${signed(sealed, told)}: ${content ? changeText(content) : not}`;
}

interface Change {
  readonly before: string | null;
  readonly inputs: Readonly<Record<string, unknown>> | null;
  readonly reason: string;
  readonly steps: readonly { readonly id: string; readonly title: string }[] | null;
}

/** What people wrote, as a sentence that another can follow. */
const stopped = (said: string): string => (/[.!?]$/.test(said.trim()) ? said : `${said}.`);

/** What a deviation inserts and changes, and why. */
export function changeText({ before, inputs, reason, steps }: Change): string {
  const inserted = (steps ?? []).map(({ id, title }) => `${id} (${title})`);
  const changed = Object.entries(inputs ?? {}).map(([name, value]) => `${name} = ${value}`);
  const parts = [
    ...(inserted.length > 0 ? [`inserts ${listed(inserted)} before ${before ?? 'the end'}`] : []),
    ...(changed.length > 0 ? [`sets ${listed(changed)}`] : []),
  ];
  return `${parts.join('; ')}. Reason: ${stopped(reason)}`;
}

function decided(sealed: Sealed<EntryOf<'run.decided'>>, told: Told): string {
  const { way, step } = sealed.entry;
  const test = textIn(sealed, 'content', 'test');
  const dissent = textIn(sealed, 'content', 'dissent');
  return [
    `Roll ${way}, decided by ${signed(sealed, told)}.`,
    ...(step === undefined ? [] : [`Step ${step} counts as passed.`]),
    ...(test === null ? [] : [`The test that shows the defect: ${test}.`]),
    ...(dissent === null ? [] : [`Overridden dissent: ${stopped(dissent)}`]),
  ].join(' ');
}

const whose = (seat: string, person: string, say: Speaker): string => `the ${seat} seat${say.named(person)}`;
const text = (value: unknown): string => (typeof value === 'string' ? value : not);

/** Types that no sentence is made of: what is signed is told by its effect, holds by their summaries. */
type Silent = 'act.signed' | 'roster.signed' | 'hold.raised' | 'hold.updated' | 'hold.lifted';
type Spoken = Exclude<Extract<Entry, { run: string } | { about?: string }>['type'], Silent>;

const TELL: { readonly [T in Spoken]: Teller<T> } = {
  'run.opened': opened,
  'seat.taken': ({ entry }, { say }) =>
    `${sentence(whose(entry.seat, entry.actor, say))} was taken in the role ${entry.role}.`,
  'seat.left': ({ entry }, { say }) => `${sentence(whose(entry.seat, entry.actor, say))} was left.`,
  'presence.lost': ({ entry }, { say }) => `The holder of ${whose(entry.seat, entry.person, say)} was lost.`,
  'presence.back': ({ entry }, { say }) => `The holder of ${whose(entry.seat, entry.person, say)} was back.`,
  'lead.taken': ({ entry }, { say }) =>
    `The lead was taken over in the role ${entry.role}${say.byName ? ` by ${say.called(entry.person)} from ${say.called(entry.from)}` : ''}.`,
  'roster.followed': ({ entry }, { say }) => {
    const struck = Object.keys(entry.struck).map((id) => say.who(id, entry.seq));
    return struck.length > 0
      ? `The roster changed; a key or a role was taken from ${listed(struck)}, whose seat is free.`
      : 'The roster changed; nobody of this run is concerned.';
  },
  'briefing.answered': answered,
  'briefing.waived': (sealed, told) =>
    `Waived by ${signed(sealed, told)}: “${questionOf(told, sealed.entry.question)?.ask ?? sealed.entry.question}” Reason: ${agreedOn(sealed, told, 'reason')}`,
  'gate.polled': polled,
  'clock.passed': ({ entry }, { runbook }) =>
    `The undo window “${entry.clock}” ended; no longer true: ${runbook.clocks[entry.clock]?.means ?? not}.`,
  'step.skipped': () => 'Skipped: its condition was false.',
  'step.armed': ({ entry }, { say }) =>
    `Armed, attempt ${entry.attempt}, asked for by ${say.who(entry.asked_by, entry.seq)}${entry.wave ? `; ${entry.wave.items.length} of ${entry.wave.of} items: ${listed(entry.wave.items)}` : ''}.`,
  'step.confirmed': ({ entry }, { say }) => `Confirmed by ${say.who(entry.actor, entry.seq)}.`,
  'step.refused': (sealed, { say }) =>
    `Refused by ${say.who(sealed.entry.actor, sealed.entry.seq)}: ${text(lineOf(sealed as Sealed<Entry>, 'refuse', 'reason'))}`,
  'step.withdrawn': ({ entry }, { say }) => `Withdrawn by ${say.who(entry.actor, entry.seq)}.`,
  'step.voided': ({ entry }) =>
    `Void: ${VOIDED[entry.reason]}${entry.probe === undefined ? '' : ` (${entry.probe})`}; nothing more of it starts.`,
  'check.differed': ({ entry }, { say }) =>
    `The blind answer of ${say.who(entry.actor, entry.seq)} to ${entry.challenge} differed.`,
  'step.keyed': ({ entry }, { say }) => `Key turned by ${say.who(entry.actor, entry.seq)}.`,
  'step.started': ({ entry }) => `Started${itemText(entry)}.`,
  'step.finished': ended,
  'step.failed': ended,
  'step.unknown': ended,
  'step.aborted': ({ entry }, { say }) => `Abort asked for by ${say.who(entry.actor, entry.seq)}.`,
  'step.attested': (sealed, { say }) =>
    `${sealed.entry.result.toUpperCase()} attested by ${say.who(sealed.entry.actor, sealed.entry.seq)}: ${evidenceOf(sealed as Sealed<Entry>)}`,
  'step.resolved': (sealed, told) =>
    `Resolved as ${sealed.entry.as}${itemText(sealed.entry)} by ${signed(sealed, told)}: ${agreedOn(sealed, told, 'evidence')}`,
  'run.decided': decided,
  'run.deviated': deviated,
  'run.closed': (sealed, told) =>
    `Closed as ${sealed.entry.result} after ${lasting(sealed.entry.ts - (told.entries[0]?.entry.ts ?? sealed.entry.ts))} by ${signed(sealed, told)}.`,
  'backup.deleted': (given, { say, entries }) => {
    const sealed = given as Sealed<Entry>;
    const evidence = redacted(sealed, 'answer', entries) ?? text(bodyOf(sealed, 'answer'));
    return `The copy of ${given.entry.step} was deleted by ${say.who(given.entry.actor, given.entry.seq)}: ${evidence}`;
  },
  'postmortem.written': ({ entry }, { say }) => `Postmortem written by ${say.who(entry.actor, entry.seq)}.`,
  'countermeasure.opened': ({ entry }, { say }) =>
    `Countermeasure ${entry.id} opened by ${say.who(entry.actor, entry.seq)}${entry.due === undefined ? '' : `, due ${utc(entry.due)}`}.`,
  'countermeasure.closed': ({ entry }, { say }) =>
    `Countermeasure ${entry.id} closed by ${say.who(entry.actor, entry.seq)}.`,
  'body.redacted': erased,
};

function erased(sealed: Sealed<EntryOf<'body.redacted'>>, { say }: Told): string {
  const content = lineOf(sealed as Sealed<Entry>, 'redact', 'content');
  const { order, reason } = Object(content) as { readonly order?: unknown; readonly reason?: unknown };
  const count = counted(sealed.entry.erased.length, 'body', 'bodies');
  return `${count} erased by ${say.who(sealed.entry.actor, sealed.entry.seq)}, on the order of ${text(order)}: ${text(reason)}`;
}

function evidenceOf(sealed: Sealed<Entry>): string {
  const content = lineOf(sealed, 'attest', 'content') as { readonly evidence?: unknown } | null | undefined;
  return text(content?.evidence);
}

/** The fact of an entry; undefined for what is told elsewhere. */
export function factOf(sealed: Sealed<Entry>, told: Told): Fact | undefined {
  const { type, ts, seq } = sealed.entry;
  const tell = Object.hasOwn(TELL, type) ? (TELL[type as Spoken] as Teller<EntryType>) : undefined;
  return tell && { at: ts, seq, text: tell(sealed as never, told) };
}

/** The facts of entries of these types, those of one step where it is named. */
export const factsOf = (told: Told, types: readonly EntryType[], step?: string): Fact[] =>
  ofType(told.entries, ...types)
    .filter(({ entry }) => step === undefined || ('step' in entry && entry.step === step))
    .flatMap((sealed) => factOf(sealed as Sealed<Entry>, told) ?? []);
