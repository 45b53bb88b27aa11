/** What people, agent and server do next in a run: each move is one or more entries, most of them lawful where they come. */
import type { CollectedAct } from '../../core/log/acts.ts';
import { KEY_KINDS } from '../../core/log/publicKey.ts';
import { type Arming, finishedItems, type RunContext, seatOf } from '../../core/run/context.ts';
import type { Step } from '../../core/runbook/runbook.ts';
import { allSteps, forwardSteps } from '../../core/runbook/steps.ts';
import { waveIds } from '../../core/runbook/wave.ts';
import { AGENT, IDS, type Saying } from '../helpers/told.ts';
import type { Watched } from './judges.ts';
import { Pick } from './pick.ts';

export type Move = Generator<Saying, void, boolean>;
type Mover = (run: Watched, pick: Pick) => Move;

export const PEOPLE = Object.values(IDS);
const SEATS = ['lead', 'reviewer', 'verifier', 'deputy'];
const server = (type: Saying['type'], fields: Saying['fields'] = {}): Saying => ({ type, actor: 'server', fields });

export const rolesFor = (context: RunContext, person: string, seat: string): string[] =>
  (context.runbook.crew[seat]?.roles ?? []).filter((role) => context.roles[person]?.includes(role));

/** Everybody who might sit down: the empty seats, each with the people and roles for it. */
export const sittings = (context: RunContext): Saying[] =>
  SEATS.filter((seat) => seat !== 'lead' && !context.seats[seat]).flatMap((seat) =>
    PEOPLE.filter((person) => !seatOf(context, person)).flatMap((actor) =>
      rolesFor(context, actor, seat).map((role) => ({ type: 'seat.taken' as const, actor, fields: { seat, role } })),
    ),
  );

const holderOf = (context: RunContext, seat: string): string => context.seats[seat]?.person ?? IDS.guest;
const aboutOf = ({ step, attempt, ref }: Arming) => ({ step, attempt, armed: ref });
const armings = ({ armings }: RunContext): Arming[] => Object.values(armings);
const itemsOf = (item: string) => (item === '' ? {} : { item });

function* sit(run: Watched, pick: Pick): Move {
  const all = sittings(run.context);
  const fit = all.filter(({ actor }) => actor !== IDS.author && actor !== IDS.third);
  const one = pick.some(pick.chance(5) ? all : fit);
  if (one) yield one;
}

function* everybodySits(run: Watched, pick: Pick): Move {
  yield* sit(run, pick);
  yield* sit(run, pick);
  if (pick.chance(3)) yield* sit(run, pick);
}

function* leave({ context }: Watched, pick: Pick): Move {
  const seat = pick.one(SEATS);
  yield { type: 'seat.left', actor: holderOf(context, seat), fields: { seat } };
}

function* presence({ context }: Watched, pick: Pick): Move {
  const away = pick.some(context.away);
  const seat = away !== undefined && !pick.chance(4) ? away : pick.one(SEATS);
  const type = context.away.includes(seat) ? 'presence.back' : 'presence.lost';
  yield server(type, { seat, person: holderOf(context, seat) });
  if (type === 'presence.lost' && pick.chance(2)) yield* stop(...hold(context, 'presence', pick));
}

function* stop(...sayings: Saying[]): Move {
  for (const saying of sayings) yield saying;
}

/** A hold by the server, with the voids that come with it. */
function hold(context: RunContext, cause: string, pick: Pick, step?: string): Saying[] {
  const open = armings(context).find((one) => !one.stopped);
  const named = step ?? open?.step;
  const raised = server('hold.raised', { cause, ...(named === undefined || pick.chance(6) ? {} : { step: named }) });
  const voids = armings(context)
    .filter((one) => Object.keys(one.starts).length < one.items.length)
    .map((one) => server('step.voided', { ...aboutOf(one), reason: 'hold' }));
  return pick.chance(8) ? [raised] : [raised, ...voids];
}

function* brief(run: Watched, pick: Pick): Move {
  const { briefing, debrief, crew } = run.context.runbook;
  for (const question of pick.chance(4) ? debrief : briefing)
    for (const seat of question.by === 'each' ? Object.keys(crew) : [question.by])
      yield {
        type: 'briefing.answered',
        actor: pick.chance(6) ? holderOf(run.context, pick.one(SEATS)) : holderOf(run.context, seat),
        fields: { question: question.id, seat, result: pick.chance(6) ? 'fail' : 'pass' },
      };
}

