/** The key: its statement on screen as soon as the quorum is complete, and the button that signs exactly that. */
import { useSignal } from '@preact/signals';
import { statementText } from '../../core/approval/statement.ts';
import { keyLines } from '../../core/run/lines.ts';
import { ready } from '../../core/run/rules.ts';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { Refusal } from './basics.tsx';
import { Icon } from './icons.tsx';
import { Well, wellLines } from './well.tsx';

/** Whether the step waits for nothing but this lead's key. */
export function keyIsMine(room: Room, { step }: StepStory): boolean {
  const state = room.folded.value?.state;
  if (!state || room.seat() !== 'lead' || step.eyes === 2) return false;
  const context = contextOf(state);
  return (
    context.arming?.step === step.id &&
    context.arming.keyed === null &&
    context.arming.started === null &&
    ready(context).ok
  );
}

const BLANK = { 'signed-at': <span class="blank">set when you turn the key</span> };

export function KeyStatement({ room, of }: { readonly room: Room; readonly of: StepStory }) {
  const state = room.folded.value?.state;
  const signing = room.signing(0);
  if (!state || !signing || !keyIsMine(room, of)) return null;
  const lines = keyLines(state, signing);
  if (!lines.ok) return null;
  return (
    <div>
      <h2>What you will sign by turning the key</h2>
      <Well lines={wellLines(statementText('key', lines.value))} blanks={BLANK} />
    </div>
  );
}

export function TurnTheKey({ room, of }: { readonly room: Room; readonly of: StepStory }) {
  const app = useApp();
  const asked = useSignal(false);
  const able = keyIsMine(room, of) && room.unsignable() === null;
  const turn = async () => {
    const state = room.folded.value?.state;
    const signing = room.signing(app.clock.value);
    const lines = state && signing && keyLines(state, signing);
    if (!lines?.ok || asked.value) return;
    asked.value = true;
    await room.sign('key', 'key', lines.value);
    asked.value = false;
  };
  return (
    <button
      type="button"
      class={able ? 'big filled-act' : 'big'}
      disabled={!able || room.busy.value !== null}
      aria-describedby="why"
      onClick={turn}
    >
      <Icon name="key" /> {room.busy.value === 'key' ? 'Signing' : 'Turn the key'}
    </button>
  );
}

export const KeyRefusal = ({ room }: { readonly room: Room }) => <Refusal problem={room.answers.value['key']} />;
