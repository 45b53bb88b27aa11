/** Calling out a step: the lead types the name of its target, so that nobody arms by habit. */
import { useSignal } from '@preact/signals';
import { finishedItems, type RunContext } from '../../core/run/context.ts';
import { waveIds } from '../../core/runbook/wave.ts';
import { sentence, visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';

interface Props {
  readonly room: Room;
  readonly of: StepStory;
  readonly context: RunContext;
  readonly isLead: boolean;
}

/** `step 4`, or which wave of it comes next. */
function what({ of, context }: Pick<Props, 'of' | 'context'>): string {
  const { step, name } = of;
  const size = context.sizes[step.id];
  if (!step.for_each || step.for_each.canary === 0) return name;
  if (size === undefined) return `the canary of ${name}`;
  const next = waveIds(size, step.for_each.canary, finishedItems(context, step.id));
  const canary = next.every((item) => waveIds(size, step.for_each?.canary ?? 1, []).includes(item));
  return canary ? `the canary of ${name}` : `the rest of ${name}`;
}

export function Arm({ room, of, context, isLead }: Props) {
  const typed = useSignal('');
  const { step, attempts } = of;
  const thing = what({ of, context });
  if (!isLead)
    return (
      <p class="why" id="why">
        <b>{attempts.length > 0 && of.state === 'void' ? 'Nothing ran.' : `${sentence(thing)} is next.`}</b> The lead
        arms it.
      </p>
    );
  const fits = typed.value.trim() === step.target;
  const arm = async (event: Event) => {
    event.preventDefault();
    if (fits && (await room.ask('arm', { type: 'arm', run: room.run, step: step.id, target: typed.value.trim() })))
      typed.value = '';
  };
  return (
    <form onSubmit={arm}>
      <label class="why" for="target">
        <b>To arm {thing}, type its target:</b> <code>{visible(step.target)}</code>
      </label>
      <div>
        <input
          id="target"
          class="mono"
          autocomplete="off"
          spellcheck={false}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </div>
      <button type="submit" class={fits ? 'big outline-act' : 'big'} disabled={!fits || room.busy.value !== null}>
        {room.busy.value === 'arm' ? 'Measuring' : `Arm ${thing}`}
      </button>
    </form>
  );
}
