/** The claims about genesis and keys: the trust root's own log, and each key one principal's. Its roster is the only source of keys. */
import { base64 } from '../bytes/encoding.ts';
import { originOf } from '../log/origin.ts';
import { keyFingerprint, type PublicKey, parsePublicKey } from '../log/publicKey.ts';
import { genesisRoster, type Roster, withEnrolled } from '../log/roster.ts';
import type { SiteDocument } from '../log/tables.ts';
import type { Trust } from '../record/trust.ts';
import { ok, type Result } from '../result.ts';
import type { Spine } from './chains.ts';
import type { Known } from './folder.ts';
import type { Signature } from './verdict.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** A key that may sign from a position of the log on. */
export interface SigningKey {
  readonly key: PublicKey;
  readonly kind: Signature['kind'];
  readonly since: number;
  readonly fingerprint: string;
}

export interface Keys {
  readonly roster: Roster;
  /** By p- or a- id. */
  readonly of: ReadonlyMap<string, readonly SigningKey[]>;
}

/** Checks that the log is the trust root's, and that its name is made of its genesis. */
export function trusted({ genesis }: Spine, trust: Trust | null): Reason[] {
  const { log, site } = genesis.entry;
  const fits = (holds: boolean, why: string) => unless(holds, 'XCK_INTEGRITY', why, 0, 'I7');
  return [
    ...fits(originOf(site) === log, 'the name of the log is not made of its genesis'),
    ...fits(!trust || trust.origin === log, 'the trust root names another log'),
    ...fits(!trust || base64(trust.logKey.raw) === site.log_key, 'the trust root names another log key'),
    ...fits(!trust || trust.genesis === genesis.digest, 'the trust root names another genesis'),
  ];
}

interface Claimed {
  readonly id: string;
  readonly line: string;
  readonly kind: Signature['kind'];
  readonly seq: number;
}

function keyOf(line: string, { keys }: Known): Result<PublicKey> {
  const before = keys.get(line);
  const key = before ? ok(before) : parsePublicKey(line);
  if (key.ok) keys.set(line, key.value);
  return key;
}

/** Checks I7: ids and keys are distinct, keys are of a known kind, and each enrolment used a token that genesis gave. */
export function keysOf(
  { genesis, enrolled }: Spine,
  known: Known,
): { readonly keys: Keys; readonly reasons: Reason[] } {
  const { site } = genesis.entry;
  const claimed: Claimed[] = [
    ...site.people.flatMap(({ id, keys }) => keys.map(({ key, kind }) => ({ id, line: key, kind, seq: 0 }))),
    ...site.agents.map(({ id, key }) => ({ id, line: key, kind: 'agent' as const, seq: 0 })),
    ...enrolled.map(({ entry }) => ({ id: entry.actor, line: entry.key, kind: entry.kind, seq: entry.seq })),
  ];
  const of = new Map<string, SigningKey[]>();
  const reasons = [
    ...keepers(site),
    ...distinct([...site.people, ...site.agents].map(({ id }) => id)),
    ...distinct(claimed.map(({ line }) => line)),
  ];
  for (const { id, line, kind, seq } of claimed) {
    const key = keyOf(line, known);
    if (key.ok)
      of.set(id, [
        ...(of.get(id) ?? []),
        { key: key.value, kind, since: seq, fingerprint: keyFingerprint(key.value.blob) },
      ]);
    else reasons.push(reason('XCK_AUTHENTICITY', `a key of ${id}: ${key.refusal.sentence}`, seq, 'I7'));
  }
  let roster = genesisRoster(site, genesis.digest);
  for (const { entry } of enrolled) {
    const person = roster.people.find(({ id }) => id === entry.actor);
    // A page cannot enrol a key of kind ssh: the assurance of a record rests on that.
    const fits = person?.token === entry.token && person.keys.length === 0 && entry.kind === 'browser';
    reasons.push(
      ...unless(
        fits,
        'XCK_AUTHENTICITY',
        'it enrols a key without an unused token of this person, or not as a page’s',
        entry.seq,
        'I7',
      ),
    );
    roster = withEnrolled(roster, entry.actor, { key: entry.key, kind: entry.kind }, entry.seq);
  }
  return { keys: { roster, of }, reasons };
}

/** Checks that the keepers are people of the site, and enough of them. */
function keepers({ keepers: { need, of }, people }: SiteDocument): Reason[] {
  const known = new Set(of.filter((id) => people.some((person) => person.id === id)));
  return unless(
    known.size === of.length && need >= 1 && need <= of.length,
    'XCK_AUTHENTICITY',
    'its keepers are not enough or not its people',
    0,
    'I7',
  );
}

const distinct = (names: readonly string[]): Reason[] =>
  names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => reason('XCK_AUTHENTICITY', `${name} stands twice in the roster`, 0, 'I7'));

/**
 * The keys that count for an entry at `seq`: those of the roster before it, and in a site that needs several keepers
 * only those that genesis names, for no other has been vouched for by them.
 */
export const keysAt = ({ roster, of }: Keys, id: string, seq: number): readonly SigningKey[] =>
  (of.get(id) ?? []).filter(({ since }) => (roster.solo ? since === 0 || since < seq : since === 0));
