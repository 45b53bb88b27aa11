/** Small runbooks of every kind of step, as plain documents: the same numbers give the same runbook. */
import type { Runbook, Step } from '../../core/runbook/runbook.ts';
import { runbookWith, stepWith } from '../helpers/context.ts';
import type { Pick } from './pick.ts';

const CHALLENGE = [{ id: 'where', ask: 'Where?', by: 'reviewer', equals: 'probes.host', within: null, hint: null }];

/** By which keys the confirmations must be: mostly by any. */
const keys = (pick: Pick, most: number): Step['keys'] =>
  pick.chance(2) ? { high: pick.below(most + 1), terminal: pick.below(most + 1) } : { high: 0, terminal: 0 };

/** Who checks a step, if anybody does. */
function checked(pick: Pick): Partial<Step> {
  return pick.one<Partial<Step>>([
    { critical: false, eyes: 2, by: [] },
    { critical: true, eyes: 4, by: ['reviewer'], keys: keys(pick, 1) },
    { critical: true, eyes: 4, by: ['reviewer', 'verifier'], challenge: CHALLENGE, keys: keys(pick, 1) },
    { critical: true, eyes: 6, by: ['reviewer', 'verifier'], keys: keys(pick, 2) },
  ]);
}

const undoOf = (id: string, base: Partial<Step>, pick: Pick): Step['undo'] => ({
  from: null,
  reason: 'It is a copy',
  takes_ms: null,
  step: stepWith({
    id: `${id}-undo`,
    critical: base.critical === true,
    eyes: base.eyes ?? 2,
    by: base.by ?? [],
    while: pick.chance(4) ? ['raw'] : [],
  }),
});

function plain(id: string, pick: Pick): Step {
  const check = checked(pick);
  const irreversible = check.critical === true && pick.chance(4);
  return stepWith({
    id,
    ...check,
    irreversible,
    when: pick.chance(6) ? 'inputs.maybe' : null,
    on_failure: pick.chance(3) ? 'decide' : 'hold',
    while: pick.chance(6) ? ['raw'] : [],
    undo: pick.chance(2) ? undoOf(id, check, pick) : null,
  });
}

const side = (id: string, pick: Pick): Step =>
  stepWith({ id, undo: pick.chance(2) ? undoOf(id, {}, pick) : null, on_failure: pick.chance(3) ? 'decide' : 'hold' });

function waves(id: string, pick: Pick): Step {
  const items = ['a', 'b', 'c'].slice(0, 1 + pick.below(3));
  const for_each = { items, max_parallel: 1 + pick.below(2), canary: pick.below(3) };
  return { ...plain(id, pick), for_each };
}

function stepOf(id: string, pick: Pick): Step {
  switch (pick.below(10)) {
    case 0:
      return stepWith({
        id,
        ...checked(pick),
        kind: 'manual',
        run: [],
        manual: { text: 'Call', by: pick.one(['lead', 'reviewer']) },
      });
    case 1:
      return stepWith({ id, kind: 'wait', run: [], wait: { for_ms: 1000, every_ms: 100 } });
    case 2:
    case 3:
      return stepWith({
        id,
        kind: 'gate',
        run: [],
        gate: pick.one([['reviewer'], ['lead', 'reviewer'], ['reviewer', 'verifier']]),
        when: pick.chance(4) ? 'inputs.maybe' : null,
      });
    case 4:
    case 5:
      return stepWith({
        id,
        kind: 'parallel',
        run: [],
        children: [side(`${id}-left`, pick), side(`${id}-right`, pick)],
        when: pick.chance(5) ? 'inputs.maybe' : null,
      });
    case 6:
    case 7:
      return waves(id, pick);
    default:
      return plain(id, pick);
  }
}

const question = (id: string, by: string) => ({ id, ask: `${id}?`, answer: 'text', by }) as const;

export function runbookOf(pick: Pick): Runbook {
  const steps = Array.from({ length: 1 + pick.below(3) }, (_, index) => stepOf(`s${index}`, pick));
  return runbookWith({
    steps,
    inputs: {
      maybe: {
        type: 'boolean',
        description: null,
        pattern: null,
        enum: null,
        minimum: null,
        maximum: null,
        default: false,
      },
    },
    crew: {
      lead: { roles: ['release-lead'], optional: false },
      reviewer: { roles: ['dba'], optional: false },
      verifier: { roles: ['sre'], optional: pick.chance(3) },
      deputy: { roles: ['release-lead'], optional: true },
    },
    presence: { required: pick.chance(3) ? ['lead'] : ['lead', 'reviewer'], grace_ms: 30_000 },
    clocks: { raw: { lasts_ms: 60_000, starts: 's0', means: 'The raw rows are there' } },
    briefing: pick.chance(2) ? [question('plan', pick.one(['lead', 'each']))] : [],
    go_no_go: pick.chance(3) ? ['lead', 'reviewer'] : [],
    debrief: pick.chance(3) ? [question('report', 'lead')] : [],
  });
}
