/** Decisions on holds outside any run: on a plan or a runbook, before anything has started. Who may lift is said by the chain's rule. */
import { parseStatement, sameStatement } from '../approval/statement.ts';
import { equal } from '../bytes/encoding.ts';
import { fail } from '../errors.ts';
import type { Body, Draft } from '../log/entry.ts';
import { rolesOf } from '../log/roster.ts';
import { ok, type Result } from '../result.ts';
import { signing } from '../run/answers.ts';
import { contentOf } from '../run/collected.ts';
import type { Command, Signed } from '../run/commands.ts';
import { actLines } from '../run/lines.ts';
import type { SiteBook } from './book.ts';
import { type Held, holdOn, liftDemand, type SiteHold, speaksFor } from './holds.ts';
import type { SiteState, World } from './state.ts';

export type HoldingCommand =
  | {
      readonly type: 'hold_on';
      readonly person: string;
      readonly on: { readonly plan: string } | { readonly runbook: string };
      /** JCS string: why. */
      readonly text: Body;
    }
  | Extract<Command, { readonly type: 'update' }>
  | ({ readonly type: 'lift_on'; readonly person: string; readonly content: Body } & Signed);

export function holding(state: SiteState, book: SiteBook, command: HoldingCommand, world: World): Result<unknown> {
  if (command.type === 'hold_on') return raise(state, book, command, world);
  return command.type === 'update' ? update(state, book, command, world) : lift(state, book, command, world);
}

type Of<T extends HoldingCommand['type']> = Extract<HoldingCommand, { readonly type: T }>;

/** The runbook that a hold is on, or whose plan it is on, and who its people are. */
function heldOn(
  state: SiteState,
  on: { readonly plan?: string | null; readonly runbook?: string | null },
  world: World,
): Result<Held> {
  const digest = on.runbook ?? (on.plan ? state.plans.get(on.plan)?.runbook : undefined);
  const registered = digest === undefined ? undefined : state.runbooks.get(digest);
  const runbook = digest === undefined ? undefined : world.runbookOf(digest);
  if (!registered || !runbook)
    return fail('XCK_UNKNOWN', { what: on.plan ? 'plan' : 'runbook', name: on.plan ?? on.runbook ?? '' });
  return ok({ runbook, authors: registered.authors, roles: rolesOf(state.roster) });
}

function raise(state: SiteState, book: SiteBook, command: Of<'hold_on'>, world: World): Result<unknown> {
  const { on, person, text } = command;
  const held = heldOn(state, on, world);
  if (!held.ok) return held;
  if ('plan' in on && world.knownRun(on.plan))
    return fail('XCK_NOT_NOW', { what: 'a hold on this plan', why: 'its run is open or over' });
  const draft = { type: 'hold.raised', actor: person, fields: { cause: 'person', ...on }, bodies: { answer: text } };
  return book.hold(draft as Draft, held.value);
}

function update(state: SiteState, book: SiteBook, command: Of<'update'>, world: World): Result<unknown> {
  const { person, hold, nextUpdate, conditions, met, stance, answer } = command;
  const found = holdOn(state.holds, hold);
  if (!found) return fail('XCK_STALE', { act: 'update' });
  const held = heldOn(state, found, world);
  if (!held.ok) return held;
  const fields = {
    hold,
    ...(nextUpdate === undefined ? {} : { next_update: nextUpdate }),
    ...(conditions === undefined ? {} : { conditions: { ...conditions } }),
    ...(met === undefined ? {} : { met: [...met] }),
    ...(stance === undefined ? {} : { stance }),
  };
  return book.hold({ type: 'hold.updated', actor: person, fields, bodies: { answer } } as Draft, held.value);
}

/** One more signature of a lift; with the last one that is needed, the lift in the same transaction. */
function lift(state: SiteState, book: SiteBook, command: Of<'lift_on'>, world: World): Result<unknown> {
  const read = parseStatement('lift', command.statement.bytes);
  if (!read.ok) return read;
  const content = contentOf('lift', command.content, read.value.content);
  if (!content.ok) return content;
  const { risk } = content.value;
  if (risk !== null && (typeof risk !== 'string' || risk.trim() === ''))
    return fail('XCK_STATEMENT', { act: 'lift', why: 'its risk is neither null nor a text' });
  const found = holdOn(state.holds, read.value.about);
  if (!found) return fail('XCK_STALE', { act: 'lift' });
  const held = heldOn(state, found, world);
  if (!held.ok) return held;
  const about = { origin: state.origin, run: null, mode: null, about: found.ref, content: content.value };
  const same = sameStatement('lift', read.value, actLines('lift', about, signing(read.value, command.person)));
  if (!same.ok) return same;
  const place = capacity(found, held.value, command.person);
  if (!place.ok) return place;
  const shared = found.content;
  const body = shared && equal(shared.bytes, command.content.bytes) ? shared : command.content;
  const bodies = { statement: command.statement, signature: command.signature, content: body };
  const fields = { act: 'lift', about: found.ref, ...place.value };
  const signed = book.hold({ type: 'act.signed', actor: command.person, fields, bodies } as Draft, held.value);
  return signed.ok ? lifted(book, found.ref, command.person, held.value) : signed;
}

function lifted(book: SiteBook, hold: string, actor: string, held: Held): Result<unknown> {
  const signed = holdOn(book.holds, hold)?.collection?.signers.map(({ ref }) => ref) ?? [];
  const done = book.hold({ type: 'hold.lifted', actor, fields: { hold, signed } } as Draft, held);
  const waits = !done.ok && (done.refusal.code === 'XCK_QUORUM' || done.refusal.code === 'XCK_LEAD');
  return waits ? ok(null) : done;
}

/** The seat for which a person signs: one of the quorum's that nobody has signed for, the one with fewest holders first; else the lead's. */
function capacity(
  { collection }: SiteHold,
  held: Held,
  person: string,
): Result<{ readonly seat: string; readonly role: string }> {
  const demand = liftDemand(held);
  const taken = (collection?.signers ?? []).map(({ seat }) => seat);
  const holders = (seat: string) => Object.keys(held.roles).filter((one) => speaksFor(held, one, seat)).length;
  const open = demand.by.filter((seat) => !taken.includes(seat)).sort((a, b) => holders(a) - holders(b));
  const missing = demand.count > taken.filter((seat) => seat !== 'lead').length && !held.authors.includes(person);
  const seat = [...(missing ? open : []), 'lead'].find((one) => speaksFor(held, person, one));
  const named = ['lead', ...demand.by];
  const roles = named.flatMap((one) => held.runbook.crew[one]?.roles ?? []);
  if (seat === undefined && held.authors.includes(person))
    return fail('XCK_AUTHOR', { needed: demand.by.join(' or ') });
  if (seat === undefined) return fail('XCK_ROLE', { seat: 'lead or a lifting', roles: roles.join(' or ') });
  const role = held.runbook.crew[seat]?.roles.find((one) => held.roles[person]?.includes(one)) ?? '';
  return ok({ seat, role });
}
