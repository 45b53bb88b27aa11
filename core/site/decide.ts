/** From a command about the site (keys, runbooks, plans, holds, opening a run) to the entries that it makes; signatures are checked before. */
import { fail } from '../errors.ts';
import type { Draft, Sealed } from '../log/entry.ts';
import { personOf } from '../log/roster.ts';
import { ok, type Result } from '../result.ts';
import type { Signed } from '../run/commands.ts';
import type { At } from '../run/draftbook.ts';
import { SiteBook } from './book.ts';
import { type HoldingCommand, holding } from './holding.ts';
import { type KeepingCommand, keeping } from './keeping.ts';
import { type OpenCommand, open } from './open.ts';
import { type PlanCommand, plan } from './plans.ts';
import type { Registered, SiteDraft, SiteState, World } from './state.ts';
import { bodies, stated } from './statement.ts';

export type SiteCommand =
  | KeepingCommand
  | ({ readonly type: 'register'; readonly person: string; readonly runbook: string; readonly id: string } & Signed)
  | ({ readonly type: 'approve'; readonly person: string } & Signed)
  | OpenCommand
  | PlanCommand
  | HoldingCommand;

type Of<T extends SiteCommand['type']> = Extract<SiteCommand, { readonly type: T }>;

/** Returns the entries that `command` makes, in order, or why not. */
export function decideSite(state: SiteState, command: SiteCommand, world: World, at: At): Result<readonly Sealed[]> {
  const book = new SiteBook(state, at);
  const done = carryOut(state, book, command, world);
  return done.ok ? ok(book.entries) : done;
}

function carryOut(state: SiteState, book: SiteBook, command: SiteCommand, world: World): Result<unknown> {
  switch (command.type) {
    case 'hold_on':
    case 'update':
    case 'lift_on':
      return holding(state, book, command, world);
    case 'enrol':
    case 'suspend':
    case 'roster':
    case 'epoch':
      return keeping(state, book, command);
    default: {
      const made = draftOf(state, command, world);
      return made.ok ? ok(book.put(made.value.draft, made.value.run)) : made;
    }
  }
}

function draftOf(
  state: SiteState,
  command: Exclude<SiteCommand, HoldingCommand | KeepingCommand>,
  world: World,
): Result<SiteDraft> {
  switch (command.type) {
    case 'register':
      return register(state, command);
    case 'approve':
      return approve(state, command);
    case 'open':
      return open(state, command, world);
    case 'plan':
      return plan(state, command, world);
  }
}

function register(state: SiteState, command: Of<'register'>): Result<SiteDraft> {
  if (state.runbooks.has(command.runbook))
    return fail('XCK_EXISTS', { what: 'This runbook digest', how: 'registered' });
  let authors: string[] = [];
  const lines = stated(state.origin, 'runbook', command, (content) => {
    const named = Array.isArray(content['authors']) ? content['authors'].map(String) : [];
    authors = [...new Set(named)].sort();
    const signed = { authors, id: command.id, runbook: command.runbook };
    return { about: state.genesis, run: null, mode: null, content: signed };
  });
  if (!lines.ok) return lines;
  const stranger = authors.find((author) => !personOf(state.roster, author));
  if (stranger !== undefined || authors.length === 0)
    return fail('XCK_UNKNOWN', { what: 'author', name: stranger ?? '(none)' });
  const fields = { runbook: command.runbook, id: command.id, authors };
  return ok({ draft: { type: 'runbook.registered', actor: command.person, fields, bodies: bodies(command) } as Draft });
}

/** Approved by a holder of a reviewer role who neither wrote nor registered it (I18). */
function approve(state: SiteState, command: Of<'approve'>): Result<SiteDraft> {
  let found: Registered | undefined;
  const lines = stated(state.origin, 'approve', command, (_, { about }) => {
    found = [...state.runbooks.values()].find((one) => one.registered === about);
    const content = { runbook: found?.runbook ?? '' };
    return { about: found?.registered ?? 'none', run: null, mode: null, content };
  });
  if (!lines.ok) return lines;
  if (!found) return fail('XCK_UNKNOWN', { what: 'registered runbook', name: lines.value.about });
  if (found.approved) return fail('XCK_EXISTS', { what: 'This runbook', how: 'approved' });
  if (found.authors.includes(command.person) || found.registeredBy === command.person)
    return fail('XCK_AUTHOR', { needed: `somebody else with a role of ${state.roster.reviewerRoles.join(', ')}` });
  const roles = personOf(state.roster, command.person)?.roles ?? [];
  if (!roles.some((role) => state.roster.reviewerRoles.includes(role)))
    return fail('XCK_ROLE', { seat: 'approving', roles: state.roster.reviewerRoles.join(' or ') });
  const fields = { runbook: found.runbook, registered: found.registered };
  return ok({ draft: { type: 'runbook.approved', actor: command.person, fields, bodies: bodies(command) } as Draft });
}
