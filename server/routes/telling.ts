/** Commands by which people say something: an answer of the briefing, an update of a hold. What is said is read strictly before it is kept. */
import { jcs } from '../../core/bytes/jcs.ts';
import { fail } from '../../core/errors.ts';
import { checkAnswer } from '../../core/release/briefing.ts';
import { readHold } from '../../core/release/holdDocument.ts';
import type { Result } from '../../core/result.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Accepted } from '../runner/engine.ts';
import { body, type CommandDeps, type CommandOf } from './commands.ts';

/** An answer states a value of the type that its question asks for. */
export async function answered(
  deps: CommandDeps,
  person: string,
  { run, question: id, result, value, evidence }: CommandOf<'answer'>,
): Promise<Result<Accepted>> {
  const live = deps.engine.openRun(run);
  if (!live) return fail('XCK_UNKNOWN', { what: 'open run', name: run });
  const context = contextOf(live.state);
  const question = [...context.runbook.briefing, ...context.runbook.debrief].find((one) => one.id === id);
  if (!question) return fail('XCK_UNKNOWN', { what: 'question', name: id });
  const answer = checkAnswer(question, result, { value, evidence }, context);
  if (!answer.ok) return answer;
  return deps.engine.submit(run, {
    type: 'answer',
    person,
    question: id,
    result,
    answer: body(deps, jcs(answer.value)),
  });
}

/** The document is kept whole; the promise, the conditions and the raiser's word are fields that rules and clocks read. */
export async function updated(
  deps: CommandDeps,
  person: string,
  { run, hold, document: given, conditions, met, stance }: CommandOf<'update'>,
): Promise<Result<Accepted>> {
  const document = readHold(given);
  if (!document.ok) return document;
  const { next_update: next, conditions: texts } = document.value;
  if (next !== null && next <= deps.ports.now())
    return fail('XCK_INPUT', { where: 'next_update', why: 'the next update lies in the past' });
  if (conditions !== null && Object.keys(conditions).sort().join() !== Object.keys(texts).sort().join())
    return fail('XCK_INPUT', { where: 'conditions', why: 'each condition has a text and a seat that owns it' });
  const command = {
    type: 'update' as const,
    person,
    hold,
    answer: body(deps, jcs(document.value)),
    ...(next === null ? {} : { nextUpdate: next }),
    ...(conditions === null ? {} : { conditions }),
    ...(met.length === 0 ? {} : { met }),
    ...(stance === null ? {} : { stance }),
  };
  return run === null ? deps.engine.submitSite(command) : deps.engine.submit(run, command);
}
