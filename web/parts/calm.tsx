/** The five steps of a calm response: what each asks, and what the log already answers. It hurries nobody. */

import { CALM_STEPS, calmFacts } from '../../core/release/calm.ts';
import type { Entries } from '../../core/release/entries.ts';
import { utc } from '../format.ts';
import { Icon } from './icons.tsx';

export function Calm({ hold, entries }: { readonly hold: string; readonly entries: Entries }) {
  const facts = calmFacts(entries, hold);
  const current = CALM_STEPS.find(({ id }) => facts[id].length === 0)?.id;
  return (
    <ol class="calm" aria-label="A calm response">
      {CALM_STEPS.map(({ id, title, asks }, index) => {
        const last = facts[id].at(-1);
        return (
          <li key={id} {...(id === current ? { 'aria-current': 'step' as const } : {})}>
            <b>
              <Icon name={last ? 'done' : id === current ? 'waiting' : 'todo'} /> {index + 1} <span>{title}</span>
            </b>
            <span>{last ? `${facts[id].length} in the log, the last ${utc(last.entry.ts)} UTC` : (asks[0] ?? '')}</span>
          </li>
        );
      })}
    </ol>
  );
}
