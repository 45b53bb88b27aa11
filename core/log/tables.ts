/**
 * The entry table: every type of entry with its fields, writers, bodies, act, invariants and whether the machine
 * hears it. An entry that this table does not describe is INVALID; the table must never grow a field without its rule.
 */
import Type from 'typebox';
import { type Act, COLLECTED, KEEPERS_ACTS } from './acts.ts';
import {
  Actor,
  AgentId,
  Base64,
  closed,
  Id,
  Int,
  Nonce,
  named,
  Principal,
  Ref,
  RunId,
  Sha256,
  Text,
  Tree,
  words,
} from './forms.ts';
import { KEY_KINDS } from './publicKey.ts';

/** A key as the roster knows it. No page enrols an `ssh` or `sk-ssh`: that is what they are worth. */
const Key = closed({ key: Type.String({ maxLength: 1000 }), kind: words(...KEY_KINDS) });
/** A person of the roster: `token` is the SHA-256 of a one-time enrolment token, or null when keys are given. */
const Person = closed({
  id: Principal,
  keys: Type.Array(Key),
  roles: Type.Array(Id),
  token: Type.Union([Sha256, Type.Null()]),
});
const SiteAgent = closed({
  id: AgentId,
  key: Type.String({ maxLength: 1000 }),
  kind: words('embedded', 'detached'),
  serves: Type.Array(Id),
});
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** The log that a new one continues, as far as it was found, and the keepers of that log who keep this one by the same key. */
const FormerLog = closed({
  /** The newest tree that the high-water mark says was acknowledged. */
  acknowledged: orNull(Tree),
  /** The tree of the database that was found. */
  checkpoint: orNull(Tree),
  genesis: Sha256,
  keepers: Type.Array(Principal),
  origin: Type.String({ pattern: '^[a-z0-9.:-]{1,260}/log/[0-9a-f]{32}$' }),
  reason: Text,
});
/** What genesis fixes; its JCS is what the origin's 32 hex digits are made of. */
export const Site = closed({
  agents: Type.Array(SiteAgent),
  former: Type.Optional(FormerLog),
  host: Type.String({ pattern: '^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$' }),
  keepers: closed({ need: Int, of: Type.Array(Principal) }),
  log_key: Base64,
  origins: Type.Array(Type.String({ pattern: '^https?://[a-z0-9.:-]{1,260}$' })),
  people: Type.Array(Person),
  random: Nonce,
  reviewer_roles: Type.Array(Id),
});

/** The roster as the keepers sign it, whole; a body of `roster.changed`. Agents, people and keys are in the order that the keepers give them. */
export const RosterDocument = closed({
  agents: Type.Array(SiteAgent),
  keepers: Site.properties.keepers,
  people: Type.Array(Person),
  reviewer_roles: Type.Array(Id),
  /** Security keys must say that they verified their user, not only that somebody touched them. */
  verify_required: Type.Boolean(),
  version: Int,
});

const Exit = Type.Union([Int, Type.String({ pattern: '^SIG[A-Z0-9]{1,10}$' })]);
const Probes = named(Id, closed({ digest: Sha256, ok: Type.Union([Type.Boolean(), Type.Null()]) }));
const Artifact = closed({ digest: Sha256, size: Int });
/** The items that an arming of a `for_each` covers, and how many the step has in all. */
const Wave = closed({ items: Type.Array(Id, { minItems: 1, maxItems: 500 }), of: Int });

/** Why an arming stopped being one; nothing runs on a void arming, whatever was signed. */
export const VOID_REASONS = [
  'agent',
  'clock',
  'crew',
  'decided',
  'drift',
  'expired',
  'hold',
  'presence',
  'probe',
  'rearmed',
  'refused',
  'roster',
  'wave',
  'window',
  'withdrawn',
] as const;
/** What raised a hold: a person, or a rule of the run that the server applies. */
export const HOLD_CAUSES = [
  'differed',
  'failed',
  'objection',
  'person',
  'presence',
  'roster',
  'runbook',
  'unknown',
] as const;
export const CLOSE_RESULTS = ['done', 'rolled-back', 'aborted'] as const;
/** What a person says of a question; WAIVED is the quorum's word, NOT RUN the absence of any. */
export const ANSWER_RESULTS = ['pass', 'fail'] as const;
export const WAYS = ['back', 'forward'] as const;
/** What a quorum says became of a step whose end nobody saw. */
export const RESOLUTIONS = ['finished', 'failed', 'not-started'] as const;

