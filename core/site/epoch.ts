/** What a new log continues: named in its genesis, signed by its keepers, those of the former log among them. Until then nothing runs live. */
import { equal, utf8 } from '../bytes/encoding.ts';
import { jcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { type Body, refOf, type Sealed } from '../log/entry.ts';
import { isKeeper, personOf, type Roster, type RosterPerson } from '../log/roster.ts';
import type { EntryOf, FormerLog, SiteDocument } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import { all, type Check, same, unless } from '../run/rules/check.ts';

export interface Epoch {
  readonly former: FormerLog;
  /** `0 <digest>` of genesis, which the signatures are about. */
  readonly about: string;
  /** As genesis has them; a key that came later speaks for no former log. */
  readonly keepers: SiteDocument['keepers'];
  readonly people: readonly RosterPerson[];
  /** Who has signed so far, and the body `content` that all of them share. */
  readonly signers: readonly { readonly person: string; readonly ref: string }[];
  readonly content: { readonly digest: string; readonly body: Body } | null;
}

export function epochBegin(genesis: Sealed<EntryOf<'genesis'>>): Epoch | null {
  const { former, keepers, people } = genesis.entry.site;
  return former ? { former, about: refOf(genesis), keepers, people, signers: [], content: null } : null;
}

/** Whether somebody keeps this log by a key of its genesis that counts still. */
const keeps = (roster: Roster, { keepers, people }: Epoch, id: string): boolean => {
  const first = people.find((one) => one.id === id)?.keys ?? [];
  const now = personOf(roster, id)?.keys ?? [];
  return (
    isKeeper({ keepers }, id) && isKeeper(roster, id) && now.some(({ key }) => first.some((one) => one.key === key))
  );
};

/** Returns the epoch with one more keeper's signature. */
export function epochSigned(
  roster: Roster,
  epoch: Epoch | null,
  sealed: Sealed<EntryOf<'roster.signed'>>,
): Result<Epoch> {
  const { entry, bodies } = sealed;
  if (!epoch || !roster.due) return notDue(epoch);
  const digest = entry.bodies?.['content'] ?? '';
  const body = epoch.content?.body ?? bodies['content'];
  const shared = epoch.content === null || epoch.content.digest === digest;
  const stale = fail('XCK_STALE', { act: 'epoch' });
  if (!body || !equal(body.bytes, utf8(jcs(epoch.former)))) return stale;
  const rule = all(
    unless(entry.about !== epoch.about || !shared || entry.bodies?.['roster'] !== undefined, stale),
    unless(!keeps(roster, epoch, entry.actor), fail('XCK_KEEPER', {})),
    unless(
      epoch.signers.some(({ person }) => person === entry.actor),
      fail('XCK_TWICE', {}),
    ),
  );
  if (!rule.ok) return rule;
  const signers = [...epoch.signers, { person: entry.actor, ref: refOf(sealed) }];
  return ok({ ...epoch, signers, content: { digest, body } });
}

const notDue = (epoch: Epoch | null) =>
  fail('XCK_NOT_NOW', { what: 'this', why: epoch ? 'the keepers have signed it' : 'this log continues no other' });

/**
 * Checks that as many keepers have signed as the log needs, and that they keep it still. As many of them as are left
 * must have kept the former log: genesis names those, by the keys that it took over.
 */
export function epochOpened(roster: Roster, epoch: Epoch | null, { actor, signed }: EntryOf<'epoch.opened'>): Check {
  if (!epoch || !roster.due) return notDue(epoch);
  const people = epoch.signers.map(({ person }) => person);
  const refs = epoch.signers.map(({ ref }) => ref);
  const missing = missingOf(roster, epoch);
  return all(
    unless(!same(signed, refs) || people.at(-1) !== actor, fail('XCK_STALE', { act: 'epoch' })),
    unless(missing > 0, fail('XCK_QUORUM', { missing, seats: 'the keepers' })),
  );
}

/** How many keepers have still to sign. */
export function missingOf(roster: Roster, epoch: Epoch): number {
  const { need } = epoch.keepers;
  const { keepers: left } = epoch.former;
  const counting = epoch.signers.filter(({ person }) => keeps(roster, epoch, person));
  const former = counting.filter(({ person }) => left.includes(person));
  return Math.max(need - counting.length, Math.min(need, left.length) - former.length);
}
