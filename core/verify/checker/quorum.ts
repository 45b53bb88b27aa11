/** Who is enough for a step, and for what concerns no step. It knows no act. */
import type { Step } from '../../runbook/runbook.ts';
import type { History } from './claim.ts';
import type { At } from './history.ts';

export interface Quorum {
  /** Seats whose holders count. */
  readonly seats: readonly string[];
  readonly need: number;
}

/** Whether these confirmations have, of each kind of key, as many as the step asks for where something is at stake. */
export function hasKeys(
  { input }: Pick<History, 'input'>,
  { keys }: Pick<Step, 'keys'>,
  confirmed: readonly At<'step.confirmed'>[],
): boolean {
  const by = (...kinds: readonly string[]) => confirmed.filter(({ entry }) => kinds.includes(entry.kind)).length;
  const idle = input.solo || input.mode === 'rehearsal';
  return idle || (by('passkey', 'sk-ssh') >= keys.high && by('ssh', 'sk-ssh') >= keys.terminal);
}

interface Voice {
  readonly person: string;
  readonly seat: string;
}

const ofStep = ({ eyes, by }: Pick<Step, 'eyes' | 'by'>): Quorum => ({ seats: by, need: eyes / 2 - 1 });

/** The quorum of an act on this step, or where that has none, of the steps with most eyes. */
export function quorumOf({ steps }: History, id: string | undefined, at: number): Quorum {
  const own = id === undefined ? undefined : steps.get(id, at)?.step;
  if (own && own.eyes > 2) return ofStep(own);
  const all = steps.all(at);
  const eyes = all.reduce((most, step) => (step.eyes > most ? step.eyes : most), 2 as Step['eyes']);
  return ofStep({ eyes, by: [...new Set(all.filter((step) => step.eyes === eyes).flatMap((step) => step.by))] });
}

/** Whether these voices are enough: of different seats that count, by different people who may. */
export function isEnough({ crew }: History, { seats, need }: Quorum, voices: readonly Voice[], at: number): boolean {
  const counted = voices.filter(({ seat, person }) => seats.includes(seat) && crew.mayCount(person, at));
  return (
    Math.min(new Set(counted.map(({ seat }) => seat)).size, new Set(counted.map(({ person }) => person)).size) >= need
  );
}
