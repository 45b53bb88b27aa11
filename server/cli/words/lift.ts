/** `run lift`: the whole hold shown, then the signature that agrees to its end. It lifts nothing alone. */
import { statementText } from '../../../core/approval/statement.ts';
import { fromUtf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import type { Home } from '../../../core/protocol/frames.ts';
import type { Content } from '../../../core/run/collected.ts';
import { actLines } from '../../../core/run/lines.ts';
import { liftable } from '../../../core/run/rules/acts.ts';
import { contextOf } from '../../../core/run/state.ts';
import type { SiteHold } from '../../../core/site/holds.ts';
import { collectedOf, signAct, tookEffect, typed } from '../acts.ts';
import { argument, type Cli, type Given, text } from '../args.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { EXIT, type Exit, must, usage } from '../exits.ts';
import { holdLines, picked, summaryOf } from '../holds.ts';
import { openRun, seatedAs } from '../run-client.ts';
import { nameOf } from '../show.ts';
import { holdOn, readSiteHolds, thingNamed } from '../site-holds.ts';
import { homeOf } from './hold.ts';

export async function lift(cli: Cli, given: Given): Promise<Exit> {
  cli.terminal.demandPerson('run lift');
  const client = connect(cli, given);
  const home = await homeOf(client, given);
  const lifted = home ? await liftOn(cli, client, given, home) : await liftIn(cli, client, given);
  cli.terminal.say(
    lifted ? 'Lifted.' : 'Your signature is in; the hold stays until the lead and the quorum have signed the same.',
  );
  return EXIT.ok;
}

/** The risk that is accepted with the lift: what others signed already, unless another is named. */
const riskOf = (given: Given, before: Content | undefined): Content =>
  text(given, 'risk') === undefined && before ? before : { risk: text(given, 'risk') ?? null };

async function liftIn(cli: Cli, client: Client, given: Given): Promise<boolean> {
  const run = argument(given, 0);
  if (run === '') throw usage('Which hold?', 'Name its run, or give --plan or --runbook.');
  const open = await openRun(client, run);
  seatedAs(open.folded, client.person);
  const { state } = open.folded;
  const { holds } = contextOf(state);
  const before = collectedOf(state, 'lift');
  const own = text(given, 'hold') === undefined && holds.find(({ ref }) => ref === before?.about);
  const hold = own || picked(holds, given, 'this run');
  must(liftable(contextOf(state), hold));
  const now = cli.now();
  for (const line of holdLines(hold, summaryOf(open.folded.entries, hold, now), open.names, now))
    cli.terminal.say(line);
  const content = riskOf(given, before?.about === hold.ref ? before.content : undefined);
  const lifted = await signAct(cli, client, open, 'lift', { about: hold.ref, content });
  if (lifted && holds.length > 1) cli.terminal.say(`${holds.length - 1} more to lift.`);
  return lifted;
}

async function liftOn(cli: Cli, client: Client, given: Given, home: Home): Promise<boolean> {
  const { terminal, now } = cli;
  const site = await readSiteHolds(client);
  const on = thingNamed(given, home.runbooks);
  const hold = on && holdOn(site, on, given);
  if (!hold) throw usage('Which hold?', 'Give --plan or --runbook.');
  for (const line of holdLines(hold, summaryOf(site.entries, hold, now()), home.names, now())) terminal.say(line);
  const content = riskOf(given, contentOf(hold));
  for (const { person, role } of hold.collection?.signers ?? [])
    terminal.say(`Signed already by ${nameOf(home.names, person)} as ${role}.`);
  const about = { origin: client.trust.origin, run: null, mode: null, about: hold.ref, content };
  const lines = actLines('lift', about, await signingOver(client, site.tree));
  await typed(terminal, 'lift', statementText<'lift'>('lift', lines));
  const accepted = await send(client, {
    type: 'lift_on',
    content: jcs(content),
    ...(await signed(client, 'lift', lines)),
  });
  return tookEffect(accepted, 'lift');
}

const contentOf = ({ content }: SiteHold): Content | undefined =>
  content ? (JSON.parse(fromUtf8(content.bytes) ?? 'null') as Content) : undefined;
