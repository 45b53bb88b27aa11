/** The parts of an act that several sign: who has signed, the bytes, and the button with its reason. */
import { useSignal } from '@preact/signals';
import type { Demand } from '../../core/approval/quorum.ts';
import { statementTime } from '../../core/approval/statement.ts';
import type { Signing } from '../../core/run/lines.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';
import { Copy, Link, Refusal } from './basics.tsx';
import { Icon, State } from './icons.tsx';
import { Well, wellLines } from './well.tsx';

export type Act = 'lift' | 'close';

export interface Props {
  readonly room: Room;
  readonly state: RunState;
}

interface CollectProps extends Props {
  readonly act: Act;
  readonly about: string;
  readonly demand: Demand;
}

const signersOf = ({ state, act, about }: Pick<CollectProps, 'state' | 'act' | 'about'>) => {
  const { collection } = contextOf(state);
  return collection?.act === act && collection.about === about ? collection.signers : [];
};

/** The lead and so many of these seats; each with who has signed. */
export function Signatures(props: CollectProps & { readonly lead: true }) {
  const { room, state, act, demand } = props;
  const { seats } = contextOf(state);
  const signers = signersOf(props);
  const rows = ['lead', ...demand.by];
  return (
    <section>
      <div class="head">
        <h2>{act === 'lift' ? 'Lifted when signed by' : 'Closed when signed by'}</h2>
        <span class="dim small">
          the lead and {demand.count === demand.by.length ? 'all' : demand.count} of:{' '}
          {demand.by.map(visible).join(', ')}
        </span>
      </div>
      <table>
        <tbody>
          {rows.map((seat) => {
            const signed = signers.some((one) => one.seat === seat);
            const person = seats[seat]?.person;
            return (
              <tr key={seat}>
                <td>{signed ? <State is="signed" /> : <State is="todo" word="not yet" />}</td>
                <td>{visible(seat)}</td>
                <td>{person ? visible(room.name(person)) : 'seat is empty'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

const BLANK = { 'signed-at': <span class="blank">set when you sign</span> };

export function Bytes({
  room,
  text,
  verb,
}: {
  readonly room: Room;
  readonly text: (signing: Signing) => string;
  readonly verb: string;
}) {
  const signing = room.signing(0);
  return signing && room.seat() ? (
    <section>
      <h2>What you sign by “{verb}”</h2>
      <Well lines={wellLines(text(signing))} blanks={BLANK} />
    </section>
  ) : null;
}

interface SignBarProps extends CollectProps {
  readonly verb: string;
  /** The command that signs the same, for people with SSH keys. */
  readonly word: string;
  readonly sign: (signing: Signing) => Promise<boolean>;
}

export function SignBar(props: SignBarProps) {
  const { room, state, act, demand, verb, word, sign } = props;
  const app = useApp();
  const busy = useSignal(false);
  const seat = room.seat();
  const signers = signersOf(props);
  const mine = signers.some((one) => one.person === app.me.value?.person);
  const stop = room.unsignable();
  const asked = seat === 'lead' || (seat !== null && demand.by.includes(seat));
  const running = contextOf(state).arming !== null && act === 'close';
  const needed = ['lead', ...demand.by].filter((one) => !signers.some((signer) => signer.seat === one));
  const why = running
    ? 'A step is armed or running.'
    : mine
      ? `You have signed. Still needed: ${needed.map(visible).join(', ')}.`
      : !asked
        ? `Your seat is not asked. Still needed: ${needed.map(visible).join(', ')}.`
        : stop
          ? stop.sentence
          : act === 'lift'
            ? 'Silence lifts nothing.'
            : 'Lead and one reviewer sign.';
  const press = async () => {
    const signing = room.signing(app.clock.value);
    if (!signing) return;
    busy.value = true;
    await sign({ ...signing, signedAt: statementTime(app.clock.value) });
    busy.value = false;
  };
  const cli = `crosscheck ${word}`;
  return (
    <footer class="actions">
      <Refusal problem={room.answers.value[act]} />
      <div class="back">
        <Link class="button big" to={paths.room(room.run)}>
          Back to the room
        </Link>
      </div>
      <div class="on">
        <div class="why" id="why-sign" role="status">
          <b>{visible(why)}</b>
          {stop && asked && !mine ? (
            <p class="row">
              Sign with: <code class="break">{cli}</code> <Copy text={cli} what="Copy" />
            </p>
          ) : null}
        </div>
        <button
          type="button"
          class="big outline-act"
          disabled={!asked || mine || running || stop !== null || busy.value}
          aria-describedby="why-sign"
          onClick={press}
        >
          <Icon name="key" /> {busy.value ? 'Signing' : verb}
        </button>
      </div>
    </footer>
  );
}
