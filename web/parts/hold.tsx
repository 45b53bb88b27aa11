/** HOLD, always in the same place: the slot, the short form that raises one, and what every page says while it is held. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { overdueSince } from '../../core/release/holdDocument.ts';
import { openArming } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Problem } from '../api.ts';
import { type Subject, useApp } from '../app.ts';
import { about, sentence, span, utc, visible } from '../format.ts';
import type { HoldStory } from '../room/holds.ts';
import type { Room } from '../room/state.ts';
import { openHolds } from '../room/story.ts';
import { paths } from '../router.ts';
import { Link, Refusal } from './basics.tsx';
import { Icon } from './icons.tsx';

interface On {
  readonly room: Room | null;
  readonly subject: Subject | null;
}

/** The open hold that the slot stands for: since when, where it is told, and when the next word is promised. */
function heldBy({ room, subject }: On) {
  if (room) {
    const hold = openHolds(room.story.value)[0];
    const state = room.folded.value?.state;
    const next = state && contextOf(state).holds.find((one) => one.ref === hold?.ref)?.nextUpdate;
    return hold
      ? { at: hold.at, to: paths.of('hold', room.run), next: next ?? null, says: stoppedWords(room, hold) }
      : null;
  }
  const hold = subject?.holds.at(-1);
  return hold
    ? {
        at: hold.raised_at,
        to: paths.siteHold(hold.hold),
        next: hold.next_update,
        says: hold.plan === null ? 'No run of it opens or goes on.' : 'The run that is planned is not opened.',
      }
    : null;
}

/** What was stopped, and what was not. */
function stoppedWords(room: Room, hold: HoldStory): string {
  const state = room.folded.value?.state;
  const runs = state && Object.values(contextOf(state).armings).some(({ started }) => started !== null);
  if (runs) return 'The command had already started and is still running; nothing follows. Abort stops it.';
  if (hold.running) return 'The command had already started; nothing follows. No command is running.';
  const step = room.story.value?.steps.find((one) => one.step.id === hold.step);
  return step?.state === 'held'
    ? `${sentence(step.name)} had not started, and it will not start.`
    : 'Nothing further starts. No command is running.';
}

export function HoldSlot({ room, subject, onRaise }: On & { readonly onRaise: () => void }) {
  const app = useApp();
  const now = room?.folded.value;
  const hold = heldBy({ room, subject });
  if (now && contextOf(now.state).closed) return <p class="hold shut">Closed: nothing to hold</p>;
  if (room?.busy.value === 'hold')
    return (
      <button type="button" class="hold held" disabled>
        <Icon name="held" /> SENDING
      </button>
    );
  if (hold)
    return (
      <button type="button" class="hold held" onClick={() => app.go(hold.to)}>
        <Icon name="held" /> <span>HELD {span(app.clock.value - hold.at)}</span>
      </button>
    );
  return (
    <button type="button" class="hold" onClick={onRaise}>
      <Icon name="held" /> HOLD
    </button>
  );
}

function meaningOf({ room, subject }: On): string {
  if (!room) return subject?.thing && 'plan' in subject.thing ? 'It is not opened.' : 'No run of it goes on or opens.';
  const state = room.folded.value?.state;
  return state && openArming(contextOf(state))?.started
    ? 'The command has started and goes on; nothing follows. Abort stops the command.'
    : 'HOLD now means: it does not start.';
}

/** The short form that raises a hold: one sentence, in the flow of the page, so that it covers nothing. */
export function Raise({ room, subject, onDone }: On & { readonly onDone: () => void }) {
  const app = useApp();
  const text = useSignal('');
  const found = useSignal<Problem | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const raise = async (sentence: string): Promise<boolean> => {
    if (room) return room.ask('hold', { type: 'hold', run: room.run, text: sentence });
    if (!subject?.thing) return false;
    const answer = await app.api.command({ type: 'hold_on', text: sentence, ...subject.thing });
    found.value = answer.ok ? null : answer.problem;
    if (answer.ok) await subject.reload();
    return answer.ok;
  };
  const send = async (event: Event) => {
    event.preventDefault();
    const sentence = text.value.trim();
    if (sentence !== '' && (await raise(sentence))) onDone();
  };
  return (
    <form class="strip" onSubmit={send} onKeyDown={(event) => event.key === 'Escape' && onDone()}>
      <div class="raise">
        <label>
          <b>Hold: what is wrong?</b> <span class="dim">One sentence. {meaningOf({ room, subject })}</span>
          <input
            type="text"
            maxLength={500}
            ref={field}
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="big" disabled={text.value.trim() === ''}>
          Raise the hold
        </button>
        <button type="button" class="big" onClick={onDone}>
          Back
        </button>
      </div>
      <Refusal problem={room ? room.answers.value['hold'] : found.value} />
    </form>
  );
}

/** What everybody must know on every page: the hold, and what does not verify. */
export function Strips({ room, subject }: On) {
  const app = useApp();
  const found = room?.problem.value;
  const hold = heldBy({ room, subject });
  const now = app.clock.value;
  return (
    <>
      {found ? (
        <div class="strip alarm" role="alert">
          <b>{visible(found.sentence)}</b> {visible(found.hint)}
        </div>
      ) : null}
      {hold ? (
        <div class="strip" role="status">
          <b class="mark c-hold">
            <Icon name="held" /> ON HOLD
          </b>
          <b>
            <span class="since">since {utc(hold.at)}, </span>
            {about(now - hold.at)}.
          </b>
          <span class="grow">
            <span class="not-phone">{hold.says} </span>
            {app.route.value.page === 'hold' || app.route.value.page === 'siteHold' ? null : (
              <Link to={hold.to}>What is held, and who lifts it</Link>
            )}
          </span>
          <NextWord next={hold.next} now={now} />
        </div>
      ) : null}
    </>
  );
}

function NextWord({ next, now }: { readonly next: number | null; readonly now: number }) {
  if (next === null) return null;
  const late = overdueSince({ nextUpdate: next }, now) !== null;
  return late ? (
    <b class="c-bad">update overdue {span(now - next)}</b>
  ) : (
    <span>
      next update in <b>{span(next - now)}</b>
    </span>
  );
}
