/** Who sits where, who is here, and the seat that I may take. */
import { armingOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { about, span, utc, visible } from '../format.ts';
import { leavesAt } from '../room/answers.ts';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';
import { Link, Refusal } from './basics.tsx';
import { Icon } from './icons.tsx';

export function Crew({ room }: { readonly room: Room }) {
  const now = room.folded.value;
  if (!now) return null;
  const { runbook } = contextOf(now.state);
  const leaves = leavesAt(runbook, now.entries);
  return (
    <section aria-labelledby="crew-head">
      <div class="head">
        <h2 id="crew-head">Crew</h2>
        <span class="dim small">presence lost {about(runbook.presence.grace_ms)} = hold</span>
      </div>
      <ul>
        {Object.keys(runbook.crew).map((seat) => (
          <SeatRow key={seat} room={room} seat={seat} leaves={leaves[seat] ?? null} />
        ))}
      </ul>
      <Refusal problem={room.answers.value['seat']} />
    </section>
  );
}

function SeatRow({
  room,
  seat,
  leaves,
}: {
  readonly room: Room;
  readonly seat: string;
  readonly leaves: number | null;
}) {
  const app = useApp();
  const state = room.folded.value?.state;
  if (!state) return null;
  const { seats, runbook, away, closed, roles } = contextOf(state);
  const spec = runbook.crew[seat];
  const held = seats[seat];
  const me = app.me.value?.person ?? '';
  const mine = held?.person === me;
  const own = (roles[me] ?? []).find((role) => spec?.roles.includes(role));
  const free = !held && seat !== 'lead' && own !== undefined && room.seat() === null && closed === null;
  return (
    <li class="seat">
      <Presence room={room} seat={seat} person={held?.person ?? null} />
      <span class="break">{held ? `${visible(room.name(held.person))}${mine ? ' (you)' : ''}` : 'empty'}</span>
      <span class="what">{visible(seat)}</span>
      <span class={away.includes(seat) ? 'small lost' : 'small'}>
        <Says room={room} seat={seat} person={held?.person ?? null} />{' '}
        {held ? visible(held.role) : `for ${spec?.roles.map(visible).join(' or ')}`}
      </span>
      {leaves === null ? null : <span class="leaves">leaves {utc(leaves).slice(0, 5)}</span>}
      {free ? (
        <button type="button" onClick={() => room.ask('seat', { type: 'join', run: room.run, seat, role: own })}>
          Take the {visible(seat)} seat
        </button>
      ) : null}
      {seat === 'lead' && closed === null && roles[me]?.some((role) => spec?.roles.includes(role)) ? (
        <Link to={paths.of('lead', room.run)}>{mine ? 'Hand over the lead' : 'Take over the lead'}</Link>
      ) : null}
      {mine && seat !== 'lead' && closed === null ? (
        <button type="button" onClick={() => room.ask('seat', { type: 'leave', run: room.run, seat })}>
          Leave this seat
        </button>
      ) : null}
    </li>
  );
}

interface SeatProps {
  readonly room: Room;
  readonly seat: string;
  readonly person: string | null;
}

const presenceOf = ({ room, person }: SeatProps) => room.presence.value.find((one) => one.person === person);

function Presence(props: SeatProps) {
  const state = props.room.folded.value?.state;
  if (presenceOf(props)?.here) return <Icon name="here" tone="ok" />;
  const required = state && contextOf(state).runbook.presence.required.includes(props.seat);
  return props.person !== null && required ? <Icon name="lost" tone="hold" /> : <Icon name="away" tone="dim" />;
}

/** Here, away since, or lost with what that brings and when. */
function Says(props: SeatProps) {
  const app = useApp();
  const state = props.room.folded.value?.state;
  const found = presenceOf(props);
  if (!state || props.person === null) return null;
  const context = contextOf(state);
  const { runbook, away } = context;
  if (found?.here) {
    const arming = found.reading ? armingOf(context, found.reading.step) : undefined;
    const done = !arming || arming.keyed || arming.confirmations.some((one) => one.person === props.person);
    const read = props.room.story.value?.steps.find(({ step }) => step.id === arming?.step);
    return <>here{read && !done ? ` · reading ${read.name}` : ''} ·</>;
  }
  if (away.includes(props.seat)) return <>lost: the run is held ·</>;
  const required = runbook.presence.required.includes(props.seat);
  if (!found) return <>{required ? 'not here' : 'not here, not required'} ·</>;
  const gone = app.clock.value - found.since;
  if (!required) return <>away since {utc(found.since)} ·</>;
  const left = runbook.presence.grace_ms - gone;
  return (
    <>
      lost {span(gone)}
      {left > 0 ? `, hold in ${Math.ceil(left / 1000)} s` : ''} ·
    </>
  );
}