/** So many digests leave room in their statement, which is bounded, for the order and the reason. */
export const MOST_ERASED = 150;

const step = { step: Id, attempt: Int };
const armed = { ...step, armed: Ref };
const item = { item: Type.Optional(Id) };
const outcome = {
  ...step,
  ...item,
  started: Ref,
  exit: Type.Optional(Exit),
  checks: named(Id, Type.Boolean()),
  artifact: Type.Optional(Artifact),
  output_length: Type.Optional(Int),
};

/** `holds`: what is called on plans and runbooks, outside any run; `after`: what comes after a run's close. */
export type Chain = 'none' | 'run' | 'roster' | 'holds' | 'after';
export type Writer = 'person' | 'agent' | 'server' | 'token';

interface Rule<F extends Type.TProperties, C extends Chain> {
  /** The type's own fields. */
  readonly fields: F;
  /** The chains that it may stand in; an entry stands in one. */
  readonly chains: readonly C[];
  readonly writers: readonly Writer[];
  /** Bodies that must be there, then those that may be. */
  readonly bodies: readonly string[];
  readonly mayHave: readonly string[];
  /** May carry bodies named `probe-<id>`. */
  readonly probes: boolean;
  /** Whose statement the entry carries. */
  readonly act: Act | null;
  readonly invariants: readonly string[];
  /** Whether the run's machine takes it as an event. */
  readonly event: boolean;
}

const SIGNED = ['statement', 'signature'];
const site = { chains: ['none'], mayHave: [], probes: false, event: false } as const;
const run = { chains: ['run'], mayHave: [], probes: false, event: true } as const;
const after = { chains: ['after'], mayHave: [], probes: false, event: false } as const;
const rule = <F extends Type.TProperties, C extends Chain>(it: Rule<F, C>): Rule<F, C> => it;

