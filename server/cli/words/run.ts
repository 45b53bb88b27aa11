/** The words that take and leave seats, and that look at runs. */
import { refIndex } from '../../../core/log/entry.ts';
import type { Home, RunSummary } from '../../../core/protocol/frames.ts';
import { clockViews } from '../../../core/release/clocks.ts';
import { lasting, utc } from '../../../core/release/words.ts';
import { seatOf } from '../../../core/run/context.ts';
import { contextOf } from '../../../core/run/state.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { connect, send } from '../client.ts';
import { deny, EXIT, type Exit, usage } from '../exits.ts';
import { holdLines, summaryOf } from '../holds.ts';
import { type OpenRun, openRun, seatedAs } from '../run-client.ts';
import { modeText, type Names, nameOf } from '../show.ts';
import { stepLines, waitingFor } from '../standing.ts';
import { clean, jsonText } from '../terminal.ts';

/** The seat that was named, or the only one that the person can take. */
export async function join(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { folded } = await openRun(client, run);
  const { runbook, seats, roles } = contextOf(folded.state);
  const mine = roles[client.person] ?? [];
  const free = Object.entries(runbook.crew).filter(
    ([seat, crew]) => !seats[seat] && crew.roles.some((role) => mine.includes(role)),
  );
  const seat = text(given, 'seat') ?? (free.length === 1 ? free[0]?.[0] : undefined);
  if (seat === undefined)
    throw usage(
      free.length === 0 ? 'No free seat of this run takes one of your roles.' : 'Which seat?',
      `Seats: ${free.map(([name]) => `--seat ${name}`).join(', ') || 'none for you'}`,
    );
  const crew = runbook.crew[seat] ?? deny('XCK_UNKNOWN', { what: 'seat', name: seat });
  const role =
    crew.roles.find((one) => mine.includes(one)) ?? deny('XCK_ROLE', { seat, roles: crew.roles.join(' or ') });
  await send(client, { type: 'join', run, seat, role });
  cli.terminal.say(
    `You hold the ${seat} seat by the role ${role}. What you will be asked: crosscheck run brief ${run}. Stay present: crosscheck run watch ${run}`,
  );
  return EXIT.ok;
}

export async function leave(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  const { seat } = seatedAs((await openRun(client, run)).folded, client.person);
  await send(client, { type: 'leave', run, seat });
  cli.terminal.say(`You have left the ${seat} seat.`);
  return EXIT.ok;
}

export async function list(cli: Cli, given: Given): Promise<Exit> {
  const { runs, plans, holds, names } = await connect(cli, given).api.get<Home>('/api/home');
  const { out } = cli.terminal;
  if (flag(given, 'json')) {
    out(jsonText({ runs, plans, holds }));
    return EXIT.ok;
  }
  for (const one of runs) out(runLine(one, names));
  for (const { plan, title, mode, held, opened, planned_for, by } of plans)
    if (!opened)
      out(
        `${plan} ${held ? 'HELD plan' : 'plan'} ${mode} “${clean(title)}”${planned_for === null ? '' : ` for ${utc(planned_for)}`} by ${nameOf(names, by)}`,
      );
  for (const { hold, plan, runbook, by, text: said, next_update } of holds)
    out(
      `hold ${refIndex(hold)} on ${plan === null ? `runbook ${runbook}` : `plan ${plan}`} by ${nameOf(names, by)}: ${clean(said)}${late(next_update, cli.now())}`,
    );
  return EXIT.ok;
}

export const runLine = (one: RunSummary, names: Names): string =>
  `${one.run} ${one.state} ${one.mode === 'live' ? 'LIVE' : 'REHEARSAL'} “${clean(one.title)}” ${one.step ?? 'all steps done'} opened ${utc(one.opened_at)} by ${nameOf(names, one.lead)}${one.waiting ? ', waits for you' : ''}`;

const late = (promised: number | null, now: number): string =>
  promised !== null && now > promised ? `, OVERDUE since ${utc(promised)}` : '';

export async function status(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const open = await openRun(client, argument(given, 0));
  if (flag(given, 'json')) cli.terminal.out(jsonText(statusDocument(open, cli.now())));
  else for (const line of statusLines(open, client.person, cli.now())) cli.terminal.out(line);
  return EXIT.ok;
}

export function statusDocument({ folded }: OpenRun, now: number) {
  const { state } = folded;
  const { runbook, closed, way, seats, away, armings, holds, answers, waived, votes, collection, clocks } =
    contextOf(state);
  return {
    run: state.facts.run,
    mode: state.facts.mode,
    solo: state.facts.solo,
    runbook: state.facts.runbook,
    title: runbook.title,
    closed,
    way,
    waiting_for: waitingFor(state),
    holds: holds.map((hold) => ({ ...hold, document: summaryOf(folded.entries, hold, now).document })),
    seats,
    away,
    armings,
    answers,
    waived,
    votes,
    collection,
    clocks,
    steps: stepLines(state).map(({ step, state: stands }) => ({
      id: step.id,
      title: step.title,
      kind: step.kind,
      state: stands,
      eyes: step.eyes,
      deviation: step.deviation,
    })),
  };
}

export function statusLines({ folded, names }: OpenRun, person: string, now: number): string[] {
  const { state, entries } = folded;
  const context = contextOf(state);
  const { runbook, seats, away, way, holds, collection, clocks } = context;
  const own = seatOf(context, person);
  const signed = (collection?.signers ?? []).map(({ person: by, seat }) => `${nameOf(names, by)} (${seat})`);
  return [
    `${modeText(state.facts)}${way === 'back' ? ' GOING BACK' : ''} ${state.facts.run}: ${clean(runbook.title)}`,
    ...stepLines(state).map(
      ({ step, depth, state: stands }) =>
        `  ${'  '.repeat(depth)}${stands.padEnd(11)} ${step.id}: ${clean(step.title)}${step.eyes > 2 ? ` (${step.eyes} eyes)` : ''}${step.deviation ? ' (inserted)' : ''}`,
    ),
    ...Object.keys(runbook.crew).map((seat) => {
      const holder = seats[seat];
      return `  ${seat}: ${holder ? nameOf(names, holder.person) : 'free'}${away.includes(seat) ? ', away' : ''}${seat === own ? ' (you)' : ''}`;
    }),
    ...clockViews(runbook, clocks, now).map(
      ({ id, ends, means, state: stands }) =>
        `  clock ${id}: ${stands === 'ended' ? 'ended' : `${lasting(ends - now)} left`}, until ${utc(ends)}: ${clean(means)}`,
    ),
    ...holds.flatMap((hold) => holdLines(hold, summaryOf(entries, hold, now), names, now)),
    ...(collection ? [`  ${collection.act} signed by ${signed.join(', ')}; more are needed`] : []),
    waitingFor(state),
  ];
}
