/** The close-out: what the run ends as, who signs it, and the bytes. */
import type { CloseResult } from '../../core/log/tables.ts';
import type { RunContext } from '../../core/run/context.ts';
import { closeContent } from '../../core/run/lines.ts';
import { allDone, unanswered } from '../../core/run/progress.ts';
import { contextOf } from '../../core/run/state.ts';
import { allSteps } from '../../core/runbook/steps.ts';
import { sentence, visible } from '../format.ts';
import { Link } from '../parts/basics.tsx';
import { actText, Bytes, type Props, Signatures, SignBar, soFar } from '../parts/collect.tsx';
import { State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { CrewAside, Receipts } from '../parts/rail.tsx';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';

export function ClosePage({ room }: { readonly room: Room }) {
  const state = room.folded.value?.state;
  if (!state) return null;
  const { closed } = contextOf(state);
  return closed ? <Closed room={room} result={closed} /> : <Close room={room} state={state} />;
}

const ENDED = { done: 'done', 'rolled-back': 'done', aborted: 'aborted' } as const;

const Closed = ({ room, result }: { readonly room: Room; readonly result: CloseResult }) => (
  <main class="plain">
    <div>
      <h1>
        <State is={ENDED[result]} word={result} /> The run is closed.
      </h1>
      <p class="row">
        <Link to={paths.of('record', room.run)}>See the record</Link>
        <Link to={paths.of('postmortem', room.run)}>Write the postmortem</Link>
        <Link to={paths.of('windows', room.run)}>Undo windows and duties</Link>
      </p>
    </div>
    <Receipts room={room} />
  </main>
);

/** What the run would end as if it were closed now. */
function resultOf(context: RunContext): CloseResult {
  const complete =
    allDone(context) && context.holds.length === 0 && unanswered(context, context.runbook.debrief).length === 0;
  return !complete ? 'aborted' : context.way === 'back' ? 'rolled-back' : 'done';
}

const HEAD: Readonly<Record<CloseResult, string>> = {
  done: 'Every step is done. Sign the close-out.',
  'rolled-back': 'Everything is undone. Sign the close-out.',
  aborted: 'End this run before its last step.',
};

function whatIsOpen(context: RunContext, room: Room): string {
  const steps = (room.story.value?.steps ?? []).filter(
    ({ state, child }) => !child && !['done', 'skipped', 'passed'].includes(state),
  );
  const asked = unanswered(context, context.runbook.debrief).map(({ question, seat }) => `${question} by ${seat}`);
  const parts = [
    steps.length > 0 ? `not done: ${steps.map(({ step }) => visible(step.title)).join(', ')}` : '',
    context.holds.length > 0 ? 'a hold is open' : '',
    asked.length > 0 ? `the debrief lacks ${asked.map(visible).join(', ')}` : '',
  ].filter((one) => one !== '');
  return sentence(parts.join('; '));
}

function Close({ room, state }: Props) {
  const context = contextOf(state);
  const result = resultOf(context);
  const by = [...new Set(allSteps(context.runbook).flatMap((step) => step.by))];
  // Without a step that anybody confirms, any other seat is the second one.
  const seats = by.length > 0 ? by : Object.keys(context.runbook.crew).filter((seat) => seat !== 'lead');
  const content = closeContent(state, result);
  const { signers } = soFar(state, 'close', context.last);
  const demand = { by: seats, count: 1 };
  const verb = result === 'aborted' ? 'Sign the end' : 'Sign the close-out';
  return (
    <main class="room">
      <Pane class="panes" label="Close-out and crew">
        <Pane class="work spans" label="Close-out">
          <div>
            <h1>{HEAD[result]}</h1>
            <p>
              {result === 'aborted'
                ? `It ends as aborted. ${whatIsOpen(context, room)}. Nothing is undone by this.`
                : 'After it nothing is added to this run. What you sign covers every entry up to the last.'}
            </p>
          </div>
          <Signatures room={room} state={state} head="Closed when signed by" signers={signers} demand={demand} />
          <Bytes room={room} text={actText(state, 'close', context.last, content)} verb={verb} />
        </Pane>
        <CrewAside room={room} />
      </Pane>
      <SignBar
        room={room}
        state={state}
        act="close"
        about={context.last}
        content={content}
        demand={demand}
        verb={verb}
        word={`run close ${room.run}`}
        blocked={Object.keys(context.armings).length > 0 ? 'A step is armed or running.' : null}
        calm={
          (context.away.includes('lead') || !context.seats['lead']) && result === 'aborted'
            ? 'The lead has gone: two other seats end it.'
            : 'Lead and one reviewer sign.'
        }
      />
    </main>
  );
}
