/** What of a verdict stands beside a recorded bundle: all that later versions must still say of it. For tests. */
import { base64 } from '../../core/bytes/encoding.ts';
import type { Verdict } from '../../core/verify/verify.ts';

export const told = ({ verdict, exit, solo, mode, assurance, executor, run, reasons, facts }: Verdict) => ({
  verdict,
  exit,
  solo,
  mode,
  assurance,
  executor,
  run,
  reasons: reasons.map(({ sentence }) => sentence),
  size: facts?.checkpoint.size ?? null,
  root: facts ? base64(facts.checkpoint.root) : null,
  erasures: facts?.erasures.map(({ seq, name, by }) => `${seq} ${name} #${by}`) ?? [],
  signatures: facts?.signatures.map(({ seq, act, signer, kind }) => `${seq} ${act} ${signer} ${kind}`) ?? [],
});
