/** The room: what are we waiting for? Map, the step, crew; and the bar with what lets it proceed. */

import { armingOf, type RunContext } from '../../core/run/context.ts';
import { turnOf } from '../../core/run/progress.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { span, utc, visible } from '../format.ts';
import { Actions } from '../parts/actions.tsx';
import { asWritten, WhatRuns } from '../parts/argv.tsx';
import { Countdown, Link } from '../parts/basics.tsx';
import { ByHand } from '../parts/byHand.tsx';
import { iconOf, Word } from '../parts/icons.tsx';
import { KeyStatement } from '../parts/key.tsx';
import { StepMap, StepShapes } from '../parts/map.tsx';
import { isRehearsal } from '../parts/mode.ts';
import { Output } from '../parts/output.tsx';
import { Pane } from '../parts/pane.tsx';
import { Poll } from '../parts/poll.tsx';
import { Probes } from '../parts/probes.tsx';
import { Progress } from '../parts/progress.tsx';
import { Rail } from '../parts/rail.tsx';
import { CannotBeUndone, Where } from '../parts/run.tsx';
import { says } from '../parts/says.tsx';
import { Eyes, Phases } from '../parts/step.tsx';
import { Wave } from '../parts/wave.tsx';
import type { Attempt } from '../room/attempts.ts';
import { armedFacts } from '../room/facts.ts';
import type { Room } from '../room/state.ts';
import type { StepStory, Story } from '../room/story.ts';
import { paths } from '../router.ts';

export function RoomPage({ room, step }: { readonly room: Room; readonly step: string | null }) {
  const story = room.story.value;
  const now = room.folded.value;
  if (!story || !now) return null;
  const selected =
    story.steps.find((one) => one.step.id === step) ?? story.current ?? (story.steps.at(-1) as StepStory);
  const context = contextOf(now.state);
  const tops = story.steps.filter((one) => !one.child);
  const done = tops.filter((one) => ['done', 'skipped', 'passed'].includes(one.state)).length;
  return (
    <main class="room">
      <Pane class="panes" label="Room">
        <Pane as="nav" class="map" label="Steps" id="all-steps">
          <div class="head">
            <h2>Steps</h2>
            <span class="dim small">
              {done} of {tops.length} done
            </span>
          </div>
          <StepMap
            run={room.run}
            story={story}
            context={context}
            selected={selected.step.id}
            rehearsed={room.doc.value?.rehearsed ?? null}
          />
          <Changed changes={room.doc.value?.changed ?? null} />
        </Pane>
        <Work room={room} story={story} state={now.state} of={selected} />
        <Rail room={room} story={story} state={now.state} />
      </Pane>
      <Actions room={room} story={story} of={selected} state={now.state} />
    </main>
  );
}

