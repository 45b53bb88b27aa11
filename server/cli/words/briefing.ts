/** The briefing and the gates from a terminal: answering, voting, waiving, and what a late joiner needs to know. An answer states a value, never yes. */
import { checkAnswer } from '../../../core/release/briefing.ts';
import { OPENING_GATE, type RunContext } from '../../../core/run/context.ts';
import { turnOf } from '../../../core/run/progress.ts';
import { contextOf } from '../../../core/run/state.ts';
import type { Question } from '../../../core/runbook/runbook.ts';
import { collectedOf, signAct } from '../acts.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { briefLines } from '../brief.ts';
import { type Client, connect, send } from '../client.ts';
import { deny, EXIT, type Exit, must, usage } from '../exits.ts';
import { openRun, seatedAs } from '../run-client.ts';
import { waitingFor } from '../standing.ts';
import { clean } from '../terminal.ts';

export async function answer(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const [run, what] = [argument(given, 0), argument(given, 1)];
  const context = contextOf((await openRun(client, run)).folded.state);
  if (what === 'go' || what === 'no-go') await vote(client, given, context, what);
  else await reply(client, given, context);
  cli.terminal.say(waitingFor((await openRun(client, run)).folded.state));
  return EXIT.ok;
}

async function vote(client: Client, given: Given, context: RunContext, vote: 'go' | 'no-go'): Promise<void> {
  const objection = given.positionals[2] ?? null;
  if (vote === 'no-go' && objection === null)
    throw usage('A no-go says why.', `crosscheck run answer ${context.run} no-go "the replica lags behind"`);
  const turn = turnOf(context);
  const gate =
    text(given, 'gate') ?? (turn?.gate && context.way === 'forward' && isUnderWay(context) ? turn.id : OPENING_GATE);
  await send(client, { type: 'poll', run: context.run, gate, vote, text: vote === 'go' ? null : objection });
}

const isUnderWay = ({ attempts, outcomes }: RunContext): boolean =>
  Object.keys(attempts).length > 0 || Object.keys(outcomes).length > 0;

const questionNamed = ({ runbook }: Pick<RunContext, 'runbook'>, id: string): Question =>
  [...runbook.briefing, ...runbook.debrief].find((question) => question.id === id) ??
  deny('XCK_UNKNOWN', { what: 'question', name: id });

async function reply(client: Client, given: Given, context: RunContext): Promise<void> {
  const question = questionNamed(context, argument(given, 1));
  const value = given.positionals[2];
  if (value === undefined)
    throw usage(clean(question.ask), `Answer it: crosscheck run answer ${context.run} ${question.id} VALUE`);
  const result = flag(given, 'fail') ? 'fail' : 'pass';
  const evidence = text(given, 'evidence') ?? null;
  must(checkAnswer(question, result, { value, evidence }, context));
  await send(client, { type: 'answer', run: context.run, question: question.id, result, value, evidence });
}

/** Leaving a question without its answer is an act of the lead and the quorum. */
export async function waive(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  terminal.demandPerson('run waive');
  const client = connect(cli, given);
  const [run, id] = [argument(given, 0), argument(given, 1)];
  const open = await openRun(client, run);
  const { state } = open.folded;
  seatedAs(open.folded, client.person);
  const question = questionNamed(contextOf(state), id);
  const before = collectedOf(state, 'waive');
  const reason = text(given, 'reason');
  const own = reason === undefined && before?.content['question'] === id ? before.content : undefined;
  if (!own && reason === undefined) throw usage('Why is it waived?', 'Give --reason TEXT.');
  const content = own ?? { question: id, reason };
  terminal.stress(`Without an answer stays: ${clean(question.ask)}`);
  terminal.say(`  because: ${clean(String(content['reason']))}`);
  const done = await signAct(cli, client, open, 'waive', { about: contextOf(state).opened, content });
  terminal.say(
    done
      ? waitingFor((await openRun(client, run)).folded.state)
      : 'Your signature is in; the question stands until the lead and the quorum have signed the same.',
  );
  return EXIT.ok;
}

/** What somebody who comes late has to know, in a minute. */
export async function brief(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const open = await openRun(client, argument(given, 0));
  for (const line of briefLines(open, client.person)) cli.terminal.out(line);
  return EXIT.ok;
}
