/** `record redact`: what goes is shown in full, its word typed, an order signed as a keeper. Nothing of it comes back. */
import { statementText } from '../../../core/approval/statement.ts';
import { fromUtf8 } from '../../../core/bytes/encoding.ts';
import type { Sealed } from '../../../core/log/entry.ts';
import { type Entry, MOST_ERASED } from '../../../core/log/tables.ts';
import { actLines } from '../../../core/run/lines.ts';
import { erasableOf, readOrder } from '../../../core/site/redaction.ts';
import { typed } from '../acts.ts';
import { argument, type Cli, type Given, list, text } from '../args.ts';
import { connect, send, signed, signingOver } from '../client.ts';
import { deny, EXIT, type Exit, usage } from '../exits.ts';
import { closeRef, type OpenRun, openRun } from '../run-client.ts';
import { nameOf } from '../show.ts';

export async function redact(cli: Cli, given: Given): Promise<Exit> {
  const { terminal } = cli;
  terminal.demandPerson('record redact');
  const client = connect(cli, given);
  const open = await openRun(client, argument(given, 0));
  const about = closeRef(open.folded);
  if (about === null) return deny('XCK_NOT_NOW', { what: 'this', why: 'it comes after the close of its run' });
  const going = named(list(given, 'entry'), open);
  const erased = [...new Set(going.map(({ digest }) => digest))].sort();
  const content = readOrder({ erased, order: text(given, 'order'), reason: text(given, 'reason') });
  if (!content)
    throw usage(
      'A redaction says what goes, on whose order and why.',
      `Give --entry SEQ:NAME (at most ${MOST_ERASED}), --order TEXT and --reason TEXT.`,
    );
  terminal.say('This is erased for good:');
  for (const body of going) terminal.say(lineOf(body, open));
  terminal.stress(
    'It does not reach records that were exported, backups, or the files of the agent. The digests stay in the log.',
  );
  const { run, mode, origin } = open.folded.state.facts;
  const lines = actLines('redact', { origin, run, mode, about, content }, await signingOver(client, open.folded.tree));
  await typed(terminal, 'redact', statementText('redact', lines));
  const { entries } = await send(client, { type: 'redact', run, ...(await signed(client, 'redact', lines)) });
  terminal.say(`Erased; the order is entry #${entries[0]?.seq}.`);
  return EXIT.ok;
}

interface Going {
  readonly sealed: Sealed<Entry>;
  readonly name: string;
  readonly digest: string;
}

/** The bodies that SEQ:NAME names, of this run or of what came after its close. */
function named(wanted: readonly string[], { folded, after }: OpenRun): Going[] {
  const entries: readonly Sealed<Entry>[] = [...folded.entries, ...after];
  return wanted.map((one) => {
    const [, seq, name = ''] = /^([0-9]+):([a-z]+)$/.exec(one) ?? [];
    const sealed = entries.find(({ entry }) => entry.seq === Number(seq));
    const own = sealed && erasableOf(sealed.entry).find(([body]) => body === name);
    if (!sealed || !own)
      throw usage(
        `${one} names no body of this run that may be erased.`,
        'SEQ:answer or SEQ:output, by the seq that its record gives the entry.',
      );
    return { sealed, name, digest: own[1] };
  });
}

/** What somebody wrote stands here whole; output is not at hand, and its length tells it apart. */
function lineOf({ sealed, name }: Going, { names }: OpenRun): string {
  const { entry, bodies } = sealed;
  const said = bodies[name] && fromUtf8(bodies[name].bytes);
  const length = 'output_length' in entry ? `${entry.output_length} bytes` : 'not at hand';
  return `  #${entry.seq} ${entry.type}, by ${nameOf(names, entry.actor)}, ${name}: ${said ?? length}`;
}
