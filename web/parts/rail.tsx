/** The right rail of the room: crew, clocks, what is next for me, how the run may change or end. */

import { clockViews } from '../../core/release/clocks.ts';
import { armingOf, type RunContext } from '../../core/run/context.ts';
import { allDone } from '../../core/run/progress.ts';
import { contextOf, factsOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { about, counted, span, utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import type { Story } from '../room/story.ts';
import { paths } from '../router.ts';
import { Link } from './basics.tsx';
import { ClocksToCome, Gauge, gaugeState, UndoGauge } from './clocks.tsx';
import { Crew } from './crew.tsx';
import { State } from './icons.tsx';
import { isRehearsal } from './mode.ts';
import { Pane } from './pane.tsx';

interface Props {
  readonly room: Room;
  readonly story: Story;
  readonly state: RunState;
}

export function Rail({ room, story, state }: Props) {
  const context = contextOf(state);
  return (
    <Pane as="aside" class="crew" label="Crew and clocks">
      <Crew room={room} />
      <Clocks story={story} state={state} />
      <section>
        <h2>Next for you</h2>
        <p>{nextFor(room, story, state)}</p>
        <p class="small">
          <Link to={paths.of('brief', room.run)}>Brief me: what happened, what I will be asked</Link>
        </p>
      </section>
      <Links room={room} />
      {context.closed === null ? <Changes room={room} story={story} context={context} /> : null}
      <Receipts room={room} />
    </Pane>
  );
}

/** The rail beside what several people sign: who is here, and what a signer keeps. */
export const CrewAside = ({ room }: { readonly room: Room }) => (
  <Pane as="aside" class="crew" label="Crew">
    <Crew room={room} />
    <Receipts room={room} />
  </Pane>
);

export function Clocks({ story, state }: Omit<Props, 'room'>) {
  const now = useApp().clock.value;
  const context = contextOf(state);
  const armed = story.current && armingOf(context, story.current.step.id);
  const from = story.current && factsOf(state, story.current.step.id)?.at;
  const open = armed && armed.started === null && from != null;
  const running = clockViews(context.runbook, context.clocks, now);
  if (!open && Object.keys(context.runbook.clocks).length === 0) return null;
  return (
    <section>
      <div class="head">
        <h2>Clocks</h2>
        <span class="dim small">UTC</span>
      </div>
      {open ? <ArmingGauge from={from} until={armed.notAfter} now={now} /> : null}
      {Object.keys(context.runbook.clocks).length > 0 ? (
        <h3>{isRehearsal(state.facts) ? 'Undo windows, rehearsed' : 'Undo windows'}</h3>
      ) : null}
      {running.map((clock) => (
        <UndoGauge key={clock.id} clock={clock} />
      ))}
      <ClocksToCome
        runbook={context.runbook}
        running={context.clocks}
        rehearsal={isRehearsal(state.facts)}
        nameOf={(step) => story.steps.find((one) => one.step.id === step)?.name ?? step}
      />
    </section>
  );
}

function ArmingGauge({ from, until, now }: { readonly from: number; readonly until: number; readonly now: number }) {
  const { gone, state } = gaugeState(from, until, now);
  return (
    <Gauge name={`This arming, valid ${about(until - from)}`} gone={gone} state={state} left={span(until - now)} />
  );
}

function Links({ room }: { readonly room: Room }) {
  const links = (room.doc.value?.links ?? []).filter(({ url }) => /^https?:\/\//.test(url));
  if (links.length === 0) return null;
  return (
    <section>
      <h2>Links</h2>
      <ul>
        {links.map(({ title, url }) => (
          <li key={url} class="break">
            <a href={url} target="_blank" rel="noreferrer">
              {visible(title)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Ways off the plan: a deviation, and the end before the last step. */
function Changes({ room, story, context }: Pick<Props, 'room' | 'story'> & { readonly context: RunContext }) {
  if (Object.keys(context.armings).length > 0) return null;
  return (
    <section>
      <h2>{story.current ? 'If it has to go otherwise' : 'End of the run'}</h2>
      <ul>
        {context.way === 'forward' && story.current ? (
          <li>
            <Link to={paths.of('deviate', room.run)}>Change this run: a deviation</Link>
          </li>
        ) : null}
        <li>
          <Link to={paths.of('close', room.run)}>
            {story.current ? 'End it before its last step' : 'Sign the close-out'}
          </Link>
        </li>
      </ul>
    </section>
  );
}

function nextFor(room: Room, story: Story, state: RunState): string {
  const seat = room.seat();
  const { current } = story;
  if (!current)
    return seat && allDone(contextOf(state))
      ? 'Sign the close-out when it is asked of you.'
      : 'Nothing; the run is nearly over.';
  const name = `${current.name}, ${visible(current.step.title)}`;
  const last = current.attempts.at(-1);
  if (last?.startedAt && !last.ended)
    return current.step.manual?.by === seat
      ? 'Do it by hand, then attest to it with evidence.'
      : 'Watch the output. Any seat may abort; anybody may hold.';
  if (current.step.gate)
    return seat && current.step.gate.includes(seat) ? `Say go or no go at ${name}.` : `Wait for the poll at ${name}.`;
  if (seat === 'lead')
    return `${last && !last.voided && !last.ended ? 'Go on with' : 'Arm'} ${name}. It needs ${current.step.eyes === 2 ? 'no confirmation' : counted(current.step.eyes / 2 - 1, 'confirmation', 'confirmations')}.`;
  if (seat && current.step.by.includes(seat)) return `Cross-check ${name}.`;
  const from = story.steps.indexOf(current);
  const later = seat && story.steps.slice(from + 1).find((one) => one.step.by.includes(seat));
  return later
    ? `Cross-check ${later.name}, ${visible(later.step.title)}. Stay here until then.`
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
