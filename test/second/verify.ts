/** The second verifier: groups 1 and 2 whole, and of the third what needs no runbook. */
import { authenticity } from './authentic.ts';
import { policy } from './policy.ts';
import { type Finding, readRecord, spineOf } from './record.ts';
import { redactions } from './redactions.ts';
import type { Trust } from './tree.ts';

/** Each group is judged only once the one before holds. */
export function verify(file: Uint8Array, trust: Trust): readonly Finding[] {
  const { whole, findings } = readRecord(file, trust);
  const spine = whole && spineOf(whole.leaves);
  if (!whole || !spine || findings.length > 0) return findings;
  const authentic = authenticity(whole, spine);
  const erased = redactions(whole.leaves, spine, authentic);
  const early = [...authentic.findings, ...erased.filter(({ group }) => group === 2)];
  return early.length > 0 ? early : [...authentic.late, ...policy(spine, authentic), ...erased];
}

export const groupOf = (findings: readonly Finding[]): number => Math.min(4, ...findings.map(({ group }) => group)) % 4;
