/** Entries: which bytes are one, by the tables of the page. */
import { canonical, fromBase64 } from './bytes.ts';
import { TYPES, wordsOf } from './page.ts';

export interface Entry {
  readonly type: string;
  readonly log: string;
  readonly seq: number;
  readonly ts: number;
  readonly actor: string;
  readonly bodies?: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: what the fields of a type are is checked by the table
  readonly [field: string]: any;
}

type Form = (value: unknown, type: string) => boolean;

const text =
  (pattern: RegExp, most = Number.POSITIVE_INFINITY): Form =>
  (value) =>
    typeof value === 'string' && pattern.test(value) && value.length <= most;
const int: Form = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const bool: Form = (value) => typeof value === 'boolean';
const id = text(/^[a-z][a-z0-9_-]{0,63}$/);
const run = text(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
const digest = text(/^sha256:[0-9a-f]{64}$/);
const nonce = text(/^[0-9a-f]{64}$/);
const ref = text(/^(0|[1-9][0-9]{0,15}) sha256:[0-9a-f]{64}$/);
const person = text(/^p-[0-9a-f]{16}$/);
const agent = text(/^a-[0-9a-f]{16}$/);
const keyLine = text(/^/, 1000);
const b64: Form = (value) => typeof value === 'string' && fromBase64(value) !== undefined;
const one =
  (...words: readonly string[]): Form =>
  (value) =>
    words.includes(value as string);
const list =
  (form: Form, least = 0, most = Number.POSITIVE_INFINITY): Form =>
  (value, type) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every((each) => form(each, type));
const ascending = (names: readonly string[]): boolean =>
  names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const map =
  (name: Form, form: Form): Form =>
  (value, type) =>
    isObject(value) && Object.entries(value).every(([key, each]) => name(key, type) && form(each, type));
const closed =
  (forms: Readonly<Record<string, Form>>): Form =>
  (value, type) =>
    isObject(value) &&
    Object.keys(value).length === Object.keys(forms).length &&
    Object.entries(forms).every(([name, form]) => Object.hasOwn(value, name) && form(value[name], type));
const orNull =
  (form: Form): Form =>
  (value, type) =>
    value === null || form(value, type);

const kind = one(...wordsOf('kind'));
const people = list(
  closed({ id: person, keys: list(closed({ key: keyLine, kind })), roles: list(id), token: orNull(digest) }),
);
const agents = list(closed({ id: agent, key: keyLine, kind: one('embedded', 'detached'), serves: list(id) }));
const keepers = closed({ need: int, of: list(person) });
const tree = text(/^(0|[1-9][0-9]{0,15}) [A-Za-z0-9+/]{43}=$/);
const former = closed({
  acknowledged: orNull(tree),
  checkpoint: orNull(tree),
  genesis: digest,
  keepers: list(person),
  origin: text(/^./s, 300),
  reason: text(/^/),
});
const SITE = {
  agents,
  host: text(/^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$/),
  keepers,
  log_key: b64,
  origins: list(text(/^https?:\/\/[a-z0-9.:-]{1,260}$/)),
  people,
  random: nonce,
  reviewer_roles: list(id),
};
const site: Form = (value, type) => closed(SITE)(value, type) || closed({ ...SITE, former })(value, type);
/** The document of a version of the roster. */
export const rosterForm = closed({
  agents,
  keepers,
  people,
  reviewer_roles: list(id),
  verify_required: bool,
  version: int,
});

const COLLECTED = ['lift', 'decide', 'resolve', 'waive', 'deviate', 'lead', 'close'];
const RESULTS: Readonly<Record<string, readonly string[]>> = {
  'step.finished': ['finished'],
  'step.failed': ['failed', 'not-started'],
  'step.unknown': ['unknown'],
  'briefing.answered': ['pass', 'fail'],
  'step.attested': ['pass', 'fail'],
  'run.closed': ['done', 'rolled-back', 'aborted'],
};

/** The forms of all fields, as the page's table has them. */
const FIELDS: Readonly<Record<string, Form>> = {
  about: ref,
  act: (value, type) =>
    type === 'attempt.refused'
      ? id(value, type)
      : one(...(type === 'act.signed' ? COLLECTED : ['roster', 'epoch']))(value, type),
  approved: ref,
  armed: ref,
  artifact: closed({ digest, size: int }),
  as: one('finished', 'failed', 'not-started'),
  asked_by: person,
  attempt: int,
  authors: list(person),
  cause: one(...wordsOf('cause')),
  challenge: id,
  checks: map(id, bool),
  clock: id,
  code: text(/^XCK_[A-Z_]+$/),
  conditions: map(id, id),
  confirmations: list(ref),
  due: int,
  erased: (value, type) => list(digest, 1, 150)(value, type) && ascending(value as string[]),
  exit: (value, type) => int(value, type) || text(/^SIG[A-Z0-9]{1,10}$/)(value, type),
  follows: ref,
  from: person,
  gate: id,
  hold: ref,
  holds: ref,
  id,
  item: id,
  key: keyLine,
  kind,
  met: list(id, 0, 20),
  mode: one('live', 'rehearsal'),
  next_update: int,
  nonce,
  not_after: int,
  of: run,
  outcome: ref,
  output_length: int,
  person,
  plan: run,
  planned_for: int,
  probe: id,
  probes: map(id, closed({ digest, ok: orNull(bool) })),
  question: id,
  reason: one(...wordsOf('reason')),
  registered: ref,
  rehearsed: ref,
  result: (value, type) => (RESULTS[type] ?? []).includes(value as string),
  role: id,
  roster: ref,
  rules: int,
  runbook: digest,
  seat: id,
  signed: list(ref),
  site,
  solo: bool,
  stance: one('agree', 'dissent'),
  started: ref,
  step: id,
  struck: map(person, list(id)),
  token: digest,
  version: int,
  vote: one('go', 'no-go'),
  wave: closed({ items: list(id, 1, 500), of: int }),
  way: one('back', 'forward'),
};

const COMMON: Readonly<Record<string, Form>> = {
  v: (value) => value === 1,
  log: text(/^./s, 300),
  seq: int,
  type: (value) => typeof value === 'string',
  ts: int,
  actor: text(/^(?:[pat]-[0-9a-f]{16}|server)$/),
};
const LINKS: Readonly<Record<string, readonly [name: string, form: Form, optional: boolean][]>> = {
  none: [],
  run: [
    ['run', run, false],
    ['rseq', int, false],
    ['prev', digest, true],
  ],
  roster: [['rprev', digest, true]],
  holds: [['hprev', digest, true]],
  after: [['aprev', digest, true]],
};
const WRITER: Readonly<Record<string, string>> = { p: 'person', a: 'agent', t: 'token', s: 'server' };

/** The chain that an entry stands in. */
export const chainOf = (entry: Entry): string =>
  TYPES.get(entry.type)?.chains.find((chain) => (chain === 'run') === 'run' in entry) ?? 'none';

/** The entry whose bytes these are; undefined where they are none. */
export function parseEntry(bytes: Uint8Array): Entry | undefined {
  const entry = canonical(bytes, 65_535, 8, true) as Entry | undefined;
  const row = isObject(entry) ? TYPES.get(entry.type) : undefined;
  if (!entry || !row?.chains.includes(chainOf(entry))) return undefined;
  const allowed = new Map<string, readonly [Form, boolean]>([
    ...Object.entries(COMMON).map(([name, form]) => [name, [form, false]] as const),
    ...(LINKS[chainOf(entry)] ?? []).map(([name, form, optional]) => [name, [form, optional]] as const),
    ...[...row.fields].map(([name, optional]) => [name, [FIELDS[name] ?? (() => false), optional]] as const),
    ['bodies', [map(text(/^[a-z][a-z0-9_-]{0,70}$/), digest), true]],
  ]);
  const fits =
    Object.keys(entry).every((name) => allowed.has(name)) &&
    [...allowed].every(([name, [form, optional]]) =>
      Object.hasOwn(entry, name) ? form(entry[name], entry.type) : optional,
    );
  return fits && row.writers.includes(WRITER[entry.actor.slice(0, 1)] ?? '') && bodiesFit(entry) ? entry : undefined;
}

function bodiesFit({ type, bodies }: Entry): boolean {
  const row = TYPES.get(type);
  const names = Object.keys(bodies ?? {});
  if (!row || (bodies && names.length === 0)) return false;
  return (
    [...row.bodies].every(([name, optional]) => optional || names.includes(name)) &&
    names.every((name) => row.bodies.has(name) || (row.probes && name.startsWith('probe-')))
  );
}

/** `<int> <digest>` of an entry: by rseq in a run, else by seq. */
export const refOf = ({ entry, digest: own }: { readonly entry: Entry; readonly digest: string }): string =>
  `${entry['rseq'] ?? entry.seq} ${own}`;
