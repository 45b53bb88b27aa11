/** The postmortem of a run: facts of the log in sections, each with the entry that it rests on, and empty sections for people. It blames nobody. */
import { refOf, type Sealed } from '../log/entry.ts';
import type { Entry } from '../log/tables.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { type Countermeasure, countermeasuresOf, type PostmortemDocument, readPostmortem } from './countermeasures.ts';
import { bodyOf, type Entries, ofType, redacted } from './entries.ts';
import { changeText, type Fact, factOf, factsOf, type Told } from './facts.ts';
import { holdText, readHold } from './holdDocument.ts';
import { CAUSES, holdSummary, outcomeLines } from './holdSummary.ts';
import { type Names, sentence, speakerOf } from './speaker.ts';
import { utc } from './words.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** A section that people write; null while nobody has. */
export interface HumanSection {
  readonly id: keyof PostmortemDocument;
  readonly title: string;
  readonly text: string | null;
}

export interface Postmortem {
  readonly title: string;
  readonly run: string;
  readonly mode: string;
  readonly sections: readonly Section[];
  readonly human: readonly HumanSection[];
  readonly countermeasures: readonly Countermeasure[];
}

export interface PostmortemFacts {
  /** As the run ended: with the steps that deviations inserted. */
  readonly runbook: Runbook;
  /** The run's entries and those of the chain after its close, with the bodies at hand. */
  readonly entries: Entries;
  /** Names by person where they are asked for; roles otherwise. */
  readonly names: Names | null;
  readonly now: number;
}

const STEP_TYPES = [
  'step.skipped',
  'step.armed',
  'step.confirmed',
  'step.keyed',
  'step.started',
  'step.finished',
  'step.failed',
  'step.unknown',
  'step.attested',
  'step.resolved',
] as const;
const STOPS = ['step.refused', 'step.withdrawn', 'check.differed', 'step.voided', 'step.aborted'] as const;

export function postmortem({ runbook, entries, names, now }: PostmortemFacts): Postmortem {
  const told: Told = { runbook, entries, say: speakerOf(entries, names) };
  const opened = ofType(entries, 'run.opened')[0]?.entry;
  const section = (id: string, title: string, facts: readonly Fact[]): Section => ({ id, title, facts });
  return {
    title: runbook.title,
    run: opened?.run ?? '',
    mode: opened?.mode ?? '',
    sections: [
      section('opening', 'Opening', factsOf(told, ['run.opened'])),
      section(
        'crew',
        'Crew',
        factsOf(told, ['seat.taken', 'seat.left', 'presence.lost', 'presence.back', 'lead.taken']),
      ),
      section(
        'briefing',
        'Briefing and debrief',
        factsOf(told, ['briefing.answered', 'briefing.waived', 'gate.polled']),
      ),
      ...stepSections(told),
      section('holds', 'Holds', holdFacts(told, now)),
      section('decisions', 'Decisions', factsOf(told, ['run.decided'])),
      section('deviations', 'Deviations', deviationFacts(told)),
      section('stops', 'Refusals, differences and voids', stopFacts(told)),
      section('windows', 'Undo windows and copies', windowFacts(told)),
      section('close', 'Close', factsOf(told, ['run.closed', 'body.redacted'])),
    ],
    human: humanSections(entries),
    countermeasures: countermeasuresOf(entries),
  };
}

/** One section for each step that the log speaks of, in the order in which they came. */
function stepSections(told: Told): Section[] {
  const steps = new Set(ofType(told.entries, ...STEP_TYPES).map(({ entry }) => entry.step));
  return [...steps].map((step) => ({
    id: `step-${step}`,
    title: `Step ${step}`,
    facts: factsOf(told, STEP_TYPES, step),
  }));
}

function holdFacts(told: Told, now: number): Fact[] {
  return ofType(told.entries, 'hold.raised').flatMap((raised) => {
    const summary = holdSummary(told.entries, refOf(raised), now);
    if (!summary) return [];
    const { actor, ts, seq, cause, step } = raised.entry;
    const read = readHold(bodyOf(raised, 'answer'));
    const why = read.ok ? holdText(read.value) : (redacted(raised, 'answer', told.entries) ?? `${CAUSES[cause]}.`);
    const end = { at: summary.end?.at ?? ts, seq: summary.end?.seq ?? seq };
    const whole = outcomeLines(summary, (person) => told.say.who(person, end.seq));
    return [
      {
        at: ts,
        seq,
        text: `Held by ${told.say.who(actor, seq)}${step === undefined ? '' : ` at step ${step}`}: ${why}`,
      },
      ...updateFacts(told, summary.ref),
      ...whole.map((text) => ({ ...end, text: sentence(text) })),
    ];
  });
}

const updateFacts = ({ entries, say }: Told, hold: string): Fact[] =>
  ofType(entries, 'hold.updated')
    .filter(({ entry }) => entry.hold === hold)
    .map((update) => {
      const { ts, seq, actor, next_update } = update.entry;
      const read = readHold(bodyOf(update, 'answer'));
      const said = read.ok
        ? (read.value.text ?? holdText(read.value))
        : `what it says is ${redacted(update, 'answer', entries) ?? 'not at hand'}`;
      const next = next_update === undefined ? '' : ` (next update promised for ${utc(next_update)})`;
      return { at: ts, seq, text: `Update by ${say.who(actor, seq)}: ${said}${next}` };
    });

/** Deviations of their own and those that a decision to go forward brought. */
const deviationFacts = (told: Told): Fact[] => [
  ...factsOf(told, ['run.deviated']),
  ...ofType(told.entries, 'run.decided').flatMap((sealed) => {
    const content = bodyOf(sealed, 'content') as
      | { readonly deviation?: Parameters<typeof changeText>[0] | null }
      | undefined;
    const { ts, seq } = sealed.entry;
    return content?.deviation ? [{ at: ts, seq, text: `The decision ${changeText(content.deviation)}` }] : [];
  }),
];

const stopFacts = (told: Told): Fact[] =>
  ofType(told.entries, ...STOPS).flatMap((sealed) => {
    const fact = factOf(sealed as Sealed<Entry>, told);
    return fact ? [{ ...fact, text: `Step ${sealed.entry.step}: ${fact.text}` }] : [];
  });

function windowFacts(told: Told): Fact[] {
  const began = Object.entries(told.runbook.clocks).flatMap(([id, { starts, means, lasts_ms }]) => {
    const started = ofType(told.entries, 'step.started').find(({ entry }) => entry.step === starts)?.entry;
    return started
      ? [
          {
            at: started.ts,
            seq: started.seq,
            text: `The undo window “${id}” began: ${means}, until ${utc(started.ts + lasts_ms)}.`,
          },
        ]
      : [];
  });
  return [...began, ...factsOf(told, ['clock.passed', 'backup.deleted'])].toSorted((a, b) => a.seq - b.seq);
}

const HUMAN: readonly (readonly [id: keyof PostmortemDocument, title: string])[] = [
  ['contributing_factors', 'Contributing factors'],
  ['went_well', 'What went well'],
  ['lucky', 'Where we got lucky'],
];

/** What the newest writing says that is at hand. */
function humanSections(entries: Entries): HumanSection[] {
  const written = ofType(entries, 'postmortem.written').flatMap((sealed) => {
    const read = readPostmortem(bodyOf(sealed, 'answer'));
    const gone = redacted(sealed, 'answer', entries);
    if (gone !== null) return [{ contributing_factors: gone, went_well: gone, lucky: gone }];
    return read.ok ? [read.value] : [];
  });
  return HUMAN.map(([id, title]) => ({ id, title, text: written.at(-1)?.[id] || null }));
}
