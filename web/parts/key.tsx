/** The key: its statement on screen as soon as the quorum is complete, and the button that signs exactly that. */
import { useSignal } from '@preact/signals';
import { statementText } from '../../core/approval/statement.ts';
import { armingOf } from '../../core/run/context.ts';
import { keyLines } from '../../core/run/lines.ts';
import { ready } from '../../core/run/rules.ts';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { Icon } from './icons.tsx';
import { isRehearsal, keyVerb } from './mode.ts';
import { Well, wellLines } from './well.tsx';

/** Whether the step waits for nothing but this lead's key. */
function keyIsMine(room: Room, { step }: StepStory): boolean {
  const state = room.folded.value?.state;
  if (!state || room.seat() !== 'lead' || step.eyes === 2) return false;
  const context = contextOf(state);
  const arming = armingOf(context, step.id);
  return arming !== undefined && arming.keyed === null && arming.started === null && ready(context, step.id).ok;
}

export function KeyStatement({ room, of }: { readonly room: Room; readonly of: StepStory }) {
  const state = room.folded.value?.state;
  const signing = room.signing(0);
  if (!state || !signing || !keyIsMine(room, of)) return null;
  const lines = keyLines(state, of.step.id, signing);
  if (!lines.ok) return null;
  const verb = isRehearsal(state.facts) ? 'rehearse' : 'turn';
  const blanks = { 'signed-at': <span class="blank">set when you {verb} the key</span> };
  return (
    <div>
      <h2>What you will sign by {verb === 'turn' ? 'turning' : 'rehearsing'} the key</h2>
      <Well lines={wellLines(statementText('key', lines.value))} blanks={blanks} />
    </div>
  );
}

export function TurnTheKey({ room, of }: { readonly room: Room; readonly of: StepStory }) {
  const app = useApp();
  const asked = useSignal(false);
  const able = keyIsMine(room, of) && room.unsignable() === null;
  const facts = room.folded.value?.state.facts;
  const turn = async () => {
    const state = room.folded.value?.state;
    const signing = room.signing(app.clock.value);
    const lines = state && signing && keyLines(state, of.step.id, signing);
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
      <Icon name="key" /> {room.busy.value === 'key' ? 'Signing' : facts ? keyVerb(facts) : ''}
    </button>
  );
}
