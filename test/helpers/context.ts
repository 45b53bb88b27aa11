/** Runbooks, contexts and entries by hand, for what only reads them; the entries are sealed for real, nobody has judged them. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { type Draft, refOf, type Sealed, seal } from '../../core/log/entry.ts';
import type { Entry, EntryOf, EntryType, RunEntry } from '../../core/log/tables.ts';
import type { Hold, RunContext } from '../../core/run/context.ts';
import type { Runbook, Step } from '../../core/runbook/runbook.ts';

export const RUN = '01JD3V7Q0Z8EA1B2C3D4E5F6G7';
export const DIGEST = `sha256:${'d'.repeat(64)}`;
const SITE_ENTRIES: readonly EntryType[] = [
  'backup.deleted',
  'postmortem.written',
  'countermeasure.opened',
  'countermeasure.closed',
];

export const stepWith = (patch: Partial<Step> & { readonly id: string }): Step => ({
  title: `Do ${patch.id}`,
  target: 'local',
  critical: false,
  irreversible: false,
  no_backup: null,
  kind: 'run',
  run: ['true'],
  shell: null,
  manual: null,
  wait: null,
  backup: null,
  gate: null,
  children: [],
  for_each: null,
  use: null,
  when: null,
  env: {},
  secrets: [],
  timeout_ms: null,
  retries: 0,
  retry_delay_ms: 0,
  idempotent: false,
  outputs: [],
  progress: null,
  limit: null,
  while: [],
  probes: {},
  eyes: 2,
  by: [],
  keys: { high: 0, terminal: 0 },
  valid_for_ms: 300_000,
  challenge: [],
  verify: {},
  undo: null,
  on_failure: 'hold',
  rehearse: null,
  deviation: false,
  ...patch,
});

export const backupStep = (id: string, keep_ms: number | null): Step =>
  stepWith({
    id,
    kind: 'backup',
    run: [],
    backup: {
      run: ['pg_dump'],
      artifact: { path: '/backups/x', min_size: null, max_age_ms: null },
      drill: ['restore-drill'],
      keep_ms,
    },
  });

/** With a lead, a reviewer, a verifier and a deputy who need not be there. */
export const runbookWith = (patch: Partial<Runbook>): Runbook => ({
  id: 'drop-email',
  title: 'Drop the e-mail column',
  description: null,
  owner: 'data-platform',
  links: [],
  inputs: {},
  secrets: {},
  targets: { local: { agent: 'local' } },
  crew: {
    lead: { roles: ['release-lead'], optional: false },
    reviewer: { roles: ['dba'], optional: false },
    verifier: { roles: ['sre', 'data-protection'], optional: false },
    deputy: { roles: ['release-lead'], optional: true },
  },
  presence: { required: ['lead', 'reviewer'], grace_ms: 30_000 },
  window: null,
  locks: [],
  rehearsal: null,
  clocks: {},
  briefing: [],
  go_no_go: [],
  debrief: [],
  notify: [],
  steps: [],
  ...patch,
});

export const contextWith = (patch: Partial<RunContext> & { readonly runbook: Runbook }): RunContext => ({
  run: RUN,
  mode: 'live',
  solo: false,
  lead: PEOPLE.lead,
  opened: `0 ${DIGEST}`,
  roster: `1 ${DIGEST}`,
  authors: [],
  roles: {},
  seats: {},
  away: [],
  never: [],
  confirmed: [],
  attempts: {},
  differed: {},
  outcomes: {},
  items: {},
  unheld: [],
  sizes: {},
  armings: {},
  answers: {},
  waived: [],
  votes: {},
  aborted: [],
  holds: [],
  collection: null,
  clocks: {},
  changed: {},
  inserted: [],
  way: 'forward',
  last: `0 ${DIGEST}`,
  closed: null,
  ...patch,
  ran: Object.entries(patch.items ?? {}).flatMap(([step, items]) =>
    Object.values(items).some(({ result }) => result === 'finished' || result === 'failed') ? [step] : [],
  ),
});

export const holdWith = (patch: Partial<Hold> = {}): Hold => ({
  ref: `9 ${DIGEST}`,
  cause: 'failed',
  by: 'server',
  step: null,
  vote: null,
  nextUpdate: null,
  conditions: {},
  met: [],
  stance: null,
  ...patch,
});

export const PEOPLE = {
  lead: 'p-00000000000000a1',
  dba: 'p-00000000000000b2',
  sre: 'p-00000000000000c3',
  other: 'p-00000000000000d4',
  agent: 'a-00000000000000e5',
} as const;

export const bodies = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { bytes: utf8(jcs(value)), salt: new Uint8Array(32) }]),
  );

/** A log that takes what it is given; times are minutes after its first entry's. */
export class Written {
  readonly entries: Sealed<Entry>[] = [];
  readonly from: number;

  constructor(from = Date.UTC(2026, 10, 20, 22)) {
    this.from = from;
  }

  at(minutes: number): number {
    return this.from + minutes * 60_000;
  }

  put<T extends EntryType>(minutes: number, draft: Draft<T>): string {
    const last = this.entries.findLast(({ entry }) => 'rseq' in entry);
    const rseq = this.entries.filter(({ entry }) => 'rseq' in entry).length;
    const place = {
      log: 'crosscheck.example/log/7f',
      seq: this.entries.length,
      ts: this.at(minutes),
      ...(SITE_ENTRIES.includes(draft.type) ? {} : { run: { run: RUN, rseq, ...(last ? { prev: last.digest } : {}) } }),
    };
    const sealed: Sealed<EntryOf<T>> = seal(draft, place);
    this.entries.push(sealed as unknown as Sealed<Entry>);
    return refOf(sealed as unknown as Sealed<RunEntry>);
  }
}
