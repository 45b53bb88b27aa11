/**
 * From a command to entries: what would be appended, or why not. Signatures are checked before, durability comes
 * after; this function only reads the state that it is given and never a clock.
 */
import type { Refusal } from '../errors.ts';
import type { Draft, Sealed } from '../log/entry.ts';
import type { RunEntry } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import { confirm, key, refuse, withdraw } from './answers.ts';
import { close, lift } from './collected.ts';
import type { Command, Effect } from './commands.ts';
import { type At, Draftbook, notArmed } from './draftbook.ts';
import { abort, armed, outcome, started } from './execution.ts';
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
      return crewChange(book, {
        type: 'seat.taken',
        actor: command.person,
        fields: { seat: command.seat, role: command.role },
      });
    case 'leave':
      return crewChange(book, { type: 'seat.left', actor: command.person, fields: { seat: command.seat } });
    case 'lost':
      return lost(book, command.seat);
    case 'back':
      return book.put({
        type: 'presence.back',
        actor: 'server',
        fields: { seat: command.seat, person: holder(book, command.seat) },
      });
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
    case 'hold':
      return book.hold(command.person, 'person', null, command.text);
    case 'fault':
      return book.hold('server', command.cause, null);
    case 'abort':
      return abort(book, command);
    case 'lift':
      return lift(book, command);
    case 'close':
      return close(book, command);
    case 'started':
      return started(book, command);
    case 'outcome':
      return outcome(book, command);
    case 'void':
      return contextOf(book.state).arming?.nonce === command.nonce
        ? book.voided(command.by, command.reason, command)
        : notArmed();
  }
}

const holder = (book: Draftbook, seat: string): string => contextOf(book.state).seats[seat]?.person ?? '';

function crewChange(book: Draftbook, draft: Draft<'seat.taken'> | Draft<'seat.left'>): Result<unknown> {
  const done = book.put(draft as Draft<'seat.taken'>);
  return done.ok ? book.voided('server', 'crew') : done;
}

/** A required seat's absence is a hold; anybody's who has confirmed voids the arming. */
function lost(book: Draftbook, seat: string): Result<unknown> {
  const { runbook, arming } = contextOf(book.state);
  const done = book.put({ type: 'presence.lost', actor: 'server', fields: { seat, person: holder(book, seat) } });
  if (!done.ok) return done;
  if (runbook.presence.required.includes(seat)) {
    const voided = book.voided('server', 'presence');
    return voided.ok ? book.hold('server', 'presence', arming?.step ?? null) : voided;
  }
  return arming?.confirmations.some((one) => one.seat === seat) ? book.voided('server', 'presence') : done;
}
