/** What comes after a run's close: clocks that pass, backups that are deleted, the postmortem, countermeasures, bodies that are erased. It changes nothing of the run. */
import { fail } from '../errors.ts';
import { type Body, type Draft, type Sealed, seal } from '../log/entry.ts';
import { isKeeper, type Roster } from '../log/roster.ts';
import type { EntryOf } from '../log/tables.ts';
import { ok, type Result } from '../result.ts';
import type { Signed } from '../run/commands.ts';
import type { At } from '../run/draftbook.ts';
import { hasStarted } from '../run/progress.ts';
import { all, type Check, later, unless, yes } from '../run/rules/check.ts';
import { contextOf, headRef, type RunState } from '../run/state.ts';
import { forwardSteps } from '../runbook/steps.ts';
import { ascend, type Erasable, readOrder } from './redaction.ts';
import type { Close } from './state.ts';
import { bodies, stated } from './statement.ts';

type AfterType =
  | 'clock.passed'
  | 'backup.deleted'
  | 'postmortem.written'
  | 'countermeasure.opened'
  | 'countermeasure.closed'
  | 'body.redacted';
export type AfterEntryOf<T extends AfterType> = Exclude<EntryOf<T>, { run: string }>;
export type AfterEntry = { [T in AfterType]: AfterEntryOf<T> }[AfterType];

export interface AfterState {
  readonly close: Close;
  /** Backup steps whose copy is to be deleted and has not been. */
  readonly kept: readonly string[];
  /** Whether each countermeasure is open, by id. */
  readonly countermeasures: Readonly<Record<string, boolean>>;
  /** Digest of the newest entry of the chain; null where there is none. */
  readonly head: string | null;
}

/** Returns what follows a close before anything has. */
export const afterClose = (close: Close, kept: readonly string[]): AfterState => ({
  close,
  kept,
  countermeasures: {},
  head: null,
});

/** What stays known of a run that has just been closed; its head is its run.closed. */
export function closeOf(state: RunState): Close {
  const { facts, head } = state;
  const { closed, clocks } = contextOf(state);
  if (closed === null) throw new Error(`the run ${facts.run} is not closed`);
  const { run, runbook, mode } = facts;
  return { run, runbook, mode, result: closed, ref: headRef(state), at: head.ts, clocks };
}

/** Backup steps that left, or may have left, a copy that is kept for a time. */
export function keptCopies(state: RunState): string[] {
  const context = contextOf(state);
  const ran = forwardSteps(context.runbook).filter((step) => hasStarted(context, step));
  return ran.filter(({ backup }) => backup !== null && backup.keep_ms !== null).map(({ id }) => id);
}

/** Returns the state after one more entry; whether it may follow was asked before. */
export function foldAfter(state: AfterState, { entry, digest }: Sealed<AfterEntry>): AfterState {
  const next = { ...state, head: digest };
  switch (entry.type) {
    case 'clock.passed':
      return { ...next, close: passed(state.close, entry.clock) };
    case 'backup.deleted':
      return { ...next, kept: state.kept.filter((step) => step !== entry.step) };
    case 'countermeasure.opened':
      return { ...next, countermeasures: { ...state.countermeasures, [entry.id]: true } };
    case 'countermeasure.closed':
      return { ...next, countermeasures: { ...state.countermeasures, [entry.id]: false } };
    default:
      return next;
  }
}

function passed(close: Close, id: string): Close {
  const clock = close.clocks[id];
  return clock ? { ...close, clocks: { ...close.clocks, [id]: { ...clock, passed: true } } } : close;
}

/** Checks that an entry may come after the close that it is about; `erasable` is what a redaction may name there. */
export function mayComeAfter(state: AfterState, entry: AfterEntry, erasable: Pick<Erasable, 'has'>): Check {
  const other = unless(entry.about !== state.close.ref, later('it is about another close'));
  return all(other, entry.type === 'body.redacted' ? mayErase(entry, erasable) : mayHappen(state, entry));
}

function mayErase(entry: AfterEntryOf<'body.redacted'>, erasable: Pick<Erasable, 'has'>): Check {
  const other = entry.erased.find((named) => !erasable.has(named));
  return all(
    unless(!ascend(entry), later('its digests do not ascend')),
    unless(other !== undefined, fail('XCK_UNKNOWN', { what: 'body that may be erased', name: other ?? '' })),
  );
}

