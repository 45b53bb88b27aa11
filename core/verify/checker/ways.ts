/** Claims about changing the run's course: decisions, deviations and the way back. */
import { broken, type Claim, type History } from './claim.ts';
import { passed } from './clocks.ts';
import type { At } from './history.ts';
import { isMet } from './holds.ts';

/** Checks that an open hold is decided while nothing is armed, runs or waits unknown, and only while the run goes forward. */
export const decidedAtRest: Claim = function* (history) {
  const { timeline, armings, holds, steps } = history;
  for (const line of timeline.of('run.decided')) {
    const hold = holds.open(line.entry.hold, line.at);
    if (!hold) yield broken('I9', line, 'the hold is not open');
    else if (line.entry.way === 'forward' && !isMet(hold, line.at))
      yield broken('I9', line, 'the conditions of the hold are not met');
    if (armings.open(line.at).length > 0) yield broken('I16', line, 'something is armed or running');
    if (waits(history, line.at)) yield broken('I11', line, 'nobody knows yet how a step ended');
    if (line.at > steps.back) yield broken('I16', line, 'the run is being undone already');
    if (steps.changes.get(line.at) === undefined) yield broken('I15', line, 'what was decided cannot be read');
  }
};

/** Checks that there is a way back: every irreversible step that ran has an undo, and the clocks of what is undone run. */
export const backOnlyWhereItLeads: Claim = function* ({ timeline, steps }) {
  for (const line of timeline.of('run.decided')) {
    if (line.entry.way !== 'back') continue;
    if (line.entry.step !== undefined) yield broken('I16', line, 'it passes a step');
    const ran = steps.all(line.at).filter((step) => steps.ran(step, line.at));
    const stuck = ran.find((step) => step.irreversible && step.undo === null);
    if (stuck) yield broken('I16', line, `there is no way back from ${stuck.id}`);
    const clocks = ran.flatMap(({ undo }) => undo?.step.while ?? []);
    if (clocks.some((clock) => passed(timeline, clock, line.at)))
      yield broken('I16', line, 'a clock of the way back has run out');
  }
};

/** Whether an unknown outcome waited before `at`. */
export const waits = ({ armings }: History, at: number): boolean =>
  armings.unknown.some(({ ref }) => armings.unresolved(ref, at) !== undefined);

/** Checks that going forward passes the step that failed, where the hold is about one, and no other. */
export const forwardPassesTheFailed: Claim = function* ({ timeline, holds, armings, steps }) {
  for (const line of timeline.of('run.decided')) {
    if (line.entry.way !== 'forward') continue;
    const step = holds.open(line.entry.hold, line.at)?.entry.step ?? '';
    const known = steps.get(step, line.at)?.step;
    const wrong =
      known && !steps.isDone(known, line.at) && [...armings.results(step, line.at).values()].includes('failed');
    const failed = wrong ? step : undefined;
    if (line.entry.step !== failed) yield broken('I16', line, 'it does not pass the step that failed');
  }
};

/** Checks that inserted steps are new, of the kinds that may be inserted, and stand before the step whose turn it is, with nothing under way. */
export const deviatesInTurn: Claim = function* (history) {
  const { timeline, steps, armings } = history;
  for (const line of [...timeline.of('run.deviated'), ...timeline.of('run.decided')]) {
    const change = steps.changes.get(line.at);
    if (change === undefined && line.entry.type === 'run.deviated')
      yield broken('I15', line, 'what was changed cannot be read');
    if (!change) continue;
    const turn = steps.order.find(({ step, since }) => since < line.at && !steps.isDone(step, line.at + 1))?.step;
    if (change.before !== (turn?.id ?? null))
      yield broken('I15', line, 'its steps do not stand before the one whose turn it is');
    if (
      armings.open(line.at).length > 0 ||
      turn?.children.some(({ id }) => armings.ofStep(id).some(({ starts, at }) => at < line.at && starts.length > 0))
    )
      yield broken('I15', line, 'something is armed or running');
    if (waits(history, line.at)) yield broken('I11', line, 'nobody knows yet how a step ended');
    if (line.at > steps.back) yield broken('I15', line, 'the run is being undone');
    yield* insertable(history, line, change);
  }
};

const INSERTED = ['run', 'shell', 'manual'];

function* insertable(
  { input, steps }: History,
  line: At<'run.deviated' | 'run.decided'>,
  change: NonNullable<ReturnType<History['steps']['changes']['get']>>,
) {
  const taken = new Set(steps.all(line.at).map(({ id }) => id));
  for (const step of change.steps) {
    if (taken.has(step.id) || taken.has(`${step.id}-undo`))
      yield broken('I15', line, `there is a step ${step.id} already`);
    taken.add(step.id);
    const plain = INSERTED.includes(step.kind) && step.for_each === null && step.undo === null && step.use === null;
    if (!plain || !step.critical || step.eyes < 4) yield broken('I15', line, `${step.id} cannot be inserted`);
    if (step.by.some((seat) => !Object.hasOwn(input.runbook.crew, seat)))
      yield broken('I15', line, `a seat of ${step.id} does not exist`);
  }
  if (Object.keys(change.inputs).some((name) => !Object.hasOwn(input.runbook.inputs, name)))
    yield broken('I15', line, 'there is no such input');
}
