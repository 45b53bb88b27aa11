/** What the verifier says of a tampered record, trust file or receipt; a change that passes is a failure, and so is an exception. */
import { parseTrust } from '../../../core/record/trust.ts';
import { contradicted } from '../../../core/verify/receipt.ts';
import { type Facts, verifyFile } from '../../../core/verify/verify.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import type { Change } from './changes.ts';
import type { Reference } from './reference.ts';

/** Why the verifier failed, or null where it did not. */
export type Fault = string | null;

const DETECTED = ['INVALID', 'UNREADABLE', 'DIVERGED'];

export async function judgeRecord({ trust }: Reference, { bytes, exempt, name }: Change): Promise<Fault> {
  if (bytes === null) return null;
  const { verdict, reasons, exit } = await verifyFile(bytes, trust, verifyRaw);
  const unforeseen = reasons.find(({ sentence }) => sentence.includes('cannot be judged'));
  if (unforeseen) return `${name}: ${unforeseen.sentence}`;
  const fits = exempt ? verdict === 'ANCHORED' && exit === 0 : DETECTED.includes(verdict) && exit !== 0;
  return fits ? null : `${name}: ${verdict}, exit ${exit}`;
}

/** A changed trust file is refused, or nothing is anchored in it. */
export async function judgeTrust({ tar }: Reference, changed: Uint8Array): Promise<Fault> {
  const trust = parseTrust(new TextDecoder().decode(changed));
  if (!trust.ok) return null;
  const { verdict } = await verifyFile(tar, trust.value, verifyRaw);
  return DETECTED.includes(verdict) ? null : `a changed trust file: ${verdict}`;
}

/** A changed receipt is refused, or the log contradicts it. */
export async function judgeReceipt({ trust }: Reference, facts: Facts, changed: Uint8Array): Promise<Fault> {
  const judged = await contradicted({ ...facts, run: facts.state.facts.run }, changed, trust, verifyRaw);
  return !judged.ok || judged.value ? null : 'a changed receipt agrees with the record';
}

/** The facts of the record as it was made. Throws unless it is anchored and agrees with its receipt. */
export async function factsOf({ tar, trust, receipt }: Reference): Promise<Facts> {
  const { verdict, facts } = await verifyFile(tar, trust, verifyRaw);
  const judged = facts && (await contradicted({ ...facts, run: facts.state.facts.run }, receipt, trust, verifyRaw));
  if (verdict !== 'ANCHORED' || !judged?.ok || judged.value) throw new Error(`the reference is ${verdict}`);
  return facts as Facts;
}
