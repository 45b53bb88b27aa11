/** Decisions on acts that several people sign: lifting a hold and closing the run. */
import { parseStatement, sameStatement } from '../approval/statement.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { signing } from './answers.ts';
import type { Command } from './commands.ts';
import { seatOf } from './context.ts';
import type { Draftbook } from './draftbook.ts';
import { closeLines, liftLines } from './lines.ts';
import { contextOf } from './state.ts';

type Of<T extends Command['type']> = Extract<Command, { readonly type: T }>;

/** One more signature of an act that several sign; `about` is the entry's reference. */
function collect(
  book: Draftbook,
  command: Of<'lift' | 'close'>,
  about: string,
  result?: 'done' | 'aborted',
): Result<string[]> {
  const context = contextOf(book.state);
  const seat = seatOf(context, command.person);
  if (seat === undefined) return fail('XCK_NOT_SEATED', {});
  const role = context.seats[seat]?.role ?? '';
  const bodies = { statement: command.statement, signature: command.signature };
  const done = book.put({
    type: 'act.signed',
    actor: command.person,
    fields: { act: command.type, about, ...(result ? { result } : {}), seat, role },
    bodies,
  });
  return done.ok ? ok(contextOf(book.state).collection?.signers.map((one) => one.ref) ?? []) : done;
}

/** The effect of a collected act is appended in the transaction of the last signature needed; until then nothing more is. */
const orWait = (result: Result<unknown>): Result<unknown> =>
  result.ok || !['XCK_QUORUM', 'XCK_LEAD'].includes(result.refusal.code) ? result : ok(null);

export function lift(book: Draftbook, command: Of<'lift'>): Result<unknown> {
  const read = parseStatement('lift', command.statement.bytes);
  if (!read.ok) return read;
  const hold = read.value.about;
  const same = sameStatement('lift', read.value, liftLines(book.state, signing(read.value, command.person), hold));
  if (!same.ok) return same;
  const signed = collect(book, command, hold);
  return signed.ok
    ? orWait(book.put({ type: 'hold.lifted', actor: command.person, fields: { hold, signed: signed.value } }))
    : signed;
}

export function close(book: Draftbook, command: Of<'close'>): Result<unknown> {
  const read = parseStatement('close', command.statement.bytes);
  if (!read.ok) return read;
  const result = read.value.content.includes('"done"') ? 'done' : 'aborted';
  const last = contextOf(book.state).last;
  if (read.value.about !== last) return fail('XCK_STALE', { act: 'close' });
  const same = sameStatement('close', read.value, closeLines(book.state, signing(read.value, command.person), result));
  if (!same.ok) return same;
  const signed = collect(book, command, last, result);
  return signed.ok
    ? orWait(book.put({ type: 'run.closed', actor: command.person, fields: { result, signed: signed.value } }))
    : signed;
}
