/** The room: what are we waiting for? Map, the step, crew; and the bar with what lets it proceed. */

import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { about, counted, span, utc, visible } from '../format.ts';
import { Actions } from '../parts/actions.tsx';
import { Countdown, Link } from '../parts/basics.tsx';
import { Crew } from '../parts/crew.tsx';
import { State } from '../parts/icons.tsx';
import { KeyStatement } from '../parts/key.tsx';
import { Output } from '../parts/output.tsx';
import { Pane } from '../parts/pane.tsx';
import { Probes } from '../parts/probes.tsx';
import { asWritten, CannotBeUndone, WhatRuns, Where } from '../parts/run.tsx';
import { says } from '../parts/says.tsx';
import { Eyes, Phases, StepMap, StepShapes } from '../parts/step.tsx';
import type { Room } from '../room/state.ts';
import { type Attempt, armedFacts, type StepStory, type Story } from '../room/story.ts';
import { paths } from '../router.ts';

export function RoomPage({ room, step }: { readonly room: Room; readonly step: string | null }) {
  const story = room.story.value;
  const now = room.folded.value;
  if (!story || !now) return null;
  const selected =
    story.steps.find((one) => one.step.id === step) ?? story.current ?? (story.steps.at(-1) as StepStory);
  return (
    <main class="room">
      <Pane class="panes" label="Room">
        <Pane as="nav" class="map" label="Steps" id="all-steps">
          <div class="head">
            <h2>Steps</h2>
            <span class="dim small">
              {story.steps.filter((one) => one.state === 'done').length} of {story.steps.length} done
            </span>
          </div>
          <StepMap run={room.run} story={story} selected={selected.step.id} />
        </Pane>
        <Work room={room} story={story} state={now.state} of={selected} />
        <Rail room={room} story={story} state={now.state} />
      </Pane>
      <Actions room={room} story={story} of={selected} />
    </main>
  );
}

interface WorkProps {
  readonly room: Room;
  readonly story: Story;
  readonly state: RunState;
  readonly of: StepStory;
}

function subtitle({ step, attempts }: StepStory): string {
  const last = attempts.at(-1);
  const kinds = [
    step.critical ? 'critical' : 'not critical',
    step.irreversible ? 'irreversible' : null,
    step.eyes === 2 ? 'no confirmation' : `${['', 'two', 'four', 'six'][step.eyes / 2]} eyes`,
  ];
  const before = attempts.at(-2)?.voided;
  const attempt = last
    ? `attempt ${last.number}${before ? ` (${last.number - 1} was void: ${before.reason})` : ''}`
    : null;
  return [...kinds, attempt].filter(Boolean).join(' · ');
}

/** The open arming's own end, while it can still be answered. */
const expiry = (state: RunState, attempt: Attempt | undefined): number | null => {
  const { arming } = contextOf(state);
  return arming && arming.ref === attempt?.ref && arming.started === null ? arming.notAfter : null;
};

function Work({ room, story, state, of }: WorkProps) {
  const { step, attempts, number } = of;
  const last = attempts.at(-1);
  const facts = last && armedFacts(last.armed);
  const until = expiry(state, last);
  const runs = last !== undefined && last.startedAt !== null && last.ended === null;
  const output =
    last && !last.voided ? (
      <Output key={last.ref} room={room} step={step.id} attempt={last.number} started={last.startedAt !== null} />
    ) : null;
  return (
    <Pane class="work" label={`Step ${number}`}>
      <StepShapes story={story} selected={of} />
      <div>
        <div class="head">
          <div>
            <h1 class="break">
              {number} · {visible(step.title)}
            </h1>
            <p class="dim small">{subtitle(of)}</p>
          </div>
          {until === null ? <Running attempt={last} /> : <Countdown until={until} says="until" />}
        </div>
        <p class="says" role="status">
          {says(room, story, of)}
        </p>
        <Phases of={of} />
      </div>
      {step.eyes > 2 ? (
        <div>
          <Eyes room={room} of={of} />
        </div>
      ) : null}
      {runs ? output : null}
      <KeyStatement room={room} of={of} />
      <div class="two">
        <div>
          <WhatRuns does={facts?.does ?? asWritten(step)} />
          {facts ? null : <p class="dim small">As the runbook writes it; the values come in when the step is armed.</p>}
          <Where step={step} facts={facts} />
        </div>
        <CannotBeUndone step={step} action={facts?.action} story={story} />
      </div>
      {Object.keys(step.probes).length > 0 ? (
        <div>
          <Probes step={step} attempt={last} facts={facts} />
        </div>
      ) : null}
      {runs ? null : output}
    </Pane>
  );
}

