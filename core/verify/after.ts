/** The claims about what came after the close: each is about this close and could follow what came before it. It judges no postmortem. */
import { contextOf, type RunState } from '../run/state.ts';
import { afterClose, closeOf, foldAfter, keptCopies, mayComeAfter } from '../site/after.ts';
import { Erasable } from '../site/redaction.ts';
import type { Spine } from './chains.ts';
import { type Reason, reason } from './verdict.ts';

/** Replays the chain after the close of a run that was replayed. */
export function afterwards({ after, run: own }: Spine, run: RunState): Reason[] {
  if (contextOf(run).closed === null) return [];
  let state = afterClose(closeOf(run), keptCopies(run));
  const erasable = new Erasable(own);
  return after.flatMap((leaf) => {
    const rule = mayComeAfter(state, leaf.entry, erasable);
    erasable.take(leaf);
    state = foldAfter(state, leaf);
    return rule.ok ? [] : [reason('XCK_POLICY', rule.refusal.sentence, leaf.entry.seq, 'I1')];
  });
}
