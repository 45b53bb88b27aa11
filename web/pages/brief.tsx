/** The late joiner's brief: where the run stands, what happened last, and what this reader will be asked. It asks for nothing. */
import { askedOf } from '../../core/release/asked.ts';
import { contextOf } from '../../core/run/state.ts';
import { utc, visible } from '../format.ts';
import { Link } from '../parts/basics.tsx';
import { what } from '../parts/entryWords.ts';
import { says } from '../parts/says.tsx';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';

const LAST = 5;

export function BriefPage({ room }: { readonly room: Room }) {
  const story = room.story.value;
  const now = room.folded.value;
  if (!story || !now) return null;
  const of = story.current ?? story.steps.at(-1);
  const told = now.entries.filter(({ entry }) => !entry.type.startsWith('presence.')).slice(-LAST);
  const seat = room.seat();
  return (
    <main class="plain">
      <div>
        <h1>Where this run stands</h1>
        {of ? (
          <p>
            {of.name}, {visible(of.step.title)}: {says({ room, story, of, state: now.state })}
          </p>
        ) : null}
        <p>
          <Link to={paths.room(room.run)}>To the room</Link>
        </p>
      </div>
      <section>
        <h2>What happened last</h2>
        <ul>
          {told.map(({ entry }) => (
            <li key={entry.seq}>
              {utc(entry.ts)} UTC, {visible(room.name(entry.actor))}: <code>{entry.type}</code> {visible(what(entry))}
            </li>
          ))}
        </ul>
        <p>
          <Link to={paths.of('log', room.run)}>The whole log</Link>
        </p>
      </section>
      <section>
        <h2>{seat === null ? 'You hold no seat of this run' : `As ${seat} you will be asked`}</h2>
        {seat === null ? <p>You can hold it at any time.</p> : <Asked lines={askedOf(contextOf(now.state), seat)} />}
      </section>
    </main>
  );
}

function Asked({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return <p>Nothing more.</p>;
  return (
    <ul>
      {lines.map((line) => (
        <li key={line} class="break">
          {visible(line)}
        </li>
      ))}
    </ul>
  );
}
