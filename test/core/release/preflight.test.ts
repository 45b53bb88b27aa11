/** Preflight names step and seat where a run could not go on, and is silent where it could. */
import fc from 'fast-check';
import t from 'tap';
import { matching } from '../../../core/release/matching.ts';
import { type PreflightFacts, preflight } from '../../../core/release/preflight.ts';
import { DIGEST, PEOPLE, runbookWith, stepWith } from '../../helpers/context.ts';

const HOUR = 3_600_000;
const RUNBOOK = runbookWith({
  targets: { local: { agent: 'local' }, primary: { agent: 'db-primary' } },
  window: { days: ['mon'], from: '09:00', to: '16:00', timezone: 'Europe/Warsaw' },
  rehearsal: {
    required: true,
    max_age_ms: 24 * HOUR,
    targets: { primary: { agent: 'db-staging' } },
    inputs: {},
    steps: {},
  },
  steps: [
    stepWith({ id: 'look' }),
    stepWith({ id: 'drop', target: 'primary', critical: true, eyes: 6, by: ['reviewer', 'verifier'] }),
    stepWith({ id: 'ask', kind: 'gate', gate: ['lead'], target: 'nowhere' }),
  ],
});
const GOOD: PreflightFacts = {
  runbook: RUNBOOK,
  digest: DIGEST,
  mode: 'live',
  solo: false,
  kinds: {},
  lead: PEOPLE.lead,
  invited: { reviewer: [PEOPLE.dba], verifier: [PEOPLE.sre] },
  roles: { [PEOPLE.lead]: ['release-lead', 'dba'], [PEOPLE.dba]: ['dba', 'sre'], [PEOPLE.sre]: ['sre', 'dba'] },
  authors: [PEOPLE.other],
  served: ['local', 'db-primary'],
  window: { open: true, opens: null },
  locked: [],
  uncovered: ['look'],
  rehearsals: [{ run: '01R', runbook: DIGEST, closedAt: 0, result: 'done' }],
  holds: [],
  now: HOUR,
  say: (person) => ({ [PEOPLE.lead]: 'Lea', [PEOPLE.dba]: 'Dan', [PEOPLE.sre]: 'Sam' })[person] ?? person,
};
const found = (patch: Partial<PreflightFacts>) => preflight({ ...GOOD, ...patch });

t.test('nothing stands against a sound plan, live or rehearsed', async (t) => {
  t.same(preflight(GOOD), []);
  t.same(
    found({
      mode: 'rehearsal',
      uncovered: [],
      served: ['local', 'db-staging'],
      rehearsals: [],
      window: { open: false, opens: 1 },
    }),
    [],
  );
});

t.test('a quorum that cannot be filled is named by step and seat, with the reason of everybody invited', async (t) => {
  t.same(found({ authors: [PEOPLE.sre] }), [
    {
      rule: 'quorum',
      step: 'drop',
      seat: 'verifier',
      sentence:
        'Step drop needs 2 confirmations and these people can give 1. The verifier seat: Sam is an author of this runbook.',
    },
  ]);
  const lead = found({ invited: { reviewer: [PEOPLE.lead], verifier: [PEOPLE.sre] } });
  t.match(
    lead.find(({ rule }) => rule === 'quorum'),
    { seat: 'reviewer', sentence: /Lea leads the run\.$/ },
  );
  const nobody = found({ invited: { reviewer: [PEOPLE.dba] } });
  t.match(nobody, [
    { rule: 'seat', seat: 'verifier', sentence: 'Nobody can take the verifier seat: nobody is invited to it.' },
    { rule: 'quorum', step: 'drop', seat: 'verifier' },
  ]);
  const twice = found({ invited: { reviewer: [PEOPLE.dba], verifier: [PEOPLE.dba] } });
  t.match(twice.at(-1), { rule: 'quorum', sentence: /Dan is needed in another seat\.$/ });
  t.match(found({ roles: { ...GOOD.roles, [PEOPLE.sre]: [] } })[0], {
    rule: 'seat',
    sentence: 'Nobody can take the verifier seat: Sam does not hold the role sre or data-protection.',
  });
  t.match(found({ roles: { ...GOOD.roles, [PEOPLE.lead]: [] } })[0], { rule: 'seat', seat: 'lead' });
});

t.test('people are moved between seats until the quorum fits', async (t) => {
  const invited = { reviewer: [PEOPLE.dba, PEOPLE.sre], verifier: [PEOPLE.dba] };
  t.same(found({ invited }), []);
});

t.test('four eyes need one of the seats, and the way back its own', async (t) => {
  const four = stepWith({ id: 'four', eyes: 4, by: ['reviewer', 'verifier'] });
  t.same(found({ runbook: { ...RUNBOOK, steps: [four] }, authors: [PEOPLE.dba] }), []);
  const step = stepWith({ id: 'four-undo', eyes: 6, by: ['reviewer', 'verifier'] });
  const undone = { ...four, undo: { from: null, reason: 'x', takes_ms: null, step } };
  t.match(found({ runbook: { ...RUNBOOK, steps: [undone] }, authors: [PEOPLE.dba] }), [
    { rule: 'quorum', step: 'four-undo', seat: 'reviewer' },
  ]);
});

