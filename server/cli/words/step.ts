/** The words of the lead and of anybody who looks at a step: show, arm, withdraw, refuse, key. */
import { statementText } from '../../../core/approval/statement.ts';
import type { EntryOf } from '../../../core/log/tables.ts';
import { stepOf } from '../../../core/run/context.ts';
import { keyLines, refuseLines } from '../../../core/run/lines.ts';
import { ready } from '../../../core/run/rules.ts';
import { contextOf, type RunState } from '../../../core/run/state.ts';
import { render } from '../../../core/runbook/render.ts';
import type { Step } from '../../../core/runbook/runbook.ts';
import { argument, type Cli, flag, type Given } from '../args.ts';
import { inputsOfRun } from '../armed.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, Stop } from '../exits.ts';
import type { Folded } from '../fold.ts';
import { openRoom, type Room } from '../room-client.ts';
import { type OpenRun, openRun, seatedAs } from '../run-client.ts';
import { armedRendering, nameOf, stepText, timeText, waitingFor } from '../show.ts';
import { clean, jsonText } from '../terminal.ts';
import { showing } from './watch.ts';

const nothingArmed = (): never => deny('XCK_NOT_NOW', { what: 'This', why: 'nothing is armed' });

/** The armed step of a run. */
export function armedStep(state: RunState): { readonly step: Step; readonly ref: string } {
  const { arming, runbook } = contextOf(state);
  const step = arming ? stepOf(runbook, arming.step) : undefined;
  return step && arming ? { step, ref: arming.ref } : nothingArmed();
}

export async function show(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const { folded, ground } = await openRun(client, argument(given, 0));
  const { state } = folded;
  const { arming, runbook, outcomes } = contextOf(state);
  const next = runbook.steps.find((step) => outcomes[step.id] !== 'finished');
  const id = given.positionals[1] ?? arming?.step ?? next?.id ?? '';
  const step = stepOf(runbook, id) ?? deny('XCK_UNKNOWN', { what: 'step', name: id });
  const armed = arming?.step === id ? armedRendering(state) : undefined;
  const data = '<data directory of the agent>';
  const rendered =
    armed ??
    must(
      render(runbook, id, {
        inputs: inputsOfRun(folded, ground),
        run: { id: state.facts.run, mode: 'live', started_at_ms: state.facts.openedAt, data },
      }),
    );
  const until = armed && arming ? arming.notAfter : null;
  if (flag(given, 'json')) {
    cli.terminal.out(
      jsonText({ step: id, title: step.title, eyes: step.eyes, by: step.by, armed_until: until, ...rendered }),
    );
    return EXIT.ok;
  }
  const eyes = `${step.eyes} eyes${step.by.length > 0 ? `: lead, ${step.by.join(', ')}` : ''}`;
  cli.terminal.out(`${id}: ${clean(step.title)} (${eyes})${until === null ? '' : `, armed until ${timeText(until)}`}`);
  const measured = armed ? (state.arming?.values ?? {}) : {};
  for (const line of stepText(step, rendered, measured, armed ? (arming?.agent ?? null) : null)) cli.terminal.out(line);
  return EXIT.ok;
}

/** Arming has the target typed: the server compares it, and the agent measures and signs. */
export async function arm(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const [run, id] = [argument(given, 0), argument(given, 1)];
  const { folded } = await openRun(client, run);
  const step = stepOf(contextOf(folded.state).runbook, id) ?? deny('XCK_UNKNOWN', { what: 'step', name: id });
  cli.terminal.say(`${step.id}: ${clean(step.title)}`);
  const target = await cli.terminal.ask(`Type the name of the target that this step runs on.`);
  await send(client, { type: 'arm', run, step: id, target });
  const after = await openRun(client, run);
  const { arming } = contextOf(after.folded.state);
  if (arming?.step === id) cli.terminal.say(`Armed until ${timeText(arming.notAfter)}.`);
  cli.terminal.say(waitingFor(after.folded.state));
  return EXIT.ok;
}

export async function withdraw(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { step } = armedStep((await openRun(client, run)).folded.state);
  await send(client, { type: 'withdraw', run, step: step.id });
  cli.terminal.say(`Withdrawn: the arming of ${step.id} is void, and nothing runs on it.`);
  return EXIT.ok;
}

