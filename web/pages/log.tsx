/** The log of the run: every entry with its place, time, type, who and what. */

import { useEffect } from 'preact/hooks';
import { useApp } from '../app.ts';
import { ascii, utcDay, visible } from '../format.ts';
import { what, whatAfter } from '../parts/entryWords.ts';
import { Pane } from '../parts/pane.tsx';
import type { Room } from '../room/state.ts';

export function LogPage({ room }: { readonly room: Room }) {
  const entries = room.folded.value?.entries ?? [];
  const app = useApp();
  const now = app.clock.value;
  useEffect(() => {
    // The table comes after the address: the entry that the address names is gone to once it is there.
    const { document, location } = app.deps.window;
    document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: 'center' });
  }, []);
  const rows = [
    ...entries.map(({ entry }) => ({ entry, says: what(entry) })),
    ...room.after.value.map(({ entry }) => ({ entry, says: 'run' in entry ? '' : whatAfter(entry, now) })),
  ];
  return (
    <Pane as="main" class="plain" label="Log">
      <section>
        <h1>Log of this run</h1>
        <p class="dim">
          {entries.length} entries, each linked to the one before it and in the signed tree
          {room.folded.value?.tree ? ` of ${room.folded.value.tree.size} entries` : ''}
          {room.after.value.length > 0 ? `; ${room.after.value.length} more came after the close` : ''}.
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
            {rows.map(({ entry, says }) => (
              <tr key={entry.seq} id={`entry-${entry.seq}`}>
                <td>
                  <a href={`#entry-${entry.seq}`}>{entry.seq}</a>
                </td>
                <td>{utcDay(entry.ts)}</td>
                <td>
                  <code>{entry.type}</code>
                </td>
                <td>{visible(room.name(entry.actor))}</td>
                <td class="wide">{ascii(says)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Pane>
  );
}
