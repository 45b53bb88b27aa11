/** Whether the verifier catches a mutant for the right reason. A verdict alone is not enough: the named invariant must be among its reasons. */
import { contradicted } from '../../../core/verify/receipt.ts';
import { type Known, nothingKnown, verifyRecord } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { forge } from './forge.ts';
import type { Mutant } from './kind.ts';
import type { World } from './world.ts';

const BAD = ['INVALID', 'DIVERGED', 'UNREADABLE'];

/** Why a mutant was not caught as it must be, or null. `known` holds keys that were read before, never runbooks of another folder. */
export async function fault(world: World, mutant: Mutant, keys: Known['keys'] = new Map()): Promise<string | null> {
  const { site } = world;
  const forged = forge(site, mutant.log, world.bundle);
  const bundle = mutant.bundle?.(forged) ?? forged.bundle;
  const { verdict, exit, reasons, facts, run } = await verifyRecord(bundle, site.trust, verifyRaw, {
    ...nothingKnown(),
    keys,
  });
  if (mutant.kept && facts) {
    const judged = await contradicted({ ...facts, run }, mutant.kept, site.trust, verifyRaw);
    if (!judged.ok) return `what was kept cannot be read: ${judged.refusal.sentence}`;
    return judged.value !== null ? null : `${verdict}, and what was kept agrees`;
  }
  if (!BAD.includes(verdict) || exit === 0) return `${verdict}, exit ${exit}`;
  const named = reasons.some(({ invariant }) => invariant !== null && mutant.expects.includes(invariant));
  return named ? null : `${verdict}, but not by ${mutant.expects.join(' or ')}: ${said(reasons)}`;
}

const said = (reasons: readonly { invariant: string | null; sentence: string; seq: number | null }[]): string =>
  reasons
    .slice(0, 3)
    .map(({ invariant, sentence, seq }) => `${invariant} at ${seq}: ${sentence}`)
    .join(' · ');
