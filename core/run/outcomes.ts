/** What outcomes make of an arming and of where its step stands: when a wave is over, when a step is finished, failed or unknown. */
import {
  type Arming,
  type EventOf,
  finishedItems,
  itemOf,
  type Outcome,
  type RunContext,
  type Standing,
  unresolvedItems,
} from './context.ts';

export const withArming = (
  context: RunContext,
  step: string,
  patch: (arming: Arming) => Partial<Arming>,
): RunContext => {
  const arming = context.armings[step];
  if (!arming) return context;
  return { ...context, armings: { ...context.armings, [step]: { ...arming, ...patch(arming) } } };
};

/** Nothing more starts of these armings, whatever was confirmed; their voids follow. */
export const stopAll = (context: RunContext, which: (arming: Arming) => boolean = () => true): RunContext => ({
  ...context,
  armings: Object.fromEntries(
    Object.entries(context.armings).map(([step, arming]) => [
      step,
      which(arming) ? { ...arming, stopped: true } : arming,
    ]),
  ),
});

/** One item of an arming has ended; one that did not finish stops the items that have not started. */
export function ended(context: RunContext, step: string, item: string, result: Outcome, ref: string): RunContext {
  const ran = result === 'finished' || result === 'failed';
  const recorded = {
    ...context,
    ran: ran && !context.ran.includes(step) ? [...context.ran, step] : context.ran,
    items: { ...context.items, [step]: { ...context.items[step], [item]: { result, ref } } },
  };
  return withArming(recorded, step, ({ starts, stopped }) => {
    const start = starts[item];
    return {
      stopped: stopped || result !== 'finished',
      starts: start ? { ...starts, [item]: { ...start, outcome: result } } : starts,
    };
  });
}

/** The quorum says what became of an item whose end nobody saw; `failed` keeps the hold, anything else ends the one of its unknown outcome. */
export function resolved(context: RunContext, event: EventOf<'step.resolved'>): RunContext {
  const known = ended(context, event.step, itemOf(event), event.as, event.ref);
  const open = unresolvedItems(known, event.step).length > 0;
  const holds = known.holds.filter(
    (hold) => open || event.as === 'failed' || hold.cause !== 'unknown' || hold.step !== event.step,
  );
  return { ...known, holds };
}

/** Ends the arming of a step when nothing of it runs and nothing of it will start, and says where the step stands then. */
export function settled(context: RunContext, step: string): RunContext {
  const arming = context.armings[step];
  if (arming && !isOver(arming)) return context;
  const { [step]: _, ...armings } = context.armings;
  const standing = standingOf(context, step);
  return {
    ...context,
    armings,
    outcomes: standing === null ? context.outcomes : { ...context.outcomes, [step]: standing },
  };
}

function isOver({ items, starts, stopped }: Arming): boolean {
  const running = Object.values(starts).some(({ outcome }) => outcome === null);
  const more = !stopped && items.some((item) => starts[item] === undefined);
  return !running && !more;
}

/** Null while nothing has come of it, or a wave is over and another one is to come. */
function standingOf(context: RunContext, step: string): Standing | null {
  const results = Object.values(context.items[step] ?? {}).map(({ result }) => result);
  const worst = (['unknown', 'failed', 'not-started'] as const).find((result) => results.includes(result));
  if (worst !== undefined) return worst;
  return finishedItems(context, step).length === context.sizes[step] ? 'finished' : null;
}
