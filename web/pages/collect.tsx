/** Signing together: lifting a hold and closing the run; who has signed, who is still needed, and the bytes. */
import { demandOf, runDemand } from '../../core/approval/quorum.ts';
import { statementText } from '../../core/approval/statement.ts';
import { stepOf } from '../../core/run/context.ts';
import { closeLines, liftLines } from '../../core/run/lines.ts';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { span, utc, visible } from '../format.ts';
import { Link } from '../parts/basics.tsx';
import { type Act, Bytes, type Props, Signatures, SignBar } from '../parts/collect.tsx';
import { Crew } from '../parts/crew.tsx';
import { State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import type { Room } from '../room/state.ts';
import type { HoldStory } from '../room/story.ts';
import { paths } from '../router.ts';
import { Receipts } from './room.tsx';

const CAUSE: Readonly<Record<string, string>> = {
  differed: 'Two blind answers differed.',
  failed: 'A step failed.',
  person: 'Somebody raised it.',
  presence: 'Somebody whose seat is required has gone.',
  unknown: 'Nobody can say how a command ended.',
};

export function CollectPage({ room, act }: { readonly room: Room; readonly act: Act }) {
  const state = room.folded.value?.state;
  if (!state) return null;
  const { holds, closed } = contextOf(state);
  const story = room.story.value?.holds ?? [];
  const open = story.find((one) => one.ref === holds[0]?.ref);
  if (act === 'lift')
    return open ? <Hold room={room} state={state} hold={open} /> : <NoHold room={room} story={story} />;
  return closed ? <Closed room={room} result={closed} /> : <Close room={room} state={state} />;
}

const NoHold = ({ room, story }: { readonly room: Room; readonly story: readonly HoldStory[] }) => (
  <main class="plain">
    <div>
      <h1>No hold is open.</h1>
      <p>
        <Link to={paths.room(room.run)}>Back to the room</Link>
      </p>
    </div>
    <section>
      <h2>Holds of this run</h2>
      <ul class="list">
        {story.map((one) => (
          <li key={one.ref}>
            <span class="what">
              {utc(one.at)} UTC, {visible(room.name(one.by))}: {visible(one.text ?? CAUSE[one.cause] ?? one.cause)}{' '}
              <span class="dim">{one.liftedAt ? `lifted ${utc(one.liftedAt)} UTC` : ''}</span>
            </span>
          </li>
        ))}
      </ul>
      {story.length === 0 ? <p class="dim">There was none.</p> : null}
    </section>
    <Receipts room={room} />
  </main>
);

const Closed = ({ room, result }: { readonly room: Room; readonly result: string }) => (
  <main class="plain">
    <div>
      <h1>
        <State is={result === 'done' ? 'done' : 'aborted'} /> The run is closed.
      </h1>
      <p>
        <Link to={paths.of('record', room.run)}>See the record</Link>
      </p>
    </div>
    <Receipts room={room} />
  </main>
);

function Hold({ room, state, hold }: Props & { readonly hold: HoldStory }) {
  const app = useApp();
  const context = contextOf(state);
  const step = hold.step === null ? undefined : stepOf(context.runbook, hold.step);
  const demand = step && step.eyes > 2 ? demandOf(step) : runDemand(context.runbook);
  const others = context.holds.length - 1;
  const server = hold.by === 'server';
  return (
    <main class="room">
      <Pane class="panes" label="Hold and crew">
        <Pane class="work spans" label="What is held">
          <div>
            <p class="dim small">
              Raised by {server ? 'the rules of this run' : visible(room.name(hold.by))}, {utc(hold.at)} UTC,{' '}
              {span(app.clock.value - hold.at)} ago
            </p>
            <h1 class="impact">{visible(hold.text ?? CAUSE[hold.cause] ?? hold.cause)}</h1>
          </div>
          <div>
            <h2>What it means</h2>
            <p>
              {hold.running
                ? 'Held. The command had already started and was not stopped by this; nothing follows. Abort stops the command.'
                : step
                  ? `Held. Step ${context.runbook.steps.indexOf(step) + 1}, ${visible(step.title)}, had not started, and it will not start.`
                  : 'Held. Nothing further starts.'}
            </p>
            {hold.cause === 'unknown' ? (
              <p>Unknown: the agent was lost after the start. Nothing is run again.</p>
            ) : null}
            {others > 0 ? (
              <p>{others === 1 ? 'One more hold is' : `${others} more holds are`} open; each is lifted on its own.</p>
            ) : null}
          </div>
          <Signatures room={room} state={state} act="lift" about={hold.ref} demand={demand} lead />
          <Bytes
            room={room}
            text={(signing) => statementText('lift', liftLines(state, signing, hold.ref))}
            verb="Sign the lift"
          />
        </Pane>
        <Pane as="aside" class="crew" label="Crew">
          <Crew room={room} />
          <Receipts room={room} />
        </Pane>
      </Pane>
      <SignBar
        room={room}
        state={state}
        act="lift"
        about={hold.ref}
        demand={demand}
        verb="Sign the lift"
        word={`run lift ${room.run}`}
        sign={(signing) => room.sign('lift', 'lift', liftLines(state, signing, hold.ref))}
      />
    </main>
  );
}

function Close({ room, state }: Props) {
  const context = contextOf(state);
  const undone = context.runbook.steps.filter((step) => context.outcomes[step.id] !== 'finished');
  const result = undone.length === 0 && context.holds.length === 0 ? 'done' : 'aborted';
  const by = [...new Set(context.runbook.steps.flatMap((step) => step.by))];
  const demand = { by, count: 1 };
  return (
    <main class="room">
      <Pane class="panes" label="Close-out and crew">
        <Pane class="work spans" label="Close-out">
          <div>
            <h1>
              {result === 'done' ? 'Every step is done. Sign the close-out.' : 'End this run before its last step.'}
            </h1>
            <p>
              {result === 'done'
                ? 'After it nothing is added to this run. What you sign covers every entry up to the last.'
                : `It ends as aborted. Not done: ${undone.map((step) => visible(step.title)).join(', ') || 'nothing, but a hold is open'}. Nothing is undone by this.`}
            </p>
          </div>
          <Signatures room={room} state={state} act="close" about={context.last} demand={demand} lead />
          <Bytes
            room={room}
            text={(signing) => statementText('close', closeLines(state, signing, result))}
            verb="Sign the close-out"
          />
        </Pane>
        <Pane as="aside" class="crew" label="Crew">
          <Crew room={room} />
          <Receipts room={room} />
        </Pane>
      </Pane>
      <SignBar
        room={room}
        state={state}
        act="close"
        about={context.last}
        demand={demand}
        verb={result === 'done' ? 'Sign the close-out' : 'Sign the end'}
        word={`run close ${room.run}`}
        sign={(signing) => room.sign('close', 'close', closeLines(state, signing, result))}
      />
    </main>
  );
}
