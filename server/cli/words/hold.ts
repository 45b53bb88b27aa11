/** Holding and telling of a hold: what stops is quick and needs a session only, everything else is asked calmly afterwards. */
import type { Home } from '../../../core/protocol/frames.ts';
import { contextOf } from '../../../core/run/state.ts';
import { argument, type Cli, type Given } from '../args.ts';
import { type Client, connect, send } from '../client.ts';
import { EXIT, type Exit, usage } from '../exits.ts';
import { type AnyHold, askLines, holdLines, picked, summaryOf } from '../holds.ts';
import { openRun } from '../run-client.ts';
import { holdOn, readSiteHolds, thingNamed } from '../site-holds.ts';
import { type Entries, readUpdate, updated } from '../updates.ts';

export async function hold(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const on = thingNamed(given, (await homeOf(client, given))?.runbooks ?? []);
  const count = given.positionals.length;
  if (count !== (on ? 1 : 2))
    throw usage(
      'A hold is on one thing, and says why in one sentence.',
      'Give RUN SENTENCE, or --plan PLAN SENTENCE, or --runbook ID SENTENCE.',
    );
  const sentence = argument(given, count - 1);
  await send(
    client,
    on ? { type: 'hold_on', text: sentence, ...on } : { type: 'hold', run: argument(given, 0), text: sentence },
  );
  cli.terminal.say(
    on
      ? 'Held: no run of it opens, and open runs of a held runbook are held as well.'
      : 'Held: nothing further starts. A command that is running goes on; crosscheck run abort stops it.',
  );
  cli.terminal.say(`Say the rest when there is time: crosscheck run update --help`);
  return EXIT.ok;
}

/** The home document, where a hold is not on a run. */
export const homeOf = async (client: Client, { options }: Given): Promise<Home | undefined> =>
  options['plan'] === undefined && options['runbook'] === undefined ? undefined : client.api.get<Home>('/api/home');

/** A hold with everything that a word needs of it, wherever it stands. */
export interface Found {
  readonly hold: AnyHold;
  readonly entries: Entries;
  readonly names: Home['names'];
  /** Null where it stands on a plan or a runbook. */
  readonly run: string | null;
}

async function found(client: Client, given: Given): Promise<Found> {
  const home = await homeOf(client, given);
  const on = thingNamed(given, home?.runbooks ?? []);
  if (on) {
    const site = await readSiteHolds(client);
    return { hold: holdOn(site, on, given), entries: site.entries, names: home?.names ?? {}, run: null };
  }
  const run = argument(given, 0);
  if (run === '') throw usage('Which hold?', 'Name its run, or give --plan or --runbook.');
  const { folded, names } = await openRun(client, run);
  return { hold: picked(contextOf(folded.state).holds, given, 'this run'), entries: folded.entries, names, run };
}

/** Adds to what the last update said; whatever is not given stays as it was. */
export async function update(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const now = cli.now();
  const before = await found(client, given);
  const change = readUpdate(given, now, before.run === null ? argument(given, 0) : argument(given, 1));
  const summary = summaryOf(before.entries, before.hold, now);
  const { document, conditions } = updated(summary.document, before.hold.conditions, change);
  await send(client, {
    type: 'update',
    run: before.run,
    hold: before.hold.ref,
    document: { ...document },
    conditions,
    met: change.met,
    stance: change.stance,
  });
  const after = await found(client, { ...given, options: { ...given.options, hold: before.hold.ref.split(' ')[0] } });
  const said = summaryOf(after.entries, after.hold, now);
  for (const line of holdLines(after.hold, said, after.names, now)) cli.terminal.out(line);
  const open = askLines(said);
  if (open.length > 0) cli.terminal.say('Still to be said, when there is time:');
  for (const line of open) cli.terminal.say(line);
  return EXIT.ok;
}
