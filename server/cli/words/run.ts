/** The words that open, join and look at runs. */
import { base64, utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { bodyDigest } from '../../../core/log/entry.ts';
import type { Home } from '../../../core/protocol/frames.ts';
import { seatOf } from '../../../core/run/context.ts';
import { actLines } from '../../../core/run/lines.ts';
import { contextOf } from '../../../core/run/state.ts';
import { checkInputs } from '../../../core/runbook/inputs.ts';
import type { Runbook } from '../../../core/runbook/runbook.ts';
import { argument, type Cli, flag, type Given, list as listed, text } from '../args.ts';
import { connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, usage } from '../exits.ts';
import { fetchFolder, openRun, seatedAs } from '../run-client.ts';
import { nameOf, stepState, timeText, waitingFor } from '../show.ts';
import { readSite } from '../site.ts';
import { clean, jsonText } from '../terminal.ts';
import { ulid } from '../ulid.ts';
import { chosen } from './runbook.ts';

/** `--input name=value` as values of the types that the runbook declares; what does not read as one stays text and is refused. */
function inputsGiven(runbook: Runbook, given: Given): Record<string, unknown> {
  const pairs = listed(given, 'input').map((pair): [string, unknown] => {
    const at = pair.indexOf('=');
    if (at < 1)
      throw usage(`--input ${pair} is not name=value.`, `Inputs: ${Object.keys(runbook.inputs).join(', ') || 'none'}`);
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    return [name, typed(runbook.inputs[name]?.type, value)];
  });
  return Object.fromEntries(pairs);
}

function typed(type: string | undefined, value: string): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}

export async function start(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const home = await client.api.get<Home>('/api/home');
  const summary = chosen(home.runbooks, argument(given, 0), 'approved runbook', ({ approved }) => approved !== null);
  const { runbook } = (await fetchFolder(client, summary.runbook)).prepared;
  const inputs = jcs(must(checkInputs(runbook, inputsGiven(runbook, given))));
  const salt = cli.random(32);
  const run = ulid(cli.now(), cli.random(10));
  const content = { follows: null, inputs: bodyDigest({ bytes: utf8(inputs), salt }), run };
  const site = await readSite(client.api, client.trust);
  const about = { origin: client.trust.origin, run, about: summary.approved ?? '', content };
  const lines = actLines('open', about, await signingOver(client, site.tree));
  await send(client, { type: 'open', inputs, salt: base64(salt), ...(await signed(client, 'open', lines)) });
  cli.terminal.say(
    `Opened LIVE: ${clean(runbook.title)} with ${clean(inputs)}. You hold the lead seat; stay present: crosscheck run watch ${run}`,
  );
  cli.terminal.out(run);
  return EXIT.ok;
}

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
  cli.terminal.say(`You hold the ${seat} seat by the role ${role}. Stay present: crosscheck run watch ${run}`);
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
  const { runs, names } = await connect(cli, given).api.get<Home>('/api/home');
  if (flag(given, 'json')) cli.terminal.out(jsonText(runs));
  else
    for (const { run, state, title, lead, step, opened_at, waiting } of runs)
      cli.terminal.out(
        `${run} ${state} “${clean(title)}” ${step ?? 'all steps done'} opened ${timeText(opened_at)} by ${nameOf(names, lead)}${waiting ? ', waits for you' : ''}`,
      );
  return EXIT.ok;
}

export async function status(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const { folded, names } = await openRun(client, argument(given, 0));
  const { state } = folded;
  const { runbook, seats, away, arming, holds, closed } = contextOf(state);
  const steps = runbook.steps.map((step) => ({
    id: step.id,
    title: step.title,
    state: stepState(state, step),
    eyes: step.eyes,
  }));
  if (flag(given, 'json')) {
    const { run, mode, solo } = state.facts;
    cli.terminal.out(
      jsonText({
        run,
        mode,
        solo,
        runbook: state.facts.runbook,
        title: runbook.title,
        closed,
        holds,
        seats,
        away,
        arming,
        steps,
      }),
    );
    return EXIT.ok;
  }
  const { out } = cli.terminal;
  out(`LIVE${state.facts.solo ? ' SOLO' : ''} ${state.facts.run}: ${clean(runbook.title)}`);
  for (const { id, title, state: stands, eyes } of steps)
    out(`  ${stands.padEnd(11)} ${id}: ${clean(title)}${eyes > 2 ? ` (${eyes} eyes)` : ''}`);
  for (const seat of Object.keys(runbook.crew)) {
    const holder = seats[seat];
    out(
      `  ${seat}: ${holder ? nameOf(names, holder.person) : 'free'}${away.includes(seat) ? ', away' : ''}${seat === seatOf(contextOf(state), client.person) ? ' (you)' : ''}`,
    );
  }
  out(waitingFor(state));
  return EXIT.ok;
}
