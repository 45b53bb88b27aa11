/** Rules that the machine's own states would keep as well, each asked by itself: of what may follow, and of what breaks just this rule. */
import t from 'tap';
import type { Arming, Collection, EventOf, RunContext, RunEvent } from '../../../core/run/context.ts';
import {
  liftable,
  mayClose,
  mayDecide,
  mayDeviate,
  mayGoBack,
  mayHold,
  mayLift,
  mayPass,
  maySign,
} from '../../../core/run/rules/acts.ts';
import { mayAnswer, mayArm, mayKey, maySkip, mayWithdraw, ready } from '../../../core/run/rules/arming.ts';
import { mayAnswerQuestion } from '../../../core/run/rules/briefing.ts';
import type { Check } from '../../../core/run/rules/check.ts';
import { mayAbort, mayAttest, mayEnd, mayResolve } from '../../../core/run/rules/commands.ts';
import { mayHandOver, maySit } from '../../../core/run/rules/crew.ts';
import { contextWith, DIGEST, holdWith, PEOPLE, runbookWith, stepWith } from '../../helpers/context.ts';

/** As much of an entry as its rule reads. */
function event<T extends RunEvent['type']>(type: T, fields: object): EventOf<T> {
  return { type, ref: `20 ${DIGEST}`, ts: 0, actor: PEOPLE.lead, ...fields } as unknown as EventOf<T>;
}
const SEATS = {
  lead: { person: PEOPLE.lead, role: 'release-lead' },
  reviewer: { person: PEOPLE.dba, role: 'dba' },
  verifier: { person: PEOPLE.sre, role: 'sre' },
};
const DROP = stepWith({ id: 'drop', critical: true, eyes: 4, by: ['reviewer'] });
const context = (patch: Partial<RunContext> = {}): RunContext =>
  contextWith({
    runbook: runbookWith({ steps: [DROP, stepWith({ id: 'last' })] }),
    seats: SEATS,
    roles: {
      [PEOPLE.lead]: ['release-lead'],
      [PEOPLE.dba]: ['dba'],
      [PEOPLE.sre]: ['sre'],
      [PEOPLE.other]: ['release-lead'],
    },
    ...patch,
  });
const CONFIRMATION = {
  person: PEOPLE.dba,
  seat: 'reviewer',
  role: 'dba',
  kind: 'ssh' as const,
  ref: `12 ${DIGEST}`,
  statement: DIGEST,
};
const arming = (patch: Partial<Arming> = {}): Arming => ({
  step: 'drop',
  attempt: 1,
  ref: `11 ${DIGEST}`,
  agent: PEOPLE.agent,
  nonce: 'ab',
  notAfter: 0,
  confirmations: [],
  stopped: false,
  keyed: null,
  started: null,
  items: [''],
  of: 1,
  starts: {},
  attested: null,
  ...patch,
});
const armed = (own: Partial<Arming> = {}, patch: Partial<RunContext> = {}): RunContext =>
  context({ armings: { drop: arming(own) }, attempts: { drop: 1 }, ...patch });
const ABOUT = { step: 'drop', attempt: 1, armed: `11 ${DIGEST}` };
const START = `14 ${DIGEST}`;
const running = (outcome: 'finished' | null = null): Partial<Arming> => ({
  started: START,
  starts: { '': { ref: START, outcome } },
});
const collection = (act: Collection['act'], about: string, ...signers: (keyof typeof SEATS)[]): Collection => ({
  act,
  about,
  content: DIGEST,
  signers: signers.map((seat, index) => ({ ...SEATS[seat], seat, ref: `${15 + index} ${DIGEST}` })),
});
const signed = (own: Collection) => ({
  signed: own.signers.map(({ ref }) => ref),
  actor: own.signers.at(-1)?.person,
});
const HOLD = `9 ${DIGEST}`;

const yes = (t: import('tap').Test, check: Check, why = 'it may') => t.match(check, { ok: true }, why);
const no = (t: import('tap').Test, check: Check, code: string, says = /./) =>
  t.match(check, { ok: false, refusal: { code, sentence: says } });
const NOW = 'XCK_NOT_NOW';

t.test('a hold of the run is on the run', async (t) => {
  const raised = (fields: object) => mayHold(context(), event('hold.raised', { cause: 'person', ...fields }));
  yes(t, raised({}));
  for (const on of [{ plan: 'x' }, { runbook: DIGEST }]) no(t, raised(on), NOW, /stands outside the run/);
});

