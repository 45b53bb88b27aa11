/** Every claim of the checker with its histories. */
import type { Claimed } from '../story.ts';
import { ACTS } from './acts.ts';
import { BRIEFING } from './briefing.ts';
import { CLOCKS } from './clocks.ts';
import { CLOSE } from './close.ts';
import { PEOPLE } from './people.ts';
import { STOPPING } from './stopping.ts';

export const EVERY: readonly Claimed[] = [...ACTS, ...BRIEFING, ...PEOPLE, ...STOPPING, ...CLOCKS, ...CLOSE];
