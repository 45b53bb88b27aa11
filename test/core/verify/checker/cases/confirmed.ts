/** How far the second step of `THREE` may have come, as the histories of the four eyes begin. */
import type { Run } from '../story.ts';

export const armed = (run: Run): string => {
  run.done('first');
  return run.arm('second');
};
export const confirmed = (run: Run): string => {
  const arming = armed(run);
  run.confirm(arming);
  return arming;
};
export const keyed = (run: Run): string => {
  const arming = confirmed(run);
  run.key(arming);
  return arming;
};
