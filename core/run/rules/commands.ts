/** Rules of a command from its start to its end: by the agent that armed it, once, and what is said of it afterwards. */
import { enough } from '../../approval/quorum.ts';
import { fail } from '../../errors.ts';
import { stepOf } from '../../runbook/steps.ts';
import { armingOf, type EventOf, itemOf, type RunContext, seatOf, unresolvedItems } from '../context.ts';
import { isArming, ready } from './arming.ts';
import { all, type Check, later, unless } from './check.ts';
import { collected } from './collected.ts';
import { demandFor } from './demand.ts';

export function mayStart(context: RunContext, event: EventOf<'step.started'>): Check {
  const arming = armingOf(context, event.step);
  const step = stepOf(context.runbook, event.step);
  const item = itemOf(event);
  const running = Object.values(arming?.starts ?? {}).filter(({ outcome }) => outcome === null).length;
  return all(
    isArming(context, event),
    unless(event.actor !== arming?.agent, fail('XCK_AGENT', {})),
    unless(arming?.starts[item] !== undefined, later('it has started already')),
    unless(arming !== undefined && !arming.items.includes(item), later('the arming does not cover this item')),
    unless(step?.eyes !== 2 && arming?.keyed == null, later('the key is not turned')),
    unless(running >= (step?.for_each?.max_parallel ?? 1), later('enough items run side by side')),
    ready(context, event.step),
  );
}

export function mayEnd(context: RunContext, event: EventOf<'step.finished' | 'step.failed' | 'step.unknown'>): Check {
  const arming = armingOf(context, event.step);
  const start = arming?.starts[itemOf(event)];
  const own = arming && arming.attempt === event.attempt && start?.ref === event.started;
  const manual = stepOf(context.runbook, event.step)?.kind === 'manual';
  const finished = event.type === 'step.finished';
  return all(
    unless(!own, fail('XCK_OTHER_ARMING', { step: event.step })),
    unless(event.actor !== arming?.agent, fail('XCK_AGENT', {})),
    unless(start !== undefined && start.outcome !== null, later('it has ended already')),
    unless(finished && Object.values(event.checks).includes(false), later('a check failed')),
    unless(finished && manual && arming?.attested !== 'pass', later('nobody has attested that it is done')),
  );
}

/** Checks the word of the person who did a manual step, or saw it done: the holder of the seat that the step names. */
export function mayAttest(context: RunContext, event: EventOf<'step.attested'>): Check {
  const step = stepOf(context.runbook, event.step);
  const arming = armingOf(context, event.step);
  const seated = context.seats[event.seat];
  const start = arming?.starts[''];
  const own = arming && arming.attempt === event.attempt && start?.ref === event.started;
  return all(
    unless(step?.kind !== 'manual', later('this step is not done by hand')),
    unless(!own, fail('XCK_OTHER_ARMING', { step: event.step })),
    unless(
      step?.manual?.by !== event.seat,
      fail('XCK_SEAT', { seat: event.seat, needed: step?.manual?.by ?? 'another' }),
    ),
    unless(seated?.person !== event.actor || seated.role !== event.role, fail('XCK_NOT_SEATED', {})),
    unless(start !== undefined && start.outcome !== null, later('it has ended already')),
    unless(arming?.attested != null, fail('XCK_TWICE', {})),
  );
}

export function mayAbort(context: RunContext, event: EventOf<'step.aborted'>): Check {
  const arming = armingOf(context, event.step);
  const running =
    arming?.attempt === event.attempt && Object.values(arming.starts).some(({ outcome }) => outcome === null);
  return all(
    unless(!seatOf(context, event.actor), fail('XCK_NOT_SEATED', {})),
    unless(!running, later('that command is not running')),
  );
}

/**
 * Checks what a quorum says of a step whose end nobody saw. A start without an outcome can be resolved too, once
 * somebody has tried to abort it: an agent that never comes back must not keep a run open for ever.
 */
export function mayResolve(context: RunContext, event: EventOf<'step.resolved'>): Check {
  const step = stepOf(context.runbook, event.step);
  const signers = collected(context, 'resolve', event.outcome, event);
  if (!signers || !step) return fail('XCK_STALE', { act: 'resolve' });
  return all(
    unless(!mayBeResolved(context, event.outcome, event), fail('XCK_STALE', { act: 'resolve' })),
    unless(context.attempts[event.step] !== event.attempt, fail('XCK_OTHER_ARMING', { step: event.step })),
    unless(!signers.some((one) => one.seat === 'lead'), fail('XCK_LEAD', { act: 'sign what became of it' })),
    enough(demandFor(context, event.step), context, signers),
  );
}

/** The item whose unknown outcome, or whose aborted start, a reference names; null where it names neither. */
export function resolvable(
  context: RunContext,
  outcome: string,
): { readonly step: string; readonly item: string } | null {
  for (const step of Object.keys(context.items))
    for (const item of unresolvedItems(context, step))
      if (context.items[step]?.[item]?.ref === outcome) return { step, item };
  for (const arming of Object.values(context.armings))
    for (const [item, { ref, outcome: end }] of Object.entries(arming.starts))
      if (ref === outcome && end === null && context.aborted.includes(arming.ref)) return { step: arming.step, item };
  return null;
}

function mayBeResolved(context: RunContext, outcome: string, event: EventOf<'step.resolved'>): boolean {
  const found = resolvable(context, outcome);
  return found !== null && found.step === event.step && found.item === itemOf(event);
}
