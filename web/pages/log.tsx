/** The log of the run: every entry with its place, time, type, who and what. */

import { refIndex } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import { ascii, utcDay, visible } from '../format.ts';
import { Pane } from '../parts/pane.tsx';
import { whyVoid } from '../parts/says.tsx';
import type { Room } from '../room/state.ts';

/** What an entry says, in one line; blind bodies have no words here. */
export function what(entry: RunEntry): string {
  switch (entry.type) {
    case 'run.opened':
      return `opened ${entry.solo ? 'solo' : entry.mode}`;
    case 'seat.taken':
      return `${entry.seat}, as ${entry.role}`;
    case 'seat.left':
    case 'presence.lost':
    case 'presence.back':
      return entry.seat;
    case 'step.voided':
      return `${entry.step}, attempt ${entry.attempt}: ${whyVoid(entry.reason, entry.probe ?? null)}`;
    case 'check.differed':
      return `${entry.step}: the answer to ${entry.challenge} differed`;
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return `${entry.step}, attempt ${entry.attempt}: ${entry.result}${entry.exit === undefined ? '' : `, exit ${entry.exit}`}`;
    case 'hold.raised':
      return `${entry.cause}${entry.step ? `, step ${entry.step}` : ''}`;
    case 'hold.lifted':
      return `the hold of entry ${refIndex(entry.hold)}`;
    case 'act.signed':
      return `${entry.act}, as ${entry.seat}`;
    case 'run.closed':
      return entry.result;
    default:
      return `${entry.step}, attempt ${entry.attempt}${'seat' in entry ? `, as ${entry.seat}` : ''}`;
  }
}

export function LogPage({ room }: { readonly room: Room }) {
  const entries = room.folded.value?.entries ?? [];
  return (
    <Pane as="main" class="plain" label="Log">
      <section>
        <h1>Log of this run</h1>
        <p class="dim">
          {entries.length} entries, each linked to the one before it and in the signed tree
          {room.folded.value?.tree ? ` of ${room.folded.value.tree.size} entries` : ''}.
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col">seq</th>
              <th scope="col">UTC</th>
              <th scope="col">Entry</th>
              <th scope="col">Who</th>
              <th scope="col" class="wide">
                What
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ entry }) => (
              <tr key={entry.seq} id={`entry-${entry.seq}`}>
                <td>
                  <a href={`#entry-${entry.seq}`}>{entry.seq}</a>
                </td>
                <td>{utcDay(entry.ts)}</td>
                <td>
                  <code>{entry.type}</code>
                </td>
                <td>{visible(room.name(entry.actor))}</td>
                <td class="wide">{ascii(what(entry))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Pane>
  );
}
