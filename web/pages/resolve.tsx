/** What became of a step whose end nobody saw: lead and quorum look for themselves and sign, with evidence. Nothing is run again. */
import { useSignal } from '@preact/signals';
import { demandOf } from '../../core/approval/quorum.ts';
import { RESOLUTIONS } from '../../core/log/tables.ts';
import { type RunContext, unresolvedItems } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import { visible } from '../format.ts';
import { Link } from '../parts/basics.tsx';
import { actText, Bytes, type Props, Signatures, SignBar, soFar } from '../parts/collect.tsx';
import { Choice, TextField } from '../parts/fields.tsx';
import { State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { CrewAside, Receipts } from '../parts/rail.tsx';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';

export interface Unseen {
  readonly step: string;
  readonly item: string;
  readonly ref: string;
  /** It has no outcome yet: somebody aborted it, and the agent has not answered. */
  readonly aborted: boolean;
}

/** Everything that a quorum may say the end of. */
export function unseen(context: RunContext): readonly Unseen[] {
  const unknown = Object.keys(context.items).flatMap((step) =>
    unresolvedItems(context, step).map((item) => ({
      step,
      item,
      ref: context.items[step]?.[item]?.ref ?? '',
      aborted: false,
    })),
  );
  const aborted = Object.values(context.armings).flatMap(({ step, ref, starts }) =>
    context.aborted.includes(ref)
      ? Object.entries(starts).flatMap(([item, one]) =>
          one.outcome === null ? [{ step, item, ref: one.ref, aborted: true }] : [],
        )
      : [],
  );
  return [...unknown, ...aborted];
}

export function ResolvePage({ room }: { readonly room: Room }) {
  const state = room.folded.value?.state;
  const chosen = useSignal<string | null>(null);
  if (!state) return null;
  const all = unseen(contextOf(state));
  const begun = contextOf(state).collection;
  const one = all.find(({ ref }) => ref === (chosen.value ?? begun?.about)) ?? all[0];
  if (!one) return <Nothing room={room} />;
  return (
    <Resolve key={one.ref} room={room} state={state} one={one} all={all} onChoose={(ref) => (chosen.value = ref)} />
  );
}

const Nothing = ({ room }: { readonly room: Room }) => (
  <main class="plain">
    <div>
      <h1>Every end is known.</h1>
      <p>
        <Link to={paths.room(room.run)}>Back to the room</Link>
      </p>
    </div>
    <Receipts room={room} />
  </main>
);

const WORDS: Readonly<Record<(typeof RESOLUTIONS)[number], string>> = {
  finished: 'FINISHED: it did all that it should; the run goes on after it',
  failed: 'FAILED: it did not, or only in part; the hold stands',
  'not-started': 'NOT STARTED: nothing of it ran; it may be armed again',
};

interface ResolveProps extends Props {
  readonly one: Unseen;
  readonly all: readonly Unseen[];
  readonly onChoose: (ref: string) => void;
}

function Resolve({ room, state, one, all, onChoose }: ResolveProps) {
  const as = useSignal('');
  const evidence = useSignal('');
  const context = contextOf(state);
  const step = stepOf(context.runbook, one.step);
  const told = room.story.value?.steps.find(({ step: { id } }) => id === one.step);
  const demand = step ? demandOf(step) : { by: [], count: 0 };
  const { signers, content } = soFar(state, 'resolve', one.ref);
  const typed =
    evidence.value.trim() !== '' && as.value !== '' ? { as: as.value, evidence: evidence.value.trim() } : null;
  const own = content ?? typed;
  return (
    <main class="room">
      <Pane class="panes" label="Resolve">
        <Pane class="work spans" label="What became of it">
          <div>
            <h1 class="break">
              {told ? `${told.label} · ` : ''}
              {visible(step?.title ?? one.step)}
              {one.item === '' ? '' : `, ${one.item}`}: what became of it?
            </h1>
            <p class="says">
              <State is="unknown" />{' '}
              {one.aborted
                ? 'it was aborted, and the agent has not answered. It may still run.'
                : 'the agent was lost after the start. Nothing is run again.'}{' '}
              Look for yourselves: in the database, on the host.
            </p>
          </div>
          {all.length > 1 ? (
            <div class="row">
              {all.map(({ ref, step: id, item }) => (
                <button key={ref} type="button" aria-pressed={ref === one.ref} onClick={() => onChoose(ref)}>
                  {visible(id)} {item}
                </button>
              ))}
            </div>
          ) : null}
          {content ? (
            <div>
              <h2>What the first signer says</h2>
              <p class="break">
                <b>{visible(String(content['as']))}</b>: {visible(String(content['evidence']))}
              </p>
            </div>
          ) : (
            <div class="form">
              <Choice
                name="as"
                legend="What you found"
                value={as}
                options={RESOLUTIONS.map((result) => [result, WORDS[result]])}
              />
              <TextField
                id="evidence"
                label="Evidence"
                note="What you looked at and what it showed, so that somebody else can look again."
                value={evidence}
                lines={3}
              />
            </div>
          )}
          <Signatures room={room} state={state} head="Settled when signed by" signers={signers} demand={demand} />
          {own ? (
            <Bytes room={room} text={actText(state, 'resolve', one.ref, own)} verb="Sign what became of it" />
          ) : null}
        </Pane>
        <CrewAside room={room} />
      </Pane>
      <SignBar
        room={room}
        state={state}
        act="resolve"
        about={one.ref}
        content={own}
        demand={demand}
        verb="Sign what became of it"
        word={`step resolve ${room.run}`}
        blocked={null}
        calm={own ? 'Silence settles nothing.' : 'It waits for what you found, and for evidence.'}
      />
    </main>
  );
}
