/** HOLD, always in the same place: the slot, the short form that raises one, and what every page says while it is held. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { span, utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';
import { Link, Refusal } from './basics.tsx';
import { Icon } from './icons.tsx';

export function HoldSlot({ room, onRaise }: { readonly room: Room; readonly onRaise: () => void }) {
  const app = useApp();
  const now = room.folded.value;
  const hold = room.story.value?.holds.findLast((one) => one.liftedAt === null);
  if (now && contextOf(now.state).closed) return <p class="hold shut">Closed: nothing to hold</p>;
  if (room.busy.value === 'hold')
    return (
      <button type="button" class="hold held" disabled>
        <Icon name="held" /> SENDING
      </button>
    );
  if (hold)
    return (
      <button type="button" class="hold held" onClick={() => app.go(paths.of('hold', room.run))}>
        <Icon name="held" /> <span>HELD {span(app.clock.value - hold.at)}</span>
      </button>
    );
  return (
    <button type="button" class="hold" onClick={onRaise}>
      <Icon name="held" /> HOLD
    </button>
  );
}

/** The short form that raises a hold: one sentence, in the flow of the page, so that it covers nothing. */
export function Raise({ room, onDone }: { readonly room: Room; readonly onDone: () => void }) {
  const text = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const arming = room.folded.value && contextOf(room.folded.value.state).arming;
  const meaning = arming?.started
    ? 'The command has started and goes on; nothing follows. Abort stops the command.'
    : 'HOLD now means: it does not start.';
  const send = async (event: Event) => {
    event.preventDefault();
    const sentence = text.value.trim();
    if (sentence !== '' && (await room.ask('hold', { type: 'hold', run: room.run, text: sentence }))) onDone();
  };
  return (
    <form class="strip" onSubmit={send} onKeyDown={(event) => event.key === 'Escape' && onDone()}>
      <div class="raise">
        <label>
          <b>Hold: what is wrong?</b> <span class="dim">One sentence. {meaning}</span>
          <input
            type="text"
            maxLength={500}
            ref={(input) => {
              if (text.peek() === '') input?.focus();
            }}
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
      <Refusal problem={room.answers.value['hold']} />
    </form>
  );
}

/** What everybody must know on every page: the hold, and what does not verify. */
export function Strips({ room }: { readonly room: Room }) {
  const app = useApp();
  const found = room.problem.value;
  const hold = room.story.value?.holds.findLast((one) => one.liftedAt === null);
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
            since {utc(hold.at)}, {span(app.clock.value - hold.at)}.
          </b>
          <span>
            {hold.running ? 'The command had already started; nothing follows.' : 'Nothing further starts.'}{' '}
            <Link to={paths.of('hold', room.run)}>What is held, and who lifts it</Link>
          </span>
        </div>
      ) : null}
    </>
  );
}
