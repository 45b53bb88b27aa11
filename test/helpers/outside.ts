/** What happens at a test site outside its runs, through core alone: plans, holds on them, openings, what comes after a close. */
import { utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { bodyDigest, type Draft, refDigest, refOf, type Sealed, seal } from '../../core/log/entry.ts';
import type { RunEntryOf } from '../../core/log/tables.ts';
import type { Result } from '../../core/result.ts';
import { type About, actLines } from '../../core/run/lines.ts';
import {
  type AfterCommand,
  type AfterEntry,
  afterClose,
  closeOf,
  decideAfter,
  foldAfter,
  keptCopies,
} from '../../core/site/after.ts';
import { decideSite, type SiteCommand } from '../../core/site/decide.ts';
import { Erasable, type Order } from '../../core/site/redaction.ts';
import type { SiteState, World } from '../../core/site/state.ts';
import { loadSite, readEntry, runbookReader } from '../../server/runner/site.ts';
import type { Store } from '../../server/store/store.ts';
import { TestRun } from './run.ts';
import { must } from './signer.ts';
import type { Approved, Name, TestSite } from './site.ts';

export const PLAN = '01JD3V7Q0Z8EA1B2C3D4E5F6G7';

export interface Opening {
  readonly lead?: Name;
  readonly run?: string;
  readonly mode?: 'live' | 'rehearsal';
  readonly inputs?: Record<string, string>;
  readonly follows?: unknown;
}

export class Outside {
  readonly site: TestSite;
  /** What the world says otherwise. */
  world: Partial<World> = {};
  readonly closed: TestRun[] = [];

  constructor(site: TestSite) {
    this.site = site;
  }

  get state(): SiteState {
    return loadSite(this.site.store as Store, this.#runbookOf);
  }

  get #runbookOf() {
    return runbookReader(this.site.store);
  }

  #world(): World {
    const closes = this.closed.map((run) => closeOf(run.state));
    return {
      now: this.site.now,
      runbookOf: this.#runbookOf,
      knownRun: (run) => this.site.store.entriesOf(run).length > 0,
      closeOf: (ref) => closes.find((close) => close.ref === ref),
      rehearsal: (runbook) =>
        closes.findLast((one) => one.mode === 'rehearsal' && one.result === 'done' && one.runbook === runbook),
      holderOf: () => undefined,
      stops: () => null,
      ...this.world,
    };
  }

  decide(command: SiteCommand): Result<readonly Sealed[]> {
    return decideSite(this.state, command, this.#world(), { seq: this.site.store.size(), ts: this.site.now });
  }

  submit(command: SiteCommand): readonly Sealed[] {
    const entries = must(this.decide(command));
    this.site.append(entries);
    return entries;
  }

  text(said: unknown) {
    return this.site.salted(utf8(jcs(said)));
  }

  hold(name: Name, on: { plan: string } | { runbook: string }, ...running: TestRun[]): string {
    const person = this.site.people[name].id;
    const entries = this.submit({ type: 'hold_on', person, on, text: this.text('Wait') });
    for (const run of running) run.submit({ type: 'holdRunbook' });
    return refOf(entries[0] as Sealed);
  }

  liftCommand(name: Name, hold: string, risk: string | null = null): Extract<SiteCommand, { type: 'lift_on' }> {
    const { site } = this;
    const person = site.people[name];
    const about = { origin: site.origin, run: null, mode: null, about: hold, content: { risk } };
    const signed = site.signed(person, 'lift', actLines('lift', about, site.signing(person)));
    return { type: 'lift_on', person: person.id, content: this.text({ risk }), ...signed };
  }

  lift(hold: string, ...names: Name[]): void {
    for (const name of names) this.submit(this.liftCommand(name, hold));
  }

  planCommand(name: Name, runbook: string, more: { plan?: string; mode?: 'live' | 'rehearsal' } = {}) {
    const document = this.text({ inputs: {}, crew: {}, note: null });
    const { plan = PLAN, mode = 'live' } = more;
    const person = this.site.people[name].id;
    return { type: 'plan' as const, person, plan, runbook, mode, plannedFor: null, document };
  }

  openCommand(approved: Approved, more: Opening = {}): Extract<SiteCommand, { type: 'open' }> {
    const { site } = this;
    const lead = site.people[more.lead ?? 'lead'];
    const { run = PLAN, mode = 'live', follows = null } = more;
    const inputs = this.text(more.inputs ?? { table: 'customers' });
    const content = { follows, inputs: bodyDigest(inputs), run };
    const about = { origin: site.origin, run, mode, about: approved.ref, content };
    const signed = site.signed(lead, 'open', actLines('open', about, site.signing(lead)));
    return { type: 'open', person: lead.id, inputs, ...signed };
  }

  open(approved: Approved, more: Opening = {}): TestRun {
    const [opened] = this.submit(this.openCommand(approved, more)) as Sealed<RunEntryOf<'run.opened'>>[];
    return new TestRun(
      this.site,
      approved,
      opened as Sealed<RunEntryOf<'run.opened'>>,
      more.inputs ?? { table: 'customers' },
    );
  }

  /** A signed order; `said` is what the statement says otherwise. */
  redactCommand(name: Name, run: TestRun, erased: readonly string[], said: Partial<About & Order> = {}) {
    const { site } = this;
    const { run: id, mode } = run.state.facts;
    const { order = 'J. Weber', reason = 'It names a customer', erased: own = erased, ...about } = said;
    const content = { erased: own, order, reason };
    const all = { origin: site.origin, run: id, mode, about: refOf(run.entries.at(-1) as Sealed), content, ...about };
    const person = site.people[name];
    const signed = site.signed(person, 'redact', actLines('redact', all, site.signing(person)));
    return { type: 'redact' as const, person: person.id, ...signed };
  }

  /** One entry after a run's close. */
  after(run: TestRun, command: AfterCommand): Result<Sealed> {
    const { store, now, origin } = this.site;
    const id = run.state.facts.run;
    const begun = afterClose(closeOf(run.state), keptCopies(run.state));
    const erasable = new Erasable(run.entries);
    for (const sealed of this.#chainAfter(run)) erasable.take(sealed);
    const state = this.#chainAfter(run).reduce(foldAfter, begun);
    const sealed = decideAfter(
      state,
      command,
      { seq: store.size(), ts: now, log: origin },
      { roster: this.state.roster, erasable },
    );
    if (sealed.ok) this.site.append([sealed.value], id);
    return sealed;
  }

  /** Seals and appends an entry of the chain of holds that nobody decided; `head` is the one that it names as before it. */
  put(draft: Draft, head = this.state.holds.head): Sealed {
    return this.#append(draft, head === null ? {} : { hprev: refDigest(head) }, null);
  }

  /** Seals and appends an entry after a run's close that nobody decided. */
  putAfter(run: TestRun, draft: Draft, head = this.#chainAfter(run).at(-1)?.digest): Sealed {
    return this.#append(draft, head === undefined ? {} : { aprev: head }, run.state.facts.run);
  }

  #append(draft: Draft, links: object, after: string | null): Sealed {
    const { store, now, origin } = this.site;
    const sealed = seal(draft, { log: origin, seq: store.size(), ts: now, ...links });
    this.site.append([sealed], after);
    return sealed;
  }

  #chainAfter(run: TestRun): Sealed<AfterEntry>[] {
    return this.site.store.entriesAfter(run.state.facts.run).map((row) => readEntry(row) as Sealed<AfterEntry>);
  }
}
