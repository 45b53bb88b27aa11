/** The words of records: fetching one, and verifying one offline against a trust root. Verifying asks no server for anything. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { base64 } from '../../../core/bytes/encoding.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { parseTrust, type Trust } from '../../../core/record/trust.ts';
import { diverged, LESS, type Less, lessOf, type Verdict, verifyFile } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../ports/verify.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { connect } from '../client.ts';
import { EXIT, type Exit, must, usage } from '../exits.ts';
import { clean, jsonText } from '../terminal.ts';

export async function exported(cli: Cli, given: Given): Promise<Exit> {
  const run = argument(given, 0);
  const bytes = await connect(cli, given).api.bytes(`/api/runs/${encodeURIComponent(run)}/record`);
  const file = text(given, 'output') ?? `${run}.crosscheck.tar`;
  writeFileSync(file, bytes);
  cli.terminal.say(
    'Verify it with a trust root that you got by another way: crosscheck record verify FILE --trust FILE',
  );
  cli.terminal.out(file);
  return EXIT.ok;
}

function read(file: string, what: string): Uint8Array {
  if (!existsSync(file)) throw usage(`There is no ${what} ${file}.`, 'Look at the path again.');
  return readFileSync(file);
}

function trustOf(cli: Cli, given: Given): Trust | null {
  const file = text(given, 'trust') ?? cli.env['CROSSCHECK_TRUST'];
  return file === undefined ? null : must(parseTrust(new TextDecoder().decode(read(file, 'trust file'))));
}

export async function verify(cli: Cli, given: Given): Promise<Exit> {
  const accept = acceptedIn(text(given, 'accept') ?? '');
  const trust = trustOf(cli, given);
  const tar = read(argument(given, 0), 'record');
  const verdict = await verifyFile(tar, trust, verifyRaw, { accept });
  const contradicted = await contradicts(verdict, trust, text(given, 'receipt'));
  const shown: Verdict = contradicted ? { ...verdict, verdict: 'DIVERGED', exit: EXIT.diverged } : verdict;
  if (flag(given, 'json')) cli.terminal.out(jsonText(document(shown)));
  else for (const line of report(shown, trust)) cli.terminal.out(line);
  return shown.exit;
}

/** `solo`, `rehearsal`, or both with a comma. */
function acceptedIn(given: string): Less[] {
  const words = given === '' ? [] : given.split(',');
  const strange = words.find((word) => !(LESS as readonly string[]).includes(word));
  if (strange !== undefined)
    throw usage(
      `--accept takes ${LESS.join(' or ')}, not “${strange}”.`,
      'Leave it out to accept nothing less than a live run under four eyes.',
    );
  return words as Less[];
}

/** Whether a receipt that somebody kept and the record prove together that the log forked. */
async function contradicts({ facts }: Verdict, trust: Trust | null, file: string | undefined): Promise<boolean> {
  if (file === undefined) return false;
  if (!trust) throw usage('A receipt is checked against a trust root.', 'Give --trust as well.');
  const receipt = new TextDecoder().decode(read(file, 'receipt'));
  const note = receipt.startsWith('c2sp.org/tlog-proof@v1\n') ? receipt.slice(receipt.indexOf('\n\n') + 2) : receipt;
  const kept = must(await openCheckpoint(new TextEncoder().encode(note), trust.origin, trust.logKey.raw, verifyRaw));
  return facts !== null && diverged(facts.checkpoint, kept);
}

function document({ verdict, exit, solo, mode, assurance, executor, run, reasons, facts }: Verdict) {
  const checkpoint = facts && {
    origin: facts.checkpoint.origin,
    size: facts.checkpoint.size,
    root: base64(facts.checkpoint.root),
  };
  return {
    verdict,
    exit,
    solo,
    mode,
    assurance,
    executor,
    run,
    reasons,
    genesis: facts?.genesis ?? null,
    checkpoint,
    withheld: facts?.withheld ?? 0,
    signatures: facts?.signatures ?? [],
  };
}

const MEANS: Readonly<Record<Verdict['verdict'], string>> = {
  ANCHORED: 'everything in the record holds against your trust root',
  OPEN: 'everything so far holds, and the run is not closed yet',
  'SELF-CONSISTENT': 'the record agrees with itself; without --trust nothing says whose log it is',
  INVALID: 'the record does not hold',
  DIVERGED: 'two histories of one log were signed: keep both files',
  UNREADABLE: 'this is no record',
};

function report(shown: Verdict, trust: Trust | null): string[] {
  const { verdict, assurance, executor, run, reasons, facts } = shown;
  const told = facts
    ? [
        `run ${run}: ${clean(facts.runbook.title)}`,
        `log ${facts.origin}, ${facts.checkpoint.size} entries, genesis ${facts.genesis}`,
        `assurance ${assurance}, executor ${executor}${trust ? '' : ', no trust root'}`,
        ...(facts.withheld > 0
          ? [`${facts.withheld} bodies are withheld: they are blind until their step starts`]
          : []),
      ]
    : [];
  const why = reasons.map(
    ({ sentence, seq, invariant, code }) =>
      `- ${clean(sentence)}${seq === null ? '' : ` (seq ${seq})`}${invariant === null ? '' : ` ${invariant}`} [${code}]`,
  );
  const less = lessOf(shown).map((word) => ` (${word})`);
  return [`${verdict}${less.join('')}: ${MEANS[verdict]}`, ...told, ...why];
}
