/** Large logs of genuine runs, each decided, signed and sealed by core as the server does it, without HTTP. For benches. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { refOf } from '../../core/log/entry.ts';
import { type Approved, type TestRun, TestSite } from './site.ts';

/** One critical step under four eyes: ten statements in a run, lift and close included. */
export const PLAIN = `apiVersion: crosscheck/v1
id: plain
title: One critical step
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre], optional: true}
presence: {required: [lead, reviewer], grace: 1h}
steps:
  - id: drop-column
    title: Drop the column
    critical: true
    timeout: 1m
    run: [sqlite3, live.db, 'alter table customers drop column email']
    cross_check: {eyes: 4, by: [reviewer]}
`;

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The `index`-th run's id. */
export function ulidOf(index: number): string {
  let text = '';
  for (let rest = index, at = 0; at < 6; at++, rest = Math.floor(rest / 32)) text = (DIGITS[rest % 32] ?? '') + text;
  return `01JD3V7Q0Z8EA1B2C3D4${text}`;
}

const comesAndGoes = (run: TestRun): void => {
  run.submit({ type: 'lost', seat: 'verifier' });
  run.submit({ type: 'back', seat: 'verifier' });
};

/** A run of about `length` entries from its opening to its close: held, talked about, lifted; somebody comes and goes; a step is confirmed and runs. */
export function longRun(site: TestSite, approved: Approved, index: number, length: number): TestRun {
  const run = site.open(approved, { run: ulidOf(index), inputs: {} }).seat();
  const { lead } = site.people;
  const rest = length - 17;
  const told = Math.floor(rest / 4);
  const [raised] = run.submit({ type: 'hold', person: lead.id, text: null });
  for (let nth = 0; nth < told; nth++)
    run.submit({
      type: 'update',
      person: lead.id,
      hold: raised ? refOf(raised) : '',
      answer: site.salted(utf8(jcs({ bluf: `We look at it, ${nth}` }))),
    } as never);
  run.lift('lead', 'dba');
  for (let nth = 0; nth < Math.floor((rest - told) / 4); nth++) comesAndGoes(run);
  run.arm('drop-column', { values: {} });
  run.confirm('dba', 'reviewer', 'dba', {});
  run.key();
  run.start({});
  run.outcome();
  while (run.entries.length + 4 < length) comesAndGoes(run);
  run.close();
  return run;
}

export interface BigLog {
  readonly site: TestSite;
  readonly approved: Approved;
  readonly runs: number;
}

/** A log of `runs` such runs, one after the other. */
export function bigLog(runs: number, length: number): BigLog {
  const site = new TestSite({});
  const approved = site.approved(PLAIN);
  for (let index = 0; index < runs; index++) longRun(site, approved, index, length);
  return { site, approved, runs };
}
