/** Starting what is armed: the signed key of a critical step, or the plain start of another. The word stays until the command has ended. */
import { statementText } from '../../../core/approval/statement.ts';
import type { RunEntry, RunEntryOf } from '../../../core/log/tables.ts';
import { armingOf } from '../../../core/run/context.ts';
import { keyLines } from '../../../core/run/lines.ts';
import { ready } from '../../../core/run/rules.ts';
import { contextOf, factsOf } from '../../../core/run/state.ts';
import type { Step } from '../../../core/runbook/runbook.ts';
import { argument, type Cli, type Given } from '../args.ts';
import { proveArmed } from '../armed.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, Stop, usage } from '../exits.ts';
import type { Folded } from '../fold.ts';
import { openRoom, type Room } from '../room-client.ts';
import type { OpenRun } from '../run-client.ts';
import { nameOf } from '../show.ts';
import { waitingFor } from '../standing.ts';
import { armedRendering, stepText } from '../step-text.ts';
import { armedStep } from './step.ts';
import { showing } from './watch.ts';

/** What became of an arming: its start, or its void with the reason. */
export type Settled = RunEntryOf<'step.started'> | RunEntryOf<'step.voided'>;

/** The first start or the void of the arming `ref`, once there is one. */
export function startOrVoid(folded: Folded, ref: string): Settled | undefined {
  for (const { entry } of folded.entries)
    if ((entry.type === 'step.started' || entry.type === 'step.voided') && entry.armed === ref) return entry;
  return undefined;
}

export const voided = ({ reason }: RunEntryOf<'step.voided'>): Stop =>
  new Stop(
    reason === 'refused' ? EXIT.refused : EXIT.held,
    `The arming is void: ${reason}. Nothing ran.`,
    'The lead may arm the step again.',
    'XCK_OTHER_ARMING',
  );

/** Turns the key of the critical step that is armed. */
export async function key(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('step key');
  return go(cli, given, async (client, room, step) => {
    const { id, eyes } = step;
    if (eyes === 2) throw usage(`Step ${id} is not critical and has no key.`, `Start it: ${word('start', room)} ${id}`);
    await turnKey(cli, client, room, step);
  });
}

/** Starts an armed step that nobody has to confirm. */
export async function start(cli: Cli, given: Given): Promise<Exit> {
  return go(cli, given, async (client, room, { id, eyes }) => {
    if (eyes > 2)
      throw usage(`Step ${id} is critical.`, `Its confirmations and its key start it: ${word('key', room)}`);
    await send(client, { type: 'start', run: room.folded.state.facts.run, step: id });
  });
}

const word = (verb: string, { folded }: Room): string => `crosscheck step ${verb} ${folded.state.facts.run}`;

async function go(
  cli: Cli,
  given: Given,
  begin: (client: Client, room: Room, step: Step) => Promise<void>,
): Promise<Exit> {
  const client = connect(cli, given);
  let open: OpenRun | undefined;
  const room = await openRoom(
    client,
    argument(given, 0),
    showing(cli.terminal, () => open?.names ?? {}),
  );
  open = room.run;
  try {
    const { step, ref } = armedStep(room.folded.state, given.positionals[1]);
    await begin(client, room, step);
    return await ended(cli, room, ref);
  } finally {
    room.close();
  }
}

async function turnKey(cli: Cli, client: Client, { folded, run }: Room, step: Step): Promise<void> {
  const { say, ask } = cli.terminal;
  const { state } = folded;
  const context = contextOf(state);
  const arming = armingOf(context, step.id);
  const rendered = armedRendering(state, step.id);
  if (context.seats['lead']?.person !== client.person) deny('XCK_LEAD', { act: 'turn the key' });
  must(ready(context, step.id));
  await proveArmed(run, folded, step.id);
  const lines = must(keyLines(state, step.id, await signingOver(client, folded.tree)));
  const values = factsOf(state, step.id)?.values ?? {};
  for (const line of rendered ? stepText(step, rendered, values, arming?.agent ?? null) : []) say(line);
  for (const { person, seat } of arming?.confirmations ?? [])
    say(`Confirmed by ${nameOf(run.names, person)} in the ${seat} seat.`);
  say('You sign:');
  say('');
  say(statementText('key', lines));
  if ((await ask('Type start to sign this statement and start the command; anything else signs nothing.')) !== 'start')
    throw new Stop(EXIT.refused, 'Nothing was signed.');
  await send(client, { type: 'key', run: state.facts.run, ...(await signed(client, 'key', lines)) });
}

/** Waits for the end of everything that the arming started, and tells it by the exit code. */
async function ended({ terminal }: Cli, room: Room, ref: string): Promise<Exit> {
  const settled = await room.until((folded) => startOrVoid(folded, ref));
  if (settled.type === 'step.voided') throw voided(settled);
  const { step, attempt } = settled;
  await room.until(({ state }) => (armingOf(contextOf(state), step)?.ref === ref ? undefined : true));
  const own = room.folded.entries
    .map(({ entry }) => entry)
    .filter((entry) => 'attempt' in entry && 'step' in entry && entry.step === step && entry.attempt === attempt);
  terminal.say(waitingFor(room.folded.state));
  return exitOfAttempt(own);
}

/** Finished without exception is 0; whatever was aborted, failed, unknown or left of a wave is not. */
function exitOfAttempt(entries: readonly RunEntry[]): Exit {
  const ends = entries.filter(({ type }) => ['step.finished', 'step.failed', 'step.unknown'].includes(type));
  const left = entries.some(({ type }) => type === 'step.voided');
  if (ends.length > 0 && ends.every(({ type }) => type === 'step.finished')) return left ? EXIT.held : EXIT.ok;
  return entries.some(({ type }) => type === 'step.aborted') ? EXIT.aborted : EXIT.failed;
}
