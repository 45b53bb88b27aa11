/** The frame of every page: mode, what it is about, the time, HOLD; pages, people, connection. Places never move. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { local, utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { paths, type Route } from '../router.ts';
import { Link } from './basics.tsx';
import { HoldSlot, Raise, Strips } from './hold.tsx';
import { Icon } from './icons.tsx';

export function Frame({ children }: { readonly children: ComponentChildren }) {
  const app = useApp();
  const room = app.room.value;
  const raising = useSignal(false);
  const solo = room?.folded.value?.state.facts.solo ?? app.me.value?.solo ?? false;
  const held = (room?.story.value?.holds ?? []).some((one) => one.liftedAt === null);
  const about = room?.folded.value ? `${visible(contextOf(room.folded.value.state).runbook.id)} · ` : '';
  useEffect(() => {
    app.deps.window.document.title = `${held ? 'HELD · ' : ''}${about}${solo ? 'SOLO · ' : ''}Crosscheck`;
  }, [held, about, solo]);
  return (
    <div class={solo ? 'app solo' : 'app'}>
      <header class="top">
        <div class="band">
          <Link to={paths.home} class="mode">
            <Icon name={solo ? 'solo' : 'live'} />
            {solo ? 'SOLO' : 'LIVE'}
          </Link>
          <About room={room} />
          <Clock />
          {room ? <HoldSlot room={room} onRaise={() => (raising.value = true)} /> : null}
        </div>
        <Second room={room} />
        {solo ? (
          <p class="strip solo-says">
            <b>This is not four-eye.</b>
            <span>One keeper is enough here: a demo, which never verifies as four-eye.</span>
          </p>
        ) : null}
        {room && raising.value ? <Raise room={room} onDone={() => (raising.value = false)} /> : null}
        {room ? <Strips room={room} /> : null}
      </header>
      <div class="body">{children}</div>
    </div>
  );
}

function About({ room }: { readonly room: Room | null }) {
  const now = room?.folded.value;
  if (!room || !now)
    return <div class="about">{room ? <b class="mono">{visible(room.run)}</b> : <b>Crosscheck</b>}</div>;
  const { runbook } = contextOf(now.state);
  const step = room.story.value?.current?.step ?? runbook.steps.at(-1);
  return (
    <div class="about">
      <b>
        {visible(runbook.id)} on {visible(step?.target ?? '')}
      </b>
      <span>
        run <span class="mono">{`${room.run.slice(0, 9)}…${room.run.slice(-7)}`}</span>
      </span>
    </div>
  );
}

function Clock() {
  const now = useApp().clock.value;
  return (
    <div class="utc">
      <b>{utc(now)} UTC</b>
      <span>· {local(now)}</span>
    </div>
  );
}

const TABS: readonly (readonly [Route['page'], string])[] = [
  ['room', 'Room'],
  ['check', 'Cross-check'],
  ['log', 'Log'],
  ['record', 'Record'],
];

function Second({ room }: { readonly room: Room | null }) {
  const app = useApp();
  const route = app.route.value;
  const held = (room?.folded.value && contextOf(room.folded.value.state).holds.length > 0) || route.page === 'hold';
  const tabs = room && held ? [TABS[0], ['hold', 'Hold'] as const, ...TABS.slice(1)] : TABS;
  return (
    <div class="second">
      <nav class="tabs" aria-label="Pages">
        {room ? (
          tabs.map((tab) =>
            tab ? (
              <Link
                key={tab[0]}
                to={tab[0] === 'room' ? paths.room(room.run) : paths.of(tab[0] as 'log', room.run)}
                current={route.page === tab[0]}
              >
                {tab[1]}
              </Link>
            ) : null,
          )
        ) : (
          <>
            <Link to={paths.home} current={route.page === 'home'}>
              Home
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

function People({ room }: { readonly room: Room }) {
  const app = useApp();
  const now = room.folded.value;
  if (!now) return null;
  const { runbook, seats } = contextOf(now.state);
  const present = new Set(room.presence.value.filter((one) => one.here).map((one) => one.person));
  const crew = Object.keys(runbook.crew);
  const here = crew.filter((seat) => present.has(seats[seat]?.person ?? ''));
  const watching = room.presence.value.filter((one) => one.here && one.seat === null).length;
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
