/** Which mode a page is in and the words that go with it; a rehearsal never carries the word of the real thing. */
import type { RunFacts } from '../../core/run/state.ts';
import type { IconName } from './icons.tsx';

/** `site` is a page that belongs to no run. */
export type Mode = 'live' | 'rehearsal' | 'solo' | 'site';

export const MODES: Readonly<Record<Mode, { readonly word: string; readonly icon: IconName }>> = {
  live: { word: 'LIVE', icon: 'live' },
  rehearsal: { word: 'REHEARSAL', icon: 'rehearsal' },
  solo: { word: 'SOLO', icon: 'solo' },
  site: { word: 'CROSSCHECK', icon: 'key' },
};

/** A rehearsal is one before anything else: also where one keeper is enough. */
export const modeOf = ({ mode, solo }: Pick<RunFacts, 'mode' | 'solo'>): Mode =>
  mode === 'rehearsal' ? 'rehearsal' : solo ? 'solo' : 'live';

export const isRehearsal = ({ mode }: Pick<RunFacts, 'mode'>): boolean => mode === 'rehearsal';

/** `Turn the key`, `Rehearse the key`. */
export const keyVerb = (facts: Pick<RunFacts, 'mode'>): string =>
  isRehearsal(facts) ? 'Rehearse the key' : 'Turn the key';
