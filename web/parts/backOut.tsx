/** What backs out of a step: cancel until the start, abort from then on. */
import { useSignal } from '@preact/signals';
import { type Arming, armingOf, openArming } from '../../core/run/context.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { Icon } from './icons.tsx';

interface Props {
  readonly room: Room;
  readonly of: StepStory;
  readonly state: RunState;
}

/** Cancel until the start, abort from then on: in the same place, and never the same word. */
export function BackOut({ room, state, of }: Props) {
  const context = contextOf(state);
  const arming = armingOf(context, of.step.id) ?? openArming(context);
  const seat = room.seat();
  if (!arming) return null;
  if (arming.started !== null) return seat ? <Abort room={room} arming={arming} /> : null;
  const mine = seat === 'lead';
  const confirmed = arming.confirmations.some((one) => one.seat === seat);
  return mine || confirmed ? (
    <button
      type="button"
      class="big"
      disabled={room.busy.value !== null}
      onClick={() => room.ask('withdraw', { type: 'withdraw', run: room.run, step: arming.step })}
    >
      {mine ? 'Cancel arming' : 'Withdraw my confirmation'}
    </button>
  ) : null;
}

function Abort({ room, arming }: { readonly room: Room; readonly arming: Arming }) {
  const sure = useSignal(false);
  const abort = async () => {
    await room.ask('abort', { type: 'abort', run: room.run, step: arming.step });
    sure.value = false;
  };
  return sure.value ? (
    <>
      <button type="button" class="big filled-bad" onClick={abort}>
        <Icon name="aborted" /> Abort now
      </button>
      <button type="button" class="big" onClick={() => (sure.value = false)}>
        Let it run
      </button>
    </>
  ) : (
    <button type="button" class="big outline-bad" onClick={() => (sure.value = true)}>
      <Icon name="aborted" /> Abort command
    </button>
  );
}