function* debrief(run: Watched, pick: Pick): Move {
  for (const { id, by } of run.context.runbook.debrief)
    yield {
      type: 'briefing.answered',
      actor: holderOf(run.context, by),
      fields: { question: id, seat: by, result: pick.chance(6) ? 'fail' : 'pass' },
    };
}

function* poll(run: Watched, pick: Pick): Move {
  const { go_no_go, steps } = run.context.runbook;
  const gates = steps.flatMap(({ id, gate }) => (gate ? [{ id, of: gate }] : []));
  const gate = pick.some([...(go_no_go.length > 0 ? [{ id: 'go_no_go', of: go_no_go }] : []), ...gates]);
  for (const seat of gate?.of ?? []) {
    const no = pick.chance(5);
    const actor = holderOf(run.context, seat);
    yield { type: 'gate.polled', actor, fields: { gate: gate?.id, seat, vote: no ? 'no-go' : 'go' } };
    if (!no || pick.chance(4)) continue;
    const named = gate && gate.id !== 'go_no_go' && pick.chance(2) ? { step: gate.id } : {};
    yield { type: 'hold.raised', actor, fields: { cause: 'objection', ...named } };
  }
}

/** The step that comes next, most of the time. */
function next(context: RunContext, pick: Pick): Step | undefined {
  const armable = allSteps(context.runbook).filter(({ kind }) => kind !== 'gate' && kind !== 'parallel');
  if (pick.chance(8)) return pick.some(armable);
  const open = armable.filter(
    ({ id }) => !['finished', 'skipped', 'passed'].includes(context.outcomes[id] ?? '') && !context.armings[id],
  );
  const undoing = new Set(allSteps(context.runbook).flatMap(({ undo }) => (undo ? [undo.step.id] : [])));
  const forward = open.filter(({ id }) => !undoing.has(id));
  const back = open.filter(({ id }) => undoing.has(id) && context.outcomes[id.slice(0, -5)] !== undefined);
  const due = context.way === 'back' ? back.toReversed() : forward;
  return pick.chance(4) ? (due[1] ?? due[0]) : due[0];
}

function armed(context: RunContext, step: Step, nonce: number): Saying {
  const of = Array.isArray(step.for_each?.items) ? step.for_each.items.length : 0;
  const wave = step.for_each && { items: waveIds(of, step.for_each.canary, finishedItems(context, step.id)), of };
  return {
    type: 'step.armed',
    actor: AGENT,
    fields: {
      step: step.id,
      attempt: (context.attempts[step.id] ?? 0) + 1,
      asked_by: context.seats['lead']?.person ?? IDS.guest,
      nonce: nonce.toString(16).padStart(64, '0'),
      not_after: Date.UTC(2026, 10, 21),
      probes: {},
      ...(wave ? { wave } : {}),
    },
  };
}

function* arm(run: Watched, pick: Pick): Move {
  const step = next(run.context, pick);
  if (step) yield armed(run.context, step, run.offered);
}

function* confirm(run: Watched, pick: Pick): Move {
  const arming = pick.some(armings(run.context));
  if (!arming) return;
  const by = allSteps(run.context.runbook).find(({ id }) => id === arming.step)?.by ?? [];
  for (const seat of pick.chance(4) ? [pick.one(SEATS)] : by)
    yield {
      type: 'step.confirmed',
      actor: holderOf(run.context, seat),
      fields: {
        ...aboutOf(arming),
        seat,
        role: run.context.seats[seat]?.role ?? 'dba',
        kind: pick.one([...KEY_KINDS, 'sk-ssh', 'sk-ssh', 'sk-ssh']),
      },
    };
}

function* key({ context }: Watched, pick: Pick): Move {
  const arming = pick.some(armings(context));
  if (!arming) return;
  const confirmations = arming.confirmations.map(({ ref }) => ref);
  yield { type: 'step.keyed', actor: holderOf(context, 'lead'), fields: { ...aboutOf(arming), confirmations } };
}

function* start(run: Watched, pick: Pick): Move {
  const arming = pick.some(armings(run.context));
  for (const item of arming ? (pick.chance(4) ? [pick.one(arming.items)] : arming.items) : []) {
    yield { type: 'step.started', actor: AGENT, fields: { ...aboutOf(arming as Arming), ...itemsOf(item) } };
    if (pick.chance(2)) yield* end(run, pick);
  }
}

