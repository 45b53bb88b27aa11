/** Decisions on what is added to a hold: what is asked calmly, updates, conditions, the raiser's word. */
import type { Result } from '../result.ts';
import type { Command } from './commands.ts';
import type { Draftbook } from './draftbook.ts';

export function update(book: Draftbook, command: Extract<Command, { type: 'update' }>): Result<unknown> {
  const { person, hold, nextUpdate, conditions, met, stance, answer } = command;
  return book.put({
    type: 'hold.updated',
    actor: person,
    fields: {
      hold,
      ...(nextUpdate === undefined ? {} : { next_update: nextUpdate }),
      ...(conditions === undefined ? {} : { conditions: { ...conditions } }),
      ...(met === undefined ? {} : { met: [...met] }),
      ...(stance === undefined ? {} : { stance }),
    },
    bodies: { answer },
  });
}
