/** The roster's chain: keys enrolled, keys suspended, whole new rosters that the keepers of the old and of the new one sign, and what a new log continues. One rule and one fold for server, client and verifier. */
import { Compile } from 'typebox/compile';
import { parseCanonical } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { hostOf } from '../log/authenticator.ts';
import { type Body, bodyDigest, refOf, type Sealed } from '../log/entry.ts';
import { fitsKind, isPageKind, type PublicKey, parsePublicKey } from '../log/publicKey.ts';
import {
  changedRoster,
  enrolledIn,
  genesisRoster,
  isKeeper,
  personOf,
  type Roster,
  type RosterKey,
  suspendedIn,
} from '../log/roster.ts';
import { type EntryOf, RosterDocument, type RosterText } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import { all, type Check, same, unless } from '../run/rules/check.ts';
import { type Epoch, epochBegin, epochOpened, epochSigned } from './epoch.ts';

export const ROSTER_TYPES = [
  'genesis',
  'key.enrolled',
  'key.suspended',
  'roster.signed',
  'roster.changed',
  'epoch.opened',
] as const;
type RosterType = (typeof ROSTER_TYPES)[number];
/** An entry of the roster's chain. */
export type RosterEntry = EntryOf<RosterType>;

/** A roster that some keepers have signed, and others have not yet. */
export interface RosterChange {
  /** Salted digest of the body `content`: all signers share it. */
  readonly content: string;
  readonly body: Body;
  /** The body `roster` that they signed; whoever joins them sends the same. */
  readonly roster: Body;
  readonly text: RosterText;
  readonly signers: readonly { readonly person: string; readonly ref: string }[];
}

export interface RosterState {
  readonly roster: Roster;
  /** Digest of the newest entry of the chain. */
  readonly rosterHead: string;
  readonly change: RosterChange | null;
  /** What the keepers sign of the log that this one continues; null where it continues none. */
  readonly epoch: Epoch | null;
}

export const rosterBegin = (genesis: Sealed<EntryOf<'genesis'>>): RosterState => ({
  roster: genesisRoster(genesis.entry.site, genesis.digest),
  rosterHead: genesis.digest,
  change: null,
  epoch: epochBegin(genesis),
});

const FORM = Compile(RosterDocument);

/** The document of a body `roster`. XCK_BYTES where it is none. */
export function readRoster(body: Body | undefined): Result<RosterText> {
  const refused = (why: string) => fail('XCK_BYTES', { what: 'a roster', why });
  const parsed = parseCanonical(body?.bytes ?? new Uint8Array(), LIMITS);
  if (!parsed.ok) return parsed;
  return FORM.Check(parsed.value) ? ok(parsed.value as RosterText) : refused('a field is missing or surplus');
}
const LIMITS = { maxBytes: 4_194_304, maxDepth: 8, integersOnly: true } as const;

/** What a person signs of a roster: its salted digest and its version. */
export const rosterContent = (
  entry: { readonly bodies?: Readonly<Record<string, string>> },
  { version }: RosterText,
) => ({
  roster: entry.bodies?.['roster'] ?? '',
  version,
});

/** Reads a public key; whoever judges many rosters remembers those that it has read. */
export type ParseKey = (line: string) => Result<PublicKey>;

