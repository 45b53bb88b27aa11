/** What is compared of a run with its rehearsal: text, inputs and people as they stand now. Nothing that was measured, so nothing blind. */
import type { RunFigures } from '../../core/release/changes.ts';
import { contextOf } from '../../core/run/state.ts';
import type { LiveRun } from './runs.ts';

export function figuresOf({ state, inputs }: LiveRun): RunFigures {
  const { changed, seats } = contextOf(state);
  const people = Object.entries(seats).map(([seat, { person }]) => [seat, person] as const);
  return { runbook: state.facts.runbook, inputs: { ...inputs, ...changed }, people: Object.fromEntries(people) };
}
