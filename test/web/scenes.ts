/** What the API would answer in one moment of a run, whose log is genuine. For tests only. */
import { base64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { vkey } from '../../core/log/checkpoint.ts';
import { type Body, bodyDigest, type Sealed } from '../../core/log/entry.ts';
import { inclusionProof } from '../../core/log/merkle.ts';
import { rolesOf } from '../../core/log/roster.ts';
import type { Entry, RunEntry } from '../../core/log/tables.ts';
import type {
  FolderDocument,
  Home,
  Me,
  PlanView,
  Presence,
  RunDocument,
  RunSummary,
  SiteSlice,
  Slice,
} from '../../core/protocol/frames.ts';
import { packBundle } from '../../core/record/bundle.ts';
import { seatOf } from '../../core/run/context.ts';
import { withheld } from '../../core/run/view.ts';
import type { Name, TestRun } from '../helpers/site.ts';

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
  /** Durations of the rehearsal, ms by step. */
  readonly rehearsed?: Readonly<Record<string, number>>;
  /** What came after the close. */
  readonly after?: readonly Sealed<Entry>[];
  /** What the site's lists say beside runs, runbooks and folders. */
  readonly home?: Partial<Home>;
  readonly plan?: PlanView;
  /** What lint says of the folder. */
  readonly problems?: readonly string[];
  /** The same runbook as it was before, for comparing. */
  readonly before?: FolderDocument;
}

export const RUN = '01JD3V7Q0Z8EA1B2C3D4E5F6G7';
const NAMES: Readonly<Record<Name, string>> = {
  lead: 'Marta Zielińska',
  dba: 'Jonas Brandt',
  sre: 'Aiko Tanaka',
  author: 'Lena Vogt',
  keeper: 'Piotr Nowak',
};

const names = (run: TestRun, more: Partial<Record<Name, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(run.site.people).map(([name, { id }]) => [id, more[name as Name] ?? NAMES[name as Name]]),
  );

/** What one person may see from `after` on. */
export function sliceFor(run: TestRun, name: Name, after = -1): Slice {
  const { store } = run.site;
  const hidden = withheld(
    run.context.runbook,
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

const texts = (bodies: readonly Body[]) =>
  Object.fromEntries(bodies.map((body) => [bodyDigest(body), { bytes: base64(body.bytes), salt: base64(body.salt) }]));

const runDocument = ({ run, as, rehearsed, after = [] }: Scene, named: Record<string, string>): RunDocument => ({
  run: run.state.facts.run,
  runbook: run.approved.runbook,
  authors: run.approved.authors,
  roles: rolesOf(run.site.roster),
  names: named,
  links: run.approved.runbook.links,
  rehearsed: rehearsed ?? null,
  changed: rehearsed
    ? [
        'The input batch is 5000; in the rehearsal it was 500.',
        'The reviewer is Jonas Brandt; in the rehearsal it was Aiko Tanaka.',
      ]
    : null,
  slice: sliceFor(run, as),
  after: {
    entries: after.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: texts(after.flatMap(({ bodies }) => Object.values(bodies))),
  },
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
    vouched: site.roster.vouched || site.roster.solo,
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
    seat: seatOf(run.context, run.site.people[name].id) ?? null,
    here: name !== 'sre' || reading?.name === 'sre' || as === 'sre',
    since: run.state.head.ts,
    reading: reading?.name === name ? { step: reading.step, answered: reading.answered, of: reading.of } : null,
  }));
}

export function folder({ run, problems = [] }: Pick<Scene, 'run' | 'problems'>, registered: boolean): FolderDocument {
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
    yaml_problems: problems,
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
    mode: 'live',
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
    plans: [],
    holds: [],
    clocks: [],
    duties: [],
    names: named,
    ...scene.home,
  };
}

const ROSTER_CHAIN = ['genesis', 'key.enrolled', 'key.suspended', 'roster.signed', 'roster.changed'];

function siteSlice({ run: { site } }: Scene): SiteSlice {
  const { store } = site;
  const rows = store.entriesOfTypes(ROSTER_CHAIN);
  const digests = rows.flatMap(({ bytes }) => Object.values((JSON.parse(fromUtf8(bytes) ?? '') as Entry).bodies ?? {}));
  return {
    entries: rows.map(({ bytes }) => fromUtf8(bytes) ?? ''),
    bodies: texts(digests.flatMap((digest) => store.body(digest) ?? [])),
    checkpoint: fromUtf8(site.checkpoint()) ?? '',
    proof: inclusionProof(rows.at(-1)?.seq ?? 0, store.size(), store.node).map(base64),
  };
}

/** Everything that the API says in a scene; `key` is the browser's own key line where it may sign. */
export function answersOf(scene: Scene, key: string | null, more: Partial<Record<Name, string>> = {}) {
  const named = names(scene.run, more);
  return {
    me: () => me(scene, key),
    now: () => nowOf(scene),
    home: () => home(scene, named),
    site: () => siteSlice(scene),
    people: () => ({ names: named }),
    run: () => runDocument(scene, named),
    presence: () => presence(scene),
    folder: (registered: boolean) => folder(scene, registered),
    output: () => utf8(scene.output ?? ''),
    record: () => packBundle(scene.run.bundle()),
    checkpoint: () => fromUtf8(scene.run.site.checkpoint()) ?? '',
  };
}
