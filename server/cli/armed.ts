/** What a confirming terminal proves about an arming before anybody is asked: the agent's signature, and that it is what the runbook folder renders to. */
import { sameStatement } from '../../core/approval/statement.ts';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { refOf, type Sealed } from '../../core/log/entry.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { agentOf } from '../../core/log/roster.ts';
import { namespaceOf, verifySshsig } from '../../core/log/sshsig.ts';
import type { RunEntryOf } from '../../core/log/tables.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf, factsOf } from '../../core/run/state.ts';
import type { InputValue } from '../../core/runbook/inputs.ts';
import type { Scope } from '../../core/runbook/templates.ts';
import { armedLines, isMeasured, isRendering, isTimely, type Rendering, scopeOf } from '../../core/verify/armed.ts';
import { outputsOf } from '../../core/verify/execution.ts';
import { inputsOf } from '../../core/verify/opening.ts';
import { verifyRaw } from '../ports/verify.ts';
import { deny, EXIT, must, Stop } from './exits.ts';
import { type Folded, type Ground, leafOf, stateAfter } from './fold.ts';
import type { OpenRun } from './run-client.ts';

/** The inputs of the run as they were signed at its opening. */
export function inputsOfRun({ entries }: Folded, { opening }: Ground): Record<string, InputValue> {
  const opened = leafOf(entries[0] as Sealed<RunEntryOf<'run.opened'>>);
  return (
    inputsOf(opened, opening.runbook) ??
    deny('XCK_INTEGRITY', { why: 'the inputs of the run are missing or do not fit' })
  );
}

/** Named values of the steps that have finished among the first `count` entries, by step. */
export function outputsOfRun({ entries }: Folded, count = entries.length): Rendering['outputs'] {
  const given = entries.slice(0, count).flatMap((sealed) => {
    const { entry } = sealed;
    return entry.type === 'step.finished' ? [[entry.step, outputsOf(leafOf(sealed as Sealed<typeof entry>))]] : [];
  });
  return Object.fromEntries(given) as Rendering['outputs'];
}

/** What the expressions of a step may name as the run stands, before anything of it is measured. */
export const scopeNow = (folded: Folded, ground: Ground, step: string): Scope =>
  scopeOf(folded.state, { inputs: inputsOfRun(folded, ground), outputs: outputsOfRun(folded) }, step, {
    data: '<data directory of the agent>',
    probes: {},
  });

/** Ends the word with XCK_RENDER, naming the difference, unless the open arming is genuine and exactly what the folder says (I17). */
export async function proveArmed({ ground, site }: OpenRun, folded: Folded, step: string): Promise<void> {
  const { state } = folded;
  const ref = armingOf(contextOf(state), step)?.ref;
  const at = folded.entries.findIndex((sealed) => refOf(sealed) === ref);
  const facts = factsOf(state, step);
  if (at === -1 || !facts) return deny('XCK_NOT_NOW', { what: 'This', why: 'nothing is armed' });
  const armed = leafOf(folded.entries[at] as Sealed<RunEntryOf<'step.armed'>>);
  must(sameStatement('armed', facts.lines, armedLines(armed, facts.lines, state.facts)));
  await signedByAgent(armed, site, state.facts.origin);
  const before = stateAfter(ground, folded, at);
  const rendering = {
    inputs: inputsOfRun(folded, ground),
    roster: site.rosters.before(folded.entries[0]?.entry.seq ?? 0),
    outputs: outputsOfRun(folded, at),
  };
  const [first] = [
    ...isRendering(armed, facts, before, rendering),
    ...isMeasured(armed, facts),
    ...isTimely(armed, facts, before),
  ];
  if (first)
    throw new Stop(
      EXIT.refused,
      first.sentence,
      'Do not sign it. Somebody or something changed what would run.',
      'XCK_RENDER',
    );
}

async function signedByAgent(
  { entry, bodies }: Sealed<RunEntryOf<'step.armed'>>,
  { roster }: OpenRun['site'],
  origin: string,
): Promise<void> {
  const key = must(parsePublicKey(agentOf(roster, entry.actor)?.key ?? ''));
  const [statement, signature] = [bodies['statement'], fromUtf8(bodies['signature']?.bytes ?? new Uint8Array())];
  if (!statement || signature === undefined) return deny('XCK_INTEGRITY', { why: 'the agent’s statement is missing' });
  const by = { key, kind: 'ssh', namespace: namespaceOf('armed', origin), origins: [], verify: verifyRaw } as const;
  must(await verifySshsig(signature, statement.bytes, by));
}
