/** The room's action bar: what backs out on the left, why and what proceeds on the right; places never move. */
import { demandOf, enough } from '../../core/approval/quorum.ts';
import { type Arming, armingOf } from '../../core/run/context.ts';
import { armable, notGo, turnOf, unanswered, underWay } from '../../core/run/progress.ts';
import { ready } from '../../core/run/rules.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { counted, sentence, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { openHolds, type StepStory, type Story } from '../room/story.ts';
import { paths } from '../router.ts';
import { Arm } from './arm.tsx';
import { BackOut } from './backOut.tsx';
import { Link, Refusal, Toward } from './basics.tsx';
import { Icon } from './icons.tsx';
import { TurnTheKey } from './key.tsx';
import { mustDecide } from './lifting.ts';

interface Props {
  readonly room: Room;
  readonly story: Story;
  readonly of: StepStory;
  readonly state: RunState;
}

const PLACES = ['arm', 'withdraw', 'start', 'key', 'abort'] as const;

/** Whether anything can be done about this step now. */
function isOpen(state: RunState, { step, state: is }: StepStory): boolean {
  const context = contextOf(state);
  if (armingOf(context, step.id) || is === 'unknown') return true;
  return turnOf(context)?.id === step.id || armable(context).some((one) => one.id === step.id);
}

export function Actions(props: Props) {
  const { room, story, of, state } = props;
  const refused = PLACES.map((place) => room.answers.value[place]).find(Boolean);
  return (
    <footer class="actions">
      {refused ? <Refusal problem={refused} /> : null}
      <div class="back">
        <BackOut {...props} />
      </div>
      <div class="on">
        {story.current === null && !isOpen(state, of) ? (
          <End room={room} state={state} />
        ) : isOpen(state, of) ? (
          <Proceed {...props} />
        ) : (
          <Elsewhere room={room} current={story.current} />
        )}
      </div>
    </footer>
  );
}

const Elsewhere = ({ room, current }: { readonly room: Room; readonly current: StepStory | null }) => (
  <p class="why">
    You are looking at another step.{' '}
    <Link to={current ? paths.step(room.run, current.step.id) : paths.room(room.run)}>
      Back to {current?.name ?? 'the room'}
    </Link>
  </p>
);

function End({ room, state }: Pick<Props, 'room' | 'state'>) {
  const context = contextOf(state);
  const asked = unanswered(context, context.runbook.debrief).length;
  if (context.closed)
    return (
      <Toward to={paths.of('record', room.run)} verb="See the record">
        <b>The run is closed: {context.closed}.</b>
      </Toward>
    );
  if (openHolds(room.story.value).length > 0)
    return (
      <Toward to={paths.of('hold', room.run)} verb="Go to the hold">
        <b>Held.</b> Nothing is closed as done while a hold is open.
      </Toward>
    );
  if (asked > 0)
    return (
      <Toward to={paths.of('briefing', room.run)} verb="Go to the debrief" act>
        <b>{context.way === 'back' ? 'Everything is undone.' : 'Every step is done.'}</b>{' '}
        {sentence(counted(asked, 'answer', 'answers'))} of the debrief {asked === 1 ? 'is' : 'are'} missing.
      </Toward>
    );
  return (
    <Toward to={paths.of('close', room.run)} verb="Sign the close-out" act>
      <b>{context.way === 'back' ? 'Everything is undone.' : 'Every step is done.'}</b> Lead and one reviewer sign the
      close-out.
    </Toward>
  );
}

function Proceed(props: Props) {
  const { room, of, state, story } = props;
  const context = contextOf(state);
  const arming = armingOf(context, of.step.id);
  if (arming?.started) return <Running {...props} arming={arming} />;
  const hold = openHolds(story)[0];
  if (of.state === 'unknown')
    return (
      <Toward to={paths.of('resolve', room.run)} verb="Say what became of it" act>
        <b>Nobody saw how it ended.</b> Lead and quorum look for themselves and sign.
      </Toward>
    );
  if (hold)
    return mustDecide(context, hold.ref) ? (
      <Toward to={paths.of('decide', room.run)} verb="Back or forward">
        <b>Held after a failure.</b> It is not lifted: lead and quorum decide which way.
      </Toward>
    ) : (
      <Toward to={paths.of('hold', room.run)} verb="Go to the hold">
        <b>Held.</b> Lead and quorum lift it by signing. Silence lifts nothing.
      </Toward>
    );
  if (!arming) return <BeforeArming {...props} />;
  const seat = room.seat();
  const asked = seat !== null && of.step.by.includes(seat) && !arming.confirmations.some((one) => one.seat === seat);
  if (asked && arming.keyed === null)
    return (
      <Toward to={paths.of('check', room.run)} verb="Open the cross-check" act>
        <b>You are asked.</b> Cross-check {of.name}; nothing starts without it.
      </Toward>
    );
  if (of.step.eyes === 2) return <Start {...props} isLead={seat === 'lead'} />;
  return (
    <>
      <WhyNoKey {...props} arming={arming} />
      {seat === 'lead' ? <TurnTheKey room={room} of={of} /> : null}
    </>
  );
}

