/** The frame of every page: mode, what it is about, the time, HOLD. Places never move. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { contextOf, type RunState } from '../../core/run/state.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { type App, type Subject, useApp } from '../app.ts';
import { local, utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { openHolds } from '../room/story.ts';
import { paths } from '../router.ts';
import { Link } from './basics.tsx';
import { HoldSlot, Raise, Strips } from './hold.tsx';
import { Icon } from './icons.tsx';
import { Keys } from './keys.tsx';
import { MODES, type Mode, modeOf } from './mode.ts';
import { Second } from './second.tsx';

const modeHere = ({ me }: App, state: RunState | undefined, subject: Subject | null): Mode => {
  const solo = me.value?.solo ?? false;
  if (state) return modeOf(state.facts);
  return subject?.mode ? modeOf({ mode: subject.mode, solo }) : solo ? 'solo' : 'site';
};

export function Frame({ children }: { readonly children: ComponentChildren }) {
  const app = useApp();
  const room = app.room.value;
  const subject = app.subject.value;
  const raising = useSignal(false);
  const state = room?.folded.value?.state;
  const mode = modeHere(app, state, subject);
  const solo = state?.facts.solo ?? app.me.value?.solo ?? false;
  const held = room ? openHolds(room.story.value).length > 0 : (subject?.holds.length ?? 0) > 0;
  const about = state ? visible(contextOf(state).runbook.id) : subject ? visible(subject.title) : '';
  const { word, icon } = MODES[mode];
  useEffect(() => {
    const parts = [held ? 'HELD' : '', about, mode === 'site' ? '' : word, 'Crosscheck'];
    app.deps.window.document.title = parts.filter((one) => one !== '').join(' · ');
  }, [held, about, word]);
  const holdable = room !== null || (subject !== null && subject.thing !== null);
  return (
    <div class={`app ${mode}`}>
      <header class="top">
        <div class="band">
          <Link to={paths.home} class="mode">
            <Icon name={icon} />
            {word}
          </Link>
          <About room={room} subject={subject} />
          <Clock />
          {holdable ? <HoldSlot room={room} subject={subject} onRaise={() => (raising.value = true)} /> : null}
        </div>
        <Second room={room} />
        {solo ? (
          <p class="strip solo-says">
            <b>This is not four-eye.</b>
            <span>One keeper is enough here: a demo, which never verifies as four-eye.</span>
          </p>
        ) : null}
        <Keys />
        {holdable && raising.value ? (
          <Raise room={room} subject={subject} onDone={() => (raising.value = false)} />
        ) : null}
        <Strips room={room} subject={subject} />
      </header>
      <div class="body">{children}</div>
    </div>
  );
}

/** The agent that a target means in this run's mode. */
const agentOf = (runbook: Runbook, target: string, mode: 'live' | 'rehearsal'): string =>
  ((mode === 'rehearsal' ? runbook.rehearsal?.targets[target] : undefined) ?? runbook.targets[target])?.agent ?? target;

function About({ room, subject }: { readonly room: Room | null; readonly subject: Subject | null }) {
  const now = room?.folded.value;
  if (!room || !now)
    return (
      <div class="about">
        {room ? <b class="mono">{visible(room.run)}</b> : <b>{subject ? visible(subject.title) : 'Crosscheck'}</b>}
      </div>
    );
  const { runbook } = contextOf(now.state);
  const target = (room.story.value?.current?.step ?? runbook.steps.at(-1))?.target ?? '';
  const { mode } = now.state.facts;
  return (
    <div class="about">
      <b>
        {visible(runbook.id)} on {visible(agentOf(runbook, target, mode))}
      </b>
      <span>
        {mode === 'rehearsal' ? 'a rehearsal: nobody is affected · ' : ''}run{' '}
        <span class="mono">{`${room.run.slice(0, 9)}…${room.run.slice(-7)}`}</span>
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