t.test('a clock that passes in the run is about no close', async (t) => {
  const running = context({ clocks: { raw: { since: 0, ends: 5, passed: false } } });
  const passed = (fields: object) => mayPass(running, event('clock.passed', { clock: 'raw', ts: 5, ...fields }));
  yes(t, passed({}));
  no(t, passed({ about: HOLD }), NOW, /only after the close/);
});

t.test('a signature for another hold is not a second one', async (t) => {
  const other = `10 ${DIGEST}`;
  const holds = [holdWith(), holdWith({ ref: other })];
  const sign = (about: string) =>
    maySign(
      context({ holds, collection: collection('lift', HOLD, 'lead') }),
      event('act.signed', { act: 'lift', about, seat: 'lead', role: 'release-lead', bodies: { content: DIGEST } }),
    );
  yes(t, sign(other));
  no(t, sign(HOLD), 'XCK_TWICE');
});

t.test('what is lifted or decided is a hold that stands', async (t) => {
  for (const [act, rule] of [
    ['lift', (own: RunContext, fields: object) => mayLift(own, event('hold.lifted', fields))],
    [
      'decide',
      (own: RunContext, fields: object) => mayDecide(own, event('run.decided', { way: 'forward', ...fields })),
    ],
  ] as const) {
    const own = collection(act, HOLD, 'lead', 'reviewer', 'verifier');
    const asked = (holds: RunContext['holds']) =>
      rule(context({ holds, collection: own }), { hold: HOLD, ...signed(own) });
    yes(t, asked([holdWith({ cause: 'person' })]), act);
    no(t, asked([]), 'XCK_STALE');
  }
});

t.test('a failure that was decided past is lifted', async (t) => {
  const steps = [stepWith({ id: 'drop', on_failure: 'decide' })];
  const failed = { runbook: runbookWith({ steps }), items: { drop: { '': { result: 'failed' as const, ref: HOLD } } } };
  const hold = holdWith({ step: 'drop' });
  yes(t, liftable(context({ ...failed, outcomes: { drop: 'passed' } }), hold));
  no(t, liftable(context({ ...failed, outcomes: { drop: 'failed' } }), hold), 'XCK_DECIDE');
});

t.test('an irreversible step that can be undone does not bar the way back', async (t) => {
  const back = { reason: 'A copy', from: null, takes_ms: null, step: stepWith({ id: 'drop-undo' }) };
  const ran = (undo: unknown) =>
    context({
      runbook: runbookWith({ steps: [stepWith({ id: 'drop', irreversible: true, undo: undo as never })] }),
      items: { drop: { '': { result: 'failed', ref: HOLD } } },
    });
  yes(t, mayGoBack(ran(back)));
  no(t, mayGoBack(ran(null)), 'XCK_NO_WAY_BACK');
});

t.test('nothing is changed or closed while a step is armed', async (t) => {
  const deviation = collection('deviate', `0 ${DIGEST}`, 'lead', 'reviewer', 'verifier');
  const deviate = (own: RunContext) =>
    mayDeviate({ ...own, collection: deviation }, event('run.deviated', signed(deviation)));
  yes(t, deviate(context()));
  no(t, deviate(armed()), NOW, /armed or running/);
  const closing = collection('close', `0 ${DIGEST}`, 'lead', 'reviewer');
  const close = (own: RunContext) =>
    mayClose({ ...own, collection: closing }, event('run.closed', { result: 'aborted', ...signed(closing) }));
  yes(t, close(context()));
  no(t, close(armed()), NOW, /armed or running/);
});

t.test('without a lead two others end a run, but never as done', async (t) => {
  const own = collection('close', `0 ${DIGEST}`, 'reviewer', 'verifier');
  const done = context({ away: ['lead'], outcomes: { drop: 'finished', last: 'finished' }, collection: own });
  const close = (result: string) => mayClose(done, event('run.closed', { result, ...signed(own) }));
  yes(t, close('aborted'));
  no(t, close('done'), 'XCK_LEAD');
});

