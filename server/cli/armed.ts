/** What a confirming terminal proves about an arming before anybody is asked: the agent's signature, and that it is what the runbook folder renders to. */
import { sameStatement } from '../../core/approval/statement.ts';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { refOf, type Sealed } from '../../core/log/entry.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { agentOf } from '../../core/log/roster.ts';
import { namespaceOf, verifySshsig } from '../../core/log/sshsig.ts';
import type { Entry, EntryOf } from '../../core/log/tables.ts';
import { contextOf } from '../../core/run/state.ts';
import type { InputValue } from '../../core/runbook/inputs.ts';
import { armedLines, isMeasured, isRendering, isTimely } from '../../core/verify/armed.ts';
import { inputsOf } from '../../core/verify/opening.ts';
import type { Leaf } from '../../core/verify/read.ts';
import { verifyRaw } from '../ports/verify.ts';
import { deny, EXIT, must, Stop } from './exits.ts';
import type { Folded, Ground } from './fold.ts';
import type { OpenRun } from './run-client.ts';

/** An entry of the fold for the verifier's checks; the fold has proved that the tree holds it. */
const leafOf = <E extends Entry>(sealed: Sealed<E>): Leaf<E> => ({ ...sealed, proof: [] });

/** The inputs of the run as they were signed at its opening. */
export function inputsOfRun({ entries }: Folded, { opening }: Ground): Record<string, InputValue> {
  const opened = leafOf(entries[0] as Sealed<EntryOf<'run.opened'>>);
  return (
    inputsOf(opened, opening.runbook) ??
    deny('XCK_INTEGRITY', { why: 'the inputs of the run are missing or do not fit' })
  );
}

/** Ends the word with XCK_RENDER, naming the difference, unless the open arming is genuine and exactly what the folder says (I17). */
export async function proveArmed({ ground, site }: OpenRun, folded: Folded): Promise<void> {
  const { state } = folded;
  const found = folded.entries.find((sealed) => refOf(sealed) === contextOf(state).arming?.ref);
  if (!found || !state.arming) return deny('XCK_NOT_NOW', { what: 'This', why: 'nothing is armed' });
  const armed = leafOf(found as Sealed<EntryOf<'step.armed'>>);
  const { lines } = state.arming;
  must(sameStatement('armed', lines, armedLines(armed, lines, state.facts)));
  await signedByAgent(armed, site, state.facts.origin);
  const { runbook } = ground.opening;
  const reasons = [
    ...isRendering(armed, state.arming, {
      runbook,
      inputs: inputsOfRun(folded, ground),
      roster: site.roster,
      facts: state.facts,
    }),
    ...isMeasured(armed, state.arming),
    ...isTimely(armed, state.arming, runbook),
  ];
  const [first] = reasons;
  if (first)
    throw new Stop(
      EXIT.refused,
      first.sentence,
      'Do not sign it. Somebody or something changed what would run.',
      'XCK_RENDER',
    );
}

async function signedByAgent(
  { entry, bodies }: Sealed<EntryOf<'step.armed'>>,
  { roster }: OpenRun['site'],
  origin: string,
): Promise<void> {
  const key = must(parsePublicKey(agentOf(roster, entry.actor)?.key ?? ''));
  const [statement, signature] = [bodies['statement'], fromUtf8(bodies['signature']?.bytes ?? new Uint8Array())];
  if (!statement || signature === undefined) return deny('XCK_INTEGRITY', { why: 'the agent’s statement is missing' });
  must(
    await verifySshsig(signature, statement.bytes, { key, namespace: namespaceOf('armed', origin), verify: verifyRaw }),
  );
}
