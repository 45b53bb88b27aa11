/** Runs told by hand: entries with their references, as the machine and the checker read them. Nothing is signed, nobody has judged them. */
import { statementText } from '../../core/approval/statement.ts';
import { utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { Lines } from '../../core/log/acts.ts';
import type { Body, Sealed } from '../../core/log/entry.ts';
import type { RunEntry } from '../../core/log/tables.ts';
import type { RunInput } from '../../core/run/context.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import type { Written } from '../../core/verify/checker/checker.ts';
import { RUN } from './context.ts';

const ROLES = {
  lead: ['release-lead'],
  second: ['release-lead'],
  third: ['release-lead', 'dba'],
  dba: ['dba'],
  dba2: ['dba'],
  sre: ['sre'],
  sre2: ['sre'],
  author: ['dba', 'sre'],
  guest: [],
} as const;

export type Somebody = keyof typeof ROLES;
const NAMES = Object.keys(ROLES) as Somebody[];
/** Ids by name; `author` wrote the runbook, `guest` holds no role. */
export const IDS = Object.fromEntries(
  NAMES.map((name, index) => [name, `p-${String(index + 1).padStart(16, '0')}`]),
) as Record<Somebody, string>;
export const AGENT = 'a-0000000000000001';
export const OTHER_AGENT = 'a-0000000000000002';
export const OPENED_AT = Date.UTC(2026, 10, 20, 22);

/** What somebody wants to be an entry; `content` is the body that signers share, or what was decided. */
export interface Saying {
  readonly type: RunEntry['type'];
  readonly actor: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly content?: unknown;
}

export interface Told {
  readonly sealed: Sealed<RunEntry>;
  readonly written: Written;
}

const NO_SALT = new Uint8Array(32);
const body = (text: string): Body => ({ bytes: utf8(text), salt: NO_SALT });

/** A digest that is nobody's, but the same for the same text. */
function standIn(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < text.length; index += 1) {
    a = Math.imul(a ^ text.charCodeAt(index), 0x01000193);
    b = Math.imul(b + text.charCodeAt(index), 0x85ebca6b) ^ a;
  }
  return `sha256:${((a >>> 0).toString(16) + (b >>> 0).toString(16)).padStart(64, '0')}`;
}

const ARMED = body(
  statementText('armed', {
    origin: `example/log/${'0'.repeat(32)}`,
    mode: 'live',
    run: RUN,
    runbook: standIn('runbook'),
    step: 'step',
    attempt: '1',
    agent: AGENT,
    target: '{}',
    do: '{}',
    action: standIn('action'),
    probes: '{}',
    roster: `1 ${standIn('roster')}`,
    nonce: '0'.repeat(64),
    at: '2026-11-20T22:00:00Z',
    'not-after': '2026-11-20T22:05:00Z',
  } satisfies Lines<'armed'>),
);
const ACTION = body('{}');

/** The entry at this place of the run. Its digest stands for bytes that nobody made. */
export function tell({ type, actor, fields, content }: Saying, rseq: number, ts: number): Told {
  const digest = `sha256:${rseq.toString(16).padStart(64, 'e')}`;
  const shared = content === undefined ? {} : { content: standIn(jcs(content)) };
  const own = { statement: standIn(`statement ${rseq}`), ...shared };
  const entry = { v: 1, log: 'example/log/0', seq: rseq + 7, ts, run: RUN, rseq, type, actor, bodies: own, ...fields };
  const carried = type === 'run.decided' || type === 'run.deviated';
  const bodies: Record<string, Body> = {
    ...(type === 'step.armed' ? { statement: ARMED, action: ACTION } : {}),
    ...(carried && content !== undefined ? { content: body(jcs(content)) } : {}),
  };
  const read = entry as unknown as RunEntry;
  return {
    sealed: { entry: read, bytes: new Uint8Array(), digest, bodies },
    written: { entry: read, ref: `${rseq} ${digest}`, content },
  };
}

export const OPENING = {
  type: 'run.opened',
  actor: IDS.lead,
  fields: {
    mode: 'live',
    rules: 1,
    runbook: standIn('runbook'),
    approved: `5 ${standIn('approved')}`,
    solo: false,
    roster: `1 ${standIn('roster')}`,
  },
} as const satisfies Saying;

/** The facts of a run of this runbook that `lead` opened. */
export const inputOf = (runbook: Runbook): RunInput => ({
  run: RUN,
  mode: 'live',
  solo: false,
  lead: IDS.lead,
  opened: tell(OPENING, 0, OPENED_AT).written.ref,
  roster: `1 ${standIn('roster')}`,
  runbook,
  authors: [IDS.author],
  roles: Object.fromEntries(NAMES.map((name) => [IDS[name], [...ROLES[name]]])),
});

/** A run that is told entry by entry, a second each. */
export class Story {
  readonly runbook: Runbook;
  readonly written: Written[] = [];
  now = OPENED_AT;

  constructor(runbook: Runbook) {
    this.runbook = runbook;
    this.tell(OPENING.type, OPENING.actor, OPENING.fields);
  }

  /** Returns the reference of the entry. */
  tell(
    type: RunEntry['type'],
    actor: string,
    fields: Readonly<Record<string, unknown>> = {},
    content?: unknown,
  ): string {
    const { written } = tell({ type, actor, fields, content }, this.written.length, this.now);
    this.written.push(written);
    this.now += 1000;
    return written.ref;
  }

  get last(): string {
    return this.written.at(-1)?.ref ?? '';
  }
}
