/** An update of a hold as its options say it, over what the last one said. Nothing is asked and nothing is taken away unless it is named. */
import type { Sealed } from '../../core/log/entry.ts';
import type { Entry } from '../../core/log/tables.ts';
import { type HoldDocument, readHold } from '../../core/release/holdDocument.ts';
import { flag, type Given, list, text } from './args.ts';
import { must, usage } from './exits.ts';
import { instantOf } from './times.ts';

export type Entries = readonly Sealed<Entry>[];

export interface Update {
  /** The keys of the document that this update gives. */
  readonly given: Partial<HoldDocument>;
  /** Conditions by id: seat and text, or null to take one away. */
  readonly conditions: Readonly<Record<string, { readonly seat: string; readonly text: string } | null>>;
  readonly met: readonly string[];
  readonly stance: 'agree' | 'dissent' | null;
}

/** Reads the options; `said` is what the update says in its own words, empty where nothing. */
export function readUpdate(given: Given, now: number, said: string): Update {
  const dissent = text(given, 'dissent');
  if (dissent !== undefined && flag(given, 'agree'))
    throw usage('One agrees or dissents.', 'Give --agree or --dissent TEXT.');
  const words = said || dissent || undefined;
  const own = {
    bluf: text(given, 'bluf'),
    impact: impactOf(given),
    cause: text(given, 'cause'),
    alternatives: alternativesOf(given),
    remediation: text(given, 'remediation'),
    eta: timeOf(given, 'eta', now),
    new_date: text(given, 'new-date'),
    told: text(given, 'told'),
    next_update: timeOf(given, 'next', now),
    escalation: text(given, 'escalation'),
    text: words,
  };
  const stance = dissent === undefined ? (flag(given, 'agree') ? 'agree' : null) : 'dissent';
  const update = { given: defined(own), conditions: conditionsOf(given), met: list(given, 'met'), stance } as const;
  const nothing = [update.given, update.conditions, update.met].every((part) => Object.keys(part).length === 0);
  if (nothing && stance === null) throw usage('This update says nothing.', 'Run: crosscheck run update --help');
  return update;
}

const defined = (values: Readonly<Record<string, unknown>>): Partial<HoldDocument> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const timeOf = (given: Given, option: string, now: number): number | undefined => {
  const time = text(given, option);
  return time === undefined ? undefined : instantOf(time, now, option);
};

function impactOf(given: Given): HoldDocument['impact'] | undefined {
  const [number, unit, whom] = ['impact', 'unit', 'whom'].map((option) => text(given, option));
  if (number === undefined && unit === undefined && whom === undefined) return undefined;
  if (number === undefined || unit === undefined || whom === undefined || !/^\d+(\.\d+)?$/.test(number))
    throw usage(
      'An impact is a number, its unit and whom it touches.',
      '--impact 1200 --unit orders --whom "EU shops"',
    );
  return { number: Number(number), unit, whom };
}

function alternativesOf(given: Given): HoldDocument['alternatives'] | undefined {
  const all = list(given, 'alternative').map((one) => {
    const [, what = '', why_not = ''] = /^([^:]+):\s*(.+)$/s.exec(one) ?? [];
    if (what === '')
      throw usage(`--alternative ${one} lacks why not.`, '--alternative "Roll back: the backup is older"');
    return { what, why_not };
  });
  return all.length > 0 ? all : undefined;
}

function conditionsOf(given: Given): Update['conditions'] {
  const all = list(given, 'condition').map((one) => {
    const [, id = '', seat, what] = /^([a-z][a-z0-9_-]*)=(?:([a-z][a-z0-9_-]*):\s*(.+))?$/s.exec(one) ?? [];
    if (id === '')
      throw usage(
        `--condition ${one} is not ID=SEAT:TEXT.`,
        '--condition replica=reviewer:"The replica has caught up"',
      );
    return [id, seat === undefined || what === undefined ? null : { seat, text: what }] as const;
  });
  return Object.fromEntries(all);
}

/** The whole document after the update, and the seats of its conditions; those are null where none changes. */
export function updated(
  before: HoldDocument,
  owners: Readonly<Record<string, string>>,
  { given, conditions }: Update,
): { readonly document: HoldDocument; readonly conditions: Readonly<Record<string, string>> | null } {
  const texts = { ...before.conditions };
  const seats = { ...owners };
  for (const [id, one] of Object.entries(conditions)) {
    delete texts[id];
    delete seats[id];
    if (!one) continue;
    texts[id] = one.text;
    seats[id] = one.seat;
  }
  const said = { ...before, text: null, ...given, conditions: texts };
  const changed = Object.keys(conditions).length > 0;
  return { document: must(readHold(said)), conditions: changed ? seats : null };
}
