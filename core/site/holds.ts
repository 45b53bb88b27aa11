/** The chain of holds outside any run: on plans and runbooks, from raised to lifted. One fold and one rule for server and verifier; it never opens a run. */
import { type Demand, enough, mayCount, runDemand } from '../approval/quorum.ts';
import { fail } from '../errors.ts';
import { type Body, refOf, type Sealed } from '../log/entry.ts';
import type { EntryOf } from '../log/tables.ts';
import type { Collection, Signer } from '../run/context.ts';
import { all, type Check, later, same, unless, yes } from '../run/rules/check.ts';
import type { Runbook } from '../runbook/runbook.ts';

const TYPES = ['hold.raised', 'hold.updated', 'act.signed', 'hold.lifted'] as const;
export type HoldsType = (typeof TYPES)[number];
/** An entry of the chain `holds`. */
export type HoldsEntryOf<T extends HoldsType> = Exclude<EntryOf<T>, { run: string }>;
export type HoldsEntry = { [T in HoldsType]: HoldsEntryOf<T> }[HoldsType];

/** An open hold on a plan or on a runbook's digest; one of the two is null. */
export interface SiteHold {
  /** `<seq> <digest>` of hold.raised. */
  readonly ref: string;
  readonly plan: string | null;
  readonly runbook: string | null;
  readonly by: string;
  readonly raisedAt: number;
  readonly nextUpdate: number | null;
  readonly conditions: Readonly<Record<string, string>>;
  readonly met: readonly string[];
  readonly stance: 'agree' | 'dissent' | null;
  /** Who has signed the lift so far; any update voids it. */
  readonly collection: Collection | null;
  /** What the signatures collected so far agree on. */
  readonly content: Body | null;
  /** Leaf indices of the raising and its updates. */
  readonly said: readonly number[];
}

export interface HoldsState {
  readonly open: readonly SiteHold[];
  /** `<seq> <digest>` of the newest entry of the chain; null where there is none. */
  readonly head: string | null;
}

export const NO_HOLDS: HoldsState = { open: [], head: null };

export const holdOn = (state: HoldsState, ref: string): SiteHold | undefined =>
  state.open.find((one) => one.ref === ref);

/** The holds that stand on a runbook's digest or on the plan of a run. */
export const holdsAgainst = (state: HoldsState, runbook: string, plan: string): SiteHold[] =>
  state.open.filter((one) => one.runbook === runbook || one.plan === plan);

/** Returns the state after one more entry of the chain; whether it may follow was asked before. */
export function foldHold(state: HoldsState, sealed: Sealed<HoldsEntry>): HoldsState {
  const { entry } = sealed;
  const head = refOf(sealed);
  const each = (ref: string, change: (one: SiteHold) => SiteHold) => ({
    open: state.open.map((one) => (one.ref === ref ? change(one) : one)),
    head,
  });
  switch (entry.type) {
    case 'hold.raised':
      return { open: [...state.open, raised(entry, head)], head };
    case 'hold.updated':
      return each(entry.hold, (one) => updated(one, entry));
    case 'act.signed':
      return each(entry.about, (one) => signed(one, entry, sealed.bodies['content'], head));
    case 'hold.lifted':
      return { open: state.open.filter((one) => one.ref !== entry.hold), head };
  }
}

/** The entries of the chain about another runbook or plan than a run's: a record has them for the chain alone, without their bodies. */
export function foreignTo<S extends Pick<Sealed<HoldsEntry>, 'entry' | 'digest'>>(
  chain: readonly S[],
  of: { readonly runbook: string; readonly run: string },
): S[] {
  const own = new Set<string>();
  return chain.filter((sealed) => {
    const { entry } = sealed;
    if (entry.type !== 'hold.raised') return !own.has(entry.type === 'act.signed' ? entry.about : entry.hold);
    const mine = entry.runbook === of.runbook || entry.plan === of.run;
    if (mine) own.add(refOf(sealed));
    return !mine;
  });
}

const raised = (entry: HoldsEntryOf<'hold.raised'>, ref: string): SiteHold => ({
  ref,
  plan: entry.plan ?? null,
  runbook: entry.runbook ?? null,
  by: entry.actor,
  raisedAt: entry.ts,
  nextUpdate: null,
  conditions: {},
  met: [],
  stance: null,
  collection: null,
  content: null,
  said: [entry.seq],
});

/** New conditions begin unmet, but for those that were met under the same owner. */
function updated(one: SiteHold, entry: HoldsEntryOf<'hold.updated'>): SiteHold {
  const conditions = entry.conditions ?? one.conditions;
  const kept = one.met.filter((id) => conditions[id] === one.conditions[id]);
  return {
    ...one,
    conditions,
    met: [...new Set([...kept, ...(entry.met ?? [])])],
    nextUpdate: entry.next_update ?? one.nextUpdate,
    stance: entry.stance ?? one.stance,
    collection: null,
    content: null,
    said: [...one.said, entry.seq],
  };
}

