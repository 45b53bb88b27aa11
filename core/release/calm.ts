/** The five steps of a calm response, what each asks and which facts of the log answer it. It hurries nobody. */
import { refOf } from '../log/entry.ts';
import type { EntryType } from '../log/tables.ts';
import type { Entries } from './entries.ts';

export interface CalmStep {
  readonly id: 'breathe' | 'gather' | 'root-cause' | 'get-it-done' | 'follow-up';
  readonly title: string;
  readonly asks: readonly string[];
  /** Entries after the hold that answer it. */
  readonly answered: readonly EntryType[];
}

export const CALM_STEPS: readonly CalmStep[] = [
  {
    id: 'breathe',
    title: 'Breathe',
    asks: [
      'Is everything that still runs known?',
      'Nothing further starts while the hold stands: what is the next thing to look at?',
    ],
    answered: ['step.voided', 'step.aborted', 'step.finished', 'step.failed', 'step.unknown'],
  },
  {
    id: 'gather',
    title: 'Gather people',
    asks: ['Who is paged, and who is still missing?', 'Who leads, and when does everybody have to leave?'],
    answered: ['seat.taken', 'seat.left', 'presence.lost', 'presence.back', 'lead.taken'],
  },
  {
    id: 'root-cause',
    title: 'Find the root cause',
    asks: ['Which test shows the defect?', 'What is known, and who has seen it?'],
    answered: ['hold.updated', 'step.resolved'],
  },
  {
    id: 'get-it-done',
    title: 'Get it done',
    asks: ['Which way, back or forward?', 'Was it rehearsed, and where?'],
    answered: ['run.decided', 'run.deviated', 'hold.lifted', 'step.armed', 'step.started'],
  },
  {
    id: 'follow-up',
    title: 'Follow up',
    asks: ['Who is told, and where?', 'What will be different next time, and who sees to it?'],
    answered: ['run.closed', 'postmortem.written', 'countermeasure.opened', 'countermeasure.closed'],
  },
];

/** Returns, by step, the entries since the hold was raised that answer it. */
export function calmFacts(entries: Entries, hold: string): Readonly<Record<CalmStep['id'], Entries>> {
  const from = entries.findIndex((sealed) => refOf(sealed) === hold);
  const since = from === -1 ? [] : entries.slice(from + 1);
  return Object.fromEntries(
    CALM_STEPS.map(({ id, answered }) => [id, since.filter(({ entry }) => answered.includes(entry.type))]),
  ) as unknown as Record<CalmStep['id'], Entries>;
}