/** What is not as it was rehearsed; nothing where nobody rehearsed it, for the plan said so. */
function Changed({ changes }: { readonly changes: readonly string[] | null }) {
  if (!changes) return null;
  return (
    <section class="small">
      <h2>Changed since the rehearsal</h2>
      {changes.length === 0 ? <p class="dim">Nothing that is compared.</p> : null}
      <ul>
        {changes.map((line) => (
          <li key={line} class="break">
            {visible(line)}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface WorkProps {
  readonly room: Room;
  readonly story: Story;
  readonly state: RunState;
  readonly of: StepStory;
}

function subtitle({ step, attempts }: StepStory): string {
  const last = attempts.at(-1);
  const before = attempts.at(-2)?.voided;
  const parts = [
    step.deviation ? 'a deviation from the runbook' : null,
    step.critical ? 'critical' : 'not critical',
    step.irreversible ? 'irreversible' : null,
    step.eyes === 2 ? 'no confirmation' : `${['', 'two', 'four', 'six'][step.eyes / 2]} eyes`,
    step.when === null ? null : `only when ${step.when}`,
    step.while.length > 0 ? `only while ${step.while.join(', ')} runs` : null,
    last ? `attempt ${last.number}${before ? ` (${last.number - 1} was void: ${before.reason})` : ''}` : null,
  ];
  return parts.filter(Boolean).join(' · ');
}

/** The open arming's own end, while it can still be answered. */
const expiry = (state: RunState, of: StepStory): number | null => {
  const arming = armingOf(contextOf(state), of.step.id);
  return arming && arming.started === null ? arming.notAfter : null;
};

function Work(props: WorkProps) {
  const { story, state, of } = props;
  const { step, attempts } = of;
  const last = attempts.at(-1);
  const until = expiry(state, of);
  const rehearsal = isRehearsal(state.facts);
  const plain = step.kind !== 'gate' && step.kind !== 'parallel';
  return (
    <Pane class="work" label={of.name}>
      <StepShapes story={story} selected={of} />
      <div>
        <div class="head">
          <div>
            <h1 class="break">
              {of.label} · {rehearsal ? 'Rehearse: ' : ''}
              {visible(step.title)}
            </h1>
            {plain ? <p class="dim small">{visible(subtitle(of))}</p> : null}
          </div>
          {rehearsal ? <b class="stamp not-phone">REHEARSAL</b> : null}
          {until === null ? <Running attempt={last} /> : <Countdown until={until} says="until" />}
        </div>
        <p class="says" role="status">
          {says(props)}
        </p>
        {plain ? <Phases of={of} /> : null}
      </div>
      {step.gate ? <Gate {...props} seats={step.gate} /> : null}
      {step.kind === 'parallel' ? <Children {...props} /> : null}
      {plain ? <Plain {...props} /> : null}
    </Pane>
  );
}

function Gate({ room, state, of, seats }: WorkProps & { readonly seats: readonly string[] }) {
  const context = contextOf(state);
  const open = turnOf(context)?.id === of.step.id && context.closed === null;
  return (
    <div>
      <Poll room={room} context={context} gate={of.step.id} seats={seats} open={open} />
    </div>
  );
}

function Children({ room, story, of }: WorkProps) {
  const own = story.steps.filter((one) => of.step.children.some(({ id }) => id === one.step.id));
  return (
    <div>
      <h2>Side by side</h2>
      <ul class="list">
        {own.map((child) => (
          <li key={child.step.id}>
            <span class="what">
              {iconOf(child.state)} <Word is={child.state} /> {child.label} · {visible(child.step.title)}
            </span>
            <Link class="button" to={paths.step(room.run, child.step.id)}>
              Look at it
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What runs, with what, on which facts, and what it wrote. */
function Plain({ room, story, state, of }: WorkProps) {
  const { step, attempts } = of;
  const last = attempts.at(-1);
  const facts = last && armedFacts(last.armed);
  const does = facts?.does ?? asWritten(step);
  const context: RunContext = contextOf(state);
  const runs = last !== undefined && last.startedAt !== null && last.ended === null;
  const output = <Outputs room={room} of={of} last={last} context={context} />;
  return (
    <>
      {step.eyes > 2 ? (
        <div>
          <Eyes room={room} of={of} />
        </div>
      ) : null}
      {last && runs ? <Progress room={room} step={step} attempt={last} /> : null}
      <ByHand room={room} of={of} state={state} />
      {runs ? output : null}
      <KeyStatement room={room} of={of} />
      <div class="two">
        <div>
          {does ? <WhatRuns does={does} /> : null}
          {facts ? null : <p class="dim small">As the runbook writes it; the values come in when the step is armed.</p>}
          <Where step={step} facts={facts} />
        </div>
        <CannotBeUndone step={step} action={facts?.action} story={story} rehearsal={isRehearsal(state.facts)} />
      </div>
      {Object.keys(step.probes).length > 0 ? (
        <div>
          <Probes step={step} attempt={last} facts={facts} />
        </div>
      ) : null}
      {runs ? null : output}
    </>
  );
}

function Outputs({
  room,
  of,
  last,
  context,
}: {
  readonly room: Room;
  readonly of: StepStory;
  readonly last: Attempt | undefined;
  readonly context: RunContext;
}) {
  if (of.step.for_each) return <Wave room={room} of={of} context={context} />;
  if (!last || last.voided) return null;
  // What a person does, and a soak, writes nothing of its own; where an agent says something all the same, it is shown.
  const quiet = of.step.manual !== null || of.step.wait !== null;
  if (quiet && (last.startedAt === null || room.output(of.step.id, last.number, '').value.lines.length === 0))
    return null;
  return (
    <Output
      key={last.ref}
      room={room}
      step={of.step.id}
      attempt={last.number}
      item=""
      started={last.startedAt !== null}
    />
  );
}

function Running({ attempt }: { readonly attempt: Attempt | undefined }) {
  const app = useApp();
  if (!attempt?.startedAt || attempt.ended) return null;
  return (
    <p class="count" role="timer">
      {span(app.clock.value - attempt.startedAt)}
      <small>running since {utc(attempt.startedAt)} UTC</small>
    </p>
  );
}
