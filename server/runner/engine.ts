/** The one write path: verify → decide → append durably → fold → effects. Every transport goes through `submit`; nothing else appends. */
import { fail, type Refusal } from '../../core/errors.ts';
import type { Act } from '../../core/log/acts.ts';
import { type Draft, type Sealed, seal } from '../../core/log/entry.ts';
import type { EntryOf } from '../../core/log/tables.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Command, Effect, Signed } from '../../core/run/commands.ts';
import { decide } from '../../core/run/decide.ts';
import { contextOf } from '../../core/run/state.ts';
import { decideSite, type SiteCommand } from '../../core/site/decide.ts';
import type { Ports } from '../ports/ports.ts';
import type { Store } from '../store/store.ts';
import { authenticAgent, authenticPerson } from './authentic.ts';
import type { Log } from './log.ts';
import { bare, beginRun, type LiveRun, machines, replayRun } from './runs.ts';
import { foldSite, loadSite, runbookReader, type Site } from './site.ts';

/** What has just become durable. */
export interface Committed {
  readonly entries: readonly Sealed[];
  readonly run: LiveRun | null;
  readonly effects: readonly Effect[];
}

export interface Accepted {
  readonly entries: readonly Sealed[];
}

export interface Engine {
  readonly log: Log;
  readonly site: Site;
  run(id: string): LiveRun | undefined;
  openRuns(): LiveRun[];
  readonly runbookOf: (digest: string) => import('../../core/runbook/runbook.ts').Runbook | undefined;
  submit(run: string, command: Command): Promise<Result<Accepted>>;
  submitSite(command: SiteCommand): Promise<Result<Accepted>>;
  /** Writes down a refused attempt that matters; it stops nothing and starts nothing. */
  refused(actor: string, act: string, refusal: Refusal, of: { readonly run?: string; readonly step?: string }): void;
  /** Called after every commit, in order. */
  listen(listener: (committed: Committed) => void): void;
}

/** Acts that carry a person's statement, and those that carry an agent's. */
const PERSON_ACTS = new Set<string>(['confirm', 'refuse', 'key', 'lift', 'close']);
const AGENT_ACTS = { armed: 'armed', started: 'started', outcome: 'outcome' } as const;
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
]);

export function openEngine(store: Store, log: Log, ports: Ports): Engine {
  const runbookOf = runbookReader(store);
  const machineOf = machines(runbookOf);
  let site = loadSite(store, runbookOf);
  const runs = new Map<string, LiveRun>();
  for (const { run, open } of store.runs()) if (open) runs.set(run, replayRun(store, site, machineOf, runbookOf, run));
  const listeners: ((committed: Committed) => void)[] = [];

  const at = () => ({ seq: log.size, ts: Math.max(ports.now(), log.lastTs) });
  const tell = (committed: Committed) => {
    for (const listener of listeners) listener(committed);
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
  const checker = () => ({ roster: site.roster, log, verifyRaw: ports.verifyRaw });

  const run = (id: string): LiveRun | undefined => {
    const open = runs.get(id);
    if (open) return open;
    return store.runs().some((row) => row.run === id) ? replayRun(store, site, machineOf, runbookOf, id) : undefined;
  };

  /** From here to the swap nothing awaits: no other command can come in between. */
  const commit = (live: LiveRun, command: Command): Result<Accepted> => {
    const decision = decide(live.state, command, at());
    if (!decision.ok) return decision;
    const { entries, state, effects, refusal } = decision.value;
    const closed = contextOf(state).closed !== null;
    log.append(entries, closed ? [{ run: state.facts.run, open: false }] : []);
    const next: LiveRun = { state, entries: [...live.entries, ...entries.map(bare)] };
    if (closed) runs.delete(state.facts.run);
    else runs.set(state.facts.run, next);
    tell({ entries, run: next, effects });
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
      log.append([sealed]);
      tell({ entries: [sealed], run: null, effects: [] });
      return ok({ entries: [sealed] });
    });
  };

  const authentic = async (command: Command): Promise<Result<true>> => {
    if (PERSON_ACTS.has(command.type) && 'person' in command)
      return authenticPerson(checker(), command.type as Act, command.person, command as unknown as Signed);
    if (command.type in AGENT_ACTS && 'agent' in command)
      return authenticAgent(checker(), command.type as Act, command.agent, command as unknown as Signed);
    return ok(true);
  };

  const submit: Engine['submit'] = async (id, command) => {
    const signature = await authentic(command);
    const live = run(id);
    if (!live) return fail('XCK_UNKNOWN', { what: 'run', name: id });
    const result = stopped() ?? (signature.ok ? guarded(() => commit(live, command)) : signature);
    const actor = 'person' in command ? command.person : 'agent' in command ? command.agent : null;
    if (!result.ok && actor) refused(actor, command.type, result.refusal, { run: id, ...stepOf(live) });
    return result;
  };

  const stepOf = (live: LiveRun) => {
    const { arming } = contextOf(live.state);
    return arming ? { step: arming.step } : {};
  };

  const commitSite = (command: SiteCommand): Result<Accepted> => {
    const decided = decideSite(site, command);
    if (!decided.ok) return decided;
    const { draft, run: opened } = decided.value;
    const { seq, ts } = at();
    const chain = draft.type === 'key.enrolled' ? { rprev: site.rosterHead } : {};
    const sealed = seal(draft, {
      log: log.origin,
      seq,
      ts,
      ...(opened ? { run: { run: opened, rseq: 0 } } : {}),
      ...chain,
    });
    log.append([sealed], opened ? [{ run: opened, open: true }] : []);
    site = foldSite(site, sealed, runbookOf);
    const live = opened ? beginRun(site, machineOf, runbookOf, sealed as Sealed<EntryOf<'run.opened'>>) : null;
    if (opened && live) runs.set(opened, live);
    tell({ entries: [sealed], run: live, effects: [] });
    return ok({ entries: [sealed] });
  };

  const submitSite: Engine['submitSite'] = async (command) => {
    const act: Act = command.type === 'register' ? 'runbook' : command.type;
    const signature = await authenticPerson(checker(), act, command.person, command);
    const result = stopped() ?? (signature.ok ? guarded(() => commitSite(command)) : signature);
    if (!result.ok) refused(command.person, act, result.refusal, {});
    return result;
  };

  return {
    log,
    get site() {
      return site;
    },
    run,
    openRuns: () => [...runs.values()],
    runbookOf,
    submit,
    submitSite,
    refused,
    listen: (listener) => void listeners.push(listener),
  };
}
