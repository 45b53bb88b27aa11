/** The one write path: verify → decide → append durably → fold → effects. Every transport goes through it; nothing else appends. */
import { fail, type Refusal } from '../../core/errors.ts';
import { type Act, COLLECTED } from '../../core/log/acts.ts';
import { type Draft, type Sealed, seal } from '../../core/log/entry.ts';
import { parseEntry } from '../../core/log/parse.ts';
import { genesisRoster } from '../../core/log/roster.ts';
import type { RunEntryOf } from '../../core/log/tables.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Arriving, Command, Effect, Signed } from '../../core/run/commands.ts';
import { openArming } from '../../core/run/context.ts';
import { type Decision, decide } from '../../core/run/decide.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { type AfterCommand, decideAfter, foldAfter } from '../../core/site/after.ts';
import { decideSite, type SiteCommand } from '../../core/site/decide.ts';
import type { World } from '../../core/site/state.ts';
import type { Ports } from '../ports/ports.ts';
import type { RunRow, Store } from '../store/store.ts';
import { authenticAgent, authenticPerson, type Checker } from './authentic.ts';
import { afterState, closedRow, erasableOfRun, rowAfter } from './closes.ts';
import type { Log } from './log.ts';
import { beginRun, grown, type LiveRun, machines, openedOn, replayRun } from './runs.ts';
import { foldSite, loadSite, runbookReader, type Site } from './site.ts';
import { nextRoster, reaching } from './spread.ts';
import { worldOf } from './world.ts';

/** What has just become durable. */
export interface Committed {
  readonly entries: readonly Sealed[];
  readonly run: LiveRun | null;
  /** The closed run that the entries come after. */
  readonly after: string | null;
  readonly effects: readonly Effect[];
}

export interface Accepted {
  readonly entries: readonly Sealed[];
}

export interface Engine {
  readonly log: Log;
  readonly site: Site;
  /** A run, open or closed. */
  run(id: string): LiveRun | undefined;
  openRun(id: string): LiveRun | undefined;
  openRuns(): LiveRun[];
  readonly runbookOf: (digest: string) => Runbook | undefined;
  /** What decisions about the site look up, as it is now. */
  world(): World;
  submit(run: string, command: Arriving): Promise<Result<Accepted>>;
  submitSite(command: SiteCommand): Promise<Result<Accepted>>;
  /** What comes after a run's close. What is not signed is durable, or refused, before this returns. */
  submitAfter(run: string, command: AfterCommand): Promise<Result<Accepted>>;
  /** Writes down a refused attempt that matters; it stops nothing and starts nothing. */
  refused(actor: string, act: string, refusal: Refusal, of: { readonly run?: string; readonly step?: string }): void;
  /** Called after every commit, in order. */
  listen(listener: (committed: Committed) => void): void;
}

/** Acts on a run that carry a person's statement, and those that carry an agent's. */
const PERSON_ACTS = new Set<string>(['confirm', 'refuse', 'key', 'attest', ...COLLECTED]);
const AGENT_ACTS = new Set<string>(['armed', 'started', 'outcome']);
/** The act that a command about the site signs; what is not here is not signed. */
const SITE_ACTS: Partial<Record<SiteCommand['type'], Act>> = {
  enrol: 'enrol',
  register: 'runbook',
  approve: 'approve',
  open: 'open',
  lift_on: 'lift',
  roster: 'roster',
  epoch: 'epoch',
};
/** Refusals that say something about a person; a mistyped name says nothing. */
const MATTER = new Set<string>([
  'XCK_SELF',
  'XCK_AUTHOR',
  'XCK_SEAT',
  'XCK_ROLE',
  'XCK_OTHER_ARMING',
  'XCK_TWICE',
  'XCK_SIGNATURE',
  'XCK_STATEMENT',
  'XCK_LEAD',
  'XCK_CONDITION',
  'XCK_CONFIRMED',
  'XCK_DECIDE',
  'XCK_HOLD_ON',
  'XCK_KEEPER',
  'XCK_LOCKED',
  'XCK_MODE',
  'XCK_REHEARSAL',
  'XCK_WINDOW',
]);
/** Closed runs never change; so many are kept rather than replayed for every reader. */
const CLOSED_KEPT = 64;

