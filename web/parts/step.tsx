/** The parts about one step: map of all steps, its phases, one cell per pair of eyes, its probes. */

import { contextOf } from '../../core/run/state.ts';
import { span, utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import type { Attempt, StepStory, Story } from '../room/story.ts';
import { paths } from '../router.ts';
import { Link } from './basics.tsx';
import { Icon, iconOf, type Mark, State, Word } from './icons.tsx';

const took = (attempt: Attempt | undefined): string =>
  attempt?.startedAt && attempt.ended ? span(attempt.ended.ts - attempt.startedAt) : '';

function stateText({ step, attempts }: StepStory): string {
  const last = attempts.at(-1);
  if (!last) return step.eyes === 2 ? 'no confirmation' : `${step.eyes} eyes`;
  if (last.ended) return utc(last.ended.ts);
  if (last.startedAt) return `since ${utc(last.startedAt)}`;
  if (last.voided) return `attempt ${last.number}: ${last.voided.reason}`;
  return step.eyes === 2 ? 'to be started' : `${last.confirmed.length} of ${step.eyes / 2 - 1} confirmed`;
}

interface MapProps {
  readonly run: string;
  readonly story: Story;
  readonly selected: string | undefined;
}

export const StepMap = ({ run, story, selected }: MapProps) => (
  <ol class="steps">
    {story.steps.map((one) => (
      <li key={one.step.id}>
        {one.number === story.wall ? (
          <p class="wall">
            <Icon name="irreversible" /> Irreversible from here
          </p>
        ) : null}
        <div class={one.step.id === selected ? 'current' : ''}>
          <Link to={paths.step(run, one.step.id)} current={one.step.id === selected}>
            {iconOf(one.state)}
            <span class="title">
              <span class="dim">{one.number}</span> {visible(one.step.title)}
            </span>
            <span class="state">
              <Word is={one.state} /> {stateText(one)}
            </span>
            <span class="took">{took(one.attempts.at(-1))}</span>
          </Link>
        </div>
      </li>
    ))}
  </ol>
);

/** The same map on a phone: a row of shapes. */
export const StepShapes = ({ story, selected }: { readonly story: Story; readonly selected: StepStory }) => (
  <div class="shapes">
    <span aria-hidden="true">
      {story.steps.map((one) => (
        <span key={one.step.id}>
          {one.number === story.wall ? <Icon name="irreversible" tone="bad" /> : null} {iconOf(one.state)}
        </span>
      ))}
    </span>
    <span>
      Step {selected.number} of {story.steps.length} · <a href="#all-steps">all steps</a>
    </span>
  </div>
);

interface Phase {
  readonly name: string;
  readonly note: string;
  readonly is: 'was' | 'is' | 'fell' | 'todo';
}

/** The six phases of a step and how far this attempt is in them. */
export function phasesOf({ step, attempts }: StepStory): readonly Phase[] {
  const last = attempts.at(-1);
  const live = last && !last.voided ? last : undefined;
  const needed = step.eyes / 2 - 1;
  const reached = !live
    ? 0
    : live.ended
      ? 6
      : live.startedAt
        ? 4
        : live.keyedAt || needed === 0
          ? 3
          : live.confirmed.length >= needed
            ? 2
            : 1;
  const notes = [
    live ? utc(live.armedAt) : 'the lead arms it',
    needed === 0 ? 'not asked' : `${live?.confirmed.length ?? 0} of ${needed}`,
    needed === 0 ? 'not needed' : live?.keyedAt ? utc(live.keyedAt) : 'the lead turns it',
    live?.startedAt ? utc(live.startedAt) : 'measured again',
    live?.ended ? took(live) : 'output',
    live?.ended ? live.ended.result : 'post-checks',
  ];
  const bad = live?.ended && live.ended.result !== 'finished';
  return ['Call out', 'Cross-check', 'Key', 'T-0', 'Watch', 'After'].map((name, index) => ({
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

function eyesOf(room: Room, { step, attempts }: StepStory): readonly Eye[] {
  const state = room.folded.value?.state;
  if (!state || step.eyes === 2) return [];
  const { seats } = contextOf(state);
  const last = attempts.at(-1);
  const armed: Eye = last
    ? {
        mark: last.voided ? 'void' : 'armed',
        at: last.armedAt,
        person: last.askedBy,
        note: 'lead · first pair of eyes',
        current: false,
      }
    : {
        mark: 'todo',
        at: null,
        person: seats['lead']?.person ?? null,
        note: 'lead · first pair of eyes',
        current: true,
      };
  const ranks = ['second', 'third', 'fourth'];
  const others = step.by.map((seat, index): Eye => {
    const note = `${seat}${seats[seat] ? ` (${seats[seat].role})` : ''} · ${ranks[index] ?? ''} pair of eyes`;
    const person = seats[seat]?.person ?? null;
    const confirmed = last?.confirmed.find((one) => one.seat === seat);
    if (confirmed)
      return {
        mark: last?.voided ? 'void' : 'confirmed',
        at: confirmed.at,
        person: confirmed.person,
        note,
        current: false,
      };
    if (last?.refused?.seat === seat)
      return { mark: 'refused', at: last.refused.at, person: last.refused.person, note, current: false };
    const reading = room.presence.value.find(
      (one) => one.person === person && one.here && one.reading?.step === step.id,
    )?.reading;
    if (reading)
      return {
        mark: 'reading',
        at: null,
        person,
        note: `${note} · ${reading.answered} of ${reading.of} answered`,
        current: true,
      };
    return { mark: person ? 'todo' : 'empty', at: null, person, note, current: last !== undefined && !last.voided };
  });
  return [armed, ...others];
}

export function Eyes({ room, of }: { readonly room: Room; readonly of: StepStory }) {
  const eyes = eyesOf(room, of);
  return eyes.length === 0 ? null : (
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
