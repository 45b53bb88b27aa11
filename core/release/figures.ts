/** A run in figures: when its steps started and ended, what it was given, whom it ran on. Blind values are left out, whoever asks. */
import type { Sealed } from '../log/entry.ts';
import type { EntryOf } from '../log/tables.ts';
import type { Deviation } from '../run/deviation.ts';
import { blindProbes } from '../runbook/blind.ts';
import type { Action } from '../runbook/runbook.ts';
import type { RunFigures } from './changes.ts';
import { bodyOf, type Entries, lineOf, ofType } from './entries.ts';

/** The last time that a step ran: the first start of that attempt, its last outcome. */
export interface StepTime {
  readonly started: number;
  readonly ended: number | null;
}

/** Times by step; a step that never started has none. */
export function stepTimes(entries: Entries): Record<string, StepTime> {
  const times = new Map<string, StepTime & { readonly attempt: number }>();
  for (const { entry } of ofType(entries, 'step.started', 'step.finished', 'step.failed', 'step.unknown')) {
    const { step, attempt, ts } = entry;
    const same = times.get(step)?.attempt === attempt ? times.get(step) : undefined;
    if (entry.type !== 'step.started') times.set(step, { started: same?.started ?? ts, ended: ts, attempt });
    else times.set(step, { started: same?.started ?? ts, ended: null, attempt });
  }
  return Object.fromEntries([...times].map(([step, { started, ended }]) => [step, { started, ended }]));
}

/** How long each step that is over took, ms. */
export const durationsOf = (entries: Entries): Record<string, number> =>
  Object.fromEntries(
    Object.entries(stepTimes(entries)).flatMap(([step, { started, ended }]) =>
      ended === null ? [] : [[step, ended - started] as const],
    ),
  );

/** Returns what is compared of a run with another: what this reader's bodies say, and nothing that anybody was asked blind. */
export function figuresOf(entries: Entries): RunFigures {
  const opened = ofType(entries, 'run.opened')[0];
  const armed = ofType(entries, 'step.armed');
  const given = opened && (bodyOf(opened, 'inputs') as RunFigures['inputs'] | undefined);
  return {
    runbook: opened?.entry.runbook ?? '',
    inputs: { ...given, ...changedInputs(entries) },
    targets: Object.fromEntries(armed.flatMap((one) => targetOf(one))),
    probes: Object.fromEntries(armed.flatMap((one) => seenProbes(one))),
    durations: durationsOf(entries),
    people: peopleOf(entries),
  };
}

function changedInputs(entries: Entries): RunFigures['inputs'] {
  const changes = ofType(entries, 'run.deviated', 'run.decided').map((sealed) => {
    const content = bodyOf(sealed, 'content') as (Deviation & { readonly deviation?: Deviation | null }) | undefined;
    return (content?.deviation ?? content)?.inputs;
  });
  return Object.assign({}, ...changes);
}

function targetOf(armed: Sealed<EntryOf<'step.armed'>>): [string, string][] {
  const target = lineOf(armed, 'armed', 'target') as { readonly agent?: unknown } | null | undefined;
  return typeof target?.agent === 'string' ? [[armed.entry.step, target.agent]] : [];
}

function seenProbes(armed: Sealed<EntryOf<'step.armed'>>): [string, string][] {
  const action = bodyOf(armed, 'action') as Pick<Action, 'challenge'> | undefined;
  if (!action) return [];
  const blind = blindProbes(action);
  return Object.keys(armed.entry.probes).flatMap((id): [string, string][] => {
    const value = blind.has(id) ? undefined : bodyOf(armed, `probe-${id}`);
    return typeof value === 'string' ? [[`${armed.entry.step}.${id}`, value]] : [];
  });
}

/** Whoever sat last in each seat; a seat that was left and not taken again has nobody. */
function peopleOf(entries: Entries): Record<string, string> {
  const seats = new Map<string, string>();
  for (const { entry } of ofType(entries, 'run.opened', 'seat.taken', 'seat.left', 'lead.taken')) {
    if (entry.type === 'seat.left') seats.delete(entry.seat);
    else if (entry.type === 'seat.taken') seats.set(entry.seat, entry.actor);
    else if (entry.type === 'run.opened') seats.set('lead', entry.actor);
    else {
      for (const [seat, person] of seats) if (person === entry.person) seats.delete(seat);
      seats.set('lead', entry.person);
    }
  }
  return Object.fromEntries(seats);
}
