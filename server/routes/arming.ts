/** Commands of the lead that ask an agent for something: to arm a step, and to start one that needs no key. */
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';
import { armingOf, type RunContext } from '../../core/run/context.ts';
import { armable } from '../../core/run/progress.ts';
import { briefed } from '../../core/run/rules/briefing.ts';
import { all, type Check, calm, isLead, later, unless } from '../../core/run/rules/check.ts';
import { contextOf } from '../../core/run/state.ts';
import { stepOf } from '../../core/runbook/steps.ts';
import type { Accepted } from '../runner/engine.ts';
import type { CommandDeps, CommandOf } from './commands.ts';

/** The lead types the target's name: a small pause before the agent is asked to measure and sign. */
export async function arm(deps: CommandDeps, person: string, command: CommandOf<'arm'>): Promise<Result<Accepted>> {
  const live = deps.engine.openRun(command.run);
  if (!live) return fail('XCK_UNKNOWN', { what: 'open run', name: command.run });
  const context = contextOf(live.state);
  if (!isLead(context, person)) return refuseLead(deps, person, command, 'arm a step');
  const may = mayAsk(context, command);
  if (!may.ok) return may;
  return deps.agents.arm(command.run, command.step, person) as Promise<Result<Accepted>>;
}

/** What the rules would refuse is refused before the agent measures anything; they have the last word on what it signed. */
function mayAsk(context: RunContext, { step: id, target }: CommandOf<'arm'>): Check {
  const step = stepOf(context.runbook, id);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: id });
  return all(
    unless(step.target !== target, fail('XCK_TARGET', { target: step.target })),
    calm(context),
    briefed(context),
    unless(armingOf(context, id) !== undefined, later('the step is armed')),
    unless(!armable(context).some((one) => one.id === id), later('it is not the turn of this step')),
  );
}

function refuseLead(
  deps: CommandDeps,
  person: string,
  { type, run, step }: { type: string; run: string; step: string },
  act: string,
) {
  const refusal = fail('XCK_LEAD', { act });
  deps.engine.refused(person, type, refusal.refusal, { run, step });
  return refusal;
}

/** A step that is not critical needs no confirmations: the lead has seen what runs and presses. */
export async function start(deps: CommandDeps, person: string, command: CommandOf<'start'>): Promise<Result<Accepted>> {
  const live = deps.engine.openRun(command.run);
  const context = live && contextOf(live.state);
  if (!context) return fail('XCK_UNKNOWN', { what: 'open run', name: command.run });
  if (!isLead(context, person)) return refuseLead(deps, person, command, 'start a step');
  const step = stepOf(context.runbook, command.step);
  if (step?.eyes !== 2) return fail('XCK_NOT_NOW', { what: 'a start', why: 'a critical step starts by its key' });
  if (!armingOf(context, command.step)) return fail('XCK_OTHER_ARMING', { step: command.step });
  const done = await deps.agents.start(command.run, command.step);
  return done.ok ? ok({ entries: [] }) : done;
}
