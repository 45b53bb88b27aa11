/** The claims about genesis and roster: the trust root's own log, and each version signed by the keepers before it. Its history is the only source of keys and roles. */
import { base64 } from '../bytes/encoding.ts';
import { jcs } from '../bytes/jcs.ts';
import { originOf } from '../log/origin.ts';
import { type KeyKind, keyFingerprint, type PublicKey, parsePublicKey } from '../log/publicKey.ts';
import { agentOf, personOf, type Roster, struckBy } from '../log/roster.ts';
import type { SiteDocument } from '../log/tables.ts';
import type { Trust } from '../record/trust.ts';
import { ok } from '../result.ts';
import type { Epoch } from '../site/epoch.ts';
import { foldRoster, keyFits, type ParseKey, type RosterChange, readRoster, rosterBegin } from '../site/roster.ts';
import type { Spine } from './chains.ts';
import type { Known } from './folder.ts';
import { isType, type Leaf } from './read.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** A key as a signature was made with it. */
export interface SigningKey {
  readonly key: PublicKey;
  readonly kind: KeyKind | 'agent';
  /** What the roster asks of passkeys and of security keys. */
  readonly origins: readonly string[];
  readonly uv: boolean;
  readonly fingerprint: string;
}

/** The roster at every position of the log. */
export interface Rosters {
  /** The roster as the entries before `seq` make it. */
  before(seq: number): Roster;
  /** Every state of it, with the leaf index of the entry that made it. */
  readonly states: readonly { readonly seq: number; readonly roster: Roster }[];
}

/** Checks that the log is the trust root's, and that its name is made of its genesis. */
export function trusted({ genesis }: Pick<Spine, 'genesis'>, trust: Trust | null): Reason[] {
  const { log, site } = genesis.entry;
  const fits = (holds: boolean, why: string) => unless(holds, 'XCK_INTEGRITY', why, 0, 'I7');
  return [
    ...fits(originOf(site) === log, 'the name of the log is not made of its genesis'),
    ...fits(!trust || trust.origin === log, 'the trust root names another log'),
    ...fits(!trust || base64(trust.logKey.raw) === site.log_key, 'the trust root names another log key'),
    ...fits(!trust || trust.genesis === genesis.digest, 'the trust root names another genesis'),
  ];
}

/** Folds the roster's chain; an entry that cannot follow is a finding, and ends the fold. */
export function rostersOf(
  { genesis, roster: chain }: Pick<Spine, 'genesis' | 'roster'>,
  known: Known,
): {
  readonly rosters: Rosters;
  /** What the keepers have signed of the log that this one continues. */
  readonly epoch: Epoch | null;
  /** A roster that waits for more signatures after the last entry. */
  readonly change: RosterChange | null;
  readonly reasons: Reason[];
} {
  let state = rosterBegin(genesis);
  const states = [{ seq: 0, roster: state.roster }];
  const parse = parserOf(known);
  const reasons = [...genesisFits(genesis.entry.site, parse)];
  for (const leaf of chain.slice(1)) {
    const next = foldRoster(state, leaf, parse);
    if (!next.ok) {
      reasons.push(reason('XCK_AUTHENTICITY', next.refusal.sentence, leaf.entry.seq, 'I7'));
      break;
    }
    state = next.value;
    states.push({ seq: leaf.entry.seq, roster: state.roster });
  }
  const first = rosterBegin(genesis).roster;
  const before = (seq: number): Roster => states.findLast((one) => one.seq < seq)?.roster ?? first;
  return { rosters: { before, states }, epoch: state.epoch, change: state.change, reasons };
}

/** Checks what genesis itself says of people and keys; every later version is held to the same by its own rule. */
function genesisFits(site: SiteDocument, parse: ParseKey): Reason[] {
  const { agents, former, keepers, origins, people } = site;
  const { need, of } = keepers;
  const claim = (holds: boolean, why: string) => unless(holds, 'XCK_AUTHENTICITY', why, 0, 'I7');
  const keys = [
    ...people.flatMap((person) => person.keys),
    ...agents.map(({ key }) => ({ key, kind: 'ssh' as const })),
  ];
  const known = new Set(of.filter((id) => people.some((person) => person.id === id)));
  return [
    ...claim(
      known.size === of.length && need >= 1 && need <= of.length,
      'its keepers are not enough or not its people',
    ),
    ...claim(
      former === undefined || former.keepers.every((id, index, all) => known.has(id) && all.indexOf(id) === index),
      'it names former keepers who do not keep this log',
    ),
    ...twice([...people, ...agents].map(({ id }) => id)),
    ...twice(keys.map(({ key }) => key)),
    ...keys.flatMap((key) => {
      const fits = keyFits(key, origins, parse);
      return fits.ok ? [] : [reason('XCK_AUTHENTICITY', fits.refusal.sentence, 0, 'I7')];
    }),
  ];
}

