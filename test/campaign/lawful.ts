/** A third, plainest look at the one thing that must never happen: a start without its quorum. It trusts neither judge. */
import type { RunEntry, RunEntryOf } from '../../core/log/tables.ts';
import type { RunContext } from '../../core/run/context.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import type { Written } from '../../core/verify/checker/checker.ts';
import { IDS } from '../helpers/told.ts';

const isA = <T extends RunEntry['type']>(entry: RunEntry, type: T): entry is RunEntryOf<T> => entry.type === type;

/** Checks the last entry, a start: `context` knows the steps, the entries alone say who was there. */
export function startsLawfully({ runbook }: RunContext, written: readonly Written[]): boolean {
  const entries = written.map(({ entry }) => entry);
  const start = entries.at(-1);
  if (!start || !isA(start, 'step.started')) return false;
  const step = stepOf(runbook, start.step);
  const armed = written.findIndex(({ ref }) => ref === start.armed);
  const since = entries.slice(armed + 1, -1);
  const never = entries.flatMap((entry) =>
    isA(entry, 'run.opened') ? [entry.actor] : isA(entry, 'lead.taken') ? [entry.person] : [],
  );
  const confirmed = since.filter((entry) => isA(entry, 'step.confirmed')).filter(({ armed }) => armed === start.armed);
  const counted = confirmed.filter(
    ({ actor, seat }) => step?.by.includes(seat) && actor !== IDS.author && !never.includes(actor),
  );
  const enough = Math.min(
    new Set(counted.map(({ actor }) => actor)).size,
    new Set(counted.map(({ seat }) => seat)).size,
  );
  const by = (...kinds: readonly string[]) => confirmed.filter(({ kind }) => kinds.includes(kind)).length;
  const keys = by('passkey', 'sk-ssh') >= (step?.keys.high ?? 9) && by('ssh', 'sk-ssh') >= (step?.keys.terminal ?? 9);
  const page = step?.irreversible === true && by('browser') > 0;
  const keyed = since.findIndex((entry) => isA(entry, 'step.keyed') && entry.armed === start.armed);
  const stopped = since.some(
    (entry) =>
      isA(entry, 'hold.raised') ||
      isA(entry, 'lead.taken') ||
      (isA(entry, 'roster.followed') && Object.keys(entry.struck).length > 0) ||
      (stops(entry) && entry.armed === start.armed),
  );
  if (!step || armed === -1 || stopped) return false;
  if (!step.critical) return keyed === -1;
  return (
    keyed !== -1 &&
    keys &&
    !page &&
    enough >= step.eyes / 2 - 1 &&
    counted.every((entry) => since.indexOf(entry) < keyed)
  );
}

const stops = (entry: RunEntry) =>
  isA(entry, 'step.refused') || isA(entry, 'step.withdrawn') || isA(entry, 'step.voided');
