/**
 * From a command to entries: what would be appended, or why not. Signatures are checked before, durability comes
 * after; this function only reads the state that it is given and never a clock.
 */
import type { Refusal } from '../errors.ts';
import type { Sealed } from '../log/entry.ts';
import type { RunEntry } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import { confirm, key, refuse, withdraw } from './answers.ts';
import { attest } from './attest.ts';
import { briefing } from './briefing.ts';
import { collect } from './collected.ts';
import type { Command, Effect } from './commands.ts';
import { crew } from './crew.ts';
import { type At, Draftbook, notArmed } from './draftbook.ts';
import { abort, armed, outcome, started } from './execution.ts';
import { update } from './holds.ts';
import { contextOf, type RunState } from './state.ts';

export type { At } from './draftbook.ts';

export interface Decision {
  readonly entries: readonly Sealed<RunEntry>[];
  readonly state: RunState;
  readonly effects: readonly Effect[];
  /** The entries stand, yet the asker is told no: a wrong blind answer is logged and refused. */
  readonly refusal: Refusal | null;
}

/** Returns the entries that `command` makes of this run, the state after them and the effects they call for; or a refusal. */
export function decide(state: RunState, command: Command, at: At): Result<Decision> {
  const book = new Draftbook(state, at);
  const done = carryOut(book, command);
  if (!done.ok) return done;
  return ok({ entries: book.entries, state: book.state, effects: book.effects, refusal: book.refusal });
}

function carryOut(book: Draftbook, command: Command): Result<unknown> {
  switch (command.type) {
    case 'join':
    case 'leave':
    case 'lost':
    case 'back':
    case 'roster':
      return crew(book, command);
    case 'armed':
      return armed(book, command);
    case 'confirm':
      return confirm(book, command);
    case 'refuse':
      return refuse(book, command);
    case 'key':
      return key(book, command);
    case 'withdraw':
      return withdraw(book, command);
    case 'abort':
      return abort(book, command);
    case 'started':
      return started(book, command);
    case 'outcome':
      return outcome(book, command);
    case 'attest':
      return attest(book, command);
    case 'skip':
      return book.put({ type: 'step.skipped', actor: 'server', fields: { step: command.step } });
    case 'clock':
      return book.put({ type: 'clock.passed', actor: 'server', fields: { clock: command.clock } });
    case 'void':
      return voidNonce(book, command);
    case 'answer':
    case 'poll':
      return briefing(book, command);
    case 'hold':
      return book.hold(command.person, 'person', null, command.text);
    case 'holdRunbook':
      return book.hold('server', 'runbook', null);
    case 'fault':
      return book.hold('server', command.cause, null);
    case 'update':
      return update(book, command);
    default:
      return collect(book, command);
  }
}

function voidNonce(book: Draftbook, command: Extract<Command, { type: 'void' }>): Result<unknown> {
  const arming = Object.values(contextOf(book.state).armings).find(({ nonce }) => nonce === command.nonce);
  return arming ? book.voided(arming.step, command.by, command.reason, command) : notArmed();
}