/** Outcomes of what runs, with what a server does after one that did not finish. */
function* end(run: Watched, pick: Pick): Move {
  for (const arming of armings(run.context))
    for (const [item, { ref, outcome }] of Object.entries(arming.starts)) {
      if (outcome !== null) continue;
      const step = allSteps(run.context.runbook).find(({ id }) => id === arming.step);
      if (step?.manual && !pick.chance(5)) yield attestation(run.context, arming, step.manual.by, ref, pick);
      const result = pick.one(['finished', 'finished', 'finished', 'finished', 'failed', 'unknown', 'not-started']);
      const about = { step: arming.step, attempt: arming.attempt, started: ref, checks: {}, ...itemsOf(item) };
      const type = result === 'finished' || result === 'unknown' ? (`step.${result}` as const) : 'step.failed';
      const took = yield { type, actor: AGENT, fields: { ...about, result } };
      if (took && result !== 'finished' && !pick.chance(8)) yield* failed(run, pick, arming.step, result);
      if (pick.chance(3)) return;
    }
}

function* failed(run: Watched, pick: Pick, step: string, result: string): Move {
  const arming = run.context.armings[step];
  if (arming && pick.chance(2)) yield server('step.voided', { ...aboutOf(arming), reason: 'wave' });
  yield* stop(...hold(run.context, result === 'unknown' ? 'unknown' : 'failed', pick, step));
}

function attestation(context: RunContext, arming: Arming, seat: string, started: string, pick: Pick): Saying {
  const { step, attempt } = arming;
  const result = pick.chance(4) ? 'fail' : 'pass';
  return {
    type: 'step.attested',
    actor: holderOf(context, seat),
    fields: { step, attempt, started, seat, role: context.seats[seat]?.role ?? 'dba', result },
  };
}

/** From the arming to the outcome, as it should go. */
function* wholeStep(run: Watched, pick: Pick): Move {
  yield* arm(run, pick);
  yield* confirm(run, pick);
  const [arming] = armings(run.context);
  const step = allSteps(run.context.runbook).find(({ id }) => id === arming?.step);
  if (step?.critical) yield* key(run, pick);
  yield* start(run, pick);
  yield* end(run, pick);
}

function* doubt({ context }: Watched, pick: Pick): Move {
  const arming = pick.some(armings(context));
  if (!arming) return;
  const seat = pick.one(SEATS);
  const about = aboutOf(arming);
  const role = context.seats[seat]?.role ?? 'dba';
  const one = pick.one<Saying>([
    { type: 'step.refused', actor: holderOf(context, seat), fields: { ...about, seat, role } },
    { type: 'step.withdrawn', actor: holderOf(context, seat), fields: about },
    {
      type: 'check.differed',
      actor: holderOf(context, 'reviewer'),
      fields: { ...about, seat: 'reviewer', challenge: 'where' },
    },
    { type: 'step.aborted', actor: holderOf(context, seat), fields: { step: arming.step, attempt: arming.attempt } },
    server('step.voided', { ...about, reason: pick.one(['drift', 'expired', 'clock', 'wave', 'decided']) }),
    { type: 'step.voided', actor: AGENT, fields: { ...about, reason: pick.one(['drift', 'window', 'wave']) } },
  ]);
  const took = yield one;
  const reason = one.type === 'step.refused' ? 'refused' : 'withdrawn';
  if (took && (one.type === 'step.refused' || one.type === 'step.withdrawn') && !pick.chance(4))
    yield server('step.voided', { ...about, reason });
}

function* halt(run: Watched, pick: Pick): Move {
  const { context } = run;
  if (pick.chance(2))
    return yield* stop(...hold(context, pick.one(['presence', 'failed', 'unknown', 'differed', 'runbook']), pick));
  const [, ...voids] = hold(context, 'person', pick);
  const step = pick.some(armings(context))?.step ?? pick.some(forwardSteps(context.runbook))?.id;
  yield {
    type: 'hold.raised',
    actor: pick.one(PEOPLE),
    fields: { cause: 'person', ...(pick.chance(2) ? { step } : {}) },
  };
  yield* stop(...voids);
}

function* update({ context }: Watched, pick: Pick): Move {
  const held = pick.some(context.holds);
  if (!held) return;
  const met = Object.keys(held.conditions);
  yield {
    type: 'hold.updated',
    actor: pick.one([
      held.by === 'server' ? IDS.guest : held.by,
      holderOf(context, 'lead'),
      holderOf(context, 'reviewer'),
    ]),
    fields: {
      hold: held.ref,
      ...pick.one<object>([
        { conditions: { ready: 'reviewer' } },
        { conditions: { ready: 'verifier', also: 'lead' } },
        { met },
        { met: met.slice(0, 1) },
        { stance: 'dissent' },
        { next_update: 5 },
      ]),
    },
  };
}