/** Returns the state after one more entry, or why it may not follow. */
export function foldRoster(
  state: RosterState,
  sealed: Sealed<RosterEntry>,
  parse: ParseKey = parsePublicKey,
): Result<RosterState> {
  const { entry, digest } = sealed;
  const { roster, change, epoch } = state;
  const after = (next: Roster, made: RosterChange | null, signed = epoch): Result<RosterState> =>
    ok({ roster: next, rosterHead: digest, change: made, epoch: signed });
  switch (entry.type) {
    case 'genesis':
      return fail('XCK_NOT_NOW', { what: 'a genesis', why: 'the roster has begun' });
    case 'key.enrolled': {
      const rule = mayEnrol(roster, entry, parse);
      const offered = { person: entry.actor, key: entry.key, kind: entry.kind };
      return rule.ok ? after(enrolledIn(roster, offered, entry.token !== undefined), change) : rule;
    }
    case 'key.suspended': {
      const rule = maySuspend(roster, entry);
      return rule.ok ? after(suspendedIn(roster, entry.person, entry.key, entry.seq, digest), null) : rule;
    }
    case 'roster.signed': {
      if (entry.act === 'epoch') {
        const signed = epochSigned(roster, epoch, sealed as Sealed<typeof entry>);
        return signed.ok ? after(roster, change, signed.value) : signed;
      }
      const joined = signedBy(state, sealed as Sealed<typeof entry>, parse);
      return joined.ok ? after(roster, joined.value) : joined;
    }
    case 'roster.changed': {
      const made = changeOf(state, entry);
      return made.ok ? after(changedRoster(roster, made.value.text, entry.seq, digest), null) : made;
    }
    case 'epoch.opened': {
      const rule = epochOpened(roster, epoch, entry);
      return rule.ok ? after({ ...roster, due: false }, change) : rule;
    }
  }
}

/** Where no keeper looks at a key before it counts, it is never taken for one that no page can enrol. */
const SOLO_KINDS = 'in a solo site a link enrols a page’s key alone';

/** A first key comes with the token that was given for it; a further one is only offered to the keepers. One key is one person's for ever. */
function mayEnrol(roster: Roster, entry: EntryOf<'key.enrolled'>, parse: ParseKey): Check {
  const { actor, key, kind, token } = entry;
  const person = personOf(roster, actor);
  const keys = person?.keys.length ?? 0;
  const fits = token === undefined ? keys > 0 : person?.token === token && keys === 0;
  return all(
    unless(roster.solo && token !== undefined && !isPageKind(kind), fail('XCK_ROSTER', { why: SOLO_KINDS })),
    unless(!fits, fail('XCK_TOKEN', {})),
    unless(roster.owners.has(key), fail('XCK_EXISTS', { what: 'This key', how: 'somebody’s' })),
    keyFits(entry, roster.origins, parse),
  );
}

/** Checks that a key is one, of a type that its kind makes; a passkey was made for a page of the site. */
export function keyFits({ key, kind }: RosterKey, origins: readonly string[], parse: ParseKey): Check {
  const parsed = parse(key);
  if (!parsed.ok) return parsed;
  const { type, application } = parsed.value;
  const bad = (why: string) => fail('XCK_BYTES', { what: `a key of kind ${kind}`, why });
  return all(
    unless(!fitsKind(type, kind), bad('its type is not one of its kind')),
    unless(
      kind === 'passkey' && !origins.some((origin) => hostOf(origin) === application),
      bad('it is of another site'),
    ),
  );
}

/** Everybody may suspend a key of their own, a keeper anybody's: it only stops. */
function maySuspend(roster: Roster, { actor, key, person, version }: EntryOf<'key.suspended'>): Check {
  const has = personOf(roster, person)?.keys.some((own) => own.key === key) ?? false;
  return all(
    unless(!has, fail('XCK_UNKNOWN', { what: `key of ${person}`, name: key })),
    unless(actor !== person && !isKeeper(roster, actor), fail('XCK_KEEPER', {})),
    unless(version !== roster.version + 1, fail('XCK_STALE', { act: 'suspend' })),
  );
}

