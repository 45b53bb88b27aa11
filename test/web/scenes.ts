/** The moments of a run that the pages are looked at in: genuine logs made through core, and what the API would answer. For tests only. */

import { base64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { vkey } from '../../core/log/checkpoint.ts';
import { bodyDigest, type Sealed } from '../../core/log/entry.ts';
import { inclusionProof } from '../../core/log/merkle.ts';
import { rolesOf } from '../../core/log/roster.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import type { FolderDocument, Home, Me, Presence, RunDocument, RunSummary, Slice } from '../../core/protocol/frames.ts';
import { packBundle } from '../../core/record/bundle.ts';
import { withheld } from '../../core/run/view.ts';
import { folderOf, type Name, RUNBOOK, type TestRun, testRun } from '../helpers/site.ts';

export interface Scene {
  readonly run: TestRun;
  /** Who looks. */
  readonly as: Name;
  readonly path: string;
  readonly reading?: { readonly name: Name; readonly step: string; readonly answered: number; readonly of: number };
  readonly output?: string;
  /** Milliseconds after the newest entry. */
  readonly later?: number;
  readonly solo?: boolean;
}

export const RUN = '01JD3V7Q0Z8EA1B2C3D4E5F6G7';
const NAMES: Readonly<Record<Name, string>> = {
  lead: 'Marta Zielińska',
  dba: 'Jonas Brandt',
  sre: 'Aiko Tanaka',
  author: 'Lena Vogt',
  keeper: 'Piotr Nowak',
};
const SEATS: Readonly<Partial<Record<Name, string>>> = { lead: 'lead', dba: 'reviewer', sre: 'verifier' };

const names = (run: TestRun, more: Partial<Record<Name, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(run.site.people).map(([name, { id }]) => [id, more[name as Name] ?? NAMES[name as Name]]),
  );

/** What one person may see from `after` on. */
export function sliceFor(run: TestRun, name: Name, after = -1): Slice {
  const { store } = run.site;
  const hidden = withheld(
    run.approved.runbook,
    run.entries.map(({ entry }) => entry),
    run.site.people[name].id,
  );
  const entries = run.entries.slice(after + 1);
  const last = run.entries.at(-1) as Sealed<RunEntry>;
  const bodies = entries.flatMap((sealed) =>
    Object.values(sealed.bodies).map((body) => [bodyDigest(body), body] as const),
  );
  return {
    entries: entries.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: Object.fromEntries(
      bodies
        .filter(([digest]) => !hidden.has(digest))
        .map(([digest, { bytes, salt }]) => [digest, { bytes: base64(bytes), salt: base64(salt) }]),
    ),
    checkpoint: fromUtf8(run.site.checkpoint()) ?? '',
    proof: inclusionProof(last.entry.seq, store.size(), store.node).map(base64),
  };
}

const runDocument = ({ run, as }: Scene, named: Record<string, string>): RunDocument => ({
  run: run.state.facts.run,
  runbook: run.approved.runbook,
  authors: run.approved.authors,
  roles: rolesOf(run.site.roster),
  names: named,
  slice: sliceFor(run, as),
});

const nowOf = ({ run, later = 48_000 }: Scene): number => run.state.head.ts + later;

function me(scene: Scene, key: string | null): Me {
  const { site } = scene.run;
  const person = site.people[scene.as];
  return {
    person: person.id,
    name: NAMES[scene.as],
    roles: person.roles,
    keys: key === null ? [{ key: person.key, kind: 'ssh' }] : [{ key, kind: 'browser' }],
    origin: site.origin,
    solo: site.roster.solo,
    genesis: `0 ${site.genesis.digest}`,
    roster: site.roster.ref,
    log_key: vkey(site.origin, site.trust.logKey.raw),
    now: nowOf(scene),
  };
}

function presence({ run, reading, as }: Scene): Presence[] {
  const names: readonly Name[] = ['lead', 'dba', 'sre', 'keeper'];
  return names.map((name) => ({
    person: run.site.people[name].id,
    seat: SEATS[name] ?? null,
    here: name !== 'sre' || reading?.name === 'sre' || as === 'sre',
    since: run.state.head.ts,
    reading: reading?.name === name ? { step: reading.step, answered: reading.answered, of: reading.of } : null,
  }));
}

export function folder({ run }: Scene, registered: boolean): FolderDocument {
  const { digest, runbook, authors } = run.approved;
  const summary = {
    runbook: digest,
    id: runbook.id,
    title: runbook.title,
    registered: `1 ${digest}`,
    approved: null,
    authors,
  };
  return {
    runbook: digest,
    document: runbook,
    files: run.site.store.folder(digest)?.map(({ path, mode, bytes }) => ({ path, mode, bytes: base64(bytes) })) ?? [],
    summary: registered ? summary : null,
    yaml_problems: [],
  };
}

function home(scene: Scene, named: Record<string, string>): Home {
  const { run } = scene;
  const { runbook, lead } = run.context;
  const one: RunSummary = {
    run: RUN,
    title: runbook.title,
    runbook_id: runbook.id,
    opened_at: run.state.facts.openedAt,
    lead,
    state: 'open',
    step: 'drop-column',
    seats: [],
    waiting: true,
  };
  return {
    runs: [
      one,
      { ...one, run: RUN.replace('01JD', '01JC'), waiting: false, state: 'held', seats: ['reviewer'] },
      { ...one, run: RUN.replace('01JD', '01JB'), waiting: false, state: 'done', step: null },
    ],
    runbooks: [
      {
        runbook: run.approved.digest,
        id: runbook.id,
        title: runbook.title,
        registered: `1 ${run.approved.digest}`,
        approved: run.approved.ref,
        authors: run.approved.authors,
      },
      {
        runbook: `sha256:${'1'.repeat(64)}`,
        id: 'rebuild-index',
        title: 'Rebuild the search index',
        registered: `3 sha256:${'2'.repeat(64)}`,
        approved: null,
        authors: run.approved.authors,
      },
    ],
    folders: [
      { name: 'rotate-keys', runbook: `sha256:${'3'.repeat(64)}`, problems: 0 },
      { name: 'half-written', runbook: null, problems: 3 },
    ],
    names: named,
  };
}

/** Everything that the API says in a scene; `key` is the browser's own key line where it may sign. */
export function answersOf(scene: Scene, key: string | null, more: Partial<Record<Name, string>> = {}) {
  const named = names(scene.run, more);
  return {
    me: () => me(scene, key),
    now: () => nowOf(scene),
    home: () => home(scene, named),
    run: () => runDocument(scene, named),
    presence: () => presence(scene),
    folder: (registered: boolean) => folder(scene, registered),
    output: () => utf8(scene.output ?? ''),
    record: () => packBundle(scene.run.bundle()),
    checkpoint: () => fromUtf8(scene.run.site.checkpoint()) ?? '',
  };
}

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
export function scenes(): Readonly<Record<string, Scene>> {
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
    start: { run: confirmed, as: 'lead', path: `/runbooks/${confirmed.approved.digest}/start` },
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

export { folderOf };