/** Signatures of an act by these people, and its effect. */
export function* collect(
  run: Watched,
  act: CollectedAct,
  about: string,
  content: object,
  signers: readonly string[],
  effect: Omit<Saying, 'actor'>,
): Move {
  for (const actor of signers) {
    const own = seatOf(run.context, actor);
    const takes = act === 'lead' && 'person' in content && content.person === actor && own !== 'lead';
    const seat = takes ? 'lead' : (own ?? 'reviewer');
    const role = takes && 'role' in content ? content.role : (run.context.seats[seat]?.role ?? 'dba');
    yield { type: 'act.signed', actor, fields: { act, about, seat, role }, content };
  }
  const collected = run.context.collection?.signers ?? [];
  const last = signers.at(-1) ?? IDS.lead;
  yield {
    type: effect.type,
    actor: last,
    fields: { ...effect.fields, signed: collected.map(({ ref }) => ref) },
    ...(effect.content === undefined ? {} : { content: effect.content }),
  };
}

/** Who signs: most of the time the lead and two others with seats. */
function signers(context: RunContext, pick: Pick): string[] {
  const people = ['lead', 'reviewer', 'verifier'].flatMap((seat) => context.seats[seat]?.person ?? []);
  const size = pick.one([people.length, 2, 2, 1, 3]);
  const order = pick.chance(4) ? people.toReversed() : people;
  return pick.chance(8) ? [pick.one(PEOPLE), ...order.slice(0, 1)] : order.slice(0, size);
}

function* lift(run: Watched, pick: Pick): Move {
  const held = pick.some(run.context.holds);
  if (held)
    yield* collect(run, 'lift', held.ref, { risk: null }, signers(run.context, pick), {
      type: 'hold.lifted',
      fields: { hold: held.ref },
    });
}

const inserted = (pick: Pick, run: Watched) => ({
  before: pick.chance(5) ? null : (next(run.context, new Pick([]))?.id ?? null),
  inputs: pick.chance(4) ? { maybe: true } : null,
  reason: 'It is needed',
  steps: pick.chance(5)
    ? null
    : [{ id: `extra-${run.offered}`, title: 'Extra', run: ['true'], timeout: '1m', cross_check: { by: ['reviewer'] } }],
});

function* decide(run: Watched, pick: Pick): Move {
  const held = pick.some(run.context.holds);
  if (!held) return;
  const way = pick.one(['back', 'forward'] as const);
  const step = held.step !== null && way === 'forward' && !pick.chance(6) ? { step: held.step } : {};
  const passed = { ...inserted(pick, run) };
  const deviation = way === 'forward' && pick.chance(2) ? passed : null;
  const content = { deviation, dissent: null, test: way === 'forward' ? 'https://example/test' : null, way };
  yield* collect(run, 'decide', held.ref, content, signers(run.context, pick), {
    type: 'run.decided',
    fields: { hold: held.ref, way, ...step },
    content,
  });
}

function* deviate(run: Watched, pick: Pick): Move {
  const content = inserted(pick, run);
  const about = pick.chance(4) ? run.context.opened : run.context.last;
  yield* collect(run, 'deviate', about, content, signers(run.context, pick), { type: 'run.deviated', content });
}

function* resolve(run: Watched, pick: Pick): Move {
  const waiting = Object.entries(run.context.items).flatMap(([step, items]) =>
    Object.entries(items).flatMap(([item, { result, ref }]) =>
      result === 'unknown' || pick.chance(8) ? [{ step, item, ref }] : [],
    ),
  );
  const lost = armings(run.context).flatMap(({ step, starts }) =>
    Object.entries(starts).flatMap(([item, { ref, outcome }]) => (outcome === null ? [{ step, item, ref }] : [])),
  );
  const one = pick.some([...waiting, ...lost]);
  if (!one) return;
  if (lost.includes(one) && !pick.chance(3))
    yield {
      type: 'step.aborted',
      actor: holderOf(run.context, pick.one(SEATS)),
      fields: { step: one.step, attempt: run.context.attempts[one.step] },
    };
  const as = pick.one(['finished', 'failed', 'not-started']);
  const fields = {
    step: one.step,
    attempt: run.context.attempts[one.step] ?? 1,
    ...itemsOf(one.item),
    outcome: one.ref,
    as,
  };
  yield* collect(run, 'resolve', one.ref, { as, evidence: 'Seen' }, signers(run.context, pick), {
    type: 'step.resolved',
    fields,
  });
}

