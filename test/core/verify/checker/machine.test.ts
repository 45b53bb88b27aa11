/** That the machine says the same of these histories: it takes what keeps every claim, and refuses the very entry that breaks one. */
import t from 'tap';
import { runMachine } from '../../../../core/run/machine.ts';
import { fold, openState } from '../../../../core/run/state.ts';
import type { Runbook } from '../../../../core/runbook/runbook.ts';
import { check, type Written } from '../../../../core/verify/checker/checker.ts';
import { inputOf, type Saying, tell } from '../../../helpers/told.ts';
import { EVERY } from './cases/every.ts';

/** Broken histories whose last entry the machine is not asked about, and what of the verifier is. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'an act without its content': 'acts.ts reads the content',
  'it opens in another mode': 'the machine is made for what the opening says',
  'it opens under other rules': 'opening.ts asks for the rules',
  'somebody else opened it': 'the machine is made for what the opening says',
  'who opens may not lead': 'opening.ts asks for the role',
  'it begins with something else': 'chains.ts asks for the opening',
  'an entry of another run': 'chains.ts asks for the run',
  'the server speaks as a person': 'policy.ts asks for the cause',
  'a person speaks as a rule': 'policy.ts asks for the cause',
  'a nonce twice': 'policy.ts asks for the nonce',
  'its content says another way': 'acts.ts compares it with its entry',
  'forward, without a test': 'acts.ts reads the content',
  'it passes a step': 'acts.ts compares it with its content',
  'its inputs are a list': 'deviation.ts asks for its form',
  'a step that cannot be read': 'deviation.ts asks for its form',
  'an inserted gate': 'deviation.ts asks for its form',
  'a step with a way back': 'deviation.ts asks for its form',
  'a step that nobody checks': 'deviation.ts asks for its form',
};

const machines = new Map<Runbook, ReturnType<typeof runMachine>>();
function machineOf(runbook: Runbook) {
  const machine = machines.get(runbook) ?? runMachine(runbook);
  machines.set(runbook, machine);
  return machine;
}

function sealed({ entry, content }: Written) {
  const { type, actor, ts, rseq, v, log, seq, run, bodies, ...fields } = entry;
  return tell({ type, actor, fields, content } satisfies Saying, rseq, ts).sealed;
}

/** The seq of the entry that the machine refuses; null where it takes them all. */
function refusedAt(runbook: Runbook, [opening, ...rest]: readonly Written[]): number | null {
  if (!opening) return null;
  const { authors, roles } = inputOf(runbook);
  const facts = { origin: 'example/log/0', runbook, authors, roles };
  let state = openState(machineOf(runbook), facts, sealed(opening) as Parameters<typeof openState>[2]);
  for (const one of rest) {
    const next = fold(state, sealed(one));
    if (!next.ok) return one.entry.seq;
    state = next.value;
  }
  return null;
}

for (const { claim, keeps, breaks } of EVERY)
  t.test(claim.name, async (t) => {
    for (const { name, runbook, entries } of keeps) t.equal(refusedAt(runbook, entries), null, `takes: ${name}`);
    for (const { name, runbook, entries } of breaks) {
      const elsewhere = ELSEWHERE[name];
      if (elsewhere === undefined)
        t.equal(refusedAt(runbook, entries), check(inputOf(runbook), entries)[0]?.seq, `refuses: ${name}`);
      else t.equal(refusedAt(runbook, entries.slice(0, -1)), null, `${elsewhere}: ${name}`);
    }
  });

t.test('every name that is asked elsewhere is that of one history', async (t) => {
  const names = EVERY.flatMap(({ breaks }) => breaks.map(({ name }) => name));
  for (const name of Object.keys(ELSEWHERE)) t.equal(names.filter((one) => one === name).length, 1, name);
});
