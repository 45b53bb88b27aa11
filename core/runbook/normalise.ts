/** From the runbook as written to the runbook as meant: every default filled in, durations in ms, sizes in bytes. */
import type { ProbeSpec, Runbook, Step } from './runbook.ts';
import type { RunbookSource, StepSource } from './schema.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1000, MB: 1e6, GB: 1e9, TB: 1e12 };

const measure = (text: string, units: Readonly<Record<string, number>>): number => {
  const [, amount, unit] = /^(\d+)(\D+)$/.exec(text) ?? [];
  return Number(amount) * (units[unit ?? ''] ?? 0);
};

const ms = (text: string | undefined): number | null => (text === undefined ? null : measure(text, UNIT_MS));
const bytes = (text: string | undefined): number | null => (text === undefined ? null : measure(text, UNIT_BYTES));

const mapValues = <V, W>(record: Readonly<Record<string, V>> | undefined, each: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, each(value)]));

const FIVE_MINUTES = 300_000;
const GRACE = 30_000;

/** Returns the runbook with its defaults; the source has passed the schema. */
export function normalise(source: RunbookSource): Runbook {
  const required = source.presence.required;
  return {
    id: source.id,
    title: source.title,
    description: source.description ?? null,
    owner: source.owner ?? null,
    links: source.links ?? [],
    inputs: mapValues(source.inputs, (input) => ({
      type: input.type,
      description: input.description ?? null,
      pattern: input.pattern ?? null,
      enum: input.enum ?? null,
      minimum: input.minimum ?? null,
      maximum: input.maximum ?? null,
      default: input.default ?? null,
    })),
    targets: { local: { agent: 'local' }, ...source.targets },
    crew: mapValues(source.crew, (seat) => ({ roles: seat.roles, optional: seat.optional ?? false })),
    presence: { required, grace_ms: ms(source.presence.grace) ?? GRACE },
    steps: source.steps.map((step) => stepOf(step, required)),
  };
}

function stepOf(step: StepSource, required: readonly string[]): Step {
  const critical = step.critical ?? false;
  const check = step.cross_check ?? {};
  return {
    id: step.id,
    title: step.title,
    target: step.target ?? 'local',
    critical,
    irreversible: step.irreversible ?? false,
    no_backup: step.no_backup ?? null,
    kind: step.backup ? 'backup' : 'run',
    run: step.run ?? [],
    backup: step.backup ? backupOf(step.backup) : null,
    env: step.env ?? {},
    timeout_ms: ms(step.timeout),
    probes: mapValues(step.probes, probeOf),
    eyes: critical ? (check.eyes ?? 4) : 2,
    by: critical ? (check.by ?? required.filter((seat) => seat !== 'lead')) : [],
    valid_for_ms: ms(check.valid_for) ?? FIVE_MINUTES,
    challenge: (check.challenge ?? []).map((one) => ({ ...one, within: one.within ?? null, hint: one.hint ?? null })),
    verify: step.verify ?? {},
    undo: step.undo
      ? {
          from: step.undo.from ?? null,
          reason: step.undo.reason ?? null,
          run: step.undo.run,
          takes_ms: ms(step.undo.takes),
        }
      : null,
    on_failure: 'hold',
  };
}

const backupOf = ({ run, artifact, drill, keep }: NonNullable<StepSource['backup']>): NonNullable<Step['backup']> => ({
  run,
  artifact: { path: artifact.path, min_size: bytes(artifact.min_size), max_age_ms: ms(artifact.max_age) },
  drill,
  keep_ms: ms(keep),
});

const probeOf = (probe: NonNullable<StepSource['probes']>[string]): ProbeSpec => ({
  title: probe.title,
  run: probe.run ?? null,
  http: probe.http ?? null,
  expect: probe.expect ?? null,
  drift: probe.drift ?? (probe.expect === undefined ? 'exact' : 'expect'),
});
