/** Roll back and roll forward with the same rows on both sides; a row that one way has nothing to say to says so. */
import type { ComponentChildren } from 'preact';
import type { Deed, Way } from '../../core/release/ways.ts';
import type { RunContext, Signer } from '../../core/run/context.ts';
import type { Do } from '../../core/runbook/runbook.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import { useApp } from '../app.ts';
import { about, ascii, utc, utcMinute, visible } from '../format.ts';
import { leavesAt } from '../room/answers.ts';
import { armedFacts } from '../room/facts.ts';
import type { HoldStory } from '../room/holds.ts';
import type { Room } from '../room/state.ts';
import type { Story } from '../room/story.ts';
import { asWritten, inShort } from './argv.tsx';
import { remaining } from './clocks.tsx';
import { Icon, State } from './icons.tsx';

interface Props {
  readonly room: Room;
  readonly context: RunContext;
  readonly story: HoldStory;
  readonly back: Way;
  readonly forward: Way;
  readonly signers: readonly Signer[];
  /** The way that is being signed. */
  readonly way: 'back' | 'forward' | null;
}

export function Compare(props: Props) {
  const { context, story, back, forward } = props;
  const now = useApp().clock.value;
  const step = stepOf(context.runbook, story.step ?? '');
  const row = (label: string, of: (way: Way, which: 'back' | 'forward') => ComponentChildren) => (
    <tr key={label}>
      <th scope="row">{label}</th>
      <td>{of(back, 'back')}</td>
      <td>{of(forward, 'forward')}</td>
    </tr>
  );
  return (
    <table class="compare">
      <thead>
        <tr>
          <th scope="col">
            <h1>Back or forward</h1>
            <span class="dim small">{step ? `held in ${visible(step.title)}` : 'held'}</span>
          </th>
          <th scope="col">
            <Icon name="back" /> Roll back
          </th>
          <th scope="col">
            <Icon name="forward" /> Roll forward
          </th>
        </tr>
      </thead>
      <tbody>
        {row('What runs', (way) => (
          <Deeds deeds={way.does} context={context} told={props.room.story.value} />
        ))}
        {row('Time', (way) => (
          <Time way={way} />
        ))}
        {row('Lost', (way) => (way.lost.length === 0 ? <b>Nothing that the log knows of</b> : <Lines of={way.lost} />))}
        {row('Clock left', (way) =>
          way.left.length === 0
            ? 'No undo window runs.'
            : way.left.map(({ clock, ends }) => (
                <p key={clock}>
                  <b>{remaining(ends - now)}</b> {visible(clock)}, until {utcMinute(ends)} UTC
                </p>
              )),
        )}
        {row('Last drilled', (way, which) => (
          <Drilled way={way} which={which} />
        ))}
        {row('Who must stay', (way) => (
          <Stay {...props} of={way} />
        ))}
        {row('Impossible since', (way) =>
          way.possible ? (
            'It is possible now.'
          ) : (
            <Lines
              of={way.why.map(({ sentence, since }) => (since === null ? sentence : `${utc(since)} UTC: ${sentence}`))}
              bad
            />
          ),
        )}
        {row('Confirmed by', (way, which) => (
          <Confirmed way={way} which={which} context={context} />
        ))}
        {row('Signed by', (_, which) => (
          <Signed which={which} {...props} />
        ))}
      </tbody>
    </table>
  );
}

const Lines = ({ of, bad = false }: { readonly of: readonly string[]; readonly bad?: boolean }) => (
  <ul>
    {of.map((line) => (
      <li key={line} class={bad ? 'break c-bad' : 'break'}>
        {visible(line)}
      </li>
    ))}
  </ul>
);

const WORDS = { pass: 'passed over', patch: '', run: '', undo: '' } as const;

/** What an undo would run: as it was resolved when its step was armed, else as written. */
function undoOf(told: Story | null, context: RunContext, id: string): Do | null {
  const of = told?.steps.find(({ step }) => step.undo?.step.id === id);
  const last = of?.attempts.at(-1);
  const facts = last && armedFacts(last.armed);
  const step = stepOf(context.runbook, id);
  return facts?.action.undo?.do ?? (step ? asWritten(step) : null);
}

const Deeds = ({
  deeds,
  context,
  told,
}: {
  readonly deeds: readonly Deed[];
  readonly context: RunContext;
  readonly told: Story | null;
}) =>
  deeds.length === 0 ? (
    <>Nothing: nothing that can be undone has run.</>
  ) : (
    <ol class="deeds">
      {deeds.map(({ what, step, title }) => {
        const does = what === 'undo' && step !== null ? undoOf(told, context, step) : null;
        return (
          <li key={`${what} ${step}`} class="break">
            {visible(title)} {WORDS[what] === '' ? null : <span class="dim">{WORDS[what]}</span>}
            {does ? <code>{ascii(inShort(does))}</code> : null}
          </li>
        );
      })}
    </ol>
  );

function Time({ way: { takes, does } }: { readonly way: Way }) {
  const known = does.some((one) => one.takes !== null);
  if (!known) return <>Not known: nothing of it was rehearsed.</>;
  return (
    <>
      <b>{about(takes.ms)}</b> {takes.whole ? 'in all' : 'for what is known of it; the rest was not rehearsed'}
    </>
  );
}

const Drilled = ({ way, which }: { readonly way: Way; readonly which: 'back' | 'forward' }) =>
  way.drilled.length === 0
    ? which === 'back'
      ? 'No backup is restored by it.'
      : 'The patch says where it was rehearsed: its test.'
    : way.drilled.map(({ step, at }) => (
        <p key={step}>
          {at === null ? `${visible(step)}: not in this run` : `${visible(step)}: ${utcMinute(at)} UTC, it came back`}
        </p>
      ));

function Stay({ of, room, context }: Props & { readonly of: Way }) {
  const leaves = leavesAt(context.runbook, room.folded.value?.entries ?? []);
  return (
    <>
      {of.stay.map((seat) => {
        const person = context.seats[seat]?.person;
        const until = leaves[seat];
        return (
          <p key={seat} class="break">
            {visible(seat)}: {person === undefined ? <b class="c-bad">seat is empty</b> : visible(room.name(person))}
            {until === undefined ? '' : `, leaves ${utc(until).slice(0, 5)}`}
          </p>
        );
      })}
    </>
  );
}

/** How many pairs of eyes its steps have. */
function Confirmed({
  way,
  which,
  context,
}: {
  readonly way: Way;
  readonly which: 'back' | 'forward';
  readonly context: RunContext;
}) {
  if (which === 'forward')
    return <>Four eyes or more for every step of the patch; shown as a deviation from the runbook</>;
  const steps = way.does.flatMap(({ step }) => (step === null ? [] : (stepOf(context.runbook, step) ?? [])));
  const most = Math.max(2, ...steps.map(({ eyes }) => eyes));
  return (
    <>
      {most === 2
        ? 'No confirmation, as for its steps'
        : `${most === 4 ? 'Four' : 'Six'} eyes, as for the steps that are undone`}
    </>
  );
}

const Signed = ({ which, way, signers, room }: Props & { readonly which: 'back' | 'forward' }) =>
  way === which ? (
    <ul>
      {signers.map(({ person, seat }) => (
        <li key={person}>
          <State is="signed" /> <b>{visible(seat)}</b> {visible(room.name(person))}
        </li>
      ))}
    </ul>
  ) : (
    <span class="dim">Nobody yet</span>
  );
