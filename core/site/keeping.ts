/** Decisions on the roster: a key that its person enrols, a key that somebody suspends, a roster that keepers sign, and what a new log continues. Who may is said by the chain's rule. */
import { parseStatement, sameStatement } from '../approval/statement.ts';
import { equal, utf8 } from '../bytes/encoding.ts';
import { jcs } from '../bytes/jcs.ts';
import { type Body, bodyDigest, type Draft } from '../log/entry.ts';
import type { KeyKind } from '../log/publicKey.ts';
import { ok, type Result } from '../result.ts';
import { signing } from '../run/answers.ts';
import type { Signed } from '../run/commands.ts';
import { actLines } from '../run/lines.ts';
import type { SiteBook } from './book.ts';
import { readRoster } from './roster.ts';
import type { SiteState } from './state.ts';
import { bodies, stated } from './statement.ts';

export type KeepingCommand =
  /** `token`: the digest of the one-time token for a first key; null for a further one. */
  | ({ readonly type: 'enrol'; readonly person: string; readonly token: string | null } & Signed)
  | {
      readonly type: 'suspend';
      readonly person: string;
      /** Whose key. */
      readonly of: string;
      readonly key: string;
      /** JCS string: why; null where nothing was said. */
      readonly text: Body | null;
    }
  /** `salt` of a new `content` body; whoever signs what others have signed shares theirs. */
  | ({ readonly type: 'roster'; readonly person: string; readonly roster: Body; readonly salt: Uint8Array } & Signed)
  /** What this log continues; `salt` as above. */
  | ({ readonly type: 'epoch'; readonly person: string; readonly salt: Uint8Array } & Signed);

type Of<T extends KeepingCommand['type']> = Extract<KeepingCommand, { readonly type: T }>;

export function keeping(state: SiteState, book: SiteBook, command: KeepingCommand): Result<unknown> {
  switch (command.type) {
    case 'enrol':
      return enrol(state, book, command);
    case 'suspend':
      return suspend(book, command);
    case 'roster':
      return sign(state, book, command);
    case 'epoch':
      return signEpoch(state, book, command);
  }
}

function enrol(state: SiteState, book: SiteBook, command: Of<'enrol'>): Result<unknown> {
  const { person, token } = command;
  let claim = { key: '', kind: 'browser' as KeyKind };
  const lines = stated(state.origin, 'enrol', command, ({ key, kind }) => {
    claim = { key: String(key), kind: kind as KeyKind };
    return { about: state.genesis, run: null, mode: null, content: { ...claim, token } };
  });
  if (!lines.ok) return lines;
  const fields = { ...claim, ...(token === null ? {} : { token }) };
  return book.enter({ type: 'key.enrolled', actor: person, fields, bodies: bodies(command) } as Draft);
}

function suspend(book: SiteBook, { person, of, key, text }: Of<'suspend'>): Result<unknown> {
  const fields = { key, person: of, version: book.roster.roster.version + 1 };
  const said = text ? { bodies: { answer: text } } : {};
  return book.enter({ type: 'key.suspended', actor: person, fields, ...said } as Draft);
}

/** One more keeper's signature; with the last one that is needed, the new version in the same transaction. */
function sign(state: SiteState, book: SiteBook, command: Of<'roster'>): Result<unknown> {
  const { person, roster } = command;
  const document = readRoster(roster);
  if (!document.ok) return document;
  const { version } = document.value;
  const content = { roster: bodyDigest(roster), version };
  const read = parseStatement('roster', command.statement.bytes);
  if (!read.ok) return read;
  const about = { origin: state.origin, run: null, mode: null, about: state.roster.made, content };
  const same = sameStatement('roster', read.value, actLines('roster', about, signing(read.value, person)));
  if (!same.ok) return same;
  const bytes = utf8(jcs(content));
  const shared = state.change && equal(state.change.body.bytes, bytes) ? state.change.body : null;
  const body = shared ?? { bytes, salt: command.salt };
  const fields = { act: 'roster', about: state.roster.made };
  const signed = book.enter({
    type: 'roster.signed',
    actor: person,
    fields,
    bodies: { ...bodies(command), content: body, roster },
  } as Draft);
  return signed.ok ? changed(book, person, version, roster) : signed;
}

function changed(book: SiteBook, actor: string, version: number, roster: Body): Result<unknown> {
  const signed = book.roster.change?.signers.map(({ ref }) => ref) ?? [];
  const draft = { type: 'roster.changed', actor, fields: { version, signed }, bodies: { roster } };
  const done = book.enter(draft as Draft);
  return !done.ok && done.refusal.code === 'XCK_QUORUM' ? ok(null) : done;
}

/** One more keeper's signature of what this log continues; with the last one that is needed, that it does. */
function signEpoch(state: SiteState, book: SiteBook, command: Of<'epoch'>): Result<unknown> {
  const { person } = command;
  const content = state.roster.former;
  const read = parseStatement('epoch', command.statement.bytes);
  if (!read.ok) return read;
  const about = { origin: state.origin, run: null, mode: null, about: state.genesis, content };
  const same = sameStatement('epoch', read.value, actLines('epoch', about, signing(read.value, person)));
  if (!same.ok) return same;
  const shared = state.epoch?.content?.body ?? { bytes: utf8(jcs(content)), salt: command.salt };
  const signed = book.enter({
    type: 'roster.signed',
    actor: person,
    fields: { act: 'epoch', about: state.genesis },
    bodies: { ...bodies(command), content: shared },
  } as Draft);
  if (!signed.ok) return signed;
  const refs = book.roster.epoch?.signers.map(({ ref }) => ref) ?? [];
  const done = book.enter({ type: 'epoch.opened', actor: person, fields: { signed: refs } } as Draft);
  return !done.ok && done.refusal.code === 'XCK_QUORUM' ? ok(null) : done;
}
