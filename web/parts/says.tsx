/** The sentence of state: who then what then until when; it says what did not happen, too. */
import type { ComponentChildren } from 'preact';
import { contextOf } from '../../core/run/state.ts';
import { ordinal, utc, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import type { Attempt, StepStory, Story } from '../room/story.ts';
import { State } from './icons.tsx';

const VOID: Readonly<Record<string, string>> = {
  agent: 'the agent did not take it',
  crew: 'the crew changed',
  drift: 'a probe had drifted at T-0',
  expired: 'its time was over',
  hold: 'a hold was raised',
  presence: 'somebody who was needed had gone',
  probe: 'a probe could not be measured at T-0',
  rearmed: 'it was armed again',
  refused: 'it was refused',
  roster: 'the roster changed',
  withdrawn: 'it was withdrawn',
};

export const whyVoid = (reason: string, probe: string | null): string =>
  `${VOID[reason] ?? reason}${probe ? ` (${visible(probe)})` : ''}`;

function waiting(room: Room, attempt: Attempt, of: StepStory): ComponentChildren {
  const state = room.folded.value?.state;
  if (!state) return null;
  const { seats } = contextOf(state);
  const needed = of.step.eyes / 2 - 1;
  if (needed === 0) return <>for the lead to start it.</>;
  if (attempt.keyedAt !== null) return <>for T-0: the agent measures again, then starts it.</>;
  if (attempt.confirmed.length >= needed)
    return (
      <>
        for the key: <b>{visible(room.name(seats['lead']?.person ?? ''))}</b> (lead) turns it.
      </>
    );
  const open = of.step.by.filter((seat) => !attempt.confirmed.some((one) => one.seat === seat));
  return (
    <>
      for the {ordinal(attempt.confirmed.length + 1)} confirmation:{' '}
      {open.map((seat, index) => {
        const person = seats[seat]?.person;
        const reading = room.presence.value.find((one) => one.person === person && one.here)?.reading;
        return (
          <span key={seat}>
            {index > 0 ? '; ' : ''}
            {person === undefined ? (
              `the ${visible(seat)} seat is empty`
            ) : (
              <>
                <b>{visible(room.name(person))}</b> ({visible(seat)}){' '}
                {reading?.step === of.step.id
                  ? `has it open, ${reading.answered} of ${reading.of} items answered`
                  : 'has not opened it'}
              </>
            )}
          </span>
        );
      })}
      .
    </>
  );
}

function ended(room: Room, attempt: Attempt): ComponentChildren {
  const done = attempt.ended;
  if (!done) return null;
  const exit = done.exit === undefined ? '' : `, exit ${done.exit}`;
  const failed = Object.entries(done.checks).filter(([, holds]) => !holds);
  if (done.result === 'finished')
    return (
      <>
        <State is="done" /> at {utc(done.ts)} UTC{exit}.{' '}
        {Object.keys(done.checks).length > 0 ? 'Every post-check holds.' : ''}
      </>
    );
  if (done.result === 'unknown')
    return (
      <>
        <State is="unknown" /> the agent was lost after the start. Nothing is run again. Lead and quorum say what
        happened, with evidence.
      </>
    );
  if (done.result === 'not-started')
    return (
      <>
        <State is="failed" word="not started" /> the agent did not start it. Nothing ran.
      </>
    );
  return (
    <>
      <State is={attempt.aborted ? 'aborted' : 'failed'} /> at {utc(done.ts)} UTC{exit}
      {attempt.aborted ? `, stopped by ${visible(room.name(attempt.aborted.person))}` : ''}
      {failed.length > 0 ? `; post-check ${failed.map(([id]) => visible(id)).join(', ')} does not hold` : ''}. Nothing
      is run again by itself.
    </>
  );
}

/** Returns the first line of the room: what are we waiting for? */
export function says(room: Room, story: Story, of: StepStory): ComponentChildren {
  const last = of.attempts.at(-1);
  const isCurrent = story.current?.step.id === of.step.id;
  const state = room.folded.value?.state;
  const closed = state ? contextOf(state).closed : null;
  if (!isCurrent && last) return last.ended ? ended(room, last) : null;
  if (closed) return <>The run is closed: {closed}.</>;
  if (!story.current && !last) return null;
  if (!isCurrent) return <>Not its turn yet: step {story.current?.number} comes first.</>;
  const hold = story.holds.findLast((one) => one.liftedAt === null);
  if (hold && last?.ended) return <>{ended(room, last)} Held: nothing follows until the hold is lifted.</>;
  if (hold)
    return (
      <>
        <State is="held" />{' '}
        {hold.running
          ? 'The command had already started; nothing follows.'
          : 'Held. The step had not started, and it will not start.'}
      </>
    );
  if (!last)
    return (
      <>
        <State is="waiting" /> for the lead to call it out: nothing is armed.
      </>
    );
  if (last.ended) return ended(room, last);
  if (last.startedAt !== null)
    return (
      <>
        <State is="running" /> since {utc(last.startedAt)} UTC. A hold stops what follows; abort stops the command.
        {last.aborted ? ` ${visible(room.name(last.aborted.person))} has asked to stop it.` : ''}
      </>
    );
  if (last.refused)
    return (
      <>
        <State is="refused" /> by {visible(room.name(last.refused.person))}, {visible(last.refused.seat)}: “
        {visible(last.refused.reason)}” Nothing ran. This arming cannot be asked again.
      </>
    );
  if (last.voided)
    return (
      <>
        <State is="void" /> {whyVoid(last.voided.reason, last.voided.probe)}. Nothing ran. The lead may arm again.
      </>
    );
  return (
    <>
      <State is="waiting" /> {waiting(room, last, of)}
    </>
  );
}
