/** The room's action bar: what backs out on the left, why and what proceeds on the right; places never move. */
import { useSignal } from '@preact/signals';
import { demandOf, enough } from '../../core/approval/quorum.ts';
import { ready } from '../../core/run/rules.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import type { StepStory, Story } from '../room/story.ts';
import { paths } from '../router.ts';
import { Link, Refusal } from './basics.tsx';
import { Icon } from './icons.tsx';
import { TurnTheKey } from './key.tsx';

interface Props {
  readonly room: Room;
  readonly story: Story;
  readonly of: StepStory;
}

const PLACES = ['arm', 'withdraw', 'start', 'key', 'abort'] as const;

export function Actions({ room, story, of }: Props) {
  const state = room.folded.value?.state;
  if (!state) return null;
  const current = story.current;
  const refused = PLACES.map((place) => room.answers.value[place]).find(Boolean);
  return (
    <footer class="actions">
      {refused ? <Refusal problem={refused} /> : null}
      <div class="back">
        <BackOut room={room} state={state} />
      </div>
      <div class="on">
        {current === null ? (
          <End room={room} state={state} />
        ) : current.step.id === of.step.id ? (
          <Proceed room={room} story={story} of={of} state={state} />
        ) : (
          <Elsewhere room={room} current={current} />
        )}
      </div>
    </footer>
  );
}

const Elsewhere = ({ room, current }: { readonly room: Room; readonly current: StepStory }) => (
  <p class="why">
    You are looking at another step. <Link to={paths.room(room.run)}>Back to step {current.number}</Link>
  </p>
);

function End({ room, state }: { readonly room: Room; readonly state: RunState }) {
  const { closed } = contextOf(state);
  return closed ? (
    <>
      <p class="why">
        <b>The run is closed: {closed}.</b>
      </p>
      <Link class="button big" to={paths.of('record', room.run)}>
        See the record
      </Link>
    </>
  ) : (
    <>
      <p class="why">
        <b>Every step is done.</b> Lead and one reviewer sign the close-out.
      </p>
      <Link class="button big outline-act" to={paths.of('close', room.run)}>
        Sign the close-out
      </Link>
    </>
  );
}

/** Cancel until the start, abort from then on: in the same place, and never the same word. */
function BackOut({ room, state }: { readonly room: Room; readonly state: RunState }) {
  const { arming, seats } = contextOf(state);
  const sure = useSignal(false);
  const seat = room.seat();
  if (!arming) return null;
  if (arming.started === null) {
    const mine = seats['lead'] && seat === 'lead';
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
  if (!seat) return null;
  return sure.value ? (
    <>
      <button
        type="button"
        class="big filled-bad"
        onClick={() =>
          room.ask('abort', { type: 'abort', run: room.run, step: arming.step }).then(() => (sure.value = false))
        }
      >
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

function Proceed({ room, of, state, story }: Props & { readonly state: RunState }) {
  const context = contextOf(state);
  const { arming, holds } = context;
  const seat = room.seat();
  const { step } = of;
  const hold = story.holds.findLast((one) => one.liftedAt === null);
  if (arming?.started)
    return (
      <p class="why" id="why">
        <b>The command is running.</b> HOLD now means: it runs on, nothing follows.
      </p>
    );
  if (holds.length > 0 && hold)
    return (
      <>
        <p class="why">
          <b>Held.</b> Lead and quorum lift it by signing. Silence lifts nothing.
        </p>
        <Link class="button big" to={paths.of('hold', room.run)}>
          Go to the hold
        </Link>
      </>
    );
  if (!arming) return <Arm room={room} of={of} isLead={seat === 'lead'} />;
  const asked = seat !== null && step.by.includes(seat) && !arming.confirmations.some((one) => one.seat === seat);
  if (asked && arming.keyed === null)
    return (
      <>
        <p class="why">
          <b>You are asked.</b> Cross-check step {of.number}; nothing starts without it.
        </p>
        <Link class="button big outline-act" to={paths.of('check', room.run)}>
          Open the cross-check
        </Link>
      </>
    );
  if (step.eyes === 2) return <Start room={room} of={of} isLead={seat === 'lead'} />;
  return (
    <>
      <WhyNoKey room={room} of={of} state={state} />
      {seat === 'lead' ? <TurnTheKey room={room} of={of} /> : null}
    </>
  );
}

/** What the key waits for, and who can give it. */
function WhyNoKey({ room, of, state }: { readonly room: Room; readonly of: StepStory; readonly state: RunState }) {
  const context = contextOf(state);
  const { arming } = context;
  const rule = ready(context);
  const unsignable = room.seat() === 'lead' && rule.ok ? room.unsignable() : null;
  const quorum = arming ? enough(demandOf(of.step), context, arming.confirmations) : null;
  const open = of.step.by.filter((seat) => !arming?.confirmations.some((one) => one.seat === seat));
  const missing = of.step.eyes / 2 - 1 - (arming?.confirmations.length ?? 0);
  const head = arming?.keyed
    ? 'The key is turned; the agent measures again.'
    : quorum && !quorum.ok
      ? `${missing === 1 ? 'One confirmation is' : `${missing} confirmations are`} missing: ${open.map(visible).join(missing === open.length ? ', ' : ' or ')}.`
      : rule.ok
        ? 'Everything is there for the key.'
        : rule.refusal.sentence;
  return (
    <div class="why" id="why" role="status">
      <b>{head}</b>
      <p class="dim">
        {unsignable
          ? `${unsignable.sentence} Sign with: crosscheck step key ${room.run}`
          : 'HOLD now means: it does not start.'}
      </p>
    </div>
  );
}

/** Calling out a step: the lead types the name of its target, so that nobody arms by habit. */
function Arm({ room, of, isLead }: { readonly room: Room; readonly of: StepStory; readonly isLead: boolean }) {
  const typed = useSignal('');
  const { step, number, attempts } = of;
  if (!isLead)
    return (
      <p class="why">
        <b>{attempts.length > 0 ? 'Nothing ran.' : `Step ${number} is next.`}</b> The lead arms it.
      </p>
    );
  const fits = typed.value.trim() === step.target;
  const arm = async (event: Event) => {
    event.preventDefault();
    if (fits && (await room.ask('arm', { type: 'arm', run: room.run, step: step.id, target: typed.value.trim() })))
      typed.value = '';
  };
  return (
    <form onSubmit={arm}>
      <label class="why" for="target">
        <b>To arm step {number}, type its target:</b> <code>{visible(step.target)}</code>
      </label>
      <div>
        <input
          id="target"
          class="mono"
          autocomplete="off"
          spellcheck={false}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </div>
      <button type="submit" class={fits ? 'big outline-act' : 'big'} disabled={!fits || room.busy.value !== null}>
        {room.busy.value === 'arm' ? 'Measuring' : `Arm step ${number}`}
      </button>
    </form>
  );
}

function Start({ room, of, isLead }: { readonly room: Room; readonly of: StepStory; readonly isLead: boolean }) {
  return (
    <>
      <p class="why" id="why">
        <b>Step {of.number} is armed and needs no confirmation.</b>{' '}
        {isLead ? 'HOLD now means: it does not start.' : 'The lead starts it.'}
      </p>
      {isLead ? (
        <button
          type="button"
          class="big filled-act"
          disabled={room.busy.value !== null}
          onClick={() => room.ask('start', { type: 'start', run: room.run, step: of.step.id })}
        >
          <Icon name="running" /> {room.busy.value === 'start' ? 'Starting' : `Start step ${of.number}`}
        </button>
      ) : null}
    </>
  );
}
