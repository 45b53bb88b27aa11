/** Every claim of the checker with its histories. */
import type { Claimed } from '../case.ts';
import { ACTS } from './acts.ts';
import { BRIEFING } from './briefing.ts';
import { CLOCKS } from './clocks.ts';
import { CLOSE } from './close.ts';
import { CROSS_CHECK } from './crossCheck.ts';
import { CROSS_CHECK_START } from './crossCheckStart.ts';
import { ORDER } from './order.ts';
import { ORDER_ON } from './orderOn.ts';
import { PEOPLE } from './people.ts';
import { STOPPING } from './stopping.ts';
import { WAYS } from './ways.ts';

export const EVERY: readonly Claimed[] = [
  ...ACTS,
  ...BRIEFING,
  ...PEOPLE,
  ...STOPPING,
  ...CLOCKS,
  ...CLOSE,
  ...CROSS_CHECK,
  ...CROSS_CHECK_START,
  ...ORDER,
  ...ORDER_ON,
  ...WAYS,
];
