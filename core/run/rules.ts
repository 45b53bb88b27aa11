/**
 * The one authorisation function of a run: whether an entry may follow what the log already holds. The machine's
 * guard and the refusal that a person reads are both made here, so that they can never disagree.
 */
import type { RunContext, RunEvent } from './context.ts';
import { mayClose, mayDecide, mayDeviate, mayHold, mayLift, mayPass, maySign, mayUpdate } from './rules/acts.ts';
import { mayAnswer, mayArm, mayKey, maySkip, mayVoid, mayWithdraw } from './rules/arming.ts';
import { mayAnswerQuestion, mayPoll, mayWaive } from './rules/briefing.ts';
import { type Check, later } from './rules/check.ts';
import { mayAbort, mayAttest, mayEnd, mayResolve, mayStart } from './rules/commands.ts';
import { mayFollow, mayHandOver, mayLeave, maySit, presence } from './rules/crew.ts';

export { mayGoBack, mayGoForward } from './rules/acts.ts';
export { ready } from './rules/arming.ts';
export { demandFor } from './rules/demand.ts';

/** Checks that `event` may follow; every refusal says what is missing. Time is no argument: deadlines are entries. */
export function allowed(context: RunContext, event: RunEvent): Check {
  if (context.closed !== null) return later('the run is closed');
  switch (event.type) {
    case 'run.opened':
      return later('the run is open already');
    case 'seat.taken':
      return maySit(context, event);
    case 'seat.left':
      return mayLeave(context, event);
    case 'presence.lost':
    case 'presence.back':
      return presence(context, event);
    case 'lead.taken':
      return mayHandOver(context, event);
    case 'roster.followed':
      return mayFollow(context, event);
    case 'briefing.answered':
      return mayAnswerQuestion(context, event);
    case 'briefing.waived':
      return mayWaive(context, event);
    case 'gate.polled':
      return mayPoll(context, event);
    case 'clock.passed':
      return mayPass(context, event);
    case 'hold.raised':
      return mayHold(context, event);
    case 'hold.updated':
      return mayUpdate(context, event);
    case 'act.signed':
      return maySign(context, event);
    case 'hold.lifted':
      return mayLift(context, event);
    case 'run.decided':
      return mayDecide(context, event);
    case 'run.deviated':
      return mayDeviate(context, event);
    case 'run.closed':
      return mayClose(context, event);
    default:
      return mayStep(context, event);
  }
}

/** The entries of one step. */
function mayStep(context: RunContext, event: Extract<RunEvent, { step: string; ref: string }>): Check {
  switch (event.type) {
    case 'step.skipped':
      return maySkip(context, event);
    case 'step.armed':
      return mayArm(context, event);
    case 'step.confirmed':
    case 'step.refused':
    case 'check.differed':
      return mayAnswer(context, event);
    case 'step.withdrawn':
      return mayWithdraw(context, event);
    case 'step.voided':
      return mayVoid(context, event);
    case 'step.keyed':
      return mayKey(context, event);
    case 'step.started':
      return mayStart(context, event);
    case 'step.attested':
      return mayAttest(context, event);
    case 'step.finished':
    case 'step.failed':
    case 'step.unknown':
      return mayEnd(context, event);
    case 'step.aborted':
      return mayAbort(context, event);
    case 'step.resolved':
      return mayResolve(context, event);
  }
}
