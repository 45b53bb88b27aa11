/** Entries made wrong on purpose: one field is another's, missing, doubled or of an earlier time. */
import { ENTRIES } from '../../core/log/tables.ts';
import type { Written } from '../../core/verify/checker/checker.ts';
import { AGENT, OTHER_AGENT, type Saying } from '../helpers/told.ts';
import { PEOPLE } from './moves.ts';
import type { Pick } from './pick.ts';

const SEATS = ['lead', 'reviewer', 'verifier', 'deputy', 'nobody'];
const ROLES = ['release-lead', 'dba', 'sre', 'none'];
const STEPS = ['s0', 's1', 's2', 's0-undo', 's1-undo', 's1-left', 's1-right', 'nothing'];
const WORDS: Readonly<Record<string, readonly unknown[]>> = {
  seat: SEATS,
  role: ROLES,
  step: STEPS,
  gate: [...STEPS, 'go_no_go'],
  item: ['item-1', 'item-2', 'item-3', 'item-9', ''],
  attempt: [0, 1, 2, 3],
  question: ['plan', 'report', 'nothing'],
  clock: ['raw', 'none'],
  challenge: ['where', 'nothing'],
  person: PEOPLE,
  from: PEOPLE,
  asked_by: PEOPLE,
  vote: ['go', 'no-go'],
  result: ['done', 'aborted', 'rolled-back'],
  as: ['finished', 'failed', 'not-started'],
  act: ['lift', 'decide', 'resolve', 'waive', 'deviate', 'lead', 'close'],
  reason: ['drift', 'wave', 'decided', 'hold', 'crew'],
};
/** Fields that name an entry, and the types that they might name. */
const REFERENCES: Readonly<Record<string, RegExp>> = {
  armed: /armed$/,
  started: /started$/,
  outcome: /(unknown|failed|finished|started)$/,
  hold: /raised$/,
  about: /./,
};
const LISTS: Readonly<Record<string, RegExp>> = { confirmations: /confirmed$/, signed: /act\.signed$/ };

const WRITERS = [
  ['person', PEOPLE],
  ['agent', [AGENT, OTHER_AGENT]],
  ['server', ['server']],
] as const;

/** An entry by an actor of another kind is no entry at all: the table says who may write what, and the verifier asks it first. */
const writes = ({ type, actor }: Saying, kind: (typeof WRITERS)[number][0]): boolean =>
  type === 'hold.raised'
    ? (kind === 'server') === (actor === 'server') && kind !== 'agent'
    : (ENTRIES[type].writers as readonly string[]).includes(kind);

export function wrong(saying: Saying, written: readonly Written[], pick: Pick): Saying {
  const fields: Record<string, unknown> = { ...saying.fields };
  const name = pick.one([...Object.keys(fields), 'actor']);
  if (name === 'actor')
    return { ...saying, actor: pick.one(WRITERS.flatMap(([kind, actors]) => (writes(saying, kind) ? actors : []))) };
  const named = (form: RegExp) => pick.some(written.filter(({ entry }) => form.test(entry.type)))?.ref;
  const words = ownWords(saying, name) ?? WORDS[name];
  if (words) fields[name] = pick.one(words);
  if (name === 'item' && fields[name] === '') delete fields[name];
  if (REFERENCES[name]) fields[name] = named(REFERENCES[name]) ?? fields[name];
  if (LISTS[name]) fields[name] = otherList(fields[name] as string[], named(LISTS[name]), pick);
  if (name === 'wave') fields[name] = otherWave(fields[name] as Wave, pick);
  return { ...saying, fields };
}

/** Words that belong to the type: results share a name, and the cause of a hold is its actor's to name (policy.ts asks that). */
function ownWords({ type, actor }: Saying, name: string): readonly string[] | undefined {
  if (name === 'cause')
    return actor === 'server' ? ['differed', 'failed', 'presence', 'runbook', 'unknown'] : ['person', 'objection'];
  if (name !== 'result' || type === 'run.closed') return undefined;
  if (type === 'step.failed') return ['failed', 'not-started'];
  return type === 'briefing.answered' || type === 'step.attested' ? ['pass', 'fail'] : [type.slice('step.'.length)];
}

const otherList = (list: readonly string[], other: string | undefined, pick: Pick): string[] =>
  pick.one([
    list.slice(1),
    list.slice(0, -1),
    list.toReversed(),
    [...list, ...list.slice(0, 1)],
    other ? [...list, other] : [],
    other ? [other] : [],
  ]);

interface Wave {
  readonly items: readonly string[];
  readonly of: number;
}

const otherWave = ({ items, of }: Wave, pick: Pick): Wave | undefined =>
  pick.one([
    { items: items.slice(1), of },
    { items: items.toReversed(), of },
    { items: ['item-1'], of },
    { items: ['item-1', 'item-2', 'item-3'], of: 3 },
    { items, of: of + 1 },
    undefined,
  ]);
