/** Types of entries against everything that must know them: rules, reducer, view, machine, invariants, acts. A type that one of them forgot is found here. */
import t from 'tap';
import { LINES, MEANING } from '../../../core/log/acts.ts';
import type { Chain, RunEntry } from '../../../core/log/tables.ts';
import { ENTRIES, ENTRY_TYPES, entrySchema } from '../../../core/log/tables.ts';
import type { RunEvent } from '../../../core/run/context.ts';
import { reduce } from '../../../core/run/reduce.ts';
import { allowed } from '../../../core/run/rules.ts';
import { contextOf } from '../../../core/run/state.ts';
import { withheld } from '../../../core/run/view.ts';
import { testRun } from '../../helpers/site.ts';

const INVARIANTS = new Set(Array.from({ length: 19 }, (_, index) => `I${index + 1}`));
const events = ENTRY_TYPES.filter((type) => ENTRIES[type].event);

t.test('every type names its invariants and, where signed, an act with lines', async (t) => {
  for (const type of ENTRY_TYPES) {
    const { invariants, act, event } = ENTRIES[type];
    const chains: readonly Chain[] = ENTRIES[type].chains;
    t.ok(invariants.length > 0 && invariants.every((one) => INVARIANTS.has(one)), `${type}: invariants`);
    if (act !== null) t.ok(act in LINES, `${type}: ${act} has lines`);
    t.equal(event, chains.includes('run'), `${type}: exactly the run's entries are events`);
    for (const chain of chains) t.ok(entrySchema(type, chain), `${type}: has a schema in the chain ${chain}`);
  }
  for (const act of Object.keys(MEANING)) t.ok(act in LINES, `${act}: a meaning belongs to an act`);
});

t.test('rules, reducer and view answer for every event, and for nothing else', async (t) => {
  const run = testRun();
  const context = contextOf(run.state);
  for (const type of events) {
    const event = {
      type,
      ref: `99 sha256:${'0'.repeat(64)}`,
      actor: 'p-0000000000000000',
      step: 'backup',
      attempt: 1,
      probes: {},
      seat: 'x',
      checks: {},
      signed: [],
      struck: {},
      roster: `9 sha256:${'0'.repeat(64)}`,
      confirmations: [],
    } as unknown as RunEvent;
    t.equal(typeof allowed(context, event).ok, 'boolean', `${type}: the rules decide`);
    const after = reduce(context, event);
    const counts = !['presence.lost', 'presence.back', 'act.signed'].includes(type);
    t.equal(
      after.last,
      counts ? event.ref : context.last,
      `${type}: ${counts ? 'is' : 'is not'} something that a close must cover`,
    );
    t.ok(withheld(context.runbook, [event as unknown as RunEntry], null) instanceof Set, `${type}: the view decides`);
  }
  t.throws(() => allowed(context, { type: 'no.such' } as never).ok, 'an unknown type has no rule');
});

t.test('types that let the run go on are covered by what proves the quorum', async (t) => {
  for (const type of ['step.confirmed', 'step.keyed', 'step.started'] as const)
    t.ok(
      ENTRIES[type].invariants.some((one) => ['I3', 'I4', 'I6'].includes(one)),
      type,
    );
  for (const type of ['hold.lifted', 'run.closed'] as const)
    t.ok(
      ['I9', 'I12'].some((one) => ENTRIES[type].invariants.includes(one as never)),
      type,
    );
});