/** Briefing, gate, or the step itself: what comes first. */
function BeforeArming({ room, of, state }: Props) {
  const context = contextOf(state);
  const answers = unanswered(context, context.runbook.briefing).length;
  const votes = notGo(context).length;
  if (!underWay(context) && answers + votes > 0) {
    const missing = [
      answers > 0 ? counted(answers, 'answer', 'answers') : '',
      votes > 0 ? counted(votes, 'go', 'go') : '',
    ].filter((one) => one !== '');
    return (
      <Toward to={paths.of('briefing', room.run)} verb="Go to the briefing" act>
        <b>The briefing comes first.</b> Still missing: {missing.join(' and ')}.
      </Toward>
    );
  }
  if (of.step.gate) {
    const open = of.step.gate.filter((seat) => context.votes[of.step.id]?.[seat] === undefined);
    return (
      <p class="why" id="why">
        <b>Polled: {open.map(visible).join(', ')}.</b> One no go is a hold.
      </p>
    );
  }
  if (of.step.kind === 'parallel')
    return (
      <p class="why" id="why">
        <b>Side by side.</b> Choose one of its {of.step.children.length} steps to arm it.
      </p>
    );
  return <Arm room={room} of={of} context={context} isLead={room.seat() === 'lead'} />;
}

function Running({ room, of, arming }: Props & { readonly arming: Arming }) {
  const lost = Object.values(arming.starts).some(({ outcome }) => outcome === null);
  const aborted = of.attempts.at(-1)?.aborted;
  if (aborted && lost && room.abortAnswers.value[of.step.id] !== 'stopped')
    return (
      <Toward to={paths.of('resolve', room.run)} verb="Say what became of it">
        <b>An abort was asked.</b> Where the agent never answers, lead and quorum say what happened.
      </Toward>
    );
  if (of.step.manual && arming.attested === null)
    return (
      <p class="why" id="why">
        <b>
          {room.seat() === of.step.manual.by
            ? 'Do it, then attest below.'
            : `The ${visible(of.step.manual.by)} does it by hand.`}
        </b>{' '}
        HOLD now means: nothing follows.
      </p>
    );
  return (
    <p class="why" id="why">
      <b>The command is running.</b> HOLD now means: it runs on, nothing follows.
    </p>
  );
}

/** What the key waits for, and who can give it. */
function WhyNoKey({ room, of, state, arming }: Props & { readonly arming: Arming }) {
  const context = contextOf(state);
  const rule = ready(context, of.step.id);
  const unsignable = room.seat() === 'lead' && rule.ok ? room.unsignable() : null;
  const quorum = enough(demandOf(of.step), context, arming.confirmations);
  const open = of.step.by.filter((seat) => !arming.confirmations.some((one) => one.seat === seat));
  const missing = of.step.eyes / 2 - 1 - arming.confirmations.length;
  const head = arming.keyed
    ? 'The key is turned; the agent measures again.'
    : !quorum.ok
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

function Start({ room, of, isLead }: Props & { readonly isLead: boolean }) {
  return (
    <>
      <p class="why" id="why">
        <b>{sentence(of.name)} is armed and needs no confirmation.</b>{' '}
        {isLead ? 'HOLD now means: it does not start.' : 'The lead starts it.'}
      </p>
      {isLead ? (
        <button
          type="button"
          class="big filled-act"
          disabled={room.busy.value !== null}
          onClick={() => room.ask('start', { type: 'start', run: room.run, step: of.step.id })}
        >
          <Icon name="running" /> {room.busy.value === 'start' ? 'Starting' : `Start ${of.name}`}
        </button>
      ) : null}
    </>
  );
}