const twice = (names: readonly string[]): Reason[] =>
  names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => reason('XCK_AUTHENTICITY', `${name} stands twice in the roster`, 0, 'I7'));

/** Reads keys, each once. */
const parserOf =
  ({ keys }: Known): ParseKey =>
  (line) => {
    const before = keys.get(line);
    const key = before ? ok(before) : parsePublicKey(line);
    if (key.ok) keys.set(line, key.value);
    return key;
  };

interface SigningClaim {
  readonly key: string;
  readonly kind: SigningKey['kind'];
}

/** The keys whose signature counts on an entry. */
export type KeysFor = (leaf: Leaf) => readonly SigningKey[];

/**
 * Returns the keys that count for an entry: its actor's in the roster before it. An entry of the run wants them in the
 * roster at its opening as well, for adding never affects an open run; in a solo site enrolling does. A first key
 * vouches for itself, and a keeper who has none yet signs with the one that the new roster gives. What the log continues
 * is signed by the keys that genesis took over from the log before.
 */
export function keysFor(rosters: Rosters, opened: number, known: Known): KeysFor {
  const parse = parserOf(known);
  const signing = ({ origins, verifyRequired: uv }: Roster, claims: readonly SigningClaim[]): SigningKey[] =>
    claims.flatMap(({ key: line, kind }) => {
      const key = parse(line);
      return key.ok ? [{ key: key.value, kind, origins, uv, fingerprint: keyFingerprint(key.value.blob) }] : [];
    });
  const claimsOf = (roster: Roster, id: string): readonly SigningClaim[] => {
    const agent = agentOf(roster, id);
    return agent ? [{ key: agent.key, kind: 'agent' as const }] : (personOf(roster, id)?.keys ?? []);
  };
  return (leaf) => {
    const { entry } = leaf;
    const now = rosters.before(entry.seq);
    const own = claimsOf(now, entry.actor);
    if (entry.type === 'key.enrolled') return signing(now, [entry]);
    if (entry.type === 'roster.signed' && entry.act === 'roster' && own.length === 0)
      return signing(now, newKeys(leaf, entry.actor));
    if (entry.type === 'roster.signed' && entry.act === 'epoch')
      return signing(now, inBoth(own, claimsOf(rosters.before(0), entry.actor)));
    if (!('run' in entry) || entry.type === 'run.opened' || now.solo) return signing(now, own);
    return signing(now, inBoth(own, claimsOf(rosters.before(opened), entry.actor)));
  };
}

const inBoth = <C extends { readonly key: string }>(
  now: readonly C[],
  then: readonly { readonly key: string }[],
): C[] => now.filter(({ key }) => then.some((one) => one.key === key));

function newKeys({ bodies }: Leaf, person: string) {
  const text = readRoster(bodies['roster']);
  return text.ok ? (text.value.people.find(({ id }) => id === person)?.keys ?? []) : [];
}

/**
 * Checks that the run followed each version of the roster before anything else of it was entered, and that each took
 * from its people exactly what it says. Versions from the leaf `size` on are not looked at.
 */
export function followed(
  { run, opened }: Pick<Spine, 'run' | 'opened'>,
  { before, states }: Rosters,
  size = Number.POSITIVE_INFINITY,
): Reason[] {
  const end = run.find(({ entry }) => entry.type === 'run.closed')?.entry.seq ?? Number.POSITIVE_INFINITY;
  const atOpening = before(opened.entry.seq);
  const versions = states.filter(
    ({ seq, roster }, index) =>
      seq > opened.entry.seq && seq < Math.min(end, size) && roster.version > (states[index - 1]?.roster.version ?? 0),
  );
  const told = run.filter((leaf) => isType(leaf, 'roster.followed'));
  return [
    ...versions.flatMap(({ seq, roster }, index) => {
      const leaf = told[index];
      const next = run.find(({ entry }) => entry.seq > seq);
      const struck = struckBy(atOpening, before(seq), roster);
      const fits = leaf !== undefined && leaf === next && leaf.entry.roster === roster.ref;
      return [
        ...unless(fits, 'XCK_POLICY', 'the run went on without following this version of the roster', seq, 'I7'),
        ...unless(
          !fits || jcs(leaf.entry.struck) === jcs(struck),
          'XCK_POLICY',
          'it takes from its people something else than the roster does',
          leaf?.entry.seq ?? seq,
          'I7',
        ),
      ];
    }),
    ...told
      .slice(versions.length)
      .map(({ entry }) => reason('XCK_POLICY', 'there is no such version of the roster', entry.seq, 'I7')),
  ];
}
