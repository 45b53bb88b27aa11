/** The late joiner's brief: where the run stands, what happened last, and what this person will be asked. No value that is blind is in it. */
import { askedOf } from '../../core/release/asked.ts';
import { seatOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { OpenRun } from './run-client.ts';
import { modeText } from './show.ts';
import { waitingFor } from './standing.ts';
import { entryLine } from './story.ts';
import { clean } from './terminal.ts';

const LAST = 5;

export function briefLines({ folded, names, changed }: OpenRun, person: string): string[] {
  const { state, entries } = folded;
  const context = contextOf(state);
  const seat = seatOf(context, person);
  const told = entries.filter(({ entry }) => !entry.type.startsWith('presence.')).slice(-LAST);
  const asked = seat === undefined ? [] : askedOf(context, seat);
  return [
    `${modeText(state.facts)} ${state.facts.run}: ${clean(context.runbook.title)}. ${waitingFor(state)}`,
    ...(changed && changed.length > 0
      ? ['Changed since the rehearsal', ...changed.map((line) => `  ${clean(line)}`)]
      : []),
    'Last events',
    ...told.map((sealed) => `  ${entryLine(sealed, names)}`),
    seat === undefined ? 'You hold no seat of this run; you can hold it at any time.' : `As ${seat} you will be asked`,
    ...(seat !== undefined && asked.length === 0 ? ['  nothing more'] : asked.map((line) => `  ${clean(line)}`)),
  ];
}
