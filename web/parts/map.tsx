/** The map of all steps: forward, children of a `parallel` below it, and what is undone; the line where irreversible begins. */
import type { RunContext } from '../../core/run/context.ts';
import { span, utc, visible } from '../format.ts';
import type { Attempt } from '../room/attempts.ts';
import type { StepStory, Story } from '../room/story.ts';
import { paths } from '../router.ts';
import { Link } from './basics.tsx';
import { Icon, iconOf, Word } from './icons.tsx';

export const took = (attempt: Attempt | undefined): string =>
  attempt?.startedAt && attempt.ended ? span(attempt.ended.ts - attempt.startedAt) : '';

const needs = ({ step }: StepStory): string =>
  step.kind === 'gate'
    ? `${step.gate?.length ?? 0} seats polled`
    : step.kind === 'parallel'
      ? `${step.children.length} side by side`
      : step.eyes === 2
        ? 'no confirmation'
        : `${step.eyes} eyes`;

function stateText(one: StepStory, context: RunContext): string {
  const { step, attempts, state } = one;
  const last = attempts.at(-1);
  if (step.gate && state !== 'todo') {
    const votes = Object.values(context.votes[step.id] ?? {});
    return `${votes.filter((vote) => vote !== 'no-go').length} of ${step.gate.length} go`;
  }
  if (state === 'skipped') return 'its condition is false';
  if (state === 'passed') return 'rolled forward';
  const size = context.sizes[step.id];
  const finished = Object.values(context.items[step.id] ?? {}).filter(({ result }) => result === 'finished').length;
  const items = step.for_each && size ? `${finished} of ${size} items · ` : '';
  if (!last) return needs(one);
  if (last.ended) return `${items}${utc(last.ended.ts)}`;
  if (last.startedAt) return `${items}since ${utc(last.startedAt)}`;
  if (last.voided) return `attempt ${last.number}: ${last.voided.reason}`;
  return step.eyes === 2 ? 'to be started' : `${last.confirmed.length} of ${step.eyes / 2 - 1} confirmed`;
}

interface MapProps {
  readonly run: string;
  readonly story: Story;
  readonly context: RunContext;
  readonly selected: string | undefined;
  /** How long each step took in the rehearsal, ms. */
  readonly rehearsed: Readonly<Record<string, number>> | null;
}

export const StepMap = (props: MapProps) => {
  const { story } = props;
  const firstBack = story.steps.find((one) => one.back);
  return (
    <ol class="steps">
      {story.steps.map((one) => (
        <li key={one.step.id} class={one.child ? 'child' : ''}>
          {one.step.id === story.wall ? (
            <p class="wall">
              <Icon name="irreversible" />{' '}
              {props.context.mode === 'rehearsal' ? 'Irreversible in the real run' : 'Irreversible from here'}
            </p>
          ) : null}
          {one === firstBack ? (
            <p class="way-back">
              <Icon name="back" /> The way back
            </p>
          ) : null}
          <Row one={one} {...props} />
        </li>
      ))}
    </ol>
  );
};

function Row({ one, run, context, selected, rehearsed }: MapProps & { readonly one: StepStory }) {
  const current = one.step.id === selected;
  const planned = rehearsed?.[one.step.id];
  const time = took(one.attempts.at(-1));
  return (
    <div class={current ? 'current' : ''}>
      <Link to={paths.step(run, one.step.id)} current={current}>
        {iconOf(one.state)}
        <span class="title">
          <span class="dim">{one.label}</span> {visible(one.step.title)}
        </span>
        <span class="state">
          {context.way === 'back' && !one.back && one.state === 'todo' ? (
            <span class="mark c-dim">not run</span>
          ) : (
            <>
              <Word is={one.state} /> {stateText(one, context)}
            </>
          )}
          {one.step.deviation ? ' · deviation' : ''}
        </span>
        <span class="took">
          {time !== '' || planned === undefined ? time : span(planned)}
          {time === '' && planned !== undefined ? <span class="hide"> in the rehearsal</span> : null}
        </span>
      </Link>
    </div>
  );
}

/** The same map on a phone: a row of shapes. */
export const StepShapes = ({ story, selected }: { readonly story: Story; readonly selected: StepStory }) => (
  <div class="shapes">
    <span aria-hidden="true">
      {story.steps.map((one) => (
        <span key={one.step.id}>
          {one.step.id === story.wall ? <Icon name="irreversible" tone="bad" /> : null} {iconOf(one.state)}
        </span>
      ))}
    </span>
    <span>
      {selected.back ? 'Undo of step' : 'Step'} {selected.label} of {story.steps.filter(({ child }) => !child).length} ·{' '}
      <a href="#all-steps">all steps</a>
    </span>
  </div>
);
