/** Blind challenges: whether an answer fits what the agent measured. It returns ids, never a value. */

import { probeOf } from '../runbook/blind.ts';
import { trimmed, within } from '../runbook/drift.ts';
import type { Action } from '../runbook/runbook.ts';

/** The armed values and the challenges that ask about them. */
export interface Asked {
  readonly action: Pick<Action, 'challenge'>;
  readonly values: Readonly<Record<string, string>>;
}

/** The challenges that a seat is asked, in the runbook's order. */
export const challengesOf = (action: Pick<Action, 'challenge'>, seat: string) =>
  action.challenge.filter((one) => one.by === seat);

/**
 * Returns the ids of the seat's challenges whose answer is missing or does not fit, and of answers nobody asked for.
 * Each is compared with the value as armed; a value that is not at hand fits nothing.
 */
export function differing(asked: Asked, seat: string, answers: Readonly<Record<string, string>>): string[] {
  const own = challengesOf(asked.action, seat);
  const surplus = Object.keys(answers).filter((id) => !own.some((one) => one.id === id));
  const wrong = own.filter((one) => {
    const [answer, value] = [answers[one.id], asked.values[probeOf(one.equals)]];
    if (answer === undefined || value === undefined) return true;
    if (one.within === null) return trimmed(answer) !== trimmed(value);
    return !within(one.within, value, trimmed(answer));
  });
  return [...wrong.map((one) => one.id), ...surplus];
}
