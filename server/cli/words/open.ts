/** Opening runs: live ones and rehearsals, of an approved runbook or as they were planned. What stands against it is said first; the server has the last word. */
import { base64, utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { bodyDigest } from '../../../core/log/entry.ts';
import type { Home, PlanDocument, PlanView } from '../../../core/protocol/frames.ts';
import { actLines } from '../../../core/run/lines.ts';
import { checkInputs } from '../../../core/runbook/inputs.ts';
import { inputsIn } from '../../../core/runbook/place.ts';
import type { Runbook } from '../../../core/runbook/runbook.ts';
import type { Follows } from '../../../core/site/open.ts';
import { argument, type Cli, type Given, list, text } from '../args.ts';
import { type Client, connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, must, usage } from '../exits.ts';
import { inputsGiven } from '../inputs-given.ts';
import { planLines } from '../plans.ts';
import { closeRef, fetchFolder, openRun } from '../run-client.ts';
import { modeText } from '../show.ts';
import { readSite } from '../site.ts';
import { clean } from '../terminal.ts';
import { isRunId, ulid } from '../ulid.ts';
import { chosen } from './runbook.ts';

type Mode = 'live' | 'rehearsal';

/** What is to be opened. */
interface Opening {
  readonly run: string;
  readonly mode: Mode;
  /** Digest of the folder. */
  readonly digest: string;
  readonly approved: string;
  readonly inputs: PlanDocument['inputs'] | Record<string, unknown>;
}

export const start = (cli: Cli, given: Given): Promise<Exit> => open(cli, given, 'live');
export const rehearse = (cli: Cli, given: Given): Promise<Exit> => open(cli, given, 'rehearsal');

async function open(cli: Cli, given: Given, mode: Mode): Promise<Exit> {
  const client = connect(cli, given);
  const named = argument(given, 0);
  const opening = isRunId(named) ? await planned(cli, client, given, mode) : await fresh(cli, client, given, mode);
  const follows = await followsOf(client, given);
  const { runbook } = (await fetchFolder(client, opening.digest)).prepared;
  const inputs = jcs(must(checkInputs(runbook, opening.inputs)));
  await sign(cli, client, opening, inputs, follows);
  tell(cli, client, opening, runbook, inputs);
  return EXIT.ok;
}

async function fresh(cli: Cli, client: Client, given: Given, mode: Mode): Promise<Opening> {
  const home = await client.api.get<Home>('/api/home');
  const summary = chosen(home.runbooks, argument(given, 0), 'approved runbook', ({ approved }) => approved !== null);
  const { runbook } = (await fetchFolder(client, summary.runbook)).prepared;
  return {
    run: ulid(cli.now(), cli.random(10)),
    mode,
    digest: summary.runbook,
    approved: summary.approved ?? '',
    inputs: inputsGiven(runbook, given),
  };
}

/** A plan becomes the run that was planned; a rehearsal of a live plan is a run of its own with the plan's inputs. */
async function planned(cli: Cli, client: Client, given: Given, mode: Mode): Promise<Opening> {
  if (list(given, 'input').length > 0) throw usage('A plan has its inputs.', 'Leave out --input, or plan anew.');
  const plan = await client.api.get<PlanView>(`/api/plans/${argument(given, 0)}`);
  for (const line of planLines(plan)) cli.terminal.say(line);
  const own = mode === 'live' || plan.mode === 'rehearsal';
  return {
    run: own ? plan.plan : ulid(cli.now(), cli.random(10)),
    mode: own ? plan.mode : 'rehearsal',
    digest: plan.runbook,
    approved: plan.approved ?? deny('XCK_UNKNOWN', { what: 'approved runbook', name: plan.runbook_id }),
    inputs: plan.document.inputs,
  };
}

/** What a follow-up names: the close after which the defect was found, the test that shows it, the rehearsal of the mend. */
async function followsOf(client: Client, given: Given): Promise<Follows | null> {
  const [run, test, rehearsal] = [text(given, 'follows'), text(given, 'test'), text(given, 'rehearsal')];
  if (run === undefined) {
    if (test !== undefined || rehearsal !== undefined)
      throw usage('--test and --rehearsal belong to a follow-up.', 'Give --follows RUN as well.');
    return null;
  }
  if (test === undefined || !/^https?:\/\/\S+$/.test(test))
    throw usage('A follow-up links the test that shows the defect.', 'Give --test URL.');
  const closeOf = async (id: string): Promise<string> =>
    closeRef((await openRun(client, id)).folded) ?? deny('XCK_UNKNOWN', { what: 'closed run', name: id });
  return {
    close: await closeOf(run),
    rehearsal: rehearsal === undefined ? null : await closeOf(rehearsal),
    test,
  };
}

async function sign(
  { random }: Cli,
  client: Client,
  { run, mode, approved }: Opening,
  inputs: string,
  follows: Follows | null,
): Promise<void> {
  const salt = random(32);
  const content = { follows, inputs: bodyDigest({ bytes: utf8(inputs), salt }), run };
  const site = await readSite(client.api, client.trust);
  const about = { origin: client.trust.origin, run, mode, about: approved, content };
  const lines = actLines('open', about, await signingOver(client, site.tree));
  await send(client, { type: 'open', inputs, salt: base64(salt), ...(await signed(client, 'open', lines)) });
}

/** The inputs that the steps will see: a rehearsal may have its own. */
const asItRuns = (runbook: Runbook, mode: string, inputs: string): string =>
  jcs(inputsIn(runbook, JSON.parse(inputs) as Parameters<typeof inputsIn>[1], mode));

function tell({ terminal }: Cli, client: Client, { run, mode }: Opening, runbook: Runbook, inputs: string): void {
  terminal.say(
    `Opened ${modeText({ mode, solo: false })}: ${clean(runbook.title)} with ${clean(asItRuns(runbook, mode, inputs))}. You hold the lead seat; stay present: crosscheck run watch ${run}`,
  );
  if (runbook.briefing.length > 0 || runbook.go_no_go.length > 0)
    terminal.say(`The briefing comes first: crosscheck run brief ${run}`);
  terminal.say(`Page: ${client.api.server}/runs/${run}`);
  terminal.out(run);
}