export const ENTRIES = {
  genesis: rule({
    ...site,
    chains: ['roster'],
    fields: { site: Site },
    writers: ['server'],
    bodies: [],
    act: null,
    invariants: ['I1', 'I7'],
  }),
  'key.enrolled': rule({
    ...site,
    chains: ['roster'],
    fields: { ...Key.properties, token: Type.Optional(Sha256) },
    writers: ['person'],
    bodies: SIGNED,
    act: 'enrol',
    invariants: ['I7'],
  }),
  'key.suspended': rule({
    ...site,
    chains: ['roster'],
    fields: { key: Key.properties.key, person: Principal, version: Int },
    writers: ['person'],
    bodies: [],
    mayHave: ['answer'],
    act: null,
    invariants: ['I7'],
  }),
  'roster.signed': rule({
    ...site,
    chains: ['roster'],
    fields: { act: words(...KEEPERS_ACTS), about: Ref },
    writers: ['person'],
    bodies: [...SIGNED, 'content'],
    mayHave: ['roster'],
    act: null,
    invariants: ['I7'],
  }),
  'roster.changed': rule({
    ...site,
    chains: ['roster'],
    fields: { version: Int, signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: ['roster'],
    act: 'roster',
    invariants: ['I7'],
  }),
  'epoch.opened': rule({
    ...site,
    chains: ['roster'],
    fields: { signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: [],
    act: 'epoch',
    invariants: ['I7'],
  }),
  'runbook.registered': rule({
    ...site,
    fields: { runbook: Sha256, id: Id, authors: Type.Array(Principal) },
    writers: ['person'],
    bodies: SIGNED,
    act: 'runbook',
    invariants: ['I3', 'I18'],
  }),
  'runbook.approved': rule({
    ...site,
    fields: { runbook: Sha256, registered: Ref },
    writers: ['person'],
    bodies: SIGNED,
    act: 'approve',
    invariants: ['I18'],
  }),
  'attempt.refused': rule({
    ...site,
    fields: {
      act: Id,
      code: Type.String({ pattern: '^XCK_[A-Z_]+$' }),
      of: Type.Optional(RunId),
      step: Type.Optional(Id),
    },
    writers: ['person', 'agent'],
    bodies: [],
    act: null,
    invariants: ['I1'],
  }),

  'run.planned': rule({
    ...site,
    fields: { plan: RunId, runbook: Sha256, mode: words('live', 'rehearsal'), planned_for: Type.Optional(Int) },
    writers: ['person', 'token'],
    bodies: ['plan'],
    act: null,
    invariants: ['I1'],
  }),

  'run.opened': rule({
    ...run,
    fields: {
      mode: words('live', 'rehearsal'),
      rules: Int,
      runbook: Sha256,
      approved: Ref,
      solo: Type.Boolean(),
      roster: Ref,
      holds: Type.Optional(Ref),
      follows: Type.Optional(Ref),
      rehearsed: Type.Optional(Ref),
    },
    writers: ['person'],
    bodies: [...SIGNED, 'inputs'],
    act: 'open',
    invariants: ['I14', 'I18'],
  }),
  'seat.taken': rule({
    ...run,
    fields: { seat: Id, role: Id },
    writers: ['person'],
    bodies: [],
    act: null,
    invariants: ['I3'],
  }),
  'seat.left': rule({ ...run, fields: { seat: Id }, writers: ['person'], bodies: [], act: null, invariants: ['I9'] }),
  'presence.lost': rule({
    ...run,
    fields: { seat: Id, person: Principal },
    writers: ['server'],
    bodies: [],
    act: null,
    invariants: ['I9'],
  }),
  'presence.back': rule({
    ...run,
    fields: { seat: Id, person: Principal },
    writers: ['server'],
    bodies: [],
    act: null,
    invariants: ['I9'],
  }),

  'roster.followed': rule({
    ...run,
    fields: { roster: Ref, struck: named(Principal, Type.Array(Id)) },
    writers: ['server'],
    bodies: [],
    act: null,
    invariants: ['I7', 'I9', 'I12'],
  }),
  'lead.taken': rule({
    ...run,
    fields: { person: Principal, from: Principal, role: Id, signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: [],
    act: 'lead',
    invariants: ['I3', 'I9'],
  }),

  'briefing.answered': rule({
    ...run,
    fields: { question: Id, seat: Id, result: words(...ANSWER_RESULTS) },
    writers: ['person'],
    bodies: ['answer'],
    act: null,
    invariants: ['I10'],
  }),
  'briefing.waived': rule({
    ...run,
    fields: { question: Id, signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: [],
    act: 'waive',
    invariants: ['I10'],
  }),
  'gate.polled': rule({
    ...run,
    fields: { gate: Id, seat: Id, vote: words('go', 'no-go') },
    writers: ['person'],
    bodies: [],
    mayHave: ['answer'],
    act: null,
    invariants: ['I10', 'I16'],
  }),
  'clock.passed': rule({
    ...run,
    chains: ['run', 'after'],
    fields: { clock: Id, about: Type.Optional(Ref) },
    writers: ['server'],
    bodies: [],
    act: null,
    invariants: ['I16'],
  }),

  'step.skipped': rule({
    ...run,
    fields: { step: Id },
    writers: ['server'],
    bodies: [],
    act: null,
    invariants: ['I16', 'I17'],
  }),
  'step.armed': rule({
    ...run,
    fields: {
      ...step,
      asked_by: Principal,
      nonce: Nonce,
      not_after: Int,
      probes: Probes,
      wave: Type.Optional(Wave),
    },
    writers: ['agent'],
    bodies: [...SIGNED, 'action'],
    probes: true,
    act: 'armed',
    invariants: ['I13', 'I16', 'I17'],
  }),
  'step.confirmed': rule({
    ...run,
    fields: { ...armed, seat: Id, role: Id, kind: Key.properties.kind },
    writers: ['person'],
    bodies: SIGNED,
    act: 'confirm',
    invariants: ['I3', 'I4', 'I5', 'I6', 'I7', 'I8'],
  }),
  'step.refused': rule({
    ...run,
    fields: { ...armed, seat: Id, role: Id },
    writers: ['person'],
    bodies: SIGNED,
    act: 'refuse',
    invariants: ['I9'],
  }),
  'step.withdrawn': rule({ ...run, fields: armed, writers: ['person'], bodies: [], act: null, invariants: ['I9'] }),
  'step.voided': rule({
    ...run,
    fields: { ...armed, reason: words(...VOID_REASONS), probe: Type.Optional(Id) },
    writers: ['server', 'agent'],
    bodies: [],
    probes: true,
    act: null,
    invariants: ['I9'],
  }),
  'check.differed': rule({
    ...run,
    fields: { ...armed, seat: Id, challenge: Id },
    writers: ['person'],
    bodies: [],
    act: null,
    invariants: ['I9'],
  }),
  'step.keyed': rule({
    ...run,
    fields: { ...armed, confirmations: Type.Array(Ref) },
    writers: ['person'],
    bodies: SIGNED,
    act: 'key',
    invariants: ['I4', 'I5', 'I6', 'I7', 'I8'],
  }),
  'step.started': rule({
    ...run,
    fields: { ...armed, ...item },
    writers: ['agent'],
    bodies: SIGNED,
    probes: true,
    act: 'started',
    invariants: ['I2', 'I4', 'I6', 'I9', 'I13', 'I16'],
  }),
  'step.finished': rule({
    ...run,
    fields: { ...outcome, result: words('finished') },
    writers: ['agent'],
    bodies: SIGNED,
    mayHave: ['output', 'outputs'],
    act: 'outcome',
    invariants: ['I11', 'I13'],
  }),
  'step.failed': rule({
    ...run,
    fields: { ...outcome, result: words('failed', 'not-started') },
    writers: ['agent'],
    bodies: SIGNED,
    mayHave: ['output'],
    act: 'outcome',
    invariants: ['I11', 'I13'],
  }),
  'step.unknown': rule({
    ...run,
    fields: { ...outcome, result: words('unknown') },
    writers: ['agent'],
    bodies: SIGNED,
    mayHave: ['output'],
    act: 'outcome',
    invariants: ['I11', 'I13'],
  }),
  'step.aborted': rule({ ...run, fields: step, writers: ['person'], bodies: [], act: null, invariants: ['I11'] }),
  'step.attested': rule({
    ...run,
    fields: { ...step, started: Ref, seat: Id, role: Id, result: words(...ANSWER_RESULTS) },
    writers: ['person'],
    bodies: SIGNED,
    act: 'attest',
    invariants: ['I7', 'I8', 'I11'],
  }),
  'step.resolved': rule({
    ...run,
    fields: { ...step, ...item, outcome: Ref, as: words(...RESOLUTIONS), signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: [],
    act: 'resolve',
    invariants: ['I3', 'I11'],
  }),

  'hold.raised': rule({
    ...run,
    chains: ['run', 'holds'],
    fields: {
      cause: words(...HOLD_CAUSES),
      step: Type.Optional(Id),
      plan: Type.Optional(RunId),
      runbook: Type.Optional(Sha256),
    },
    writers: ['person', 'server'],
    bodies: [],
    mayHave: ['answer'],
    act: null,
    invariants: ['I9'],
  }),
  'hold.updated': rule({
    ...run,
    chains: ['run', 'holds'],
    fields: {
      hold: Ref,
      next_update: Type.Optional(Int),
      conditions: Type.Optional(named(Id, Id)),
      met: Type.Optional(Type.Array(Id, { maxItems: 20 })),
      stance: Type.Optional(words('agree', 'dissent')),
    },
    writers: ['person'],
    bodies: ['answer'],
    act: null,
    invariants: ['I9'],
  }),
  'act.signed': rule({
    ...run,
    chains: ['run', 'holds'],
    fields: { act: words(...COLLECTED), about: Ref, seat: Id, role: Id },
    writers: ['person'],
    bodies: [...SIGNED, 'content'],
    act: null,
    invariants: ['I3', 'I7', 'I9', 'I10', 'I11', 'I12', 'I15'],
  }),
  'hold.lifted': rule({
    ...run,
    chains: ['run', 'holds'],
    fields: { hold: Ref, signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: [],
    act: 'lift',
    invariants: ['I9'],
  }),
  'run.decided': rule({
    ...run,
    fields: { hold: Ref, way: words(...WAYS), step: Type.Optional(Id), signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: ['content'],
    act: 'decide',
    invariants: ['I3', 'I9', 'I15', 'I16'],
  }),
  'run.deviated': rule({
    ...run,
    fields: { signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: ['content'],
    act: 'deviate',
    invariants: ['I3', 'I15', 'I17'],
  }),
  'run.closed': rule({
    ...run,
    fields: { result: words(...CLOSE_RESULTS), signed: Type.Array(Ref) },
    writers: ['person'],
    bodies: [],
    act: 'close',
    invariants: ['I12'],
  }),

  'backup.deleted': rule({
    ...after,
    fields: { about: Ref, step: Id },
    writers: ['person'],
    bodies: ['answer'],
    act: null,
    invariants: ['I1'],
  }),
  'postmortem.written': rule({
    ...after,
    fields: { about: Ref },
    writers: ['person'],
    bodies: ['answer'],
    act: null,
    invariants: ['I1'],
  }),
  'countermeasure.opened': rule({
    ...after,
    fields: { about: Ref, id: Id, due: Type.Optional(Int) },
    writers: ['person'],
    bodies: ['answer'],
    act: null,
    invariants: ['I1'],
  }),
  'countermeasure.closed': rule({
    ...after,
    fields: { about: Ref, id: Id },
    writers: ['person'],
    bodies: ['answer'],
    act: null,
    invariants: ['I1'],
  }),
  'body.redacted': rule({
    ...after,
    fields: { about: Ref, erased: Type.Array(Sha256, { minItems: 1, maxItems: MOST_ERASED }) },
    writers: ['person'],
    bodies: SIGNED,
    act: 'redact',
    invariants: ['I1', 'I7'],
  }),
} as const;

export type EntryType = keyof typeof ENTRIES;
export const ENTRY_TYPES = Object.keys(ENTRIES) as EntryType[];

/** Fields of every entry. `seq` is the leaf index, `ts` milliseconds UTC by the server, never below the entry before. */
const COMMON = { v: Int, log: Type.String({ minLength: 1, maxLength: 300 }), seq: Int, ts: Int, actor: Actor };
/** What links an entry to the one before it in its chain; absent at the chain's head. */
const CHAINS = {
  none: {},
  run: { run: RunId, rseq: Int, prev: Type.Optional(Sha256) },
  roster: { rprev: Type.Optional(Sha256) },
  holds: { hprev: Type.Optional(Sha256) },
  after: { aprev: Type.Optional(Sha256) },
} as const;

/** The closed TypeBox schema of one entry type in one of its chains. */
export const entrySchema = (type: EntryType, chain: Chain): Type.TSchema =>
  closed({
    ...COMMON,
    ...CHAINS[chain],
    type: Type.Literal(type),
    bodies: Type.Optional(named(Type.String({ pattern: '^[a-z][a-z0-9_-]{0,70}$' }), Sha256)),
    ...ENTRIES[type].fields,
  });

type Static<P extends Type.TProperties> = Type.Static<Type.TObject<P>>;
type Flat<T> = { [K in keyof T]: T[K] };

/** An entry of one type: the common fields, its chain's and its own. */
export type EntryOf<T extends EntryType> = T extends EntryType
  ? InChain<T, (typeof ENTRIES)[T]['chains'][number]>
  : never;
type InChain<T extends EntryType, C extends Chain> = C extends Chain
  ? Flat<
      Static<typeof COMMON> & { type: T; bodies?: Record<string, string> } & Static<(typeof CHAINS)[C]> &
        Static<(typeof ENTRIES)[T]['fields']>
    >
  : never;
export type Entry = { [T in EntryType]: EntryOf<T> }[EntryType];
/** An entry that belongs to a run. */
export type RunEntry = Extract<Entry, { run: string }>;
export type RunEntryOf<T extends RunEntry['type']> = Extract<RunEntry, { type: T }>;
export type SiteDocument = Static<typeof Site.properties>;
export type FormerLog = Static<typeof FormerLog.properties>;
export type RosterText = Static<typeof RosterDocument.properties>;
export type VoidReason = (typeof VOID_REASONS)[number];
export type HoldCause = (typeof HOLD_CAUSES)[number];
export type CloseResult = (typeof CLOSE_RESULTS)[number];
export type AnswerResult = (typeof ANSWER_RESULTS)[number];
export type Way = (typeof WAYS)[number];
export type Resolution = (typeof RESOLUTIONS)[number];
