/** The moments of a cross-check from call out to record, over the small runbook of test sites. For tests only. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { RUNBOOK, type TestRun, testRun } from '../helpers/site.ts';
import { RUN, type Scene } from './scenes.ts';

const yaml = RUNBOOK.replace('title: Keep a copy', 'title: Back up, then prove the backup')
  .replace(
    '    timeout: 10m',
    "    timeout: 10m\n    env: {PGDATABASE: customers}\n    undo: {from: backup, run: [cp, '${{ run.data }}/copy.db', live.db], takes: 55m}",
  )
  .replace(
    'ask: Which host is it?, equals: probes.host, by: reviewer',
    "ask: 'Which host is it?', equals: probes.host, by: reviewer, hint: hostname",
  )
  .replace(
    'ask: How many rows?, equals: probes.rows, within: 1%, by: verifier',
    "ask: 'How many rows lose their e-mail?', equals: probes.rows, within: 1%, by: verifier, hint: 'sqlite3 live.db \"select count(*) from customers where email is not null\"'",
  );

/** `mine` are people whose key is the browser's, so that what they sign can be compared. */
export const fresh = (solo = false, text = yaml): TestRun => testRun({ yaml: text, solo });

const armed = (run: TestRun): TestRun => {
  run.seat();
  run.backup();
  run.arm('drop-column');
  return run;
};

const LINES = Array.from({ length: 40 }, (_, i) => `batch ${i + 1} of 200, ${(i + 1) * 1000} rows`).join('\n');

/** The moments, by name. */
export function moments(): Readonly<Record<string, Scene>> {
  const at = (page = '') => `/runs/${RUN}${page}`;
  const confirmed = armed(fresh());
  confirmed.confirm('dba', 'reviewer', 'dba');
  const keyed = armed(fresh());
  keyed.confirm('dba', 'reviewer', 'dba');
  keyed.confirm('sre', 'verifier', 'sre');
  const running = armed(fresh());
  running.confirm('dba', 'reviewer', 'dba');
  running.confirm('sre', 'verifier', 'sre');
  running.key();
  running.start();
  const refused = armed(fresh());
  refused.refuse('sre', 'verifier', 'sre', 'One client still writes.');
  const held = armed(fresh());
  held.submit({
    type: 'hold',
    person: held.site.people.keeper.id,
    text: held.site.salted(utf8(JSON.stringify('Guests get no order receipt by e-mail since 13:19.'))),
  });
  const solo = fresh(true);
  solo.seat();
  const soloDone = fresh(true);
  soloDone.complete();
  const begun = fresh();
  begun.join('dba', 'reviewer', 'dba');
  const done = fresh();
  done.complete();
  const finished = armed(fresh());
  finished.confirm('dba', 'reviewer', 'dba');
  finished.confirm('sre', 'verifier', 'sre');
  finished.key();
  finished.start();
  finished.outcome();
  const reading = { name: 'sre', step: 'drop-column', answered: 0, of: 1 } as const;
  return {
    home: { run: confirmed, as: 'sre', path: '/' },
    folder: { run: confirmed, as: 'dba', path: '/folders/rotate-keys' },
    begun: { run: begun, as: 'sre', path: at() },
    solo: { run: solo, as: 'lead', path: at() },
    room: { run: confirmed, as: 'lead', path: at(), reading },
    key: { run: keyed, as: 'lead', path: at(), reading },
    running: { run: running, as: 'lead', path: at(), reading, output: LINES },
    refused: { run: refused, as: 'lead', path: at(), reading },
    check: { run: confirmed, as: 'sre', path: at('/check'), reading },
    hold: { run: held, as: 'lead', path: at('/hold'), reading },
    close: { run: finished, as: 'lead', path: at('/close'), reading },
    log: { run: confirmed, as: 'keeper', path: at('/log'), reading },
    record: { run: done, as: 'keeper', path: at('/record'), reading },
    'solo closed': { run: soloDone, as: 'lead', path: at('/record'), reading },
    verify: { run: done, as: 'keeper', path: '/verify' },
  };
}