/** Returns the change with one more signature; another content than the collected one begins anew. */
function signedBy(state: RosterState, sealed: Sealed<EntryOf<'roster.signed'>>, parse: ParseKey): Result<RosterChange> {
  const { entry, bodies } = sealed;
  const { roster, change } = state;
  const read = readRoster(bodies['roster']);
  if (!read.ok) return read;
  const text = read.value;
  const content = entry.bodies?.['content'] ?? '';
  const before = change?.content === content ? change : null;
  const keeps = isKeeper(roster, entry.actor) || isKeeper(text, entry.actor);
  const rule = all(
    unless(entry.about !== roster.made, fail('XCK_STALE', { act: entry.act })),
    unless(!keeps, fail('XCK_KEEPER', {})),
    unless(before?.signers.some(({ person }) => person === entry.actor) === true, fail('XCK_TWICE', {})),
    maySucceed(roster, text, parse),
  );
  if (!rule.ok) return rule;
  const signers = [...(before?.signers ?? []), { person: entry.actor, ref: refOf(sealed) }];
  const body = before?.body ?? bodies['content'];
  const whole = before?.roster ?? bodies['roster'];
  return body && whole ? ok({ content, body, roster: whole, text, signers }) : fail('XCK_STALE', { act: 'roster' });
}

/** Checks that enough keepers of the old and of the new roster have signed. Whoever has no key that counts yet speaks for the new one alone. */
function changeOf(state: RosterState, entry: EntryOf<'roster.changed'>): Result<RosterChange> {
  const { roster, change } = state;
  if (!change) return fail('XCK_STALE', { act: 'roster' });
  const people = change.signers.map(({ person }) => person);
  const refs = change.signers.map(({ ref }) => ref);
  const counts = (person: string) => (personOf(roster, person)?.keys.length ?? 0) > 0;
  const old = people.filter((person) => isKeeper(roster, person) && counts(person)).length;
  const next = people.filter((person) => isKeeper(change.text, person)).length;
  const missing = Math.max(roster.keepers.need - old, change.text.keepers.need - next);
  const rule = all(
    unless(!same(entry.signed, refs) || people.at(-1) !== entry.actor, fail('XCK_STALE', { act: 'roster' })),
    unless(entry.version !== change.text.version, fail('XCK_STALE', { act: 'roster' })),
    unless(entry.bodies?.['roster'] !== bodyDigest(change.roster), fail('XCK_STALE', { act: 'roster' })),
    unless(missing > 0, fail('XCK_QUORUM', { missing, seats: 'the keepers' })),
  );
  return rule.ok ? ok(change) : rule;
}

/** Checks that a document can be the version after this one. XCK_ROSTER says what does not fit. */
export function maySucceed(roster: Roster, text: RosterText, parse: ParseKey = parsePublicKey): Check {
  const bad = (holds: boolean, why: string) => unless(!holds, fail('XCK_ROSTER', { why }));
  const { agents, keepers, people } = text;
  const ids = [...people, ...agents].map(({ id }) => id);
  const claimed = [
    ...people.flatMap(({ id, keys }) => keys.map((key) => ({ id, ...key }))),
    ...agents.map(({ id, key }) => ({ id, key, kind: 'ssh' as const })),
  ];
  const lines = claimed.map(({ key }) => key);
  const taken = claimed.find(({ id, key }) => (roster.owners.get(key) ?? id) !== id);
  const keyed = keepers.of.filter((id) => people.some((one) => one.id === id && one.keys.length > 0));
  return all(
    bad(text.version === roster.version + 1, `it is version ${text.version}, not ${roster.version + 1}`),
    bad(distinct(ids), 'an id stands in it twice'),
    bad(distinct(lines), 'a key stands in it twice'),
    bad(taken === undefined, `a key of ${taken?.id} is or was another’s`),
    bad(
      distinct(keepers.of) && keepers.of.every((id) => people.some((one) => one.id === id)),
      'its keepers are not its people',
    ),
    bad(keepers.need >= (roster.solo ? 1 : 2), 'two keepers must be needed for a change'),
    bad(keyed.length >= keepers.need, `only ${keyed.length} of its keepers have a key, and ${keepers.need} must sign`),
    bad(text.reviewer_roles.length > 0, 'it names no reviewer’s role'),
    ...claimed.map((one) => keyFits(one, roster.origins, parse)),
  );
}

const distinct = (names: readonly string[]): boolean => new Set(names).size === names.length;
