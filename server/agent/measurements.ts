/** A step's probes and checks, all measured at once, and what their expectations say of them. It never changes anything. */
import { fail } from '../../core/errors.ts';
import { ok, type Result } from '../../core/result.ts';
import { drifted, trimmed } from '../../core/runbook/drift.ts';
import { holds } from '../../core/runbook/expression.ts';
import type { Action } from '../../core/runbook/runbook.ts';
import type { Mask } from './masking.ts';
import { type Measured, measure } from './measure.ts';

export interface Measurement {
  readonly value: string;
  /** Whether the expectation holds; null where there is none. */
  readonly ok: boolean | null;
}

export interface Where {
  readonly cwd: string;
  /** With the secrets of the step. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes secrets out of what was measured, before anything judges it: what is judged is what is recorded. */
  readonly mask: Mask;
}

/** Measures every probe; the first that errs or hangs is a refusal, which at T-0 is drift. Messages carry no value. */
export async function measureAll(
  { probes }: Pick<Action, 'probes'>,
  where: Where,
): Promise<Result<Record<string, Measurement>>> {
  const all = await Promise.all(
    Object.entries(probes).map(async ([id, probe]) => {
      const measured = await measure(probe, where);
      const judged = measured.ok
        ? judge(probe.title, probe.expect, measured, where.mask)
        : fail('XCK_PROBE', {
            probe: `“${probe.title}”`,
            why: measured.reason === 'timeout' ? 'it did not answer in time' : 'it failed',
          });
      return [id, judged] as const;
    }),
  );
  const refused = all.find(([, one]) => !one.ok)?.[1];
  if (refused && !refused.ok) return refused;
  return ok(Object.fromEntries(all.flatMap(([id, one]) => (one.ok ? [[id, one.value]] : []))));
}

/** An expectation that cannot be decided is told without its reason: that could hold a value which must stay blind. */
function judge(
  title: string,
  expect: string | null,
  measured: Extract<Measured, { ok: true }>,
  mask: Mask,
): Result<Measurement> {
  const { status, exit_code } = measured;
  const stdout = mask(measured.stdout);
  const value = trimmed(stdout);
  if (expect === null) return ok({ value, ok: null });
  const held = holds(expect, { value, status: status ?? 0, stdout, exit_code });
  return held.ok
    ? ok({ value, ok: held.value })
    : fail('XCK_PROBE', { probe: `“${title}”`, why: 'its expectation cannot be decided' });
}

/** Returns the id of the first probe whose value drifted from the one as armed, by the signed rules. */
export function driftedProbe(
  action: Action,
  armed: Readonly<Record<string, string>>,
  now: Readonly<Record<string, Measurement>>,
): string | undefined {
  return Object.keys(action.probes).find((id) => {
    const [rule, before, after] = [action.drift[id], armed[id], now[id]];
    return (
      rule === undefined || before === undefined || after === undefined || drifted(rule, before, after.value, after.ok)
    );
  });
}

/** What a check may take: a probe must be fresh when the command starts, a check may read all that the command changed. */
const CHECK_MS = 60_000;

/** Runs the checks after the command; one that errs or hangs did not hold. */
export async function runChecks(
  { verify }: Pick<Action, 'verify'>,
  where: Where,
  timeoutMs = CHECK_MS,
): Promise<Record<string, boolean>> {
  const all = await Promise.all(
    Object.entries(verify).map(async ([id, check]) => {
      const measured = await measure({ run: check.run, http: null }, where, timeoutMs);
      const judged = measured.ok ? judge(check.title, check.expect, measured, where.mask) : undefined;
      return [id, judged?.ok === true && judged.value.ok === true] as const;
    }),
  );
  return Object.fromEntries(all);
}