/** Refusing is as easy as it can be: a reason, and a signature over what was refused. */
export async function refuse(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const { folded } = await openRun(client, argument(given, 0));
  await sendRefusal(client, folded, argument(given, 1));
  cli.terminal.say('Refused; this arming is void and cannot be asked again.');
  return EXIT.ok;
}

export async function sendRefusal(client: Client, folded: Folded, reason: string): Promise<void> {
  armedStep(folded.state);
  const who = { ...(await signingOver(client, folded.tree)), ...seatedAs(folded, client.person) };
  const lines = must(refuseLines(folded.state, who, reason));
  await send(client, { type: 'refuse', run: folded.state.facts.run, ...(await signed(client, 'refuse', lines)) });
}

/** What became of an arming: its start, or its void with the reason. */
export type Settled = EntryOf<'step.started'> | EntryOf<'step.voided'>;

/** The start or void of the arming `ref`, once there is one. */
export function startOrVoid(folded: Folded, ref: string): Settled | undefined {
  for (const { entry } of folded.entries)
    if ((entry.type === 'step.started' || entry.type === 'step.voided') && entry.armed === ref) return entry;
  return undefined;
}

export const voided = ({ reason }: EntryOf<'step.voided'>): Stop =>
  new Stop(
    reason === 'refused' ? EXIT.refused : EXIT.held,
    `The arming is void: ${reason}. Nothing ran.`,
    'The lead may arm the step again.',
    'XCK_OTHER_ARMING',
  );

/** Turns the key of a critical step, or starts one that is not critical; then stays until it has ended. */
export async function key(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  let open: OpenRun | undefined;
  const room = await openRoom(
    client,
    argument(given, 0),
    showing(cli.terminal, () => open?.names ?? {}),
  );
  open = room.run;
  try {
    const { step, ref } = armedStep(room.folded.state);
    if (step.eyes === 2) await send(client, { type: 'start', run: room.folded.state.facts.run, step: step.id });
    else await turnKey(cli, client, room, step);
    return await ended(cli, room, ref);
  } finally {
    room.close();
  }
}

async function turnKey(cli: Cli, client: Client, { folded, run }: Room, step: Step): Promise<void> {
  cli.terminal.demandPerson('step key');
  const { arming, seats } = contextOf(folded.state);
  if (seats['lead']?.person !== client.person) deny('XCK_LEAD', { act: 'turn the key' });
  must(ready(contextOf(folded.state)));
  const lines = must(keyLines(folded.state, await signingOver(client, folded.tree)));
  const rendered = armedRendering(folded.state) ?? nothingArmed();
  for (const line of stepText(step, rendered, folded.state.arming?.values ?? {}, arming?.agent ?? null))
    cli.terminal.say(line);
  for (const { person, seat } of arming?.confirmations ?? [])
    cli.terminal.say(`Confirmed by ${nameOf(run.names, person)} in the ${seat} seat.`);
  cli.terminal.say('You sign:');
  cli.terminal.say('');
  cli.terminal.say(statementText('key', lines));
  if (
    (await cli.terminal.ask(
      'Type start to sign this statement and start the command; anything else signs nothing.',
    )) !== 'start'
  )
    throw new Stop(EXIT.refused, 'Nothing was signed.');
  await send(client, { type: 'key', run: folded.state.facts.run, ...(await signed(client, 'key', lines)) });
}

/** Waits for the end of what the arming started, and tells it by the exit code. */
async function ended({ terminal }: Cli, room: Room, ref: string): Promise<Exit> {
  const settled = await room.until((folded) => startOrVoid(folded, ref));
  if (settled.type === 'step.voided') throw voided(settled);
  const { step, attempt } = settled;
  const outcome = await room.until(
    ({ entries }) =>
      entries.find(
        ({ entry }) => 'result' in entry && 'step' in entry && entry.step === step && entry.attempt === attempt,
      )?.entry,
  );
  const aborted = room.folded.entries.some(
    ({ entry }) => entry.type === 'step.aborted' && entry.step === step && entry.attempt === attempt,
  );
  terminal.say(waitingFor(room.folded.state));
  if (outcome.type === 'step.finished') return EXIT.ok;
  return aborted ? EXIT.aborted : EXIT.failed;
}
