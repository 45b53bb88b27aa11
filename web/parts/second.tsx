/** The second bar: pages of the run or of the site, who is here, the bridge, the connection. */
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { openHolds } from '../room/story.ts';
import { paths, type Route, type RunPage } from '../router.ts';
import { Link } from './basics.tsx';
import { Icon } from './icons.tsx';

type Tab = readonly ['room' | RunPage, string];

/** The pages of a run that have something to show, in an order that never changes. */
function tabsOf(room: Room, page: Route['page']): readonly Tab[] {
  const state = room.folded.value?.state;
  const context = state && contextOf(state);
  const held = openHolds(room.story.value).length > 0;
  const asks = context && (context.runbook.briefing.length > 0 || context.runbook.go_no_go.length > 0);
  const shown: readonly (readonly [boolean | undefined, Tab])[] = [
    [true, ['room', 'Room']],
    [asks || (context?.runbook.debrief.length ?? 0) > 0, ['briefing', 'Briefing']],
    [held, ['hold', 'Hold']],
    [held, ['decide', 'Decide']],
    [true, ['check', 'Cross-check']],
    [context && Object.keys(context.runbook.clocks).length > 0, ['windows', 'Undo windows']],
    [true, ['log', 'Log']],
    [true, ['record', 'Record']],
    [context?.closed != null, ['postmortem', 'Postmortem']],
  ];
  return shown.flatMap(([is, tab]) => (is || tab[0] === page ? [tab] : []));
}

export function Second({ room }: { readonly room: Room | null }) {
  const app = useApp();
  const route = app.route.value;
  return (
    <div class="second">
      <nav class="tabs" aria-label="Pages">
        {room ? (
          tabsOf(room, route.page).map(([page, title]) => (
            <Link
              key={page}
              to={page === 'room' ? paths.room(room.run) : paths.of(page, room.run)}
              current={route.page === page}
            >
              {title}
            </Link>
          ))
        ) : (
          <>
            <Link to={paths.home} current={route.page === 'home'}>
              Home
            </Link>
            <Link to={paths.windows} current={route.page === 'clocks'}>
              Undo windows
            </Link>
            <Link to={paths.verify} current={route.page === 'verify'}>
              Verify
            </Link>
          </>
        )}
      </nav>
      {room ? <People room={room} /> : null}
      {room ? <ShortClock /> : null}
      {room ? <ConnectionState room={room} /> : null}
    </div>
  );
}

const ShortClock = () => <span class="short">{utc(useApp().clock.value)} UTC</span>;

/** The call that everybody is on, where the runbook names one. */
const bridgeOf = (room: Room) =>
  room.doc.value?.links.find(({ title, url }) => /bridge|call|meeting/i.test(title) && /^https?:\/\//.test(url));

function People({ room }: { readonly room: Room }) {
  const app = useApp();
  const now = room.folded.value;
  if (!now) return null;
  const { runbook, seats } = contextOf(now.state);
  const present = new Set(room.presence.value.filter((one) => one.here).map((one) => one.person));
  const crew = Object.keys(runbook.crew);
  const here = crew.filter((seat) => present.has(seats[seat]?.person ?? ''));
  const watching = room.presence.value.filter((one) => one.here && one.seat === null).length;
  const bridge = bridgeOf(room);
  return (
    <div class="people">
      <span class="short">
        <Icon name="here" tone={here.length === crew.length ? 'ok' : 'dim'} /> {here.length} of {crew.length} here
      </span>
      <ul aria-label="Here">
        {crew.map((seat) => {
          const mine = seats[seat]?.person === app.me.value?.person;
          const is = present.has(seats[seat]?.person ?? '');
          return (
            <li key={seat}>
              <Icon name={is ? 'here' : 'away'} tone={is ? 'ok' : 'dim'} />{' '}
              {mine ? <b>{visible(seat)}</b> : visible(seat)}
              {mine ? ' (you)' : ''}
              <span class="hide">{is ? ', here' : ', not here'}</span>
            </li>
          );
        })}
        {watching > 0 ? <li class="extra">+{watching} watching</li> : null}
      </ul>
      {bridge ? (
        <a href={bridge.url} target="_blank" rel="noreferrer">
          Bridge
        </a>
      ) : null}
    </div>
  );
}

function ConnectionState({ room }: { readonly room: Room }) {
  const app = useApp();
  const link = room.link.value;
  if (link.kind === 'connected')
    return (
      <p class="connection c-ok" role="status">
        <Icon name="connected" /> connected
      </p>
    );
  const seconds = link.kind === 'reconnecting' ? Math.floor((app.deps.now() - link.since) / 1000) : 0;
  // Reading the clock makes the seconds tick.
  const late = app.clock.value > 0 && seconds >= 30;
  return (
    <p class={`connection ${late ? 'c-bad' : 'c-hold'}`} role="status">
      <Icon name={late ? 'aborted' : 'clock'} />{' '}
      {late
        ? 'offline: nothing can be confirmed'
        : link.kind === 'connecting'
          ? 'connecting'
          : `reconnecting ${seconds} s`}
    </p>
  );
}
