/** Decisions on what people answer to an arming: confirm, refuse, withdraw, and the lead's key. */
import { differing } from '../approval/challenge.ts';
import { demandOf, mayCount } from '../approval/quorum.ts';
import { lineJson, parseStatement, sameStatement } from '../approval/statement.ts';
import { fail, refusal } from '../errors.ts';
import { refIndex } from '../log/entry.ts';
import { ok, type Result } from '../result.ts';
import { stepOf } from '../runbook/steps.ts';
import type { Command } from './commands.ts';
import { armingOf, type EventOf, seatOf } from './context.ts';
import { about, type Draftbook } from './draftbook.ts';
import { confirmLines, keyLines, refuseLines, type Signing } from './lines.ts';
import { allowed } from './rules.ts';
import { contextOf, factsOf } from './state.ts';

type Of<T extends Command['type']> = Extract<Command, { readonly type: T }>;

/** What a signer says of themselves; the signer's id is the one that the server authenticated. */
export const signing = (
  lines: { signer: string; tree: string; client: string; 'signed-at': string },
  person: string,
): Signing => ({
  signer: person,
  tree: lines.tree,
  client: lines.client,
  signedAt: lines['signed-at'],
});

/** A signer's tree must hold the arming, or they cannot have seen it. */
const sawIt = (book: Draftbook, step: string, tree: string): Result<true> =>
  refIndex(tree) > (factsOf(book.state, step)?.seq ?? Number.POSITIVE_INFINITY)
    ? ok(true)
    : fail('XCK_STATEMENT', { act: 'signed', why: 'line "tree" ends before the arming' });

/** The seat and role of an answer are the signer's own at this moment, whatever the statement says. */
function seatedAs(book: Draftbook, id: string, person: string): Result<{ seat: string; role: string }> {
  const context = contextOf(book.state);
  const seat = seatOf(context, person);
  const step = armingOf(context, id) && stepOf(context.runbook, id);
  if (!step) return fail('XCK_OTHER_ARMING', { step: id });
  const role = seat === undefined ? '' : (context.seats[seat]?.role ?? '');
  const counts = mayCount(demandOf(step), context, { person, seat: seat ?? '', role });
  if (!counts.ok) return counts;
  return seat === undefined ? fail('XCK_NOT_SEATED', {}) : ok({ seat, role });
}

export function confirm(book: Draftbook, command: Of<'confirm'>): Result<unknown> {
  const read = parseStatement('confirm', command.statement.bytes);
  if (!read.ok) return read;
  const { step } = read.value;
  const seated = seatedAs(book, step, command.person);
  if (!seated.ok) return seated;
  const answers = parseAnswers(read.value['read-back']);
  const expected = confirmLines(book.state, step, { ...signing(read.value, command.person), ...seated.value }, answers);
  if (!expected.ok) return expected;
  const checked = [sameStatement('confirm', read.value, expected.value), sawIt(book, step, read.value.tree)].find(
    (check) => !check.ok,
  );
  if (checked && !checked.ok) return checked;
  const fields = { ...about(book, step), ...seated.value, kind: command.kind };
  const event = {
    type: 'step.confirmed',
    actor: command.person,
    ...fields,
    ref: '',
  } as unknown as EventOf<'step.confirmed'>;
  const rule = allowed(contextOf(book.state), event);
  if (!rule.ok) return rule;
  const facts = factsOf(book.state, step);
  const wrong = facts ? differing(facts, seated.value.seat, answers) : [];
  if (wrong.length > 0) return differed(book, step, command.person, seated.value.seat, wrong);
  return book.put({
    type: 'step.confirmed',
    actor: command.person,
    fields,
    bodies: { statement: command.statement, signature: command.signature },
  });
}

/** A wrong blind answer is an entry without a value; the second of the step by anyone is a hold. */
function differed(
  book: Draftbook,
  step: string,
  actor: string,
  seat: string,
  wrong: readonly string[],
): Result<unknown> {
  const arming = about(book, step);
  const done = book.put({ type: 'check.differed', actor, fields: { ...arming, seat, challenge: wrong[0] ?? '' } });
  if (!done.ok) return done;
  book.refusal = refusal('XCK_DIFFERED', { challenges: wrong.join(', ') });
  return (contextOf(book.state).differed[arming.step] ?? 0) >= 2 ? book.hold('server', 'differed', arming.step) : done;
}

/** Whatever is not an object of strings becomes one that the statement cannot equal. */
function parseAnswers(text: string): Record<string, string> {
  const value = lineJson(text);
  const entries = value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([id, answer]) => [id, String(answer)]));
}

export function refuse(book: Draftbook, command: Of<'refuse'>): Result<unknown> {
  const read = parseStatement('refuse', command.statement.bytes);
  if (!read.ok) return read;
  const { step } = read.value;
  const seated = seatedAs(book, step, command.person);
  if (!seated.ok) return seated;
  const reason = lineJson(read.value.reason);
  if (typeof reason !== 'string' || reason.trim() === '')
    return fail('XCK_STATEMENT', { act: 'refuse', why: 'a reason is missing' });
  const expected = refuseLines(book.state, step, { ...signing(read.value, command.person), ...seated.value }, reason);
  if (!expected.ok) return expected;
  const same = sameStatement('refuse', read.value, expected.value);
  if (!same.ok) return same;
  const done = book.put({
    type: 'step.refused',
    actor: command.person,
    fields: { ...about(book, step), ...seated.value },
    bodies: { statement: command.statement, signature: command.signature },
  });
  return done.ok ? book.voided(step, 'server', 'refused') : done;
}

export function key(book: Draftbook, command: Of<'key'>): Result<unknown> {
  const read = parseStatement('key', command.statement.bytes);
  if (!read.ok) return read;
  const { step } = read.value;
  const arming = armingOf(contextOf(book.state), step);
  if (!arming) return fail('XCK_OTHER_ARMING', { step });
  const expected = keyLines(book.state, step, signing(read.value, command.person));
  if (!expected.ok) return expected;
  const checked = [sameStatement('key', read.value, expected.value), sawIt(book, step, read.value.tree)].find(
    (check) => !check.ok,
  );
  if (checked && !checked.ok) return checked;
  const done = book.put({
    type: 'step.keyed',
    actor: command.person,
    fields: { ...about(book, step), confirmations: arming.confirmations.map((one) => one.ref) },
    bodies: { statement: command.statement, signature: command.signature },
  });
  if (done.ok)
    book.effects.push({ type: 'start', run: book.state.facts.run, agent: arming.agent, nonce: arming.nonce });
  return done;
}

export function withdraw(book: Draftbook, command: Of<'withdraw'>): Result<unknown> {
  const { step } = command;
  if (!armingOf(contextOf(book.state), step)) return fail('XCK_OTHER_ARMING', { step });
  const done = book.put({ type: 'step.withdrawn', actor: command.person, fields: about(book, step) });
  return done.ok ? book.voided(step, 'server', 'withdrawn') : done;
}