function mayHappen(
  { close, kept, countermeasures }: AfterState,
  entry: Exclude<AfterEntry, AfterEntryOf<'body.redacted'>>,
): Check {
  switch (entry.type) {
    case 'clock.passed': {
      const clock = Object.hasOwn(close.clocks, entry.clock) ? close.clocks[entry.clock] : undefined;
      return all(
        unless(!clock || clock.passed, later('this clock does not run')),
        unless(clock !== undefined && entry.ts < clock.ends, later('this clock still runs')),
      );
    }
    case 'backup.deleted':
      return unless(
        !kept.includes(entry.step),
        fail('XCK_UNKNOWN', { what: 'copy that is kept of step', name: entry.step }),
      );
    case 'postmortem.written':
      return yes;
    case 'countermeasure.opened':
      return unless(
        Object.hasOwn(countermeasures, entry.id),
        fail('XCK_EXISTS', { what: `The countermeasure ${entry.id}`, how: 'there' }),
      );
    case 'countermeasure.closed':
      return unless(
        countermeasures[entry.id] !== true,
        fail('XCK_UNKNOWN', { what: 'open countermeasure', name: entry.id }),
      );
  }
}

export type AfterCommand =
  | { readonly type: 'clock'; readonly clock: string }
  | { readonly type: 'backup_deleted'; readonly person: string; readonly step: string; readonly answer: Body }
  | { readonly type: 'postmortem'; readonly person: string; readonly answer: Body }
  | {
      readonly type: 'countermeasure';
      readonly person: string;
      readonly id: string;
      readonly due: number | null;
      readonly answer: Body;
    }
  | { readonly type: 'countermeasure_closed'; readonly person: string; readonly id: string; readonly answer: Body }
  | RedactCommand;

/** Its signature was checked; what it erases stands in its statement. */
type RedactCommand = { readonly type: 'redact'; readonly person: string } & Signed;

/** Returns the entry that `command` makes after the close, or why it cannot follow. */
export function decideAfter(
  state: AfterState,
  command: AfterCommand,
  at: At & { readonly log: string },
  { roster, erasable }: { readonly roster: Pick<Roster, 'keepers'>; readonly erasable: Pick<Erasable, 'has'> },
): Result<Sealed<AfterEntry>> {
  const link = state.head === null ? {} : { aprev: state.head };
  const draft =
    command.type === 'redact' ? redaction(state.close, command, at.log, roster) : ok(draftOf(state.close.ref, command));
  if (!draft.ok) return draft;
  const sealed = seal(draft.value, { ...at, ...link }) as Sealed<AfterEntry>;
  const rule = mayComeAfter(state, sealed.entry, erasable);
  return rule.ok ? ok(sealed) : rule;
}

/** A keeper orders it, in a statement about the close that names what goes, on whose order and why. */
function redaction(
  { ref, run, mode }: Close,
  command: RedactCommand,
  origin: string,
  roster: Pick<Roster, 'keepers'>,
): Result<Draft> {
  if (!isKeeper(roster, command.person)) return fail('XCK_KEEPER', {});
  let erased: readonly string[] = [];
  const lines = stated(origin, 'redact', command, (content) => {
    const order = readOrder(content);
    erased = order?.erased ?? [];
    return { about: ref, run, mode, content: order ?? null };
  });
  if (!lines.ok) return lines;
  const fields = { about: ref, erased };
  return ok({ type: 'body.redacted', actor: command.person, fields, bodies: bodies(command) } as Draft);
}

function draftOf(about: string, command: Exclude<AfterCommand, RedactCommand>): Draft {
  switch (command.type) {
    case 'clock':
      return { type: 'clock.passed', actor: 'server', fields: { about, clock: command.clock } };
    case 'backup_deleted':
      return written('backup.deleted', command, { about, step: command.step });
    case 'postmortem':
      return written('postmortem.written', command, { about });
    case 'countermeasure':
      return written('countermeasure.opened', command, {
        about,
        id: command.id,
        ...(command.due === null ? {} : { due: command.due }),
      });
    case 'countermeasure_closed':
      return written('countermeasure.closed', command, { about, id: command.id });
  }
}

const written = (type: AfterType, { person, answer }: { person: string; answer: Body }, fields: object): Draft =>
  ({ type, actor: person, fields, bodies: { answer } }) as unknown as Draft;
