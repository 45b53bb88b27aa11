/** Deciding and deviating: both ways side by side, what is inserted as a diff, then the signatures. It explains the machine's rules and has none of its own. */
import { CALM_STEPS } from '../../../core/release/calm.ts';
import { stepTimes } from '../../../core/release/figures.ts';
import { ways } from '../../../core/release/ways.ts';
import type { Content } from '../../../core/run/collected.ts';
import type { Hold, RunContext } from '../../../core/run/context.ts';
import type { Decision, Deviation } from '../../../core/run/deviation.ts';
import { mayGoBack, mayGoForward } from '../../../core/run/rules.ts';
import { contextOf } from '../../../core/run/state.ts';
import { collectedOf, signAct } from '../acts.ts';
import { argument, type Cli, type Given, text } from '../args.ts';
import { type Client, connect } from '../client.ts';
import { deviationIn, deviationLines } from '../deviations.ts';
import { EXIT, type Exit, must, usage } from '../exits.ts';
import { holdLines, picked, summaryOf } from '../holds.ts';
import { type OpenRun, openRun, seatedAs } from '../run-client.ts';
import { modeText } from '../show.ts';
import { waitingFor } from '../standing.ts';
import { clean } from '../terminal.ts';
import { waysLines } from '../ways-text.ts';

export async function decide(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  const client = connect(cli, given);
  const run = argument(given, 0);
  const open = await openRun(client, run);
  const { state } = open.folded;
  const context = contextOf(state);
  const before = collectedOf(state, 'decide');
  const same = text(given, 'hold') === undefined && context.holds.find(({ ref }) => ref === before?.about);
  const hold = same || picked(context.holds, given, 'this run');
  showWays(cli, open, hold);
  const named = given.positionals[1];
  if (named === undefined && !before) return EXIT.ok;
  terminal.demandPerson('run decide');
  seatedAs(open.folded, client.person);
  const content =
    named === undefined && before ? (before.content as unknown as Decision) : decisionOf(given, context, hold);
  must(content.way === 'back' ? mayGoBack(context) : mayGoForward(context, hold, failedStep(context, hold)));
  terminal.say('');
  terminal.stress(`${modeText(state.facts)}: you decide for the way ${content.way.toUpperCase()}.`);
  for (const line of decisionLines(open, passed(context, hold), content)) terminal.say(line);
  const done = await signAct(cli, client, open, 'decide', { about: hold.ref, content: content as unknown as Content });
  return told(cli, client, run, done);
}

async function told({ terminal }: Cli, client: Client, run: string, done: boolean): Promise<Exit> {
  terminal.say(
    done
      ? waitingFor((await openRun(client, run)).folded.state)
      : 'Your signature is in; nothing changes until the quorum has signed the same.',
  );
  return EXIT.ok;
}

/** The five steps of a calm response, the hold, and both ways out of it. */
function showWays({ terminal, now }: Cli, { folded, names, rehearsed }: OpenRun, hold: Hold): void {
  const context = contextOf(folded.state);
  const at = now();
  for (const { title, asks } of CALM_STEPS) terminal.say(`${title}. ${asks.join(' ')}`);
  terminal.say('');
  for (const line of holdLines(hold, summaryOf(folded.entries, hold, at), names, at)) terminal.say(line);
  terminal.say('');
  const both = ways(context, hold, at, { times: stepTimes(folded.entries), rehearsed });
  for (const line of waysLines(both, at)) terminal.out(line);
}

/** The failed step that rolling forward passes. */
const failedStep = ({ outcomes }: RunContext, { step }: Hold): string | undefined =>
  step !== null && outcomes[step] === 'failed' ? step : undefined;

/** The run as it will stand when the failed step is passed: inserted steps stand before the next one. */
function passed(context: RunContext, hold: Hold): RunContext {
  const step = failedStep(context, hold);
  return step === undefined ? context : { ...context, outcomes: { ...context.outcomes, [step]: 'passed' } };
}

function decisionOf(given: Given, context: RunContext, hold: Hold): Decision {
  const [way, test, patch] = [given.positionals[1], text(given, 'test'), text(given, 'patch')];
  const dissent = text(given, 'dissent') ?? null;
  if (way !== 'back' && way !== 'forward') throw usage(`${way} is no way.`, 'Ways: back, forward');
  if (way === 'back') {
    if (test !== undefined || patch !== undefined)
      throw usage('Going back inserts nothing.', '--test and --patch belong to the way forward.');
    return { deviation: null, dissent, test: null, way };
  }
  if (test === undefined || !/^https?:\/\/\S+$/.test(test))
    throw usage('Rolling forward names the test that shows the defect.', 'Give --test URL.');
  const deviation = patch === undefined ? null : deviationIn(patch, passed(context, hold), undefined);
  return { deviation, dissent, test, way };
}

function decisionLines(
  { folded, ground }: OpenRun,
  context: RunContext,
  { test, dissent, deviation }: Decision,
): string[] {
  return [
    ...(test === null ? [] : [`  the test that shows the defect: ${clean(test)}`]),
    ...(dissent === null ? [] : [`  overriding the objection: ${clean(dissent)}`]),
    ...(deviation === null ? [] : deviationLines(folded, ground, context, deviation)),
  ];
}

/** Inserts steps or changes inputs of a run that is under way. */
export async function deviate(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('run deviate');
  const client = connect(cli, given);
  const run = argument(given, 0);
  const open = await openRun(client, run);
  const { state } = open.folded;
  seatedAs(open.folded, client.person);
  const context = contextOf(state);
  const file = text(given, 'file');
  const before = collectedOf(state, 'deviate');
  if (file === undefined && !before)
    throw usage('Which deviation?', 'Name its YAML file: --file FILE.yaml with reason, steps, inputs.');
  const content =
    file === undefined ? (before?.content as unknown as Deviation) : deviationIn(file, context, text(given, 'reason'));
  cli.terminal.stress(`${modeText(state.facts)}: this becomes part of the running release.`);
  for (const line of deviationLines(open.folded, open.ground, context, content)) cli.terminal.say(line);
  const proposal = { about: context.last, content: content as unknown as Content };
  return told(cli, client, run, await signAct(cli, client, open, 'deviate', proposal));
}