export function openEngine(store: Store, log: Log, ports: Ports): Engine {
  const runbookOf = runbookReader(store);
  const machineOf = machines(runbookOf);
  let site = loadSite(store, runbookOf);
  const genesis = genesisRoster(site.document, site.genesisDigest);
  const replay = (id: string) => replayRun(store, site, machineOf, runbookOf, id);
  const runs = new Map(store.openRuns().map((id) => [id, replay(id)]));
  const closed = new Map<string, LiveRun>();
  const listeners: ((committed: Committed) => void)[] = [];

  const at = (more = 0) => ({ seq: log.size + more, ts: Math.max(ports.now(), log.lastTs) });
  const tell = (entries: readonly Sealed[], of: Partial<Committed> = {}) => {
    for (const listener of listeners) listener({ entries, run: null, after: null, effects: [], ...of });
  };
  const stopped = () => (log.failed === null ? undefined : fail('XCK_STOPPED', { why: log.failed }));
  /** A failed disk or anything unforeseen lets nothing through; the refusal says which it was. */
  const guarded = (write: () => Result<Accepted>): Result<Accepted> => {
    try {
      return write();
    } catch (error) {
      return stopped() ?? fail('XCK_UNEXPECTED', { why: error instanceof Error ? error.message : String(error) });
    }
  };
  const world = () => worldOf({ store, site, runbookOf, runs: [...runs.values()], now: ports.now() });
  const checker = (of: Partial<Checker> = {}): Checker => ({
    roster: site.roster,
    log,
    verifyRaw: ports.verifyRaw,
    ...of,
  });

  /** What no verifier could read is never appended: one such entry would spoil its record for good. */
  const append = (...[entries, ...more]: Parameters<Log['append']>): Result<true> => {
    for (const { bytes } of entries) {
      const read = parseEntry(bytes);
      if (!read.ok) return read;
    }
    log.append(entries, ...more);
    return ok(true);
  };

  const keepClosed = (id: string, live: LiveRun): LiveRun => {
    const oldest = closed.keys().next().value;
    if (closed.size >= CLOSED_KEPT && oldest !== undefined) closed.delete(oldest);
    closed.set(id, live);
    return live;
  };
  const run = (id: string): LiveRun | undefined =>
    runs.get(id) ?? closed.get(id) ?? (store.run(id) ? keepClosed(id, replay(id)) : undefined);

  /** Remembers what a decision made of a run, once its entries are durable. */
  const settle = (live: LiveRun, { entries, state, effects }: Decision): void => {
    const id = state.facts.run;
    const next = grown(live, state, entries);
    if (contextOf(state).closed === null) runs.set(id, next);
    else {
      runs.delete(id);
      keepClosed(id, next);
    }
    tell(entries, { run: next, effects });
  };

  /** From here to the append nothing awaits: no other command can come in between. */
  const commit = (live: LiveRun, command: Command): Result<Accepted> => {
    const decision = decide(live.state, command, at());
    if (!decision.ok) return decision;
    const { entries, state, refusal } = decision.value;
    const ended = contextOf(state).closed !== null;
    const done = append(entries, ended ? [closedRow(store, grown(live, state, entries))] : []);
    if (!done.ok) return done;
    settle(live, decision.value);
    return refusal ? { ok: false, refusal } : ok({ entries });
  };

  const refused: Engine['refused'] = (actor, act, refusal, of) => {
    if (!MATTER.has(refusal.code) || log.failed !== null) return;
    const fields = {
      act,
      code: refusal.code,
      ...(of.run ? { of: of.run } : {}),
      ...(of.step ? { step: of.step } : {}),
    };
    const { seq, ts } = at();
    const sealed = seal({ type: 'attempt.refused', actor, fields } as Draft<'attempt.refused'>, {
      log: log.origin,
      seq,
      ts,
    });
    guarded(() => {
      const done = append([sealed]);
      if (done.ok) tell([sealed]);
      return ok({ entries: [sealed] });
    });
  };

  /** The command with what its signature says of the key; a command that nobody signs stays as it is. */
  const authentic = async (id: string, command: Arriving): Promise<Result<Command>> => {
    const live = run(id);
    const opening = live && site.rosters.get(openedOn(live));
    if (PERSON_ACTS.has(command.type) && 'person' in command) {
      const { person, type } = command;
      const kind = await authenticPerson(checker({ opening }), type as Act, person, command as unknown as Signed);
      return kind.ok ? ok({ ...command, kind: kind.value } as Command) : kind;
    }
    if (AGENT_ACTS.has(command.type) && 'agent' in command) {
      const signed = await authenticAgent(checker(), command.type as Act, command.agent, command as unknown as Signed);
      return signed.ok ? ok(command as Command) : signed;
    }
    return ok(command as Command);
  };

  const submit: Engine['submit'] = async (id, command) => {
    const signature = await authentic(id, command);
    const live = run(id);
    if (!live) return fail('XCK_UNKNOWN', { what: 'run', name: id });
    const result = stopped() ?? (signature.ok ? guarded(() => commit(live, signature.value)) : signature);
    const actor = 'person' in command ? command.person : 'agent' in command ? command.agent : null;
    const step = 'step' in command ? command.step : openArming(contextOf(live.state))?.step;
    if (!result.ok && actor) refused(actor, command.type, result.refusal, { run: id, ...(step ? { step } : {}) });
    return result;
  };

  /** What reaches into open runs does so in the same transaction: a hold called on their runbook, a new version of the roster. */
  const spread = (entries: readonly Sealed[]): Result<(readonly [LiveRun, Decision])[]> => {
    const reached: (readonly [LiveRun, Decision])[] = [];
    let count = entries.length;
    for (const live of runs.values()) {
      const command = reaching(site, entries, live);
      if (!command) continue;
      const decision = decide(live.state, command, at(count));
      if (!decision.ok) return decision;
      count += decision.value.entries.length;
      reached.push([live, decision.value]);
    }
    return ok(reached);
  };

  const commitSite = (command: SiteCommand): Result<Accepted> => {
    const decided = decideSite(site, command, world(), at());
    if (!decided.ok) return decided;
    const entries = decided.value;
    const held = spread(entries);
    if (!held.ok) return held;
    const [first] = entries as readonly Sealed<RunEntryOf<'run.opened'>>[];
    const opened = first?.entry.type === 'run.opened' ? first : undefined;
    const rows: RunRow[] = opened ? [{ run: opened.entry.run, close: null }] : [];
    const done = append([...entries, ...held.value.flatMap(([, decision]) => decision.entries)], rows);
    if (!done.ok) return done;
    site = entries.reduce((state, sealed) => foldSite(state, sealed, runbookOf), site);
    const live = opened ? beginRun(site, machineOf, runbookOf, opened) : null;
    if (live) runs.set(live.state.facts.run, live);
    tell(entries, { run: live });
    for (const [before, decision] of held.value) settle(before, decision);
    return ok({ entries });
  };

  const submitSite: Engine['submitSite'] = async (command) => {
    const act = SITE_ACTS[command.type];
    const signature =
      act === undefined
        ? ok(true)
        : await authenticPerson(
            checker({ next: nextRoster(command), ...(act === 'epoch' ? { opening: genesis } : {}) }),
            act,
            command.person,
            command as unknown as Signed,
          );
    const result = stopped() ?? (signature.ok ? guarded(() => commitSite(command)) : signature);
    if (!result.ok) refused(command.person, act ?? command.type, result.refusal, {});
    return result;
  };

  const commitAfter = (id: string, command: AfterCommand): Result<Accepted> => {
    const row = store.run(id);
    const state = row && afterState(store, row);
    if (!row || !state) return fail('XCK_NOT_NOW', { what: 'this', why: 'it comes after the close of its run' });
    const decided = decideAfter(
      state,
      command,
      { ...at(), log: log.origin },
      { roster: site.roster, erasable: erasableOfRun(store, id) },
    );
    if (!decided.ok) return decided;
    const sealed = decided.value;
    const done = append([sealed], [rowAfter(row, foldAfter(state, sealed), sealed)], id);
    if (!done.ok) return done;
    tell([sealed], { after: id });
    return ok({ entries: [sealed] });
  };

  const submitAfter: Engine['submitAfter'] = async (id, command) => {
    const signature =
      command.type === 'redact' ? await authenticPerson(checker(), 'redact', command.person, command) : ok(true);
    const result = stopped() ?? (signature.ok ? guarded(() => commitAfter(id, command)) : signature);
    if (!result.ok && command.type === 'redact') refused(command.person, 'redact', result.refusal, { run: id });
    return result;
  };

  return {
    log,
    get site() {
      return site;
    },
    run,
    openRun: (id) => runs.get(id),
    openRuns: () => [...runs.values()],
    runbookOf,
    world,
    submit,
    submitSite,
    submitAfter,
    refused,
    listen: (listener) => void listeners.push(listener),
  };
}
