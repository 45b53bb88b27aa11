/** The sentence of state: who then what then until when; it says what did not happen, too. */
import type { ComponentChildren } from 'preact';
import { rightKeys } from '../../core/approval/quorum.ts';
import type { VoidReason } from '../../core/log/tables.ts';
import { VOIDED } from '../../core/release/reasons.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { about, ordinal, sentence, utc, visible } from '../format.ts';
import type { Attempt } from '../room/attempts.ts';
import type { Room } from '../room/state.ts';
import { openHolds, type StepStory, type Story } from '../room/story.ts';
import { State } from './icons.tsx';
import { isRehearsal } from './mode.ts';

export const whyVoid = (reason: VoidReason, probe: string | null): string =>
  `${VOIDED[reason]}${probe ? ` (${visible(probe)})` : ''}`;

interface SaysProps {
  readonly room: Room;
  readonly story: Story;
  readonly of: StepStory;
  readonly state: RunState;
}

function waiting({ room, of, state }: SaysProps, attempt: Attempt): ComponentChildren {
  const { seats } = contextOf(state);
  const needed = of.step.eyes / 2 - 1;
  if (needed === 0) return <>for the lead to start it.</>;
  if (attempt.keyedAt !== null) return <>for T-0: the agent measures again, then starts it.</>;
  const keys = rightKeys(of.step.keys, contextOf(state), kindsOf(state, of.step.id));
  if (attempt.confirmed.length >= needed && !keys.ok)
    return <>for other keys, so it has to be armed again. {keys.refusal.hint}</>;
  if (attempt.confirmed.length >= needed)
    return (
      <>
        for the key: <b>{visible(room.name(seats['lead']?.person ?? ''))}</b> (lead){' '}
        {isRehearsal(state.facts) ? 'rehearses' : 'turns'} it.
      </>
    );
  const open = of.step.by.filter((seat) => !attempt.confirmed.some((one) => one.seat === seat));
  return (
    <>
      for the {ordinal(attempt.confirmed.length + 1)} confirmation:{' '}
      {open.map((seat, index) => (
        <span key={seat}>
          {index > 0 ? '; ' : ''}
          <Reader room={room} seat={seat} step={of.step.id} person={seats[seat]?.person} />
        </span>
      ))}
      .
    </>
  );
}

/** The kinds of keys by which the open arming of a step is confirmed. */
const kindsOf = (state: RunState, step: string) =>
  (armingOf(contextOf(state), step)?.confirmations ?? []).map(({ kind }) => kind);

function Reader({
  room,
  seat,
  step,
  person,
}: {
  readonly room: Room;
  readonly seat: string;
  readonly step: string;
  readonly person: string | undefined;
}) {
  if (person === undefined) return <>the {visible(seat)} seat is empty</>;
  const reading = room.presence.value.find((one) => one.person === person && one.here)?.reading;
  return (
    <>
      <b>{visible(room.name(person))}</b> ({visible(seat)}){' '}
      {reading?.step === step
        ? `has it open, ${reading.answered} of ${reading.of} items answered`
        : 'has not opened it'}
    </>
  );
}

const ABORTED: Readonly<Record<string, string>> = {
  stopped: 'the command was stopped',
  'still running': 'the command still runs',
  unknown: 'nobody knows whether the command still runs',
};

/** What an abort was answered; before an answer that is said, too. */
const abortWords = (room: Room, of: StepStory, { aborted }: Attempt): string =>
  aborted
    ? ` ${visible(room.name(aborted.person))} has asked to stop it: ${
        ABORTED[room.abortAnswers.value[of.step.id] ?? ''] ?? 'no answer yet'
      }.`
    : '';

function running(room: Room, of: StepStory, last: Attempt): ComponentChildren {
  const { step } = of;
  const manual = step.manual;
  const what = manual
    ? last.attested
      ? `The ${visible(manual.by)} has attested: ${last.attested.result}. The agent looks at the post-checks.`
      : `The ${visible(manual.by)} does it by hand, then attests to it with evidence.`
    : step.wait
      ? `It soaks for ${about(step.wait.for_ms)}. A probe that does not hold fails it.`
      : 'A hold stops what follows; abort stops the command.';
  return (
    <>
      <State is="running" /> since {utc(last.startedAt ?? 0)} UTC. {what}
      {abortWords(room, of, last)}
    </>
  );
}

