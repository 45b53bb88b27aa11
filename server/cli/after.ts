/** What came after a run's close, as the server sent it: every entry whole, linked to the one before it and about this close. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import type { Sealed } from '../../core/log/entry.ts';
import { parseEntry } from '../../core/log/parse.ts';
import type { RunDocument } from '../../core/protocol/frames.ts';
import type { AfterEntry } from '../../core/site/after.ts';
import { deny, must } from './exits.ts';
import { bodiesOf, readBodies } from './fold.ts';

const broken = (why: string): never => deny('XCK_INTEGRITY', { why });

/** `close` is the reference of the run's own run.closed; null while the run is open. */
export function readAfter({ entries, bodies }: RunDocument['after'], close: string | null): Sealed<AfterEntry>[] {
  const came = readBodies(bodies);
  const read: Sealed<AfterEntry>[] = [];
  for (const text of entries) {
    const bytes = utf8(text);
    const entry = must(parseEntry(bytes));
    if (
      !('about' in entry) ||
      'rseq' in entry ||
      entry.type === 'act.signed' ||
      entry.type === 'roster.signed' ||
      entry.about !== close
    )
      return broken('what came after the close is about another run');
    if (entry.aprev !== read.at(-1)?.digest) return broken('what came after the close has a gap');
    read.push({ entry, bytes, digest: digest(bytes), bodies: bodiesOf(entry, {}, came) });
  }
  return read;
}