function Running({ attempt }: { readonly attempt: Attempt | undefined }) {
  const app = useApp();
  if (!attempt?.startedAt || attempt.ended) return null;
  return (
    <p class="count" role="timer">
      {span(app.clock.value - attempt.startedAt)}
      <small>running since {utc(attempt.startedAt)} UTC</small>
    </p>
  );
}

function Rail({ room, story, state }: Omit<WorkProps, 'of'>) {
  const { arming, closed } = contextOf(state);
  return (
    <Pane as="aside" class="crew" label="Crew and clocks">
      <Crew room={room} />
      {arming && arming.started === null && state.arming ? (
        <ArmingClock from={state.arming.at} until={arming.notAfter} />
      ) : null}
      <section>
        <h2>Next for you</h2>
        <p>{nextFor(room, story)}</p>
      </section>
      {closed === null && !arming ? (
        <section>
          <h2>End of the run</h2>
          <p>
            <Link to={paths.of('close', room.run)}>
              {story.current ? 'End it before its last step' : 'Sign the close-out'}
            </Link>
          </p>
        </section>
      ) : null}
      <Receipts room={room} />
    </Pane>
  );
}

function ArmingClock({ from, until }: { readonly from: number; readonly until: number }) {
  const now = useApp().clock.value;
  const gone = Math.min(100, Math.max(0, ((now - from) / (until - from)) * 100));
  return (
    <section>
      <div class="head">
        <h2>Clocks</h2>
        <span class="dim small">UTC</span>
      </div>
      <div class="gauge">
        <div class="head">
          <span>This arming, valid {about(until - from)}</span>
          <b>{span(until - now)}</b>
        </div>
        <div class="track c-act">
          <i style={{ width: `${gone}%` }} />
        </div>
      </div>
    </section>
  );
}

function nextFor(room: Room, story: Story): string {
  const seat = room.seat();
  const { current } = story;
  if (!current) return seat ? 'Sign the close-out when it is asked of you.' : 'Nothing; the run is nearly over.';
  const name = `step ${current.number}, ${visible(current.step.title)}`;
  const last = current.attempts.at(-1);
  if (last?.startedAt && !last.ended) return 'Watch the output. Any seat may abort; anybody may hold.';
  if (seat === 'lead')
    return `${current.attempts.at(-1)?.voided === null ? 'Go on with' : 'Arm'} ${name}. It needs ${current.step.eyes === 2 ? 'no confirmation' : counted(current.step.eyes / 2 - 1, 'confirmation', 'confirmations')}.`;
  if (seat && current.step.by.includes(seat)) return `Cross-check ${name}.`;
  const later = seat && story.steps.find((one) => one.number > current.number && one.step.by.includes(seat));
  return later
    ? `Cross-check step ${later.number}, ${visible(later.step.title)}. Stay here until then.`
    : 'Watch. Anybody may hold.';
}

/** What a signer keeps: the proof that the log has their entry. */
export function Receipts({ room }: { readonly room: Room }) {
  const receipts = room.receipts.value;
  if (receipts.length === 0) return null;
  return (
    <section>
      <h2>Your receipts</h2>
      <p class="dim small">Keep them: each proves, without us, that the log holds what you signed.</p>
      <ul>
        {receipts.map(({ act, at, text }) => (
          <li key={text}>
            <State is="signed" />{' '}
            <a
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
              download={`${room.run}-${act}.tlog-proof`}
            >
              {act}, {utc(at)} UTC
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
