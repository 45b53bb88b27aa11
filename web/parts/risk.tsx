/** The risk that remains with a lift and is accepted by name: asked of who signs first, shown to the others. It signs nothing. */
import { visible } from '../format.ts';
import { TextField } from './fields.tsx';

/** The content of a lift, from what was typed. */
export const riskOf = (typed: string): { readonly risk: string | null } => ({
  risk: typed.trim() === '' ? null : typed.trim(),
});

/** What the signers accept by lifting: the first who signs says it, the others sign the same. */
export function Risk({
  risk,
  fixed,
  asked,
}: {
  readonly risk: { value: string };
  readonly fixed: Readonly<Record<string, unknown>> | null;
  readonly asked: boolean;
}) {
  if (fixed) {
    const said = fixed['risk'];
    return typeof said === 'string' ? (
      <div>
        <h2>Risk that is accepted</h2>
        <p class="break">{visible(said)}</p>
      </div>
    ) : null;
  }
  if (!asked) return null;
  return (
    <div class="form">
      <TextField
        id="risk"
        label="Risk that remains, and is accepted by who signs"
        note="Blank where none remains. Whoever signs next signs the same words."
        value={risk}
      />
    </div>
  );
}
