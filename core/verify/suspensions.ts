/** Keys that were suspended while a run was open, as a verified record has them; for display. */
import type { Sealed } from '../log/entry.ts';
import { fingerprintOf } from '../site/rosterFacts.ts';

export interface Suspension {
  readonly seq: number;
  /** ms since 1970 */
  readonly at: number;
  readonly person: string;
  readonly by: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** The version of the roster that it made. */
  readonly version: number;
}

export function suspensions(entries: readonly Sealed[]): Suspension[] {
  const opened = entries.find(({ entry }) => entry.type === 'run.opened')?.entry.seq ?? 0;
  const closed = entries.find(({ entry }) => entry.type === 'run.closed')?.entry.seq ?? Number.POSITIVE_INFINITY;
  return entries.flatMap(({ entry }) =>
    entry.type === 'key.suspended' && entry.seq > opened && entry.seq < closed
      ? [
          {
            seq: entry.seq,
            at: entry.ts,
            person: entry.person,
            by: entry.actor,
            fingerprint: fingerprintOf(entry.key),
            version: entry.version,
          },
        ]
      : [],
  );
}
