/** Claims about undo windows: when they began and ran out. */
import { broken, type Claim, type History } from './claim.ts';
import type { Timeline } from './history.ts';

/** Where and when the clock began: at the first start of its step. */
function begun({ input, armings }: History, id: string): { at: number; ends: number } | undefined {
  const clock = Object.hasOwn(input.runbook.clocks, id) ? input.runbook.clocks[id] : undefined;
  const start = clock && armings.ofStep(clock.starts).find(({ starts }) => starts.length > 0)?.starts[0];
  return start && { at: start.at, ends: start.entry.ts + clock.lasts_ms };
}

/** Whether the clock had run out before `at`. */
export const passed = (timeline: Timeline, clock: string, at: number): boolean =>
  timeline.of('clock.passed').some((one) => one.at < at && one.entry.clock === clock);

/** Checks that a clock passes once, and only when it began and its time is over. */
export const clocksPassOnce: Claim = function* (history) {
  const seen = new Set<string>();
  for (const line of history.timeline.of('clock.passed')) {
    const { clock, ts } = line.entry;
    const since = begun(history, clock);
    if (!since || since.at >= line.at || ts < since.ends) yield broken('I16', line, 'the clock has not run out');
    if (seen.has(clock)) yield broken('I16', line, 'the clock ran out already');
    seen.add(clock);
  }
};