function* waive(run: Watched, pick: Pick): Move {
  const { briefing, debrief } = run.context.runbook;
  const question = pick.some([...briefing, ...debrief])?.id ?? 'nothing';
  const about = pick.chance(5) ? run.context.last : run.context.opened;
  yield* collect(run, 'waive', about, { question, reason: 'None' }, signers(run.context, pick), {
    type: 'briefing.waived',
    fields: { question },
  });
}

function* lead(run: Watched, pick: Pick): Move {
  const { context } = run;
  const person = pick.chance(4) ? pick.one(PEOPLE) : pick.one([IDS.second, IDS.third]);
  const from = pick.chance(12) ? pick.one(PEOPLE) : context.lead;
  const giver = holderOf(context, pick.one(['lead', 'reviewer', 'lead', 'deputy', 'verifier']));
  const content = { from, person, role: 'release-lead' };
  const order = pick.chance(3) ? [giver, person] : [person, giver];
  const about = pick.chance(6) ? context.opened : context.last;
  yield* collect(run, 'lead', about, content, order, { type: 'lead.taken', fields: content });
  for (const arming of armings(run.context))
    if (!pick.chance(6)) yield server('step.voided', { ...aboutOf(arming), reason: 'crew' });
}

function* close(run: Watched, pick: Pick): Move {
  const { context } = run;
  const result = pick.one(['done', 'done', 'aborted', 'rolled-back']);
  const content = { result, roster: null };
  const about = pick.chance(8) ? context.opened : context.last;
  yield* collect(run, 'close', about, content, signers(context, pick), { type: 'run.closed', fields: { result } });
}

function* skip({ context }: Watched, pick: Pick): Move {
  const steps = forwardSteps(context.runbook);
  const step = pick.chance(3) ? pick.one(steps) : (steps.find(({ when }) => when !== null) ?? pick.one(steps));
  yield server('step.skipped', { step: step.id });
}

function* clock(run: Watched, pick: Pick): Move {
  run.now += pick.one([1000, 30_000, 90_000]);
  if (pick.chance(2)) yield server('clock.passed', { clock: pick.chance(8) ? 'none' : 'raw' });
}

/** An act taken up again by one more signature, or its effect without one. */
function* halfAct(run: Watched, pick: Pick): Move {
  const collection = run.context.collection;
  const about = collection?.about ?? run.context.last;
  const act = collection?.act ?? pick.one(['close', 'lift', 'lead'] as const);
  const actor = pick.one(PEOPLE);
  const seat = seatOf(run.context, actor) ?? pick.one(SEATS);
  const content = pick.one([{ risk: null }, { result: 'aborted', roster: null }, { result: 'done', roster: null }]);
  yield {
    type: 'act.signed',
    actor,
    fields: { act, about, seat, role: run.context.seats[seat]?.role ?? 'dba' },
    content,
  };
}

/** A version of the roster, which mostly takes something from one of the crew. */
function* strike(run: Watched, pick: Pick): Move {
  const { context } = run;
  const version = Number(context.roster.split(' ')[0]) + (pick.chance(8) ? pick.below(3) : 1);
  const person = pick.one(PEOPLE);
  const roles = pick.chance(2) ? [] : pick.chance(6) ? ['release-lead'] : (context.roles[person] ?? []);
  const struck = pick.chance(3) ? {} : { [person]: [...roles] };
  const took = yield server('roster.followed', { roster: `${version} sha256:${'7'.repeat(64)}`, struck });
  if (!took || Object.keys(struck).length === 0) return;
  for (const arming of armings(run.context))
    if (!pick.chance(6)) yield server('step.voided', { ...aboutOf(arming), reason: 'roster' });
}

/** Moves and how often each comes. */
export const MOVES: readonly (readonly [times: number, mover: Mover])[] = [
  [4, everybodySits],
  [2, sit],
  [1, leave],
  [2, presence],
  [4, brief],
  [3, poll],
  [12, wholeStep],
  [3, arm],
  [3, confirm],
  [2, key],
  [3, start],
  [5, end],
  [3, doubt],
  [2, halt],
  [1, update],
  [5, lift],
  [3, decide],
  [2, deviate],
  [3, resolve],
  [1, waive],
  [2, lead],
  [3, close],
  [2, skip],
  [1, clock],
  [1, halfAct],
  [1, strike],
  [1, debrief],
];

/** What most runs begin with: everybody sits down, answers and votes. */
export const PREPARING: readonly Mover[] = [everybodySits, brief, poll];