t.test('what is skipped has a condition, and it is its turn', async (t) => {
  const steps = [
    stepWith({ id: 'drop', when: 'inputs.go' }),
    stepWith({ id: 'last', when: 'inputs.go' }),
    stepWith({ id: 'plain' }),
  ];
  const skip = (step: string, patch: Partial<RunContext> = {}) =>
    maySkip(context({ runbook: runbookWith({ steps }), ...patch }), event('step.skipped', { step }));
  yes(t, skip('drop'));
  no(t, skip('last'), NOW, /not the turn/);
  no(t, skip('plain', { outcomes: { drop: 'skipped', last: 'skipped' } }), NOW, /only a step with a condition/);
});

t.test('what is armed is alone, it is its turn, and its expectations hold', async (t) => {
  const fields = { step: 'drop', attempt: 1, asked_by: PEOPLE.lead, probes: { calm: { digest: DIGEST, ok: true } } };
  const arm = (own: RunContext, more: object = {}) => mayArm(own, event('step.armed', { ...fields, ...more }));
  yes(t, arm(context()));
  no(t, arm(armed(), { attempt: 2 }), NOW, /step drop is armed/);
  no(t, arm(context(), { step: 'last' }), NOW, /not the turn/);
  no(t, arm(context(), { probes: { calm: { digest: DIGEST, ok: false } } }), 'XCK_PROBE');
});

t.test('an answer is to an arming that still waits', async (t) => {
  const fields = { ...ABOUT, actor: PEOPLE.dba, seat: 'reviewer', role: 'dba', kind: 'ssh' };
  const confirm = (own: RunContext, more: object = {}) =>
    mayAnswer(own, event('step.confirmed', { ...fields, ...more }));
  const refuse = (own: RunContext) => mayAnswer(own, event('step.refused', fields));
  yes(t, confirm(armed()));
  no(t, confirm(armed({}, { runbook: runbookWith({ steps: [] }) })), 'XCK_OTHER_ARMING');
  yes(t, refuse(armed()));
  no(t, refuse(armed(running())), NOW, /no longer be answered/);
  no(t, confirm(armed({}, { holds: [holdWith()] })), 'XCK_HELD');
  yes(t, refuse(armed({}, { holds: [holdWith()] })), 'a refusal only stops');
  no(t, confirm(armed({ keyed: DIGEST })), NOW, /the key is turned/);
  no(t, confirm(armed(), { actor: PEOPLE.other }), 'XCK_NOT_SEATED');
  no(t, confirm(armed({}, { never: [PEOPLE.other] }), { actor: PEOPLE.other }), 'XCK_SELF');
});

t.test('an arming is withdrawn while nothing has stopped or started it', async (t) => {
  const withdraw = (own: RunContext, more: object = {}) =>
    mayWithdraw(own, event('step.withdrawn', { ...ABOUT, ...more }));
  yes(t, withdraw(armed()));
  no(t, withdraw(armed(), { attempt: 2 }), 'XCK_OTHER_ARMING');
  no(t, withdraw(armed({ stopped: true })), NOW, /the arming is void/);
  no(t, withdraw(armed(running())), NOW, /has started/);
});

t.test('a key is turned once, of a step that is there', async (t) => {
  const confirmed = { confirmations: [CONFIRMATION] };
  const key = (own: Partial<Arming>) =>
    mayKey(armed({ ...confirmed, ...own }), event('step.keyed', { ...ABOUT, confirmations: [CONFIRMATION.ref] }));
  yes(t, key({}));
  no(t, key({ keyed: DIGEST }), NOW, /the key is turned/);
  no(t, ready(armed(confirmed, { runbook: runbookWith({ steps: [] }) }), 'drop'), NOW, /nothing is armed/);
});

t.test('a deputy stands in for the lead alone', async (t) => {
  const question = { id: 'ready', ask: 'Ready?', by: 'each' } as never;
  const own = context({
    runbook: runbookWith({ briefing: [question] }),
    seats: { ...SEATS, deputy: { person: PEOPLE.other, role: 'release-lead' } },
    away: ['lead'],
  });
  const answer = (seat: string) =>
    mayAnswerQuestion(own, event('briefing.answered', { question: 'ready', seat, actor: PEOPLE.other }));
  yes(t, answer('lead'));
  no(t, answer('reviewer'), 'XCK_NOT_SEATED');
});

t.test('a command ends once, as what started, and with its checks', async (t) => {
  const fields = { step: 'drop', attempt: 1, started: START, actor: PEOPLE.agent, checks: { gone: true } };
  const end = (own: Partial<Arming>, more: object = {}) =>
    mayEnd(armed(own), event('step.finished', { ...fields, ...more }));
  yes(t, end(running()));
  no(t, end(running('finished')), NOW, /ended already/);
  no(t, end(running(), { checks: { gone: false } }), NOW, /a check failed/);
});

