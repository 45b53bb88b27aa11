/** The decision on a person's word that a manual step is done; the agent's outcome follows it. */
import { lineJson, parseStatement, sameStatement } from '../approval/statement.ts';
import { fail } from '../errors.ts';
import type { Result } from '../result.ts';
import { signing } from './answers.ts';
import type { Command } from './commands.ts';
import { seatOf } from './context.ts';
import type { Draftbook } from './draftbook.ts';
import { runActLines } from './lines.ts';
import { contextOf } from './state.ts';

export interface Attestation {
  readonly evidence: string;
  readonly result: 'pass' | 'fail';
}

/** The content of an attestation, or undefined where the line is none. */
export function attestation(line: string): Attestation | undefined {
  const value = lineJson(line) as Partial<Attestation> | undefined;
  const { evidence, result } = value ?? {};
  const fits = typeof evidence === 'string' && evidence.trim() !== '' && (result === 'pass' || result === 'fail');
  return fits ? { evidence, result } : undefined;
}

export function attest(book: Draftbook, command: Extract<Command, { type: 'attest' }>): Result<unknown> {
  const read = parseStatement('attest', command.statement.bytes);
  if (!read.ok) return read;
  const content = attestation(read.value.content);
  if (!content) return fail('XCK_STATEMENT', { act: 'attest', why: 'evidence or result is missing' });
  const context = contextOf(book.state);
  const arming = Object.values(context.armings).find(({ starts }) => starts['']?.ref === read.value.about);
  if (!arming) return fail('XCK_STALE', { act: 'attest' });
  const who = signing(read.value, command.person);
  const same = sameStatement('attest', read.value, runActLines(book.state, 'attest', who, read.value.about, content));
  if (!same.ok) return same;
  const seat = seatOf(context, command.person) ?? '';
  const done = book.put({
    type: 'step.attested',
    actor: command.person,
    fields: {
      step: arming.step,
      attempt: arming.attempt,
      started: read.value.about,
      seat,
      role: context.seats[seat]?.role ?? '',
      result: content.result,
    },
    bodies: { statement: command.statement, signature: command.signature },
  });
  if (done.ok)
    book.effects.push({
      type: 'attested',
      run: book.state.facts.run,
      agent: arming.agent,
      nonce: arming.nonce,
    });
  return done;
}
