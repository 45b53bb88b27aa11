/** The signatures of an act that several people sign, as its effect must list them. */
import type { CollectedAct } from '../../log/acts.ts';
import type { RunContext, Signer } from '../context.ts';
import { same } from './check.ts';

/** Returns the signers of an act, when the entry with the effect lists exactly them and its actor is the last. */
export function collected(
  context: RunContext,
  act: CollectedAct,
  about: string,
  event: {
    readonly actor: string;
    readonly signed: readonly string[];
    readonly bodies?: Readonly<Record<string, string>>;
  },
): readonly Signer[] | undefined {
  const found = context.collection;
  if (found?.act !== act || found.about !== about) return undefined;
  const listed = same(
    event.signed,
    found.signers.map((one) => one.ref),
  );
  const content = event.bodies?.['content'];
  if (content !== undefined && content !== found.content) return undefined;
  return listed && found.signers.at(-1)?.person === event.actor ? found.signers : undefined;
}