t.test('a manual step is attested to by whose it is, about what started', async (t) => {
  const steps = [stepWith({ id: 'drop', kind: 'manual', manual: { text: 'Look', by: 'verifier' } as never })];
  const fields = {
    step: 'drop',
    attempt: 1,
    started: START,
    actor: PEOPLE.sre,
    seat: 'verifier',
    role: 'sre',
    result: 'pass',
  };
  const attest = (own: Partial<Arming>, more: object = {}, runbook = runbookWith({ steps })) =>
    mayAttest(armed(own, { runbook }), event('step.attested', { ...fields, ...more }));
  yes(t, attest(running()));
  const byHand = stepWith({ id: 'drop', manual: { text: 'Look', by: 'verifier' } as never });
  no(t, attest(running(), {}, runbookWith({ steps: [byHand] })), NOW, /not done by hand/);
  no(t, attest(running(), { attempt: 2 }), 'XCK_OTHER_ARMING');
  no(t, attest(running(), { started: HOLD }), 'XCK_OTHER_ARMING');
  no(t, attest(running(), { role: 'data-protection' }), 'XCK_NOT_SEATED');
  no(t, attest(running('finished')), NOW, /ended already/);
});

t.test('what is aborted is running', async (t) => {
  const abort = (own: Partial<Arming>, attempt = 1) =>
    mayAbort(armed(own), event('step.aborted', { step: 'drop', attempt }));
  yes(t, abort(running()));
  no(t, abort(running('finished')), NOW, /not running/);
  no(t, abort(running(), 2), NOW, /not running/);
});

t.test('what is resolved is a step whose end nobody saw', async (t) => {
  const own = collection('resolve', HOLD, 'lead', 'reviewer');
  const unknown = { drop: { '': { result: 'unknown' as const, ref: HOLD } } };
  const resolve = (patch: Partial<RunContext>, more: object = {}) =>
    mayResolve(
      context({ attempts: { drop: 1 }, items: unknown, collection: own, ...patch }),
      event('step.resolved', { step: 'drop', attempt: 1, outcome: HOLD, ...signed(own), ...more }),
    );
  yes(t, resolve({}));
  no(t, resolve({ runbook: runbookWith({ steps: [] }) }), 'XCK_STALE');
  no(t, resolve({ items: {} }), 'XCK_STALE');
  no(t, resolve({}, { step: 'last' }), 'XCK_STALE');
  no(t, resolve({}, { item: 'eu' }), 'XCK_STALE');
  no(t, resolve({ attempts: { drop: 2 } }), 'XCK_OTHER_ARMING');
});

t.test('nobody sits down as the lead', async (t) => {
  const { lead: _, ...seats } = SEATS;
  const sit = (seat: string) =>
    maySit(context({ seats }), event('seat.taken', { seat, role: 'release-lead', actor: PEOPLE.other }));
  yes(t, sit('deputy'));
  no(t, sit('lead'), NOW, /taken over by a signed act/);
});

t.test('whoever takes the lead needs a second person who still sits there', async (t) => {
  const seated = { ...SEATS, deputy: { person: PEOPLE.other, role: 'release-lead' } };
  const hand = (second: { readonly person: string; readonly seat: string }, seats: RunContext['seats'] = seated) => {
    const signers = [
      { ...second, role: 'dba', ref: `15 ${DIGEST}` },
      { person: PEOPLE.other, seat: 'lead', role: 'release-lead', ref: `16 ${DIGEST}` },
    ];
    const own: Collection = { act: 'lead', about: `0 ${DIGEST}`, content: DIGEST, signers };
    const taken = { person: PEOPLE.other, from: PEOPLE.lead, role: 'release-lead', ...signed(own) };
    return mayHandOver(context({ seats, collection: own }), event('lead.taken', taken));
  };
  yes(t, hand({ person: PEOPLE.dba, seat: 'reviewer' }));
  no(t, hand({ person: PEOPLE.sre, seat: 'reviewer' }), 'XCK_QUORUM');
  const both = { ...seated, reviewer: { person: PEOPLE.other, role: 'dba' } };
  no(t, hand({ person: PEOPLE.other, seat: 'reviewer' }, both), 'XCK_QUORUM');
});
