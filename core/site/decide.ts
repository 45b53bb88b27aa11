/** From a command about the site (keys, runbooks, opening a run) to the entry it makes; signatures are checked before. */

import { parseStatement, sameStatement } from '../approval/statement.ts';
import { asciiJcs } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import type { Lines } from '../log/acts.ts';
import { type Body, bodyDigest, type Draft } from '../log/entry.ts';
import { personOf, type Roster } from '../log/roster.ts';
import { ok, type Result } from '../result.ts';
import type { Signed } from '../run/commands.ts';
import { actLines } from '../run/lines.ts';

/** A runbook folder that the log knows. */
export interface Registered {
  readonly runbook: string;
  readonly id: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly registeredBy: string;
  /** `<seq> <digest>` */
  readonly registered: string;
  readonly approved: string | null;
  /** Roles that may sit in the lead's seat. */
  readonly leads: readonly string[];
}

export interface SiteState {
  readonly origin: string;
  /** `0 <digest>` */
  readonly genesis: string;
  readonly roster: Roster;
  readonly runbooks: ReadonlyMap<string, Registered>;
}

export type SiteCommand =
  | ({ readonly type: 'enrol'; readonly person: string; readonly token: string } & Signed)
  | ({ readonly type: 'register'; readonly person: string; readonly runbook: string; readonly id: string } & Signed)
  | ({ readonly type: 'approve'; readonly person: string } & Signed)
  | ({
      readonly type: 'open';
      readonly person: string;
      readonly inputs: Body;
      readonly knownRun: (run: string) => boolean;
    } & Signed);

/** A run's own first entry needs its id beside the draft. */
export interface SiteDraft {
  readonly draft: Draft;
  readonly run: string | null;
}

type Of<T extends SiteCommand['type']> = Extract<SiteCommand, { readonly type: T }>;

/** Returns the one entry that `command` makes, or why not. Inputs were checked against the runbook before. */
export function decideSite(state: SiteState, command: SiteCommand): Result<SiteDraft> {
  switch (command.type) {
    case 'enrol':
      return enrol(state, command);
    case 'register':
      return register(state, command);
    case 'approve':
      return approve(state, command);
    case 'open':
      return open(state, command);
  }
}

/** Reads a statement and checks all its lines against what they must say; `content` may look at what was signed. */
function checked<A extends 'enrol' | 'runbook' | 'approve' | 'open'>(
  state: SiteState,
  act: A,
  command: Signed & { readonly person: string },
  expect: (
    content: Record<string, unknown>,
    lines: Lines<'open'>,
  ) => { about: string; content: unknown; run: string | null },
): Result<Lines<'open'>> {
  const read = parseStatement(act, command.statement.bytes);
  if (!read.ok) return read;
  const lines = read.value as Lines<'open'>;
  const content = parseObject(lines.content);
  if (!content || asciiJcs(content) !== lines.content)
    return fail('XCK_STATEMENT', { act, why: 'line "content" is not canonical JSON' });
  const { tree, client, 'signed-at': signedAt } = lines;
  const expected = actLines(
    act,
    { origin: state.origin, ...expect(content, lines) },
    { signer: command.person, tree, client, signedAt },
  );
  const same = sameStatement('open', lines, expected as Lines<'open'>);
  return same.ok ? ok(lines) : same;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const bodies = ({ statement, signature }: Signed) => ({ statement, signature });

/** A token holder's first key: only in a solo site does it sign at once (step-log.md, *Roster*). */
function enrol(state: SiteState, command: Of<'enrol'>): Result<SiteDraft> {
  const person = personOf(state.roster, command.person);
  if (!person || person.token !== command.token || person.keys.length > 0) return fail('XCK_TOKEN', {});
  let key = '';
  const lines = checked(state, 'enrol', command, (content) => {
    key = String(content['key']);
    return { about: state.genesis, run: null, content: { key, kind: 'browser', token: command.token } };
  });
  if (!lines.ok) return lines;
  const fields = { key, kind: 'browser' as const, token: command.token };
  return ok({
    run: null,
    draft: { type: 'key.enrolled', actor: command.person, fields, bodies: bodies(command) } as Draft,
  });
}

function register(state: SiteState, command: Of<'register'>): Result<SiteDraft> {
  if (state.runbooks.has(command.runbook))
    return fail('XCK_EXISTS', { what: 'This runbook digest', how: 'registered' });
  let authors: string[] = [];
  const lines = checked(state, 'runbook', command, (content) => {
    const named = Array.isArray(content['authors']) ? content['authors'].map(String) : [];
    authors = [...new Set(named)].sort();
    return { about: state.genesis, run: null, content: { authors, id: command.id, runbook: command.runbook } };
  });
  if (!lines.ok) return lines;
  const stranger = authors.find((author) => !personOf(state.roster, author));
  if (stranger !== undefined || authors.length === 0)
    return fail('XCK_UNKNOWN', { what: 'author', name: stranger ?? '(none)' });
  const fields = { runbook: command.runbook, id: command.id, authors };
  return ok({
    run: null,
    draft: { type: 'runbook.registered', actor: command.person, fields, bodies: bodies(command) } as Draft,
  });
}

/** Approved by a holder of a reviewer role who neither wrote nor registered it (I18). */
function approve(state: SiteState, command: Of<'approve'>): Result<SiteDraft> {
  let found: Registered | undefined;
  const lines = checked(state, 'approve', command, (_, { about }) => {
    found = [...state.runbooks.values()].find((one) => one.registered === about);
    return { about: found?.registered ?? 'none', run: null, content: { runbook: found?.runbook ?? '' } };
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
  return ok({
    run: null,
    draft: { type: 'runbook.approved', actor: command.person, fields, bodies: bodies(command) } as Draft,
  });
}

const RUN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

function open(state: SiteState, command: Of<'open'>): Result<SiteDraft> {
  let found: Registered | undefined;
  let run = '';
  const inputs = bodyDigest(command.inputs);
  const lines = checked(state, 'open', command, (_, { about, run: named }) => {
    found = [...state.runbooks.values()].find((one) => one.approved === about);
    run = named;
    return { about: found?.approved ?? 'none', run: named, content: { follows: null, inputs, run: named } };
  });
  if (!lines.ok) return lines;
  if (!found?.approved) return fail('XCK_UNKNOWN', { what: 'approved runbook', name: lines.value.about });
  if (!RUN.test(run) || command.knownRun(run))
    return fail('XCK_EXISTS', { what: 'That run id', how: 'taken, or no ULID' });
  const roles = personOf(state.roster, command.person)?.roles ?? [];
  const { leads } = found;
  if (!leads.some((role) => roles.includes(role))) return fail('XCK_ROLE', { seat: 'lead', roles: leads.join(' or ') });
  const fields = {
    mode: 'live',
    rules: 1,
    runbook: found.runbook,
    approved: found.approved,
    solo: state.roster.solo,
    roster: state.roster.ref,
  };
  return ok({
    run,
    draft: {
      type: 'run.opened',
      actor: command.person,
      fields,
      bodies: { ...bodies(command), inputs: command.inputs },
    } as Draft,
  });
}
