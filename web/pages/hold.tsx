/** The hold of a run: what is broken for whom, what we do, when the next word comes, what lifts it and who signs. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { clockViews } from '../../core/release/clocks.ts';
import { holdSummary, summaryLines } from '../../core/release/holdSummary.ts';
import type { Hold } from '../../core/run/context.ts';
import { liftable } from '../../core/run/rules/acts.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { utc, visible } from '../format.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { UndoGauge } from '../parts/clocks.tsx';
import { actText, Bytes, Sign, Signatures, soFar } from '../parts/collect.tsx';
import { Crew } from '../parts/crew.tsx';
import { Stance, UpdateForm } from '../parts/holdForm.tsx';
import { Bluf, Cause, Conditions, Considered, causeWords, Impact, NextUpdate, Updates } from '../parts/holdSays.tsx';
import { Icon } from '../parts/icons.tsx';
import { demandOfHold, mustDecide, unmetWords } from '../parts/lifting.ts';
import { Pane } from '../parts/pane.tsx';
import { Receipts } from '../parts/rail.tsx';
import { Risk, riskOf } from '../parts/risk.tsx';
import { type Desk, openHold } from '../room/desk.ts';
import type { HoldStory } from '../room/holds.ts';
import type { Room } from '../room/state.ts';
import { openHolds } from '../room/story.ts';
import { paths } from '../router.ts';

export function HoldPage({ room }: { readonly room: Room }) {
  const chosen = useSignal<string | null>(null);
  const state = room.folded.value?.state;
  if (!state) return null;
  const open = openHolds(room.story.value);
  const story = open.find((one) => one.ref === chosen.value) ?? open[0];
  const hold = contextOf(state).holds.find((one) => one.ref === story?.ref);
  if (!story || !hold) return <NoHold room={room} />;
  return (
    <Held key={hold.ref} room={room} state={state} story={story} hold={hold}>
      {open.length > 1 ? <Others open={open} shown={story.ref} onChoose={(ref) => (chosen.value = ref)} /> : null}
    </Held>
  );
}

/** No hold is open: what the ones before were, told to everybody. */
function NoHold({ room }: { readonly room: Room }) {
  const now = useApp().clock.value;
  const entries = room.folded.value?.entries ?? [];
  const holds = room.story.value?.holds ?? [];
  return (
    <main class="plain">
      <div>
        <h1>No hold is open.</h1>
        <p>
          <Link to={paths.room(room.run)}>Back to the room</Link>
        </p>
      </div>
      {holds.toReversed().map(({ ref, at }) => {
        const summary = holdSummary(entries, ref, now);
        return (
          <section key={ref}>
            <h2>Hold of {utc(at)} UTC</h2>
            <ul>
              {(summary
                ? summaryLines(summary, (person) =>
                    visible(person === 'server' ? 'the rules of this run' : room.name(person)),
                  )
                : []
              ).map((line) => (
                <li key={line} class="break">
                  {visible(line)}
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      {holds.length === 0 ? <p class="dim">There was none in this run.</p> : null}
      <Receipts room={room} />
    </main>
  );
}

const Others = ({
  open,
  shown,
  onChoose,
}: {
  readonly open: readonly HoldStory[];
  readonly shown: string;
  readonly onChoose: (ref: string) => void;
}) => (
  <div>
    <h2>{open.length} holds are open; each is ended on its own</h2>
    <p class="row">
      {open.map(({ ref, at, text, cause }) => (
        <button key={ref} type="button" aria-pressed={ref === shown} onClick={() => onChoose(ref)}>
          <span class="break">
            {utc(at)} {visible(text ?? causeWords(cause))}
          </span>
        </button>
      ))}
    </p>
  </div>
);

function deskOf(room: Room, state: RunState, story: HoldStory, hold: Hold, me: string): Desk {
  const { seats, runbook } = contextOf(state);
  const seat = room.seat();
  return {
    hold: openHold(story, hold),
    name: room.name,
    holderOf: (of) => seats[of]?.person ?? null,
    seats: Object.keys(runbook.crew),
    raisedIt: hold.by === me,
    maySetConditions: hold.by === me || seat === 'lead',
    mayMeet: (of) => of === seat,
    send: (update) =>
      room.ask('update', {
        type: 'update',
        run: room.run,
        hold: hold.ref,
        ...update,
        document: { ...update.document },
      }),
    busy: room.busy.value !== null,
    problem: room.answers.value['update'] ?? null,
  };
}

interface HeldProps {
  readonly room: Room;
  readonly state: RunState;
  readonly story: HoldStory;
  readonly hold: Hold;
  readonly children: ComponentChildren;
}

function Held({ room, state, story, hold, children }: HeldProps) {
  const app = useApp();
  const writing = useSignal(false);
  const risk = useSignal('');
  const desk = deskOf(room, state, story, hold, app.me.value?.person ?? '');
  const context = contextOf(state);
  const { signers, content } = soFar(state, 'lift', hold.ref);
  const demand = demandOfHold(context, hold.step);
  const own = content ?? riskOf(risk.value);
  const decides = mustDecide(context, hold.ref);
  const clocks = clockViews(context.runbook, context.clocks, app.clock.value);
  return (
    <main class="held-page">
      <Pane class="panes" label="Hold">
        <Pane class="work" label="What is held">
          {children}
          {writing.value ? <UpdateForm desk={desk} onDone={() => (writing.value = false)} /> : null}
          <Bluf desk={desk} />
          <Impact hold={desk.hold} />
          {story.cause === 'unknown' ? (
            <p>
              Unknown: nobody saw how the command ended. Nothing is run again.{' '}
              <Link to={paths.of('resolve', room.run)}>Say what became of it</Link>
            </p>
          ) : null}
          <Cause hold={desk.hold} />
          <Considered hold={desk.hold} />
          <Updates desk={desk} />
          {decides ? null : (
            <>
              <Signatures room={room} state={state} head="Lifted when signed by" signers={signers} demand={demand} />
              <Risk risk={risk} fixed={content} asked={room.seat() !== null} />
              <Bytes room={room} text={actText(state, 'lift', hold.ref, own)} verb="Sign the lift" />
            </>
          )}
        </Pane>
        <Pane as="aside" class="crew" label="Next update, conditions, people">
          <NextUpdate hold={desk.hold} />
          <Conditions desk={desk} />
          <Refusal problem={writing.value ? null : desk.problem} />
          <Stance desk={desk} />
          {clocks.length > 0 ? (
            <section>
              <h2>Undo windows keep running</h2>
              {clocks.map((clock) => (
                <UndoGauge key={clock.id} clock={clock} />
              ))}
            </section>
          ) : null}
          <Crew room={room} />
          <Receipts room={room} />
        </Pane>
      </Pane>
      <footer class="actions">
        <Refusal problem={room.answers.value['lift']} />
        <div class="back">
          <button
            type="button"
            class="big"
            aria-expanded={writing.value}
            onClick={() => (writing.value = !writing.value)}
          >
            <Icon name="pencil" /> Write update
          </button>
          <Link class="button big not-phone" to={paths.of('decide', room.run)}>
            Back or forward
          </Link>
        </div>
        <div class="on">
          <Sign
            room={room}
            state={state}
            act="lift"
            about={hold.ref}
            content={own}
            demand={demand}
            verb="Sign the lift"
            word={`run lift ${room.run}`}
            blocked={whyNotYet(state, hold, decides)}
            calm="Silence lifts nothing."
          />
        </div>
      </footer>
    </main>
  );
}

/** Why nobody can lift it now, whoever signs. */
function whyNotYet(state: RunState, hold: Hold, decides: boolean): string | null {
  if (decides) return 'A step failed: this hold is decided, back or forward, not lifted.';
  const words = unmetWords(hold);
  if (words !== null) return words;
  const rule = liftable(contextOf(state), hold);
  return rule.ok ? null : rule.refusal.sentence;
}
