/** `run plan`: prepares a run, says what stands against it, and waits for the people if asked to. It opens nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Home, PlanDocument, PlanView } from '../../../core/protocol/frames.ts';
import { contextOf, type RunState } from '../../../core/run/state.ts';
import { checkInputs } from '../../../core/runbook/inputs.ts';
import type { Runbook } from '../../../core/runbook/runbook.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { type Client, connect, send } from '../client.ts';
import { deny, EXIT, type Exit, must, Stop, usage } from '../exits.ts';
import { inputsGiven, pairsOf } from '../inputs-given.ts';
import { personNamed } from '../people.ts';
import { planLines } from '../plans.ts';
import { openRoom } from '../room-client.ts';
import { fetchFolder } from '../run-client.ts';
import { jsonText } from '../terminal.ts';
import { instantOf } from '../times.ts';
import { isRunId, ulid } from '../ulid.ts';
import { chosen } from './runbook.ts';

const LOOK_MS = 2000;

export async function plan(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const named = argument(given, 0);
  const id = isRunId(named) ? named : await prepare(cli, client, given);
  const view = await client.api.get<PlanView>(`/api/plans/${id}`);
  if (flag(given, 'json')) cli.terminal.out(jsonText(view));
  else {
    for (const line of planLines(view)) cli.terminal.say(line);
    cli.terminal.say(`Page: ${client.api.server}/plans/${id}`);
    cli.terminal.say(`A lead opens it with: crosscheck run start ${id}`);
    cli.terminal.out(id);
  }
  return flag(given, 'wait') ? wait(cli, client, id) : EXIT.ok;
}

async function prepare(cli: Cli, client: Client, given: Given): Promise<string> {
  const mode = text(given, 'mode') ?? 'live';
  if (mode !== 'live' && mode !== 'rehearsal') throw usage(`--mode ${mode} is none.`, 'Modes: live, rehearsal');
  const home = await client.api.get<Home>('/api/home');
  const { runbook: digest } = chosen(home.runbooks, argument(given, 0), 'runbook', () => true);
  const { runbook } = (await fetchFolder(client, digest)).prepared;
  const time = text(given, 'for');
  const planId = ulid(cli.now(), cli.random(10));
  await send(client, {
    type: 'plan',
    plan: planId,
    runbook: digest,
    mode,
    planned_for: time === undefined ? null : instantOf(time, cli.now(), 'for'),
    document: documentOf(runbook, given, home.names),
  });
  return planId;
}

export function documentOf(runbook: Runbook, given: Given, names: Home['names']): PlanDocument {
  const inputs = must(checkInputs(runbook, inputsGiven(runbook, given)));
  const seats = pairsOf(given, 'seat', Object.keys(runbook.crew).join(', '));
  const crew = seats.map(([seat, person]): [string, string] => {
    if (!Object.hasOwn(runbook.crew, seat)) deny('XCK_UNKNOWN', { what: 'seat', name: seat });
    return [seat, personNamed(person, names, 'person')];
  });
  return { inputs, crew: Object.fromEntries(crew), note: text(given, 'note') ?? null };
}

/** Waits until the plan is a run and the run is closed. A hold ends the waiting: whoever waits must not think that it goes on. */
async function wait({ terminal }: Cli, client: Client, id: string): Promise<Exit> {
  terminal.say('Waiting until the run is opened and closed; Ctrl-C ends the waiting and nothing else.');
  for (;;) {
    const { held, opened } = await client.api.get<PlanView>(`/api/plans/${id}`);
    if (opened) break;
    if (held) throw new Stop(EXIT.held, 'The plan is held.', `Look at: crosscheck run plan ${id}`, 'XCK_HELD');
    await sleep(LOOK_MS);
  }
  terminal.say('The run is open.');
  const room = await openRoom(client, id);
  try {
    const exit = await room.until(({ state }) => exitOfRun(state));
    if (exit === EXIT.held)
      throw new Stop(EXIT.held, 'The run is held.', `Look at: crosscheck run status ${id}`, 'XCK_HELD');
    terminal.say(`The run is closed: ${contextOf(room.folded.state).closed}.`);
    return exit;
  } finally {
    room.close();
  }
}

/** How waiting for a run ends; undefined while it goes on. */
export function exitOfRun(state: RunState): Exit | undefined {
  const { closed, holds } = contextOf(state);
  if (closed !== null) return closed === 'done' ? EXIT.ok : EXIT.aborted;
  return holds.length > 0 ? EXIT.held : undefined;
}
