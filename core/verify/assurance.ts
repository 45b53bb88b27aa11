/** How much the signatures of a verified run prove about people and machines; it decides nothing, it only tells. */
import { fromBase64 } from '../bytes/encoding.ts';
import { refIndex } from '../log/entry.ts';
import { isPageKind, keyFingerprint } from '../log/publicKey.ts';
import type { Roster } from '../log/roster.ts';
import { agentOf } from '../log/roster.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { allSteps } from '../runbook/steps.ts';
import type { Spine } from './chains.ts';
import type { Rosters } from './roster.ts';
import type { Signature, Verdict } from './verdict.ts';

/**
 * `independent` when every irreversible step that started had a confirmation by a key of a terminal that the server could
 * not have put into the roster: no page enrols one, and what keepers sign in a page alone adds none. The statement's
 * `client` line is no proof and is not looked at.
 */
export function assuranceOf(
  { run, roster }: Pick<Spine, 'run' | 'roster'>,
  rosters: Rosters,
  runbook: Runbook,
  signatures: readonly Signature[],
): Verdict['assurance'] {
  const irreversible = new Set(
    allSteps(runbook)
      .filter((step) => step.irreversible)
      .map(({ id }) => id),
  );
  const started = run.flatMap(({ entry }) =>
    entry.type === 'step.started' && irreversible.has(entry.step) ? [entry.armed] : [],
  );
  if (started.length === 0) return 'none irreversible';
  const madeBy = new Map(signatures.map(({ seq, fingerprint }) => [seq, fingerprint]));
  const independent = independentKeys(roster, rosters, madeBy);
  const vouched = new Set(
    run.flatMap(({ entry }) =>
      entry.type === 'step.confirmed' && independent.has(madeBy.get(entry.seq) ?? '') ? [entry.armed] : [],
    ),
  );
  return started.every((armed) => vouched.has(armed)) ? 'independent' : 'page-only';
}

/** Fingerprints of genesis' keys of terminals, and of those in each version that one of such keys has signed. */
function independentKeys(
  chain: Spine['roster'],
  { states }: Rosters,
  madeBy: ReadonlyMap<number, string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [index, { entry }] of chain.entries()) {
    const signed = entry.type === 'roster.changed' ? entry.signed.map((ref) => madeBy.get(refIndex(ref)) ?? '') : [];
    const roster = states[index]?.roster;
    if (!roster || !(entry.type === 'genesis' || signed.some((key) => found.has(key)))) continue;
    for (const key of terminalKeys(roster)) found.add(key);
  }
  return found;
}

const terminalKeys = ({ people }: Roster): string[] =>
  people
    .flatMap(({ keys }) => keys)
    .flatMap(({ key, kind }) =>
      isPageKind(kind) ? [] : [keyFingerprint(fromBase64(key.slice(key.indexOf(' ') + 1)) ?? new Uint8Array())],
    );

/** `detached` when something was armed, and only by agents that do not run under the server's account. */
export function executorOf({ run }: Spine, roster: Roster): Verdict['executor'] {
  const kinds = run.flatMap(({ entry }) => (entry.type === 'step.armed' ? [agentOf(roster, entry.actor)?.kind] : []));
  return kinds.length > 0 && kinds.every((kind) => kind === 'detached') ? 'detached' : 'embedded';
}
