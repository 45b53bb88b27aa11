/** The cross-check: what am I asked? One sentence, what runs, what cannot be undone, the blind items, the bytes, and two equal answers. */

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { challengesOf } from '../../core/approval/challenge.ts';
import { statementTime } from '../../core/approval/statement.ts';
import { armingOf } from '../../core/run/context.ts';
import { confirmLines, type Seat } from '../../core/run/lines.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { counted, sentence, utc, visible } from '../format.ts';
import { Bar, type CheckProps, Statement } from '../parts/answer.tsx';
import { Link, type Missing } from '../parts/basics.tsx';
import { State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { letter, Questions } from '../parts/questions.tsx';
import { Receipts } from '../parts/rail.tsx';
import { LeadIn, Sheet } from '../parts/sheet.tsx';
import type { Attempt } from '../room/attempts.ts';
import { armedFacts } from '../room/facts.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { paths } from '../router.ts';

/** Which arming is asked of me, if one is. */
function askedOf(
  room: Room,
): { readonly of: StepStory; readonly attempt: Attempt; readonly seat: Seat; readonly state: RunState } | string {
  const state = room.folded.value?.state;
  const of = room.story.value?.current;
  const seat = room.seat();
  if (!state || !of) return 'No step is waiting for anybody.';
  const context = contextOf(state);
  const attempt = of.attempts.at(-1);
  const arming = armingOf(context, of.step.id);
  if (!arming || !attempt || arming.ref !== attempt.ref)
    return 'Nothing is armed. When a step is called out for your seat, it is asked here.';
  if (arming.started !== null) return 'The command has started. Nothing is asked any more.';
  if (arming.keyed !== null) return 'The key is turned. Nothing is asked any more.';
  if (of.step.eyes === 2) return `${sentence(of.name)} needs no confirmation.`;
  if (!seat) return `You hold no seat. Still needed: ${of.step.by.join(' or ')}.`;
  if (context.never.includes(context.seats[seat]?.person ?? ''))
    return `You opened, led or armed in this run, so your confirmation cannot count. Still needed: ${of.step.by.join(' or ')}.`;
  if (!of.step.by.includes(seat))
    return `The ${seat} seat is not asked here. Still needed: ${of.step.by.join(' or ')}.`;
  return { of, attempt, seat: { seat, role: context.seats[seat]?.role ?? '' }, state };
}

export function CheckPage({ room }: { readonly room: Room }) {
  const asked = askedOf(room);
  const me = useApp().me.value?.person;
  if (typeof asked === 'string') return <NotAsked room={room} why={asked} />;
  const mine = asked.attempt.confirmed.find((one) => one.person === me);
  if (mine) return <Confirmed room={room} of={asked.of} at={mine.at} />;
  const facts = armedFacts(asked.attempt.armed);
  if (!facts) return <NotAsked room={room} why="The arming cannot be read here." />;
  const differed = asked.attempt.differed.filter((one) => one.person === me);
  // A new arming, or an answer that differed, starts the check anew: nothing of the old one stays.
  return (
    <Check
      key={`${asked.attempt.ref} ${differed.length}`}
      room={room}
      {...asked}
      facts={facts}
      differed={differed.at(-1)?.challenge ?? null}
    />
  );
}

const NotAsked = ({ room, why }: { readonly room: Room; readonly why: string }) => (
  <main class="plain">
    <div>
      <h1>Nothing is asked of you now.</h1>
      <p>{visible(why)}</p>
      <p>
        <Link to={paths.room(room.run)}>Back to the room</Link>
      </p>
    </div>
    <Receipts room={room} />
  </main>
);

function Confirmed({ room, of, at }: { readonly room: Room; readonly of: StepStory; readonly at: number }) {
  return (
    <main class="plain">
      <div>
        <h1>
          <State is="confirmed" /> You confirmed {of.name}, {visible(of.step.title)}, at {utc(at)} UTC.
        </h1>
        <p>
          Stay until it has started: leaving before the start makes this arming void. You may still withdraw, and HOLD
          still means: it does not start.
        </p>
        <p>
          <Link to={paths.room(room.run)}>Watch in the room</Link>
        </p>
      </div>
      <Receipts room={room} />
    </main>
  );
}

const LOOK_MS = 3000;

/** Seconds for which this page was really on screen. */
function useLooked(): boolean {
  const app = useApp();
  const looked = useSignal(0);
  useEffect(
    () =>
      app.deps.every(250, () => {
        if (app.deps.window.document.visibilityState === 'visible' && looked.peek() < LOOK_MS) looked.value += 250;
      }),
    [],
  );
  return looked.value >= LOOK_MS;
}

function Check(props: CheckProps) {
  const { room, of, seat, state, facts } = props;
  const app = useApp();
  const questions = challengesOf(facts.action, seat.seat);
  const answers = useSignal<Readonly<Record<string, string>>>({});
  const left = useSignal(-1);
  const fixed = useSignal<string | null>(null);
  const looked = useLooked();
  // The tree is pinned when the panel opens, so that the bytes which are read are the bytes which are signed.
  const signing = useMemo(() => room.signing(0), []);
  useEffect(() => void room.pin().catch(() => undefined), []);
  const given = Object.fromEntries(questions.map(({ id }) => [id, (answers.value[id] ?? '').trim()]));
  const answered = questions.filter(({ id }) => given[id] !== '').length;
  useEffect(() => room.reading(of.step.id, answered, questions.length), [answered]);

  const missing: Missing[] = [
    ...questions.flatMap(({ id, ask }, index) =>
      given[id] === ''
        ? [{ text: `${letter(index)}: ${visible(ask).replace(/\?$/, '').toLowerCase()}`, at: `answer-${id}` }]
        : [],
    ),
    ...(left.value !== 0
      ? [
          {
            text:
              left.value < 0
                ? 'the statement, not seen yet'
                : `${counted(left.value, 'line', 'lines')} of the statement, not seen yet`,
            at: 'statement',
          },
        ]
      : []),
    ...(looked ? [] : [{ text: 'three seconds of looking', at: null }]),
  ];
  const stop = room.unsignable();
  const confirm = async () => {
    if (missing.length > 0 || stop || !signing) return;
    const at = statementTime(app.clock.value);
    const lines = confirmLines(state, of.step.id, { ...signing, signedAt: at, ...seat }, given);
    if (!lines.ok) return;
    fixed.value = at;
    if (!(await room.sign('confirm', 'confirm', lines.value))) fixed.value = null;
  };
  return (
    <main class="check">
      <Pane class="panes" label="Cross-check">
        <LeadIn {...props} />
        <Sheet {...props} />
        <Pane class="side" label="Your part">
          <Questions
            questions={questions}
            answers={answers}
            differed={props.differed}
            locked={fixed.value !== null}
            section={props.of.step.irreversible || props.facts.action.undo ? 4 : 3}
          />
          <Statement
            {...props}
            signing={signing}
            given={given}
            fixed={fixed.value}
            onSeen={(lines) => (left.value = lines)}
            section={props.of.step.irreversible || props.facts.action.undo ? 5 : 4}
          />
        </Pane>
      </Pane>
      <Bar
        {...props}
        missing={missing}
        stop={stop ? stop.sentence : null}
        signing={signing}
        busy={fixed.value !== null}
        onConfirm={confirm}
      />
    </main>
  );
}
