/** Holding, aborting, lifting and closing: what stops is quick and needs a session only, what lets go on is signed at a terminal. */

import { statementText } from '../../../core/approval/statement.ts';
import { fromUtf8 } from '../../../core/bytes/encoding.ts';
import type { Lines } from '../../../core/log/acts.ts';
import { refOf } from '../../../core/log/entry.ts';
import type { Accepted } from '../../../core/protocol/frames.ts';
import { closeLines, liftLines } from '../../../core/run/lines.ts';
import { contextOf } from '../../../core/run/state.ts';
import { argument, type Cli, type Given } from '../args.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, Stop } from '../exits.ts';
import { type OpenRun, openRun, seatedAs } from '../run-client.ts';
import { nameOf, stepState } from '../show.ts';
import { clean } from '../terminal.ts';

export async function hold(cli: Cli, given: Given): Promise<Exit> {
  await send(connect(cli, given), { type: 'hold', run: argument(given, 0), text: argument(given, 1) });
  cli.terminal.say('Held: nothing further starts. A command that is running goes on; crosscheck run abort stops it.');
  return EXIT.ok;
}

export async function abort(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { arming } = contextOf((await openRun(client, run)).folded.state);
  if (!arming || arming.started === null)
    throw new Stop(
      EXIT.failed,
      'No command is running.',
      `To keep anything from starting: crosscheck run hold ${run} SENTENCE`,
      'XCK_NOT_NOW',
    );
  await send(client, { type: 'abort', run, step: arming.step });
  cli.terminal.say(`The agent was told to stop step ${arming.step}; its outcome follows in the room.`);
  return EXIT.ok;
}

/** Shows a statement of an act that several sign, has its word typed, signs and sends it. */
async function signTogether(
  cli: Cli,
  client: Client,
  run: string,
  act: 'lift' | 'close',
  lines: Lines<'lift'>,
): Promise<Accepted> {
  const { terminal } = cli;
  terminal.say('You sign:');
  terminal.say('');
  terminal.say(statementText<typeof act>(act, lines));
  if ((await terminal.ask(`Type ${act} to sign this statement; anything else signs nothing.`)) !== act)
    throw new Stop(EXIT.refused, 'Nothing was signed.');
  return send(client, { type: act, run, ...(await signed(client, act, lines)) });
}

/** Why and by whom the hold was raised. */
function holdLines({ folded, names }: OpenRun, ref: string): string[] {
  const raised = folded.entries.find((sealed) => refOf(sealed) === ref);
  if (raised?.entry.type !== 'hold.raised') return [];
  const { cause, step, actor } = raised.entry;
  const sentence = fromUtf8(raised.bodies['answer']?.bytes ?? new Uint8Array()) ?? '';
  return [
    `Held${step === undefined ? '' : ` at step ${step}`} by ${actor === 'server' ? 'a rule of the run' : nameOf(names, actor)}: ${cause}${sentence === '' ? '' : `: ${clean(sentence)}`}`,
  ];
}

export async function lift(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('run lift');
  const client = connect(cli, given);
  const run = argument(given, 0);
  const open = await openRun(client, run);
  seatedAs(open.folded, client.person);
  const { holds, collection } = contextOf(open.folded.state);
  const oldest = holds.find(({ ref }) => collection?.act === 'lift' && collection.about === ref) ?? holds[0];
  if (!oldest) return deny('XCK_NOT_NOW', { what: 'A lift', why: 'the run is not held' });
  for (const line of holdLines(open, oldest.ref)) cli.terminal.say(line);
  const lines = liftLines(open.folded.state, await signingOver(client, open.folded.tree), oldest.ref);
  const { entries } = await signTogether(cli, client, run, 'lift', lines);
  const lifted = entries.some(({ type }) => type === 'hold.lifted');
  cli.terminal.say(
    lifted
      ? `Lifted.${holds.length > 1 ? ` ${holds.length - 1} more to lift.` : ''}`
      : 'Your signature is in; the hold stays until the lead and the quorum have signed.',
  );
  return EXIT.ok;
}

export async function close(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('run close');
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { folded } = await openRun(client, run);
  seatedAs(folded, client.person);
  const { runbook, holds } = contextOf(folded.state);
  const undone = runbook.steps.filter((step) => stepState(folded.state, step) !== 'finished');
  const result = undone.length === 0 && holds.length === 0 ? 'done' : 'aborted';
  for (const { id, title } of undone) cli.terminal.say(`Not done: ${id}: ${clean(title)}`);
  cli.terminal.say(`The run closes as ${result}, for good.`);
  const lines = closeLines(folded.state, await signingOver(client, folded.tree), result);
  const { entries } = await signTogether(cli, client, run, 'close', lines);
  const closed = entries.some(({ type }) => type === 'run.closed');
  cli.terminal.say(
    closed
      ? `Closed as ${result}. Its record: crosscheck record export ${run}`
      : 'Your signature is in; the run stays open until the lead and one reviewer have signed.',
  );
  return EXIT.ok;
}
