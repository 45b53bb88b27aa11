/** One story for the pages: the release of the pictures, taken through core from its briefing to its countermeasures, every signature genuine. For tests only. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { Body } from '../../core/log/entry.ts';
import type { Resolution } from '../../core/log/tables.ts';
import { EMPTY_HOLD, type HoldDocument } from '../../core/release/holdDocument.ts';
import type { Deviation } from '../../core/run/deviation.ts';
import { runActLines } from '../../core/run/lines.ts';
import { type Name, type TestRun, TestSite } from '../helpers/site.ts';

export const STORY = `apiVersion: crosscheck/v1
id: drop-plaintext-email
title: Drop the plain-text e-mail column from customers
description: Keep a proven backup, drop the column, rebuild the index. No way back once the backup has expired.
owner: data-platform
links:
  - {title: Bridge, url: 'https://meet.example/bridge'}
  - {title: Replication dashboard, url: 'https://grafana.example/d/repl'}
inputs:
  table: {type: string, pattern: '^[a-z]+$', description: The table whose column goes, default: customers}
  batch: {type: integer, minimum: 1, maximum: 100000, default: 1000}
secrets:
  PGPASSWORD: {file: pgpassword}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
  deputy: {roles: [release-lead], optional: true}
presence: {required: [lead, reviewer], grace: 30s}
rehearsal: {targets: {local: {agent: copy}}, inputs: {table: customerscopy}}
clocks:
  raw: {lasts: 24h, starts: drop-column, means: raw rows can still be restored from the hot backup}
  cold: {lasts: 14d, starts: drop-column, means: the long-term backup still exists; after that there is no undo}
briefing:
  - {id: test-plan, ask: 'Which test plan was run?', answer: link, by: lead}
  - {id: tests-seen, ask: 'Who reviewed the tests?', answer: person, by: reviewer}
  - {id: restore, ask: 'When did the last restore drill finish and how many rows came back?', answer: text, by: verifier}
  - {id: leaves, ask: 'When do you have to leave?', answer: time, by: each}
go_no_go: {of: [lead, reviewer, verifier]}
steps:
  - id: backup
    title: Back up, then prove the backup
    secrets: [PGPASSWORD]
    backup:
      run: [pg_dump, --format=custom, '--file=\${{ run.data }}/customers.dump', customers]
      artifact: {path: '\${{ run.data }}/customers.dump', min_size: 1MB, max_age: 2h}
      drill: [bin/restore-drill, '\${{ run.data }}/customers.dump']
      keep: 14d
    timeout: 45m
  - id: agree
    title: Go or no go
    gate: {of: [lead, reviewer, verifier]}
  - id: drop-column
    title: Drop customers.email
    critical: true
    irreversible: true
    run: [psql, --set=ON_ERROR_STOP=1, --file=sql/drop_email.sql]
    env: {PGDATABASE: '\${{ inputs.table }}'}
    secrets: [PGPASSWORD]
    timeout: 10m
    on_failure: decide
    probes:
      host: {title: Which server is this, run: [hostname]}
      rows: {title: Rows that lose their e-mail, run: [bin/count, rows], drift: {within: 1%}}
      calm: {title: Replicas are caught up, run: [bin/writers], expect: int(value) == 0}
    cross_check:
      eyes: 6
      by: [reviewer, verifier]
      valid_for: 5m
      challenge:
        - {id: where, ask: 'Which address will this run on?', equals: probes.host, by: reviewer, hint: hostname}
        - {id: loss, ask: 'How many rows lose their e-mail?', equals: probes.rows, within: 1%, by: verifier}
    progress: {from: stdout_jsonl, done: done, total: total}
    limit: {field: rows, within: 5% of probes.rows}
    verify:
      gone: {title: The column is gone, run: [bin/has-column, email], expect: value == "no"}
    undo: {from: backup, run: [pg_restore, --clean, --table=customers, '\${{ run.data }}/customers.dump'], takes: 55m, while: [raw]}
  - id: shards
    title: Rebuild the index on every shard
    critical: true
    timeout: 5m
    for_each: {items: [shard-eu-1, shard-eu-2, shard-us-1, shard-us-2, shard-ap-1], max_parallel: 2, canary: 1}
    step: {run: [bin/reindex, '\${{ item }}']}
  - id: both
    title: Tell the mailer and the API
    parallel:
      - {id: mailer, title: Restart the mailer, run: [bin/restart, mailer]}
      - {id: api, title: Reload the API, shell: "systemctl reload api\\ncurl --fail http://127.0.0.1:8080/healthz\\n"}
  - id: page
    title: Take the maintenance page down
    manual: {text: Take the page down in the console of the CDN and look at the shop from outside., by: reviewer}
  - id: mirror
    title: Mirror the change
    when: run.mode == "rehearsal"
    run: [bin/mirror]
  - id: soak
    title: Soak, errors and lag
    wait: {for: 30m, every: 10s, probes: {lag: {title: Replicas are caught up, run: [bin/writers], expect: int(value) == 0}}}
debrief:
  - {id: first-report, ask: 'First user report since the start, or none', answer: text, by: lead}
`;

const ROLES: Readonly<Record<string, readonly [Name, string]>> = {
  lead: ['lead', 'release-lead'],
  reviewer: ['dba', 'dba'],
  verifier: ['sre', 'sre'],
  deputy: ['keeper', 'release-lead'],
};

export class Told {
  readonly run: TestRun;

  constructor(mode: 'live' | 'rehearsal' = 'live', yaml = STORY) {
    const site = new TestSite({ yaml });
    site.now = Date.UTC(2026, 10, 19, 12, 40);
    const more = ['sql/drop_email.sql', 'bin/reindex', 'bin/restart', 'bin/mirror'].map((path) => ({
      path,
      mode: path.startsWith('bin/') ? ('0755' as const) : ('0644' as const),
      bytes: utf8(
        path.startsWith('bin/')
          ? '#!/bin/sh\nexit 0\n'
          : 'set lock_timeout = 5000;\nalter table customers drop column email;\n',
      ),
    }));
    const approved = site.approved(yaml, {}, more);
    this.run = site.open(approved, { mode, inputs: { batch: 1000, table: 'customers' } });
  }

  get site() {
    return this.run.site;
  }

  person(name: Name): string {
    return this.site.people[name].id;
  }

  body(value: unknown): Body {
    return this.site.salted(utf8(jcs(value)));
  }

  /** Lets this many seconds go by. */
  later(seconds: number): this {
    this.site.now += seconds * 1000;
    return this;
  }

  seat(...seats: readonly string[]): this {
    for (const seat of seats.length > 0 ? seats : ['reviewer', 'verifier', 'deputy']) {
      const [name, role] = ROLES[seat] ?? ['lead', ''];
      this.run.join(name, seat, role);
    }
    return this;
  }

  answer(
    seat: string,
    question: string,
    value: string,
    result: 'pass' | 'fail' = 'pass',
    evidence: string | null = null,
  ): this {
    const person = this.person((ROLES[seat] ?? ['lead'])[0]);
    this.run.submit({ type: 'answer', person, question, result, answer: this.body({ evidence, value }) });
    return this;
  }

  vote(seat: string, gate: string, text: string | null = null): this {
    const person = this.person((ROLES[seat] ?? ['lead'])[0]);
    const vote = text === null ? 'go' : 'no-go';
    this.run.submit({ type: 'poll', person, gate, vote, text: text === null ? null : this.body(text) });
    return this;
  }

  /** Everybody is there and everything is answered. */
  briefed(): this {
    this.seat();
    this.answer('lead', 'test-plan', 'https://tests.example/plan/118', 'pass', 'run 118, all green');
    this.answer('reviewer', 'tests-seen', this.person('sre'));
    this.answer('verifier', 'restore', '17 Nov 09:40 UTC, 200,114 rows came back');
    this.answer('lead', 'leaves', '2026-11-19T17:00:00Z');
    this.answer('reviewer', 'leaves', '2026-11-19T16:30:00Z');
    this.answer('verifier', 'leaves', '2026-11-19T15:30:00Z');
    for (const seat of ['lead', 'reviewer', 'verifier']) this.vote(seat, 'go_no_go');
    return this.later(120);
  }

  /** A step without confirmations, from its arming to its end. */
  done(step: string): this {
    this.run.arm(step);
    this.later(20);
    this.run.start();
    this.later(90);
    this.run.outcome();
    return this.later(5);
  }

  agreed(): this {
    for (const seat of ['lead', 'reviewer', 'verifier']) this.vote(seat, 'agree');
    return this.later(10);
  }

  toDrop(): this {
    return this.briefed().done('backup').agreed();
  }

  /** The drop, armed and cross-checked as far as asked. */
  dropped(upTo: 'armed' | 'one' | 'both' | 'keyed' | 'running' | 'finished' | 'failed' | 'unknown'): this {
    const marks = ['armed', 'one', 'both', 'keyed', 'running'];
    const at = marks.includes(upTo) ? marks.indexOf(upTo) : marks.length;
    this.run.arm('drop-column');
    if (at >= 1) this.later(40).run.confirm('dba', 'reviewer', 'dba');
    if (at >= 2) this.later(30).run.confirm('sre', 'verifier', 'sre');
    if (at >= 3) this.run.key();
    if (at >= 4) this.run.start();
    if (at >= 5) this.later(upTo === 'finished' ? 400 : 70).run.outcome(upTo as 'finished');
    return this;
  }

  /** The next wave of the shards, confirmed and keyed; `started` of its items run, the first of them end so. */
  wave(started: readonly string[], ended: Readonly<Record<string, 'finished' | 'failed'>>): this {
    this.run.arm('shards');
    this.run.confirm('dba', 'reviewer', 'dba', {});
    this.run.key();
    for (const item of started) {
      this.later(4).run.start({}, item);
      const result = ended[item];
      if (result) this.later(30).run.outcome(result, (same) => same, { item });
    }
    return this;
  }

  hold(name: Name, text: string): this {
    this.run.submit({ type: 'hold', person: this.person(name), text: this.body(text) });
    return this;
  }

  get held(): string {
    return this.run.context.holds.at(-1)?.ref ?? '';
  }

  update(
    name: Name,
    document: Partial<HoldDocument>,
    more: { met?: readonly string[]; conditions?: Record<string, string>; stance?: 'agree' | 'dissent' } = {},
  ): this {
    const whole = { ...EMPTY_HOLD, ...document };
    const next = whole.next_update === null ? {} : { nextUpdate: whole.next_update };
    this.run.submit({
      type: 'update',
      person: this.person(name),
      hold: this.held,
      ...next,
      ...more,
      answer: this.body(whole),
    });
    return this;
  }

  decide(
    way: 'back' | 'forward',
    names: readonly Name[],
    more: { deviation?: Deviation | null; dissent?: string | null } = {},
  ): this {
    const test = way === 'forward' ? 'https://tests.example/guest-receipt' : null;
    const content = { deviation: more.deviation ?? null, dissent: more.dissent ?? null, test, way };
    const hold = this.held;
    for (const name of names) this.run.sign(name, 'decide', hold, content);
    return this;
  }

  resolve(as: Resolution, names: readonly Name[]): this {
    const ref = this.run.context.items['drop-column']?.['']?.ref ?? '';
    for (const name of names)
      this.run.sign(name, 'resolve', ref, {
        as,
        evidence: 'information_schema has no column email; read by both from sessions of our own',
      });
    return this;
  }

  attest(name: Name, result: 'pass' | 'fail'): this {
    const arming = this.run.context.armings['page'];
    const person = this.site.people[name];
    const lines = runActLines(this.run.state, 'attest', this.site.signing(person), arming?.starts['']?.ref ?? '', {
      evidence: 'https://cdn.example/audit/5512',
      result,
    });
    this.run.submit({ type: 'attest', person: person.id, ...this.site.signed(person, 'attest', lines) });
    return this;
  }

  /** From the drop to the last step; everything went as written. */
  toSoak(): this {
    this.toDrop().dropped('finished').later(20);
    this.wave(['item-1'], { 'item-1': 'finished' }).later(5);
    this.wave(['item-2', 'item-3', 'item-4', 'item-5'], {
      'item-2': 'finished',
      'item-3': 'finished',
      'item-4': 'finished',
      'item-5': 'finished',
    });
    this.done('mailer').done('api');
    this.run.arm('page');
    this.run.start();
    this.later(60).attest('dba', 'pass');
    this.run.outcome();
    this.run.submit({ type: 'skip', step: 'mirror' });
    return this;
  }

  toEnd(): this {
    this.toSoak();
    this.run.arm('soak');
    this.run.start();
    this.later(1800).run.outcome();
    return this;
  }
}
