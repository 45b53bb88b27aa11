/** A run as everybody folds it: the machine's snapshot and the facts of the open arming. One fold for live, boot, page and verifier. */

import { parseStatement } from '../approval/statement.ts';
import { fromUtf8 } from '../bytes/encoding.ts';
import { fail } from '../errors.ts';
import type { Lines } from '../log/acts.ts';
import { type Body, refOf, type Sealed } from '../log/entry.ts';
import type { RunEntry, RunEntryOf } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import type { Action } from '../runbook/runbook.ts';
import type { RunEvent, RunInput } from './context.ts';
import { type Decision, type Deviation, deviated } from './deviation.ts';
import { advance, begin, moved, type RunMachine, type RunSnapshot } from './machine.ts';

/** What every statement of the run names; fixed when it opens, but for the roster. */
export interface RunFacts {
  readonly origin: string;
  readonly mode: 'live' | 'rehearsal';
  readonly solo: boolean;
  readonly run: string;
  readonly runbook: string;
  /** `<seq> <digest>` of runbook.approved. */
  readonly approved: string;
  /** `<version> <digest>` of the newest roster entry. */
  readonly roster: string;
  readonly openedAt: number;
}

/** An open arming as its bodies tell it; a reader without a body lacks what it says. */
export interface ArmingFacts {
  /** Leaf index of step.armed: a signer's tree must reach beyond it. */
  readonly seq: number;
  readonly at: number;
  readonly lines: Lines<'armed'>;
  readonly action: Action;
  /** Probe values as armed, where this reader has them. */
  readonly values: Readonly<Record<string, string>>;
}

export interface RunState {
  readonly facts: RunFacts;
  readonly machine: RunMachine;
  readonly snapshot: RunSnapshot;
  /** By step. */
  readonly armings: Readonly<Record<string, ArmingFacts>>;
  /** What the signatures collected so far agree on: all signers share this one body. */
  readonly content: Body | null;
  /** The run's newest entry. */
  readonly head: { readonly rseq: number; readonly digest: string; readonly seq: number; readonly ts: number };
}

export const contextOf = (state: RunState) => state.snapshot.context;
export const headRef = (state: RunState): string => `${state.head.rseq} ${state.head.digest}`;

const headOf = (sealed: Sealed<RunEntry>) => ({
  rseq: sealed.entry.rseq,
  digest: sealed.digest,
  seq: sealed.entry.seq,
  ts: sealed.entry.ts,
});

/** Facts that come with a run's first entry, from the entries before it. */
export interface Opening {
  readonly origin: string;
  readonly runbook: RunInput['runbook'];
  readonly authors: readonly string[];
  readonly roles: RunInput['roles'];
}

/** Returns the state of a run after its first entry. */
export function openState(machine: RunMachine, opening: Opening, sealed: Sealed<RunEntryOf<'run.opened'>>): RunState {
  const { entry } = sealed;
  const input: RunInput = {
    run: entry.run,
    mode: entry.mode,
    solo: entry.solo,
    lead: entry.actor,
    opened: refOf(sealed),
    runbook: opening.runbook,
    authors: opening.authors,
    roster: entry.roster,
    roles: opening.roles,
  };
  const facts: RunFacts = {
    origin: opening.origin,
    mode: entry.mode,
    solo: entry.solo,
    run: entry.run,
    runbook: entry.runbook,
    approved: entry.approved,
    roster: entry.roster,
    openedAt: entry.ts,
  };
  return { facts, machine, snapshot: begin(machine, input), armings: {}, content: null, head: headOf(sealed) };
}

/** Returns the state after one more entry, or why the entry cannot follow. */
export function fold(state: RunState, sealed: Sealed<RunEntry>): Result<RunState> {
  const event = { ...sealed.entry, ref: refOf(sealed) } as RunEvent;
  const next = advance(state.machine, state.snapshot, event);
  if (!next.ok) return next;
  const armings = armingsAfter(state, sealed, next.value);
  if (!armings.ok) return armings;
  const content = next.value.context.collection === null ? null : (sealed.bodies['content'] ?? state.content);
  const facts = sealed.entry.type === 'roster.followed' ? { ...state.facts, roster: sealed.entry.roster } : state.facts;
  const after = { ...state, facts, snapshot: next.value, armings: armings.value, content, head: headOf(sealed) };
  const change = deviationOf(sealed);
  if (!change.ok) return change;
  if (change.value !== null) return amended(after, change.value);
  const back = sealed.entry.type === 'run.decided' && sealed.entry.way === 'back';
  return ok(back ? { ...after, ...moved(after.snapshot, contextOf(after)) } : after);
}

/** What a run.decided or run.deviated changes of the running release; its body is never withheld. */
function deviationOf({ entry, bodies }: Sealed<RunEntry>): Result<Deviation | null> {
  if (entry.type !== 'run.decided' && entry.type !== 'run.deviated') return ok(null);
  const content = bodies['content'] && json(bodies['content'].bytes);
  if (!content) return fail('XCK_BYTES', { what: `a ${entry.type} with its content`, why: 'it is missing' });
  return ok(entry.type === 'run.deviated' ? (content as Deviation) : (content as Decision).deviation);
}

/** The run stands in a machine of its own from here on: of the runbook's steps with the inserted ones. */
function amended(state: RunState, change: Deviation): Result<RunState> {
  const context = deviated(contextOf(state), change);
  if (!context.ok) return context;
  return ok({ ...state, ...moved(state.snapshot, context.value) });
}

function armingsAfter(
  { armings }: RunState,
  sealed: Sealed<RunEntry>,
  { context }: RunSnapshot,
): Result<RunState['armings']> {
  const isOpen = (step: string) => context.armings[step] !== undefined;
  const open = Object.keys(armings).every(isOpen)
    ? armings
    : Object.fromEntries(Object.entries(armings).filter(([step]) => isOpen(step)));
  if (sealed.entry.type !== 'step.armed') return ok(open);
  const facts = armingFacts(sealed as Sealed<RunEntryOf<'step.armed'>>);
  return facts.ok ? ok({ ...open, [sealed.entry.step]: facts.value }) : facts;
}

/** Reads the bodies of a step.armed that this reader has; the statement and the action are never withheld. */
function armingFacts(sealed: Sealed<RunEntryOf<'step.armed'>>): Result<ArmingFacts> {
  const { statement, action } = sealed.bodies;
  if (!statement || !action)
    return fail('XCK_BYTES', { what: 'a step.armed with its bodies', why: 'the statement or the action is missing' });
  const lines = parseStatement('armed', statement.bytes);
  if (!lines.ok) return lines;
  const document = json(action.bytes);
  if (!document) return fail('XCK_BYTES', { what: 'an action', why: 'not JSON' });
  const values = Object.keys(sealed.entry.probes).flatMap((id) => {
    const value = sealed.bodies[`probe-${id}`];
    const text = value && json(value.bytes);
    return typeof text === 'string' ? [[id, text] as const] : [];
  });
  return ok({
    seq: sealed.entry.seq,
    at: sealed.entry.ts,
    lines: lines.value,
    action: document as Action,
    values: Object.fromEntries(values),
  });
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes) ?? '');
  } catch {
    return undefined;
  }
}

/** The facts of the open arming of a step. */
export const factsOf = (state: RunState, step: string): ArmingFacts | undefined =>
  Object.hasOwn(state.armings, step) ? state.armings[step] : undefined;
