/** The two claims that every statement of a run shares: it says what the run called for, over a tree that held what it is about. */
import { sameStatement } from '../approval/statement.ts';
import type { Act, Lines } from '../log/acts.ts';
import type { Result } from '../result.ts';
import type { RunState } from '../run/state.ts';
import type { Rendering } from './armed.ts';
import type { Leaf } from './read.ts';
import { linesOf, type Stated } from './statements.ts';
import { sizeOf } from './tree.ts';
import { type Reason, reason, unless } from './verdict.ts';

/** What the claims about one entry look at beside it. */
export interface Scene {
  readonly rendering: Rendering;
  readonly stated: ReadonlyMap<number, Stated>;
  /** The run before the entry, and after it. */
  readonly before: RunState;
  readonly after: RunState;
  /** Nonces armed so far. */
  readonly nonces: Set<string>;
}

/** Checks that an entry's statement is the one that the run called for. A withheld statement is judged when it is released. */
export function saying<A extends Act>(
  leaf: Leaf,
  act: A,
  { stated }: Pick<Scene, 'stated'>,
  expect: (lines: Lines<A>) => Result<Lines<A>>,
): Reason[] {
  const lines = linesOf(stated, leaf, act);
  if (!lines) return [];
  const expected = expect(lines);
  const same = expected.ok ? sameStatement(act, lines, expected.value) : expected;
  return same.ok ? [] : [reason('XCK_POLICY', same.refusal.sentence, leaf.entry.seq, 'I4')];
}

/** Checks I19: whoever signs about an arming had verified a tree that holds the entry `seq`. */
export function saw(
  leaf: Leaf,
  act: 'confirm' | 'key' | 'started',
  stated: Scene['stated'],
  seq: number | undefined,
): Reason[] {
  const lines = linesOf(stated, leaf, act);
  const fits = !lines || sizeOf(lines.tree) > (seq ?? Number.POSITIVE_INFINITY);
  return unless(
    fits,
    'XCK_POLICY',
    'its statement names a tree that ends before what it is about',
    leaf.entry.seq,
    'I19',
  );
}
