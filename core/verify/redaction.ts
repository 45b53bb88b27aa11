/** The claims about erased bodies: a keeper signed which, why and on whose order, and nothing else is missing. It judges no reason. */
import { lineJson } from '../approval/statement.ts';
import { isKeeper } from '../log/roster.ts';
import { readOrder } from '../site/redaction.ts';
import { erasedOf, redactionsOf } from './bodies.ts';
import type { Spine } from './chains.ts';
import { says } from './opening.ts';
import type { Leaf } from './read.ts';
import type { Rosters } from './roster.ts';
import { linesOf, type Stated } from './statements.ts';
import { type Erasure, type Reason, unless } from './verdict.ts';

/** Checks I7 and I4: each redaction is a keeper's, who signed exactly what it erases, about the close of this run. */
export function redactionSayings(
  spine: Pick<Spine, 'after' | 'opened'>,
  rosters: Rosters,
  stated: ReadonlyMap<number, Stated>,
): Reason[] {
  const { run, mode } = spine.opened.entry;
  return redactionsOf(spine).flatMap((leaf) => {
    const { about, actor, erased, seq } = leaf.entry;
    const order = orderOf(leaf, stated);
    return [
      ...unless(isKeeper(rosters.before(seq), actor), 'XCK_AUTHENTICITY', `${actor} is no keeper here`, seq, 'I7'),
      ...unless(order !== undefined, 'XCK_AUTHENTICITY', 'it names no order or no reason', seq, 'I4'),
      ...says(stated, leaf, 'redact', { about, run, mode, content: { ...order, erased } }),
    ];
  });
}

const orderOf = (leaf: Leaf, stated: ReadonlyMap<number, Stated>) =>
  readOrder(lineJson(linesOf(stated, leaf, 'redact')?.content ?? ''));

/** What was erased, for display; of statements that were judged. */
export const erasuresOf = (spine: Spine, stated: ReadonlyMap<number, Stated>): Erasure[] =>
  erasedOf(spine).map(({ leaf, name, digest, by }) => {
    const { order = '', reason = '' } = orderOf(by, stated) ?? {};
    return { digest, name, seq: leaf.entry.seq, by: by.entry.seq, order, reason, actor: by.entry.actor };
  });
