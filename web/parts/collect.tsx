/** The parts of an act that several sign: who has signed, the bytes, and the button with its reason. All sign the same content. */
import type { ComponentChildren } from 'preact';
import type { Demand } from '../../core/approval/quorum.ts';
import { statementText } from '../../core/approval/statement.ts';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import type { CollectedAct } from '../../core/log/acts.ts';
import type { Signer } from '../../core/run/context.ts';
import { runActLines, type Signing } from '../../core/run/lines.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';
import { Copy, Link, Refusal } from './basics.tsx';
import { Icon, State } from './icons.tsx';
import { Well, wellLines } from './well.tsx';

export interface Props {
  readonly room: Room;
  readonly state: RunState;
}

type Content = Readonly<Record<string, unknown>>;

/** Signatures of this act about this entry so far, and the content that they share. */
export function soFar(
  state: RunState,
  act: CollectedAct,
  about: string,
): { readonly signers: readonly Signer[]; readonly content: Content | null } {
  const { collection } = contextOf(state);
  if (collection?.act !== act || collection.about !== about) return { signers: [], content: null };
  try {
    const value: unknown = state.content && JSON.parse(fromUtf8(state.content.bytes) ?? 'null');
    return { signers: collection.signers, content: (value ?? null) as Content | null };
  } catch {
    return { signers: collection.signers, content: null };
  }
}

interface SignaturesProps extends Props {
  readonly head: string;
  readonly signers: readonly Signer[];
  readonly demand: Demand;
}

/** The lead and so many of these seats; each with who has signed. */
export function Signatures({ room, state, head, signers, demand }: SignaturesProps) {
  const { seats } = contextOf(state);
  const others = `${demand.count === demand.by.length ? 'all' : demand.count} of: ${demand.by.map(visible).join(', ')}`;
  const rule = demand.count === 0 ? 'the lead' : `the lead and ${others}`;
  return (
    <section>
      <div class="head">
        <h2>{head}</h2>
        <span class="dim small">{rule}</span>
      </div>
      <SignerRows
        rows={['lead', ...(demand.count === 0 ? [] : demand.by)].map((seat) => ({
          seat,
          signed: signers.some((one) => one.seat === seat),
          name: seats[seat] ? room.name(seats[seat].person) : null,
        }))}
      />
    </section>
  );
}

export const SignerRows = ({
  rows,
}: {
  readonly rows: readonly { readonly seat: string; readonly signed: boolean; readonly name: string | null }[];
}) => (
  <table>
    <tbody>
      {rows.map(({ seat, signed, name }) => (
        <tr key={`${seat} ${name}`}>
          <td>{signed ? <State is="signed" /> : <State is="todo" word="not yet" />}</td>
          <td>{visible(seat)}</td>
          <td>{name === null ? 'seat is empty' : visible(name)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

const BLANK = { 'signed-at': <span class="blank">set when you sign</span> };

/** The statement of a collected act as I would sign it. */
export const actText = (state: RunState, act: CollectedAct, about: string, content: unknown) => (signing: Signing) =>
  statementText(act, runActLines(state, act, signing, about, content) as never);

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

export interface SignProps extends Props {
  readonly act: CollectedAct;
  readonly about: string;
  /** What would be signed; null while something of it is missing. */
  readonly content: Content | null;
  readonly demand: Demand;
  readonly verb: string;
  /** The command that signs the same, for people with SSH keys. */
  readonly word: string;
  /** Why nobody can sign it now; null where somebody can. */
  readonly blocked: string | null;
  /** What is said when nothing stands in the way. */
  readonly calm: string;
  /** Where the refusal is shown; the act's name by default. */
  readonly place?: string;
  readonly icon?: 'key' | 'back' | 'forward';
}

/** Whether it is my turn to sign, and if not, why. */
export function mayISign(
  { room, state, act, about, demand, content, blocked, calm }: SignProps,
  me: string | undefined,
): { readonly able: boolean; readonly why: string; readonly cli: boolean } {
  const seat = room.seat();
  const { signers } = soFar(state, act, about);
  const mine = signers.some((one) => one.person === me);
  const needed = ['lead', ...demand.by].filter((one) => !signers.some((signer) => signer.seat === one));
  const still = `Still needed: ${needed.map(visible).join(', ')}.`;
  const asked = seat === 'lead' || (seat !== null && demand.by.includes(seat));
  const stop = room.unsignable();
  const no = (why: string, cli = false) => ({ able: false, why, cli });
  if (blocked !== null) return no(blocked);
  if (mine) return no(`You have signed. ${still}`);
  if (!asked) return no(`Your seat is not asked. ${still}`);
  if (stop) return no(stop.sentence, true);
  if (content === null) return no(calm);
  return { able: true, why: calm, cli: false };
}

/** The button that signs, and beside it why it cannot or what it means. */
export function Sign(props: SignProps) {
  const { room, act, about, content, verb, word, place = act, icon = 'key' } = props;
  const { able, why, cli } = mayISign(props, useApp().me.value?.person);
  const line = `crosscheck ${word}`;
  const id = `why-${place.replaceAll(' ', '-')}`;
  return (
    <>
      <div class="why" id={id} role="status">
        <b>{visible(why)}</b>
        {cli ? (
          <p class="row">
            Sign with: <code class="break">{line}</code> <Copy text={line} what="Copy" />
          </p>
        ) : null}
      </div>
      <button
        type="button"
        class={able && act !== 'decide' ? 'big outline-act' : 'big'}
        disabled={!able || room.busy.value !== null}
        aria-describedby={id}
        onClick={() => room.collect(place, act, about, content)}
      >
        <Icon name={icon} /> {room.busy.value === place ? 'Signing' : verb}
      </button>
    </>
  );
}

/** The bar of a page on which one act is signed: what leads back, then why and the button. */
export const SignBar = ({ children, ...props }: SignProps & { readonly children?: ComponentChildren }) => (
  <footer class="actions">
    <Refusal problem={props.room.answers.value[props.place ?? props.act]} />
    <div class="back">
      {children ?? (
        <Link class="button big" to={paths.room(props.room.run)}>
          Back to the room
        </Link>
      )}
    </div>
    <div class="on">
      <Sign {...props} />
    </div>
  </footer>
);
