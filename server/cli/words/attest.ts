/** A person's own word about a step: that it was done by hand, or what became of one whose end nobody saw. Both are signed at a terminal, with evidence. */
import { statementText } from '../../../core/approval/statement.ts';
import { RESOLUTIONS } from '../../../core/log/tables.ts';
import type { RunContext } from '../../../core/run/context.ts';
import { armingOf, unresolvedItems } from '../../../core/run/context.ts';
import { runActLines } from '../../../core/run/lines.ts';
import { contextOf } from '../../../core/run/state.ts';
import { collectedOf, signAct, typed } from '../acts.ts';
import { argument, type Cli, type Given, text } from '../args.ts';
import { connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, usage } from '../exits.ts';
import { openRun, seatedAs } from '../run-client.ts';
import { modeText } from '../show.ts';
import { waitingFor } from '../standing.ts';
import { armedRendering, doLines } from '../step-text.ts';
import { clean } from '../terminal.ts';
import { stepNamed } from './step.ts';

function evidenceOf(given: Given): string {
  const evidence = text(given, 'evidence')?.trim() ?? '';
  if (evidence === '') throw usage('What is the evidence?', 'Say what you saw, or where it is: --evidence TEXT');
  return evidence;
}

export async function attest(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  terminal.demandPerson('step attest');
  const client = connect(cli, given);
  const [run, id, result] = [argument(given, 0), argument(given, 1), argument(given, 2)];
  if (result !== 'pass' && result !== 'fail') throw usage(`${result} is no result.`, 'Say pass or fail.');
  const content = { evidence: evidenceOf(given), result };
  const { folded } = await openRun(client, run);
  const { state } = folded;
  const context = contextOf(state);
  const step = stepNamed(context, id);
  const { seat } = seatedAs(folded, client.person);
  if (step.manual && step.manual.by !== seat) deny('XCK_SEAT', { seat, needed: step.manual.by });
  const about = armingOf(context, id)?.starts['']?.ref;
  if (!step.manual || about === undefined)
    return deny('XCK_NOT_NOW', { what: 'An attestation', why: `${id} is no manual step that has started` });
  const rendered = armedRendering(state, id);
  terminal.stress(`${modeText(state.facts)} ${id}: ${clean(step.title)}: ${result.toUpperCase()}`);
  for (const line of rendered ? doLines(rendered.do) : []) terminal.say(line);
  terminal.say(`  evidence: ${clean(content.evidence)}`);
  const lines = runActLines(state, 'attest', await signingOver(client, folded.tree), about, content);
  await typed(terminal, 'attest', statementText<'attest'>('attest', lines));
  await send(client, { type: 'attest', run, ...(await signed(client, 'attest', lines)) });
  terminal.say('Attested; the agent looks at the checks and signs how the step ended.');
  return EXIT.ok;
}

export async function resolve(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  terminal.demandPerson('step resolve');
  const client = connect(cli, given);
  const [run, id] = [argument(given, 0), argument(given, 1)];
  const open = await openRun(client, run);
  const { state } = open.folded;
  const context = contextOf(state);
  const { title } = stepNamed(context, id);
  seatedAs(open.folded, client.person);
  const found = unknownOf(context, id, text(given, 'item'));
  const before = collectedOf(state, 'resolve');
  const named = given.positionals[2];
  const own = before?.about === found.ref && named === undefined ? before.content : undefined;
  const as = own ? undefined : RESOLUTIONS.find((one) => one === named);
  if (!own && !as) throw usage(`${named ?? 'Nothing'} says not what became of it.`, `Say ${RESOLUTIONS.join(', ')}.`);
  const content = own ?? { as, evidence: evidenceOf(given) };
  const item = found.item === '' ? '' : ` ${found.item}`;
  terminal.stress(`${modeText(state.facts)} ${id}${item}: ${clean(title)}: ${content['as']}`);
  terminal.say(`  evidence: ${clean(String(content['evidence']))}`);
  const done = await signAct(cli, client, open, 'resolve', { about: found.ref, content });
  terminal.say(
    done
      ? waitingFor((await openRun(client, run)).folded.state)
      : 'Your signature is in; nothing goes on until the lead and the quorum of the step have signed the same.',
  );
  return EXIT.ok;
}

interface Unknown {
  readonly item: string;
  readonly ref: string;
}

/** What of a step can be resolved: an unknown outcome, or a start that somebody aborted and whose agent never answered. */
function unknownOf(context: RunContext, step: string, item: string | undefined): Unknown {
  const outcomes = unresolvedItems(context, step).map((one) => ({
    item: one,
    ref: context.items[step]?.[one]?.ref ?? '',
  }));
  const arming = armingOf(context, step);
  const silent = Object.entries(arming && context.aborted.includes(arming.ref) ? arming.starts : {})
    .filter(([, { outcome }]) => outcome === null)
    .map(([one, { ref }]) => ({ item: one, ref }));
  const all = [...outcomes, ...silent];
  const found = item === undefined ? all : all.filter((one) => one.item === item);
  if (found.length > 1) throw usage('Which item?', `Name one: --item ${found.map((one) => one.item).join(' or ')}`);
  return found[0] ?? deny('XCK_NOT_NOW', { what: 'This', why: `nothing of ${step} is unknown` });
}