function ended(room: Room, of: StepStory, attempt: Attempt): ComponentChildren {
  const done = attempt.ended;
  if (!done) return null;
  const exit = done.exit === undefined ? '' : `, exit ${done.exit}`;
  const failed = Object.entries(done.checks).filter(([, holds]) => !holds);
  const resolved = Object.values(attempt.starts).find((start) => start.resolved)?.resolved;
  if (done.result === 'finished')
    return (
      <>
        <State is={of.state === 'waiting' ? 'waiting' : 'done'} word={of.state === 'waiting' ? 'wave done' : 'done'} />{' '}
        at {utc(done.ts)} UTC{exit}. {Object.keys(done.checks).length > 0 ? 'Every post-check holds.' : ''}
        {of.state === 'waiting' ? ' The next wave is armed and confirmed on its own.' : ''}
      </>
    );
  if (done.result === 'unknown')
    return resolved ? (
      <>
        <State is="unknown" /> and resolved as <b>{resolved.as}</b> at {utc(resolved.at)} UTC, by lead and quorum.
      </>
    ) : (
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

/** What stands of a step that nothing is armed of: skipped, decided past, a gate, the children of a `parallel`. */
function standing({ of, state }: SaysProps): ComponentChildren {
  const { step } = of;
  if (of.state === 'skipped')
    return (
      <>
        <State is="skipped" /> its condition is false, so nothing of it ran.
      </>
    );
  if (of.state === 'passed')
    return (
      <>
        <State is="passed" /> it failed, and lead and quorum decided to roll forward.
      </>
    );
  if (step.gate && of.state === 'done')
    return (
      <>
        <State is="done" /> every seat has said go, or its objection was overridden.
      </>
    );
  if (step.gate && of.state === 'waiting') {
    const votes = contextOf(state).votes[step.id] ?? {};
    const open = step.gate.filter((seat) => votes[seat] === undefined);
    return (
      <>
        <State is="waiting" /> for {open.map(visible).join(', ')} to say go or no go. Nothing is armed meanwhile.
      </>
    );
  }
  if (step.kind === 'parallel' && of.state !== 'held')
    return of.state === 'todo' ? null : (
      <>
        <State is={of.state} /> Each is armed and started by itself; a failure stops what its siblings would start.
      </>
    );
  return null;
}

/** What an arming that has not started is doing, or why it stopped being one. */
function arming(props: SaysProps, last: Attempt): ComponentChildren {
  const { room } = props;
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
      <State is="waiting" /> {waiting(props, last)}
    </>
  );
}

/** Returns the first line of the room: what are we waiting for? */
export function says(props: SaysProps): ComponentChildren {
  const { room, story, of, state } = props;
  const last = of.attempts.at(-1);
  const stands = standing(props);
  if (stands) return stands;
  const { closed } = contextOf(state);
  const live = last !== undefined && !last.voided && !last.ended;
  const isCurrent = story.current?.step.id === of.step.id || live;
  if (!isCurrent && last) return last.ended ? ended(room, of, last) : null;
  if (closed) return <>The run is closed: {closed}.</>;
  if (!story.current && !last) return null;
  if (!isCurrent) return <>Not its turn yet: {story.current?.name} comes first.</>;
  const hold = openHolds(story)[0];
  if (hold && last?.ended)
    return (
      <>
        {ended(room, of, last)} Held: nothing follows until the hold is {hold.cause === 'failed' ? 'ended' : 'lifted'}.
      </>
    );
  if (hold)
    return (
      <>
        <State is="held" />{' '}
        {hold.running
          ? 'The command had already started; nothing follows.'
          : `${sentence(of.name)} had not started, and it will not start.`}
      </>
    );
  if (!last)
    return (
      <>
        <State is="waiting" /> for the lead to call it out: nothing is armed.
      </>
    );
  if (last.ended) return ended(room, of, last);
  return last.startedAt === null ? arming(props, last) : running(room, of, last);
}
