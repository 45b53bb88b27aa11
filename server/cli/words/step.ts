/** The words of the lead and of anybody who looks at a step: show, arm, withdraw, refuse. */
import { lasting, utc } from '../../../core/release/words.ts';
import { armingOf, openArming, type RunContext } from '../../../core/run/context.ts';
import { refuseLines } from '../../../core/run/lines.ts';
import { armable, turnOf } from '../../../core/run/progress.ts';
import { contextOf, factsOf, type RunState } from '../../../core/run/state.ts';
import { render } from '../../../core/runbook/render.ts';
import type { Step } from '../../../core/runbook/runbook.ts';
import { allSteps, stepOf } from '../../../core/runbook/steps.ts';
import { argument, type Cli, flag, type Given } from '../args.ts';
import { scopeNow } from '../armed.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, usage } from '../exits.ts';
import type { Folded } from '../fold.ts';
import { openRun, seatedAs } from '../run-client.ts';
import { eyesText, modeText } from '../show.ts';
import { stepAtHand, waitingFor } from '../standing.ts';
import { armedRendering, stepText } from '../step-text.ts';
import { clean, jsonText } from '../terminal.ts';

/** A step with its open arming. */
export interface Armed {
  readonly step: Step;
  readonly ref: string;
}

export const stepNamed = ({ runbook }: RunContext, id: string): Step =>
  stepOf(runbook, id) ?? deny('XCK_UNKNOWN', { what: 'step', name: id });

/** The armed step that was named, or the one that people look at. */
export function armedStep(state: RunState, named: string | undefined): Armed {
  const context = contextOf(state);
  const arming = named === undefined ? openArming(context) : armingOf(context, stepNamed(context, named).id);
  if (!arming)
    return deny('XCK_NOT_NOW', { what: 'This', why: `${named ?? 'nothing'} is ${named ? 'not ' : ''}armed` });
  return { step: stepNamed(context, arming.step), ref: arming.ref };
}

export async function show(cli: Cli, given: Given): Promise<Exit> {
  const { out } = cli.terminal;
  const { folded, ground } = await openRun(connect(cli, given), argument(given, 0));
  const { state } = folded;
  const context = contextOf(state);
  const step = stepNamed(
    context,
    given.positionals[1] ?? stepAtHand(context) ?? allSteps(context.runbook)[0]?.id ?? '',
  );
  const arming = armingOf(context, step.id);
  const until = arming?.notAfter ?? null;
  const eyes = `${step.eyes} eyes${step.eyes > 2 ? `: ${eyesText(step)}` : ''}`;
  const title = `${modeText(state.facts)} ${step.id}: ${clean(step.title)} (${eyes})${until === null ? '' : `, armed until ${utc(until)}`}`;
  if (step.kind === 'gate' || step.kind === 'parallel') return whole(cli, given, step, title);
  const rendered =
    armedRendering(state, step.id) ?? must(render(context.runbook, step.id, scopeNow(folded, ground, step.id)));
  if (flag(given, 'json')) {
    const { id, title: named, eyes: pairs, by, kind } = step;
    out(jsonText({ step: id, title: named, kind, eyes: pairs, by, armed_until: until, ...rendered }));
    return EXIT.ok;
  }
  out(title);
  const values = factsOf(state, step.id)?.values ?? {};
  for (const line of stepText(step, rendered, values, arming?.agent ?? null)) out(line);
  return EXIT.ok;
}

/** A step that runs nothing itself. */
function whole({ terminal }: Cli, given: Given, step: Step, title: string): Exit {
  if (flag(given, 'json')) {
    const { id, kind, gate, children } = step;
    terminal.out(jsonText({ step: id, title: step.title, kind, gate, children: children.map((child) => child.id) }));
    return EXIT.ok;
  }
  terminal.out(title);
  if (step.gate) terminal.out(`  a gate: go or no-go of ${step.gate.join(', ')}`);
  for (const child of step.children) terminal.out(`  side by side: ${child.id}: ${clean(child.title)}`);
  return EXIT.ok;
}

/** Arming has the target typed: the server compares it, and the agent measures and signs. */
export async function arm(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { folded } = await openRun(client, run);
  const context = contextOf(folded.state);
  const step = stepNamed(context, given.positionals[1] ?? nextStep(context));
  cli.terminal.say(`${modeText(folded.state.facts)} ${step.id}: ${clean(step.title)}`);
  const target = await cli.terminal.ask(`Type the name of the target that this step runs on.`);
  await send(client, { type: 'arm', run, step: step.id, target });
  const after = await openRun(client, run);
  const arming = armingOf(contextOf(after.folded.state), step.id);
  if (arming) cli.terminal.say(`Armed until ${utc(arming.notAfter)}, for ${lasting(arming.notAfter - cli.now())}.`);
  cli.terminal.say(waitingFor(after.folded.state));
  return EXIT.ok;
}

/** The only step that can be armed. */
function nextStep(context: RunContext): string {
  const steps = armable(context).map(({ id }) => id);
  const [only] = steps;
  if (only !== undefined && steps.length === 1) return only;
  throw usage(
    steps.length > 0 ? 'Which step?' : `Nothing can be armed now${turnOf(context) ? '' : '; every step is done'}.`,
    steps.length > 0 ? `Any of these: ${steps.join(', ')}` : 'Look at: crosscheck run status',
  );
}

export async function withdraw(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { step } = armedStep((await openRun(client, run)).folded.state, given.positionals[1]);
  await send(client, { type: 'withdraw', run, step: step.id });
  cli.terminal.say(`Withdrawn: the arming of ${step.id} is void, and nothing runs on it.`);
  return EXIT.ok;
}

/** Refusing is as easy as it can be: a reason, and a signature over what was refused. */
export async function refuse(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const { folded } = await openRun(client, argument(given, 0));
  await sendRefusal(client, folded, armedStep(folded.state, undefined).step.id, argument(given, 1));
  cli.terminal.say('Refused; this arming is void and cannot be asked again.');
  return EXIT.ok;
}

export async function sendRefusal(client: Client, folded: Folded, step: string, reason: string): Promise<void> {
  const who = { ...(await signingOver(client, folded.tree)), ...seatedAs(folded, client.person) };
  const lines = must(refuseLines(folded.state, step, who, reason));
  await send(client, { type: 'refuse', run: folded.state.facts.run, ...(await signed(client, 'refuse', lines)) });
}
