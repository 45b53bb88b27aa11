/** What is said of a hold: the closed document of its updates, and what is still to be asked, calmly and in order. It lifts nothing. */
import { ok, type Result } from '../result.ts';
import type { Hold } from '../run/context.ts';
import { amount, byId, type Form, instant, listOf, orNull, plain, read, shaped, text } from './shape.ts';
import { utc } from './words.ts';

export interface Impact {
  readonly number: number;
  readonly unit: string;
  readonly whom: string;
}

/** Body `answer` of `hold.updated`, as it stands after that update; every key is present, null or empty where absent. */
export interface HoldDocument {
  /** Bottom line up front: what is wrong and what it means, in a sentence. */
  readonly bluf: string | null;
  readonly impact: Impact | null;
  readonly cause: string | null;
  readonly alternatives: readonly { readonly what: string; readonly why_not: string }[];
  readonly remediation: string | null;
  /** When it is expected to be over, ms. */
  readonly eta: number | null;
  readonly new_date: string | null;
  readonly told: string | null;
  /** When the next update is promised, ms. */
  readonly next_update: number | null;
  readonly escalation: string | null;
  /** What must be true before it is lifted, by the ids that the entries give to seats. */
  readonly conditions: Readonly<Record<string, string>>;
  /** What this update says in its own words; of a hold just raised, the sentence of whoever raised it. */
  readonly text: string | null;
}

const FORMS = {
  bluf: orNull(text),
  impact: orNull(shaped({ number: amount, unit: text, whom: text })),
  cause: orNull(text),
  alternatives: listOf(shaped({ what: text, why_not: text }), 20),
  remediation: orNull(text),
  eta: orNull(instant),
  new_date: orNull(text),
  told: orNull(text),
  next_update: orNull(instant),
  escalation: orNull(text),
  conditions: byId(text, 20),
  text: orNull(text),
} as const satisfies Record<keyof HoldDocument, Form>;

export const EMPTY_HOLD: HoldDocument = {
  bluf: null,
  impact: null,
  cause: null,
  alternatives: [],
  remediation: null,
  eta: null,
  new_date: null,
  told: null,
  next_update: null,
  escalation: null,
  conditions: {},
  text: null,
};

/** Reads the document of a hold, or the one sentence that it was raised with; XCK_INPUT, XCK_BYTES. */
export function readHold(given: unknown): Result<HoldDocument> {
  const value = plain(given);
  if (!value.ok) return value;
  if (typeof value.value !== 'string') return read('hold', shaped(FORMS), value.value);
  const sentence = read<string>('hold', text, value.value);
  return sentence.ok ? ok({ ...EMPTY_HOLD, text: sentence.value }) : sentence;
}

/** The one sentence to show where there is room for one. */
export const holdText = (document: HoldDocument): string => document.bluf ?? document.text ?? '';

type Asked = Exclude<keyof HoldDocument, 'text'>;

/** In the order in which they are asked. */
const QUESTIONS: Readonly<Record<Asked, string>> = {
  bluf: 'What is wrong and what does it mean, in one sentence?',
  impact: 'How many are affected, in which unit, and who are they?',
  cause: 'What is the technical cause, as far as it is known?',
  alternatives: 'Which other ways were considered, and why not those?',
  remediation: 'What is being done about it?',
  eta: 'When is it expected to be over?',
  new_date: 'Which new date holds for the release?',
  told: 'Who was told of it, and where?',
  next_update: 'When is the next update?',
  escalation: 'Who is called when that update does not come?',
  conditions: 'What must be true before the hold is lifted, and which seat sees to it?',
};
const ASKED = Object.keys(QUESTIONS) as Asked[];

const isMissing = (value: HoldDocument[Asked]): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** What is still to be asked, in order; empty where nothing is. */
export const whatIsMissing = (document: HoldDocument): { readonly key: Asked; readonly ask: string }[] =>
  ASKED.filter((key) => isMissing(document[key])).map((key) => ({ key, ask: QUESTIONS[key] }));

const LABELS: Readonly<Record<keyof HoldDocument, string>> = {
  text: 'Said',
  bluf: 'Bottom line',
  impact: 'Impact',
  cause: 'Cause',
  alternatives: 'Considered',
  remediation: 'Remediation',
  eta: 'Expected end',
  new_date: 'New date',
  told: 'Told',
  next_update: 'Next update',
  escalation: 'Escalation',
  conditions: 'Lifted when',
};

const valueText: { readonly [K in keyof HoldDocument]?: (document: HoldDocument) => string } = {
  impact: ({ impact }) => (impact ? `${impact.number} ${impact.unit}, ${impact.whom}` : ''),
  alternatives: ({ alternatives }) => alternatives.map(({ what, why_not }) => `${what}: not, ${why_not}`).join('; '),
  eta: ({ eta }) => (eta === null ? '' : utc(eta)),
  next_update: ({ next_update }) => (next_update === null ? '' : utc(next_update)),
  conditions: ({ conditions }) => Object.values(conditions).join('; '),
};

/** The document as labelled rows, only those that say something. */
export const holdRows = (document: HoldDocument): { readonly label: string; readonly text: string }[] =>
  (Object.keys(LABELS) as (keyof HoldDocument)[]).flatMap((key) => {
    const said = (valueText[key] ?? ((it) => String(it[key] ?? '')))(document);
    return said === '' ? [] : [{ label: LABELS[key], text: said }];
  });

/** Since when a promised update has not come; null where none is overdue. */
export const overdueSince = (hold: Pick<Hold, 'nextUpdate'>, now: number): number | null =>
  hold.nextUpdate !== null && now > hold.nextUpdate ? hold.nextUpdate : null;
