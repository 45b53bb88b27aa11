/** The parts about one step: its six phases, and one cell per pair of eyes. */

import { contextOf } from '../../core/run/state.ts';
import { utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { iconOf, type Mark, State } from './icons.tsx';
import { took } from './map.tsx';

interface Phase {
  readonly name: string;
  readonly note: string;
  readonly is: 'was' | 'is' | 'fell' | 'todo';
}

const reachedBy = ({ step, attempts }: StepStory): number => {
  const last = attempts.at(-1);
  if (!last || (last.voided && last.startedAt === null)) return 0;
  const needed = step.eyes / 2 - 1;
  if (last.ended) return 6;
  if (last.startedAt) return 4;
  if (last.keyedAt || needed === 0) return 3;
  return last.confirmed.length >= needed ? 2 : 1;
};

/** The six phases of a step and how far this attempt is in them. */
export function phasesOf(of: StepStory): readonly Phase[] {
  const { step, attempts } = of;
  const last = attempts.at(-1);
  const live = last && !(last.voided && last.startedAt === null) ? last : undefined;
  const needed = step.eyes / 2 - 1;
  const reached = reachedBy(of);
  const notes = [
    live ? utc(live.armedAt) : 'the lead arms it',
    needed === 0 ? 'not asked' : `${live?.confirmed.length ?? 0} of ${needed}`,
    needed === 0 ? 'not needed' : live?.keyedAt ? utc(live.keyedAt) : 'the lead turns it',
    live?.startedAt ? utc(live.startedAt) : 'measured again',
    live?.ended ? took(live) : step.kind === 'manual' ? 'attested' : step.kind === 'wait' ? 'soak' : 'output',
    live?.ended ? live.ended.result : 'post-checks',
  ];
  const bad = live?.ended && live.ended.result !== 'finished';
  const watch = step.kind === 'manual' ? 'By hand' : 'Watch';
  return ['Call out', 'Cross-check', 'Key', 'T-0', watch, 'After'].map((name, index) => ({
    name,
    note: notes[index] ?? '',
    is: bad && index === 5 ? 'fell' : index < reached ? 'was' : index === reached ? 'is' : 'todo',
  }));
}

const PHASE_ICON = { was: 'done', is: 'waiting', fell: 'failed', todo: 'todo' } as const;

export const Phases = ({ of }: { readonly of: StepStory }) => (
  <ol class="phases" aria-label="Phases of this step">
    {phasesOf(of).map(({ name, note, is }) => (
      <li key={name} class={is} {...(is === 'is' ? { 'aria-current': 'step' as const } : {})}>
        <b>
          {iconOf(PHASE_ICON[is])}
          <span>{name}</span>
        </b>
        <span>{note}</span>
      </li>
    ))}
  </ol>
);

interface Eye {
  readonly mark: Mark;
  readonly at: number | null;
  readonly person: string | null;
  readonly note: string;
  readonly current: boolean;
}

const RANKS = ['second', 'third', 'fourth'];

function leadEye(room: Room, { attempts }: StepStory): Eye {
  const state = room.folded.value?.state;
  const last = attempts.at(-1);
  const note = 'lead · first pair of eyes';
  if (last) {
    const mark = last.voided && last.startedAt === null ? 'void' : 'armed';
    return { mark, at: last.armedAt, person: last.askedBy, note, current: false };
  }
  const lead = state && contextOf(state).seats['lead'];
  return { mark: 'todo', at: null, person: lead?.person ?? null, note, current: true };
}

function otherEye(room: Room, { step, attempts }: StepStory, seat: string, index: number): Eye {
  const state = room.folded.value?.state;
  const held = state ? contextOf(state).seats[seat] : undefined;
  const last = attempts.at(-1);
  const isVoid = last?.voided && last.startedAt === null;
  const note = `${seat}${held ? ` (${held.role})` : ''} · ${RANKS[index] ?? ''} pair of eyes`;
  const person = held?.person ?? null;
  const confirmed = last?.confirmed.find((one) => one.seat === seat);
  if (confirmed) {
    const mark = isVoid ? 'void' : 'confirmed';
    return { mark, at: confirmed.at, person: confirmed.person, note, current: false };
  }
  if (last?.refused?.seat === seat)
    return { mark: 'refused', at: last.refused.at, person: last.refused.person, note, current: false };
  const reading = room.presence.value.find(
    (one) => one.person === person && one.here && one.reading?.step === step.id,
  )?.reading;
  if (reading && !isVoid) {
    const words = `${note} · ${reading.answered} of ${reading.of} answered`;
    return { mark: 'reading', at: null, person, note: words, current: true };
  }
  const current = last !== undefined && !last.voided && last.startedAt === null;
  return { mark: person ? 'todo' : 'empty', at: null, person, note, current };
}

export function Eyes({ room, of }: { readonly room: Room; readonly of: StepStory }) {
  if (of.step.eyes === 2) return null;
  const eyes = [leadEye(room, of), ...of.step.by.map((seat, index) => otherEye(room, of, seat, index))];
  return (
    <ul class="eyes" aria-label="Pairs of eyes">
      {eyes.map((eye) => (
        <li key={eye.note} class={eye.current ? 'cell current' : 'cell'}>
          <State is={eye.mark} /> <span class="dim small">{eye.at === null ? '' : utc(eye.at)}</span>
          <p>{eye.person === null ? 'seat is empty' : visible(room.name(eye.person))}</p>
          <p class="dim small">{visible(eye.note)}</p>
        </li>
      ))}
    </ul>
  );
}
