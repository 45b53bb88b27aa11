/** Back or forward: which way? Both side by side, row by row, neither urged; the lead signs one first, then the quorum. */
import { stepTimes } from '../../core/release/figures.ts';
import { type Way, ways } from '../../core/release/ways.ts';
import type { Hold } from '../../core/run/context.ts';
import type { Decision } from '../../core/run/deviation.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { utc, visible } from '../format.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { Calm } from '../parts/calm.tsx';
import { actText, Bytes, Sign, Signatures, type SignProps, soFar } from '../parts/collect.tsx';
import { Compare } from '../parts/compare.tsx';
import { demandOfHold } from '../parts/lifting.ts';
import { Pane } from '../parts/pane.tsx';
import { backOf, forwardOf, Propose, Proposed, useDraft } from '../parts/proposal.tsx';
import { Receipts } from '../parts/rail.tsx';
import type { HoldStory } from '../room/holds.ts';
import type { Room } from '../room/state.ts';
import { openHolds } from '../room/story.ts';
import { paths } from '../router.ts';

export function DecidePage({ room }: { readonly room: Room }) {
  const state = room.folded.value?.state;
  if (!state) return null;
  const open = openHolds(room.story.value);
  const story = open.find((one) => one.cause === 'failed') ?? open[0];
  const hold = contextOf(state).holds.find((one) => one.ref === story?.ref);
  return story && hold ? (
    <Decide key={hold.ref} room={room} state={state} story={story} hold={hold} />
  ) : (
    <main class="plain">
      <div>
        <h1>There is nothing to decide.</h1>
        <p>
          A decision is about a hold, and ends it. <Link to={paths.room(room.run)}>Back to the room</Link>
        </p>
      </div>
      <Receipts room={room} />
    </main>
  );
}

interface Props {
  readonly room: Room;
  readonly state: RunState;
  readonly story: HoldStory;
  readonly hold: Hold;
}

function Decide({ room, state, story, hold }: Props) {
  const app = useApp();
  const draft = useDraft();
  const context = contextOf(state);
  const entries = room.folded.value?.entries ?? [];
  const rehearsed = room.doc.value?.rehearsed ?? null;
  const both = ways(context, hold, app.clock.value, { times: stepTimes(entries), rehearsed });
  const { signers, content } = soFar(state, 'decide', hold.ref);
  const begun = content as unknown as Decision | null;
  const demand = demandOfHold(context, hold.step);
  const forward = forwardOf(context, hold, draft);
  const asDecided = (way: 'back' | 'forward'): Decision | null =>
    begun ? (begun.way === way ? begun : null) : way === 'back' ? backOf(draft) : forward.content;
  const sign = (way: 'back' | 'forward', one: Way): SignProps => ({
    room,
    state,
    act: 'decide',
    about: hold.ref,
    content: asDecided(way) as unknown as SignProps['content'],
    demand,
    verb: way === 'back' ? 'Sign roll back' : 'Sign roll forward',
    word: `run decide ${room.run} ${way}`,
    blocked: blockedBy(room, one, way, begun),
    calm: way === 'forward' && !begun ? forward.why || 'Its steps are a deviation.' : 'Then each step is called out.',
    place: `decide ${way}`,
    icon: way,
  });
  const needed = demand.count + 1;
  return (
    <main class="decide">
      <Pane class="panes" label="Back or forward">
        <Calm hold={hold.ref} entries={entries} />
        <Compare
          context={context}
          story={story}
          back={both.back}
          forward={both.forward}
          signers={signers}
          way={begun?.way ?? null}
          room={room}
        />
        <div class="below">
          {begun ? (
            <Proposed room={room} context={context} decision={begun} />
          ) : (
            <Propose context={context} draft={draft} lead={room.seat() === 'lead'} />
          )}
          <Signatures
            room={room}
            state={state}
            head={begun ? `Roll ${begun.way}: decided when signed by` : 'Decided when signed by'}
            signers={signers}
            demand={demand}
          />
          <div class="two">
            {(['back', 'forward'] as const).map((way) => {
              const own = asDecided(way);
              return own && (begun || both[way].possible) ? (
                <Bytes key={way} room={room} text={actText(state, 'decide', hold.ref, own)} verb={`Sign roll ${way}`} />
              ) : null;
            })}
          </div>
          <Receipts room={room} />
        </div>
      </Pane>
      <footer class="actions ways">
        <p class="dim small">
          The lead signs first, then {demand.count === 1 ? 'one' : demand.count} of: {demand.by.map(visible).join(', ')}
          . Until all have, nothing starts.
        </p>
        <div>
          <Sign {...sign('back', both.back)} />
          <Count of={begun?.way === 'back' ? signers.length : 0} needed={needed} />
          <Refusal problem={room.answers.value['decide back']} />
        </div>
        <div>
          <Sign {...sign('forward', both.forward)} />
          <Count of={begun?.way === 'forward' ? signers.length : 0} needed={needed} />
          <Refusal problem={room.answers.value['decide forward']} />
        </div>
      </footer>
    </main>
  );
}

const Count = ({ of, needed }: { readonly of: number; readonly needed: number }) => (
  <span class="dim small signed-count">
    {of} of {needed} signatures
  </span>
);

/** Why this way cannot be signed now, whoever asks. */
function blockedBy(room: Room, one: Way, way: 'back' | 'forward', begun: Decision | null): string | null {
  const [why] = one.why;
  if (!one.possible) {
    if (!why) return 'It is not possible now.';
    return why.since === null ? why.sentence : `${why.sentence} Since ${utc(why.since)} UTC.`;
  }
  if (begun && begun.way !== way) return `Roll ${begun.way} is being signed.`;
  return begun === null && room.seat() !== 'lead' ? 'The lead signs first.' : null;
}