t.test('targets, window, locks, rehearsal and holds', async (t) => {
  const says = (patch: Partial<PreflightFacts>) => found(patch).map(({ rule, sentence }) => `${rule}: ${sentence}`);
  t.same(says({ served: ['local', 'db-staging'] }), [
    'target: No agent serves db-primary for live runs; step drop needs it.',
  ]);
  t.same(says({ mode: 'rehearsal', served: ['local', 'db-staging'] }), [
    'rehearsal: Nothing of step look is replaced, and it does not say that it may run as it is.',
  ]);
  t.same(says({ mode: 'rehearsal', uncovered: [] }), [
    'target: No agent serves db-staging for rehearsal runs; step drop needs it.',
  ]);
  t.same(says({ window: { open: false, opens: Date.UTC(2026, 10, 23, 8) } }), [
    'window: The window is closed: mon from 09:00 to 16:00, Europe/Warsaw. It opens at 2026-11-23 08:00:00Z.',
  ]);
  t.same(says({ locked: [{ lock: 'db:customers', run: '01L' }] }), ['lock: Run 01L holds the lock db:customers.']);
  t.same(says({ rehearsals: [] }), ['rehearsal: No rehearsal of exactly this runbook was completed.']);
  const of = (patch: object) => [{ run: '01R', runbook: DIGEST, closedAt: 0, result: 'done' as const, ...patch }];
  t.same(says({ rehearsals: of({ runbook: 'sha256:other' }) }), [
    'rehearsal: No rehearsal of exactly this runbook was completed; 01R rehearsed another text.',
  ]);
  t.same(says({ rehearsals: of({ result: 'aborted' }) }), [
    'rehearsal: No rehearsal of exactly this runbook was completed.',
  ]);
  t.same(says({ now: 24 * HOUR }), [], 'just young enough');
  t.same(says({ now: 24 * HOUR + 1 }), [
    'rehearsal: The rehearsal 01R is older than 1d: it ended 1970-01-01 00:00:00Z.',
  ]);
  t.same(says({ holds: [{ on: 'runbook', by: PEOPLE.dba, text: 'It drops too much.' }] }), [
    'hold: A hold stands on this runbook, called by Dan: It drops too much.',
  ]);
});

t.test('a matching is valid and as large as trying everything finds', async (t) => {
  const people = ['a', 'b', 'c', 'd'];
  const most = (seats: readonly (readonly string[])[], used: readonly string[] = []): number => {
    const [first, ...rest] = seats;
    if (!first) return 0;
    const free = first.filter((person) => !used.includes(person));
    return Math.max(most(rest, used), ...free.map((person) => 1 + most(rest, [...used, person])));
  };
  const property = fc.property(fc.array(fc.subarray(people), { maxLength: 5 }), (lists) => {
    const candidates = Object.fromEntries(lists.map((list, index) => [`s${index}`, list]));
    const found = matching(candidates);
    const valid = [...found].every(([seat, person]) => candidates[seat]?.includes(person));
    return valid && new Set(found.values()).size === found.size && found.size === most(lists);
  });
  const result = fc.check(property, { numRuns: 500 });
  t.notOk(result.failed, `seed ${result.seed}: ${JSON.stringify(result.counterexample)}`);
});

t.test('keys that nobody invited has', async (t) => {
  const drop = stepWith({
    ...{ id: 'drop', critical: true, eyes: 4, by: ['reviewer'] },
    keys: { high: 1, terminal: 1 },
  });
  const runbook = runbookWith({ ...RUNBOOK, steps: [drop] });
  const says = (patch: Partial<PreflightFacts>) =>
    found({ runbook, ...patch }).map(({ step, sentence }) => [step, sentence]);
  const asks = (needed: string) => [
    ['drop', `Step drop asks for keys that nobody invited has. Still needed: ${needed}.`],
  ];
  const touched = '1 by a passkey or a security key';
  const terminal = '1 from a terminal, by an SSH key or a security key';
  t.same(says({ kinds: { [PEOPLE.dba]: ['browser'] } }), asks(`${touched}, ${terminal}`));
  t.same(says({ kinds: { [PEOPLE.dba]: ['passkey'] } }), asks(terminal));
  t.same(
    says({ kinds: { [PEOPLE.dba]: ['ssh'], [PEOPLE.lead]: ['passkey'] } }),
    asks(touched),
    'the lead never counts',
  );
  t.same(says({ kinds: { [PEOPLE.dba]: ['sk-ssh'] } }), []);
  t.same(says({ solo: true }), [], 'in a demo one person could hold all keys');
});
