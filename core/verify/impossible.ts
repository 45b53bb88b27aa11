/** An entry that the machine cannot take, as a finding: which invariant its refusal stands for. It judges nothing again. */
import type { ErrorCode, Refusal } from '../errors.ts';
import { ENTRIES, type RunEntry } from '../log/tables.ts';
import { armingOf } from '../run/context.ts';
import { contextOf, type RunState } from '../run/state.ts';
import type { Leaf } from './read.ts';
import { type Reason, reason } from './verdict.ts';

/** The invariant that a refusal of the machine stands for; where it depends on the entry, by the entry's type. */
const BROKEN: Partial<Record<ErrorCode, string>> = {
  XCK_QUORUM: 'I3',
  XCK_KEYS: 'I3',
  XCK_SELF: 'I3',
  XCK_AUTHOR: 'I3',
  XCK_TWICE: 'I3',
  XCK_SEAT: 'I3',
  XCK_SEAT_TAKEN: 'I3',
  XCK_TWO_SEATS: 'I3',
  XCK_ROLE: 'I3',
  XCK_NOT_SEATED: 'I3',
  XCK_LEAD: 'I3',
  XCK_OTHER_ARMING: 'I4',
  XCK_HELD: 'I9',
  XCK_ABSENT: 'I9',
  XCK_AGENT: 'I13',
  XCK_PROBE: 'I17',
  XCK_BRIEFING: 'I10',
  XCK_CLOCK: 'I16',
  XCK_CONDITIONS: 'I9',
  XCK_CONFIRMED: 'I3',
  XCK_DECIDE: 'I9',
  XCK_DEVIATION: 'I15',
  XCK_NO_WAY_BACK: 'I16',
  XCK_UNRESOLVED: 'I11',
};

function brokenBy(entry: RunEntry): string | undefined {
  if (entry.type === 'step.armed') return 'I16';
  if (entry.type === 'step.started') return 'I6';
  return entry.type === 'act.signed' && entry.act === 'close' ? 'I12' : undefined;
}

/** The finding that `entry` cannot follow in `state`. */
export function impossible({ entry }: Leaf<RunEntry>, refusal: Refusal, state: RunState): Reason {
  const arming = 'step' in entry && entry.step ? armingOf(contextOf(state), entry.step) : undefined;
  const again = entry.type === 'step.started' && arming?.starts[entry.item ?? ''] !== undefined ? 'I2' : undefined;
  const stopped = arming?.stopped && refusal.code === 'XCK_NOT_NOW' ? 'I9' : undefined;
  const invariant = again ?? stopped ?? BROKEN[refusal.code] ?? brokenBy(entry) ?? ENTRIES[entry.type].invariants[0];
  return reason('XCK_POLICY', `${entry.type} cannot follow: ${refusal.sentence}`, entry.seq, invariant ?? null);
}
