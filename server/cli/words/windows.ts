/** Undo windows and copies that are to be deleted, of all runs. Deleting happens elsewhere; here it is evidenced. */
import type { ClockSummary, DutySummary, Home } from '../../../core/protocol/frames.ts';
import { hasEnded } from '../../../core/release/clocks.ts';
import { lasting, utc } from '../../../core/release/words.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { connect, send } from '../client.ts';
import { EXIT, type Exit, usage } from '../exits.ts';
import { type Names, nameOf } from '../show.ts';
import { clean, jsonText } from '../terminal.ts';

export async function windows(cli: Cli, given: Given): Promise<Exit> {
  const { clocks, duties, names } = await connect(cli, given).api.get<Home>('/api/home');
  const { out } = cli.terminal;
  if (flag(given, 'json')) {
    out(jsonText({ clocks, duties }));
    return EXIT.ok;
  }
  for (const clock of clocks) out(clockLine(clock, cli.now()));
  for (const duty of duties) out(dutyLine(duty, names, cli.now()));
  if (clocks.length + duties.length === 0) cli.terminal.say('No undo window runs, and no copy is to be deleted.');
  return EXIT.ok;
}

export function clockLine({ run, clock, means, since, ends, owner, closed }: ClockSummary, now: number): string {
  const of = owner === null ? '' : `, of ${clean(owner)}`;
  if (hasEnded({ since, ends, passed: false }, now))
    return `${run} ${clock} ENDED ${utc(ends)}: impossible now: ${clean(means)}${of}`;
  const share = Math.floor((100 * (now - since)) / (ends - since));
  const way = closed === null ? '' : `; a way back: crosscheck run start RUNBOOK --follows ${run} --test URL`;
  return `${run} ${clock} ${lasting(ends - now)} left (${share} % gone), until ${utc(ends)}: ${clean(means)}${of}${way}`;
}

export function dutyLine({ run, step, artifact, due, done }: DutySummary, names: Names, now: number): string {
  const what = `${run} ${step} ${clean(artifact)}`;
  if (done) return `${what} deleted ${utc(done.at)} by ${nameOf(names, done.by)}: ${clean(done.evidence)}`;
  return now >= due
    ? `${what} DELETION DUE since ${utc(due)}: crosscheck run windows deleted ${run} ${step} --evidence TEXT`
    : `${what} kept until ${utc(due)}`;
}

export async function deleted(cli: Cli, given: Given): Promise<Exit> {
  const evidence = text(given, 'evidence');
  if (evidence === undefined) throw usage('What shows that it is gone?', 'Give --evidence TEXT.');
  const [run, step] = [argument(given, 0), argument(given, 1)];
  await send(connect(cli, given), { type: 'backup_deleted', run, step, evidence });
  cli.terminal.say(`Recorded: the copy of step ${step} is deleted.`);
  return EXIT.ok;
}
