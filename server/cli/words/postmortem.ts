/** What people write after a run: its postmortem, made of the log's facts, and the countermeasures. It blames nobody. */
import { writeFileSync } from 'node:fs';
import type { PostmortemDocument } from '../../../core/release/countermeasures.ts';
import {
  type Countermeasure,
  countermeasuresOf,
  isLate,
  readCountermeasure,
} from '../../../core/release/countermeasures.ts';
import { postmortemMarkdown } from '../../../core/release/markdown.ts';
import { type Postmortem, postmortem } from '../../../core/release/postmortem.ts';
import { utc } from '../../../core/release/words.ts';
import { contextOf } from '../../../core/run/state.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { type Client, connect, send } from '../client.ts';
import { deny, EXIT, type Exit, must, usage } from '../exits.ts';
import { pairsOf } from '../inputs-given.ts';
import { closeRef, type OpenRun, openRun } from '../run-client.ts';
import type { Names } from '../show.ts';
import { clean, jsonText } from '../terminal.ts';
import { instantOf } from '../times.ts';

const SECTIONS = [
  'contributing_factors',
  'went_well',
  'lucky',
] as const satisfies readonly (keyof PostmortemDocument)[];

const madeOf = ({ folded, after }: OpenRun, names: Names | null, now: number): Postmortem =>
  postmortem({ runbook: contextOf(folded.state).runbook, entries: [...folded.entries, ...after], names, now });

export async function show(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const run = argument(given, 0);
  let open = await openRun(client, run);
  if (await written(client, given, open, cli.now())) open = await openRun(client, run);
  const made = madeOf(open, flag(given, 'names') ? open.names : null, cli.now());
  const file = text(given, 'markdown');
  if (file !== undefined) {
    writeFileSync(file, postmortemMarkdown(made));
    cli.terminal.out(file);
  } else cli.terminal.out(flag(given, 'json') ? jsonText(made) : postmortemMarkdown(made));
  return EXIT.ok;
}

/** Writes the sections that were given over those that stand. True where there were any. */
async function written(client: Client, given: Given, open: OpenRun, now: number): Promise<boolean> {
  const pairs = pairsOf(given, 'write', SECTIONS.join(', '));
  if (pairs.length === 0) return false;
  const stranger = pairs.find(([section]) => !(SECTIONS as readonly string[]).includes(section));
  if (stranger) throw usage(`There is no section ${stranger[0]}.`, `Sections: ${SECTIONS.join(', ')}`);
  closed(open);
  const before = madeOf(open, null, now).human.map(({ id, text: said }) => [id, said ?? ''] as const);
  const document = Object.fromEntries([...before, ...pairs]);
  await send(client, { type: 'postmortem', run: open.ground.run, document });
  return true;
}

/** What comes after a close needs one. */
function closed({ folded }: OpenRun): void {
  if (closeRef(folded) === null) deny('XCK_NOT_NOW', { what: 'This', why: 'the run is not closed' });
}

export async function countermeasures(cli: Cli, given: Given): Promise<Exit> {
  const { after } = await openRun(connect(cli, given), argument(given, 0));
  const all = countermeasuresOf(after);
  if (flag(given, 'json')) cli.terminal.out(jsonText(all));
  else for (const one of all) cli.terminal.out(countermeasureLine(one, cli.now()));
  if (all.length === 0) cli.terminal.say('No countermeasure was opened.');
  return EXIT.ok;
}

export function countermeasureLine(one: Countermeasure, now: number): string {
  const { id, due, document, closed: end } = one;
  const said = document
    ? `${document.what}; owner ${document.owner}, cost ${document.cost}, effect ${document.effect}`
    : 'what it says is not at hand';
  const state = end ? `closed ${utc(end.at)}: ${end.evidence ?? ''}` : isLate(one, now) ? 'LATE' : 'open';
  return clean(`${id} ${state}${due === null ? '' : `, due ${utc(due)}`}: ${said}`);
}

export async function add(cli: Cli, given: Given): Promise<Exit> {
  const client = connect(cli, given);
  const [run, id] = [argument(given, 0), argument(given, 1)];
  const of = (option: string): string => {
    const value = text(given, option);
    if (value === undefined)
      throw usage(`A countermeasure says its ${option}.`, 'Give --what, --owner, --cost and --effect.');
    return value;
  };
  const document = must(
    readCountermeasure({ what: of('what'), owner: of('owner'), cost: of('cost'), effect: of('effect') }),
  );
  const due = text(given, 'due');
  await send(client, {
    type: 'countermeasure',
    run,
    id,
    due: due === undefined ? null : instantOf(due, cli.now(), 'due'),
    document: { ...document },
  });
  cli.terminal.say(`Opened. Its end is evidenced: crosscheck run countermeasure close ${run} ${id} --evidence TEXT`);
  return EXIT.ok;
}

export async function close(cli: Cli, given: Given): Promise<Exit> {
  const evidence = text(given, 'evidence');
  if (evidence === undefined) throw usage('What shows that it works?', 'Give --evidence TEXT.');
  const [run, id] = [argument(given, 0), argument(given, 1)];
  await send(connect(cli, given), { type: 'countermeasure_closed', run, id, evidence });
  cli.terminal.say(`Closed: ${id}.`);
  return EXIT.ok;
}