function signed(one: SiteHold, entry: HoldsEntryOf<'act.signed'>, body: Body | undefined, ref: string): SiteHold {
  const content = entry.bodies?.['content'] ?? '';
  const before = one.collection?.content === content ? one.collection.signers : [];
  const signer: Signer = { person: entry.actor, seat: entry.seat, role: entry.role, ref };
  return {
    ...one,
    collection: { act: 'lift', about: one.ref, content, signers: [...before, signer] },
    content: before.length > 0 ? one.content : (body ?? null),
  };
}

/** What the rules need to know of the runbook that a hold is on, or whose plan it is on. */
export interface Held {
  readonly runbook: Runbook;
  /** Authors of this digest: declared, and who registered it. */
  readonly authors: readonly string[];
  /** Roles by person, of the roster. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

/** Without seats, who speaks for one is whoever holds a role of it. */
export const speaksFor = ({ runbook, roles }: Held, person: string, seat: string): boolean =>
  (runbook.crew[seat]?.roles ?? []).some((role) => roles[person]?.includes(role));

/** Checks that an entry of the chain may follow; anybody may hold, and what lifts is signed by the people of the roster. */
export function mayFollow(state: HoldsState, entry: HoldsEntry, held: Held): Check {
  switch (entry.type) {
    case 'hold.raised':
      return unless(
        entry.cause !== 'person' ||
          !entry.actor.startsWith('p-') ||
          entry.step !== undefined ||
          (entry.plan === undefined) === (entry.runbook === undefined),
        later('a hold outside any run is called by a person, on a plan or on a runbook'),
      );
    case 'hold.updated':
      return mayUpdate(state, entry, held);
    case 'act.signed':
      return maySign(state, entry, held);
    case 'hold.lifted':
      return mayLift(state, entry, held);
  }
}

function mayUpdate(state: HoldsState, entry: HoldsEntryOf<'hold.updated'>, held: Held): Check {
  const hold = holdOn(state, entry.hold);
  if (!hold) return fail('XCK_STALE', { act: 'update' });
  const own = hold.by === entry.actor;
  const conditions = entry.conditions ?? hold.conditions;
  const unknown = Object.values(conditions).find((seat) => !Object.hasOwn(held.runbook.crew, seat));
  const foreign = (entry.met ?? []).find((id) => !speaksFor(held, entry.actor, conditions[id] ?? ''));
  return all(
    unless(
      entry.conditions !== undefined && !own && !speaksFor(held, entry.actor, 'lead'),
      later('conditions are set by who raised the hold or a lead'),
    ),
    unless(unknown !== undefined, fail('XCK_UNKNOWN', { what: 'seat', name: unknown ?? '' })),
    unless(foreign !== undefined, fail('XCK_CONDITION', { condition: foreign ?? '' })),
    unless(entry.stance !== undefined && !own, later('only who raised the hold is asked')),
  );
}

/** Whom a lift needs beside the lead: as many eyes as the step with most of them. */
export const liftDemand = ({ runbook }: Pick<Held, 'runbook'>): Demand => runDemand(runbook);

function maySign(state: HoldsState, entry: HoldsEntryOf<'act.signed'>, held: Held): Check {
  const hold = holdOn(state, entry.about);
  const { actor: person, seat, role } = entry;
  const before = hold?.collection;
  const again = before?.content === entry.bodies?.['content'] && before?.signers.some((one) => one.person === person);
  const roles = held.runbook.crew[seat]?.roles ?? [];
  const fits = roles.includes(role) && held.roles[person]?.includes(role) === true;
  return all(
    unless(!hold || entry.act !== 'lift', fail('XCK_STALE', { act: entry.act })),
    unless(!fits, fail('XCK_ROLE', { seat, roles: roles.join(' or ') })),
    seat === 'lead' ? yes : mayCount(liftDemand(held), counting(held), { person, seat, role }),
    unless(again === true, fail('XCK_TWICE', {})),
  );
}

/** Outside a run nobody has led or keyed anything; only who wrote the folder does not count. */
const counting = ({ authors }: Held) => ({ authors, never: [] });

function mayLift(state: HoldsState, entry: HoldsEntryOf<'hold.lifted'>, held: Held): Check {
  const hold = holdOn(state, entry.hold);
  const signers = hold?.collection?.signers ?? [];
  const listed = same(
    entry.signed,
    signers.map(({ ref }) => ref),
  );
  if (!hold || !listed || signers.at(-1)?.person !== entry.actor) return fail('XCK_STALE', { act: 'lift' });
  const unmet = Object.keys(hold.conditions).filter((id) => !hold.met.includes(id));
  return all(
    unless(unmet.length > 0, fail('XCK_CONDITIONS', { conditions: unmet.join(', ') })),
    unless(!signers.some(({ seat }) => seat === 'lead'), fail('XCK_LEAD', { act: 'sign the lift' })),
    enough(liftDemand(held), counting(held), signers),
  );
}
