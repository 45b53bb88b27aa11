/** From wherever a run has come to, people and agents who act lawfully can end it: nobody is locked in. */
import { type RunContext, seatOf } from '../../core/run/context.ts';
import { IDS, type Saying } from '../helpers/told.ts';
import type { Watched } from './judges.ts';
import { collect, type Move, PEOPLE, rolesFor } from './moves.ts';

/** Thrown where every lawful act was tried and the run is still open. */
export class LockedIn extends Error {}

/** Brings the run to its close; throws LockedIn where that cannot be done. */
export function leaves(run: Watched): void {
  for (const way of [endAll, leadAgain, seatAgain, resolveAll, abort]) {
    if (run.context.closed !== null) return;
    const move = way(run);
    for (let said = move.next(); !said.done; ) said = move.next(run.offer(said.value));
  }
  if (run.context.closed === null) throw new LockedIn(stuck(run));
}

const stuck = ({ context, written, runbook }: Watched): string =>
  [
    'nobody can leave this run:',
    JSON.stringify(runbook.steps),
    ...written.map(({ entry: { v, log, run, seq, bodies, prev, ...own } }) => JSON.stringify(own)),
    JSON.stringify({ holds: context.holds, seats: context.seats, armings: context.armings, away: context.away }),
  ].join('\n');

/** Agents tell what became of what runs, or people abort what no agent tells of; what was only armed expires. */
function* endAll(run: Watched): Move {
  for (const { step, attempt, ref, items, starts, agent } of Object.values(run.context.armings)) {
    if (items.some((item) => starts[item] === undefined))
      yield { type: 'step.voided', actor: 'server', fields: { step, attempt, armed: ref, reason: 'expired' } };
    for (const [item, { ref: started, outcome }] of Object.entries(starts)) {
      if (outcome !== null) continue;
      const about = { step, attempt, started, checks: {}, ...(item === '' ? {} : { item }) };
      if (run.offered % 2 === 0) yield { type: 'step.failed', actor: agent, fields: { ...about, result: 'failed' } };
      else yield* someoneAborts(run, { step, attempt });
    }
  }
}

function* someoneAborts(run: Watched, fields: { step: string; attempt: number }): Move {
  if (Object.keys(run.context.seats).length === 0) yield* join(run, 'reviewer', () => true);
  const [seated] = Object.values(run.context.seats);
  if (seated) yield { type: 'step.aborted', actor: seated.person, fields };
}

/** Somebody fit sits down; whoever sat there stands up. */
function* join(run: Watched, seat: string, fit: (person: string) => boolean): Move {
  const holder = run.context.seats[seat]?.person;
  if (holder !== undefined && fit(holder)) return;
  if (holder !== undefined) yield { type: 'seat.left', actor: holder, fields: { seat } };
  const actor = PEOPLE.find(
    (one) => fit(one) && rolesFor(run.context, one, seat).length > 0 && !seatOf(run.context, one),
  );
  const other = PEOPLE.find((one) => fit(one) && rolesFor(run.context, one, seat).length > 0);
  const taken = actor === undefined && other !== undefined ? seatOf(run.context, other) : undefined;
  if (taken !== undefined && other !== undefined) yield { type: 'seat.left', actor: other, fields: { seat: taken } };
  const who = actor ?? other;
  if (who !== undefined)
    yield { type: 'seat.taken', actor: who, fields: { seat, role: rolesFor(run.context, who, seat)[0] } };
}

const mayCount = (context: RunContext) => (person: string) =>
  !context.never.includes(person) && !context.authors.includes(person);

/** The other seats are filled with people who can count, so that there is a quorum again. */
function* seatAgain(run: Watched): Move {
  for (const seat of ['reviewer', 'verifier']) yield* join(run, seat, mayCount(run.context));
  for (const seat of run.context.away)
    yield { type: 'presence.back', actor: 'server', fields: { seat, person: run.context.seats[seat]?.person } };
}

/** Where nobody leads, or the lead is away, somebody takes the lead with the word of one who is there. */
function* leadAgain(run: Watched): Move {
  const { context } = run;
  if (context.seats['lead'] && !context.away.includes('lead')) return;
  yield* seatAgain(run);
  const person = PEOPLE.find(
    (one) =>
      one !== context.seats['lead']?.person &&
      rolesFor(context, one, 'lead').length > 0 &&
      !context.confirmed.includes(one) &&
      one !== run.context.seats['reviewer']?.person,
  );
  if (person === undefined) return;
  const from = run.written.reduce(
    (last, { entry }) => (entry.type === 'lead.taken' ? entry.person : last),
    context.lead,
  );
  const giver = run.context.seats['reviewer']?.person ?? IDS.dba;
  const content = { from, person, role: 'release-lead' };
  yield* collect(run, 'lead', run.context.last, content, [person, giver], { type: 'lead.taken', fields: content });
}

const quorum = ({ seats }: RunContext): string[] =>
  ['lead', 'reviewer', 'verifier'].flatMap((seat) => seats[seat]?.person ?? []);

function* resolveAll(run: Watched): Move {
  const unknown = Object.entries(run.context.items).flatMap(([step, items]) =>
    Object.entries(items).flatMap(([item, { result, ref }]) => (result === 'unknown' ? [{ step, item, ref }] : [])),
  );
  const lost = Object.values(run.context.armings).flatMap(({ step, starts }) =>
    Object.entries(starts).flatMap(([item, { ref, outcome }]) => (outcome === null ? [{ step, item, ref }] : [])),
  );
  for (const { step, item, ref } of [...unknown, ...lost])
    for (const people of [2, 3]) {
      const fields = {
        step,
        attempt: run.context.attempts[step] ?? 1,
        outcome: ref,
        as: 'failed',
        ...(item === '' ? {} : { item }),
      };
      const order = quorum(run.context).slice(0, people);
      yield* collect(run, 'resolve', ref, { as: 'failed', evidence: `${run.offered}` }, order, {
        type: 'step.resolved',
        fields,
      });
    }
}

/** The lead and one more, or where nobody leads two others. */
function* abort(run: Watched): Move {
  const { context } = run;
  const effect: Omit<Saying, 'actor'> = { type: 'run.closed', fields: { result: 'aborted' } };
  const led = context.seats['lead'] && !context.away.includes('lead');
  const people = quorum(context).filter((person) => led || person !== context.seats['lead']?.person);
  for (const pair of [people.slice(0, 2), [people[0], people[2]]])
    if (run.context.closed === null)
      yield* collect(
        run,
        'close',
        run.context.last,
        { result: 'aborted', roster: `${run.offered}` },
        pair.filter((one) => one !== undefined),
        effect,
      );
}
