/** The words of records: fetching one, and verifying one offline against a trust root. Verifying asks no server for anything. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseTrust, type Trust } from '../../../core/record/trust.ts';
import { contradicted, type Told } from '../../../core/verify/receipt.ts';
import { LESS, type Less } from '../../../core/verify/verify.ts';
import { type FileVerdict, verifyAny } from '../../../core/verify/whole.ts';
import { rememberingVerifier } from '../../ports/verify.ts';
import { argument, type Cli, flag, type Given, text } from '../args.ts';
import { connect } from '../client.ts';
import { EXIT, type Exit, must, usage } from '../exits.ts';
import { jsonText } from '../terminal.ts';
import { instantOf } from '../times.ts';
import { logDocument, logReport, runDocument, runReport } from '../verdicts.ts';

export async function exported(cli: Cli, given: Given): Promise<Exit> {
  const { path, name } = wanted(cli, given);
  const file = text(given, 'output') ?? `${name}.crosscheck.tar`;
  await connect(cli, given).api.save(path, file);
  cli.terminal.say(
    'Verify it with a trust root that you got by another way: crosscheck record verify FILE --trust FILE',
  );
  cli.terminal.out(file);
  return EXIT.ok;
}

/** What to fetch, and how its file is called by itself. */
function wanted(cli: Cli, given: Given): { readonly path: string; readonly name: string } {
  const [run] = given.positionals;
  const ends = ['from', 'to'].flatMap((end) => {
    const at = text(given, end);
    return at === undefined ? [] : [`${end}=${instantOf(at, cli.now(), end)}`];
  });
  if ((run === undefined) !== flag(given, 'all') || (run !== undefined && ends.length > 0))
    throw usage('A record is of one RUN, or of the whole log with --all.', '--from and --to go with --all alone.');
  if (run !== undefined) return { path: `/api/runs/${encodeURIComponent(run)}/record`, name: run };
  return { path: `/api/log/record${ends.length > 0 ? '?' : ''}${ends.join('&')}`, name: 'log' };
}

function found(file: string, what: string): string {
  if (!existsSync(file)) throw usage(`There is no ${what} ${file}.`, 'Look at the path again.');
  return file;
}

/** What is read into memory at once. A whole log of a million entries is about as large. */
const MAX_BYTES = 2 ** 30;

function readRecord(file: string): Uint8Array {
  const stat = statSync(found(file, 'record'));
  if (!stat.isFile()) throw usage(`${file} is no file.`, 'Write the record to a file first.');
  if (stat.size > MAX_BYTES)
    throw usage(`${file} has ${stat.size} bytes; more than ${MAX_BYTES} are not read.`, 'Is it a record at all?');
  return readFileSync(file);
}

function trustOf(cli: Cli, given: Given): Trust | null {
  const file = text(given, 'trust') ?? cli.env['CROSSCHECK_TRUST'];
  return file === undefined ? null : must(parseTrust(readFileSync(found(file, 'trust file'), 'utf8')));
}

export async function verify(cli: Cli, given: Given): Promise<Exit> {
  const accept = acceptedIn(text(given, 'accept') ?? '');
  const trust = trustOf(cli, given);
  const tar = readRecord(argument(given, 0));
  const judged = await verifyAny(tar, trust, rememberingVerifier(), { accept });
  const why = await contradicts(judged, trust, text(given, 'receipt'));
  const verdict = why === null ? judged : forked(judged);
  const isRun = verdict.kind === 'run';
  if (flag(given, 'json')) {
    const document = isRun ? runDocument(verdict.run) : logDocument(verdict.log);
    cli.terminal.out(jsonText({ ...document, contradicted: why }));
    return isRun ? verdict.run.exit : verdict.log.exit;
  }
  const [head = '', ...lines] = isRun ? runReport(verdict.run, !!trust) : logReport(verdict.log, !!trust);
  for (const line of [head, ...(why === null ? [] : [`- ${why}`]), ...lines]) cli.terminal.out(line);
  return isRun ? verdict.run.exit : verdict.log.exit;
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

/** Why what somebody kept and the log are of two histories; null where they can be of one. */
async function contradicts(
  verdict: FileVerdict,
  trust: Trust | null,
  file: string | undefined,
): Promise<string | null> {
  if (file === undefined) return null;
  if (!trust) throw usage('A receipt is checked against a trust root.', 'Give --trust as well.');
  const told = toldBy(verdict);
  const receipt = readFileSync(found(file, 'receipt'));
  return told && must(await contradicted(told, receipt, trust, rememberingVerifier()));
}

function toldBy(verdict: FileVerdict): Told | null {
  if (verdict.kind === 'log') return verdict.log.log && { ...verdict.log.log, run: null };
  return verdict.run.facts && { ...verdict.run.facts, run: verdict.run.run };
}

/** A receipt and a log that contradict each other prove together that it forked. */
function forked(verdict: FileVerdict): FileVerdict {
  const is = { verdict: 'DIVERGED', exit: EXIT.diverged } as const;
  return verdict.kind === 'run'
    ? { kind: 'run', run: { ...verdict.run, ...is } }
    : { kind: 'log', log: { ...verdict.log, ...is } };
}
