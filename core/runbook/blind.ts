/** Which probes are blind: a challenge asks for their value, so nobody but the agent and the store may have it before the start. */
import type { ChallengeSpec } from './runbook.ts';

/** The probe that `probes.<id>` names. */
export const probeOf = (equals: string): string => equals.replace(/^probes\./, '');

/** Probe ids that a challenge names: their values are blind until the start. */
export const blindProbes = ({ challenge }: { readonly challenge: readonly ChallengeSpec[] }): ReadonlySet<string> =>
  new Set(challenge.map((one) => probeOf(one.equals)));
