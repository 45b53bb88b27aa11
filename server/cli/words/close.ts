/** Ending: aborting a command that runs, closing the run, and changing who leads it. */
import type { CloseResult } from '../../../core/log/tables.ts';
import { CLOSE_RESULTS } from '../../../core/log/tables.ts';
import type { RunContext } from '../../../core/run/context.ts';
import { closeContent } from '../../../core/run/lines.ts';
import { unanswered } from '../../../core/run/progress.ts';
import { contextOf } from '../../../core/run/state.ts';
import { collectedOf, signAct } from '../acts.ts';
import { argument, type Cli, type Given, text } from '../args.ts';
import { connect, send } from '../client.ts';
import { deny, EXIT, type Exit, Stop, usage } from '../exits.ts';
import { personNamed } from '../people.ts';
import { openRun, seatedAs } from '../run-client.ts';
import { nameOf } from '../show.ts';
import { undone } from '../standing.ts';
import { clean } from '../terminal.ts';

export async function abort(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { armings } = contextOf((await openRun(client, run)).folded.state);
  const running = Object.values(armings).filter(({ starts }) =>
    Object.values(starts).some(({ outcome }) => outcome === null),
  );
  const named = given.positionals[1] ?? (running.length === 1 ? running[0]?.step : undefined);
  if (running.length === 0)
    throw new Stop(
      EXIT.failed,
      'No command is running.',
      `To keep anything from starting: crosscheck run hold ${run} SENTENCE`,
      'XCK_NOT_NOW',
    );
  const steps = running.map(({ step }) => step).join(', ');
  if (named === undefined) throw usage('Several steps are running.', `Name one of them: ${steps}`);
  await send(client, { type: 'abort', run, step: named });
  cli.terminal.say(`The agent was told to stop step ${named}; its outcome follows in the room.`);
  return EXIT.ok;
}

/** What a close would say of the run as it stands. */
function resultOf(context: RunContext): CloseResult {
  if (undone(context).length > 0 || context.holds.length > 0) return 'aborted';
  return context.way === 'back' ? 'rolled-back' : 'done';
}

export async function close(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('run close');
  const client = connect(cli, given);
  const run = argument(given, 0);
  const open = await openRun(client, run);
  seatedAs(open.folded, client.person);
  const { state } = open.folded;
  const context = contextOf(state);
  const named = given.positionals[1] ?? collectedOf(state, 'close')?.content['result'] ?? resultOf(context);
  const result = CLOSE_RESULTS.find((one) => one === named);
  if (!result) throw usage(`A run is not closed as ${named}.`, `Results: ${CLOSE_RESULTS.join(', ')}`);
  for (const { id, title } of undone(context)) cli.terminal.say(`Not done: ${id}: ${clean(title)}`);
  for (const { question, seat } of unanswered(context, context.runbook.debrief))
    cli.terminal.say(`Not answered: ${question} by the ${seat}`);
  cli.terminal.stress(`The run closes as ${result}, for good.`);
  const content = { ...closeContent(state, result) };
  const closed = await signAct(cli, client, open, 'close', { about: context.last, content });
  cli.terminal.say(
    closed
      ? `Closed as ${result}. Its record: crosscheck record export ${run}`
      : 'Your signature is in; the run stays open until the lead and one reviewer have signed the same.',
  );
  return EXIT.ok;
}

/** Takes the lead over, hands it over, or gives the second signature of either. */
export async function lead(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('run lead');
  const client = connect(cli, given);
  const run = argument(given, 0);
  const open = await openRun(client, run);
  const { state } = open.folded;
  const context = contextOf(state);
  const to = text(given, 'to');
  const before = to === undefined ? collectedOf(state, 'lead') : undefined;
  const person = to === undefined ? client.person : personNamed(to, open.names, 'person');
  const content = before?.content ?? handover(context, person);
  cli.terminal.stress(
    `From ${nameOf(open.names, String(content['from']))} the lead goes to ${nameOf(open.names, String(content['person']))} as ${content['role']}. It voids what is armed and lifts no hold.`,
  );
  const taken = await signAct(cli, client, open, 'lead', { about: context.last, content });
  cli.terminal.say(
    taken
      ? 'The lead has changed.'
      : `Your signature is in; who takes the lead and one present holder of a required seat both sign: crosscheck run lead ${run}`,
  );
  return EXIT.ok;
}

function handover({ runbook, lead: from, roles }: RunContext, person: string) {
  const wanted = runbook.crew['lead']?.roles ?? [];
  if (person === from) throw usage('The lead hands over to somebody.', 'Name them: --to PERSON');
  const role = wanted.find((one) => roles[person]?.includes(one));
  return role === undefined ? deny('XCK_ROLE', { seat: 'lead', roles: wanted.join(' or ') }) : { from, person, role };
}
