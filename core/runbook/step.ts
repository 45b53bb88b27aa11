/** From one step as written to the step as meant: every default filled in. It reaches no YAML, schema or expression, for pages use it too. */
import type {
  BackupSpec,
  ForEachSpec,
  KeyDemand,
  LimitSpec,
  ProbeSpec,
  Runbook,
  Step,
  UndoSpec,
  UseSpec,
} from './runbook.ts';
import type { StepSource } from './schema.ts';
import { bytes, mapValues, ms } from './units.ts';

/** Where a step stands: what it inherits, and what its ids begin with. */
export interface Place {
  /** Seats whose presence is required; the default of `by`. */
  readonly required: readonly string[];
  readonly use: UseSpec | null;
}

const FIVE_MINUTES = 300_000;
const TEN_SECONDS = 10_000;

/** The id that a name of a used runbook has in the runbook that uses it. */
export const placed = (use: UseSpec | null, id: string): string => (use === null ? id : `${use.step}-${id}`);

/** Returns the step with its defaults; the source has passed the schema, and is no `use`. */
export function stepFrom(source: StepSource, place: Place): Step {
  const own = source.step ?? source;
  const step = {
    ...whole(source, place),
    ...kindOf({ ...source, ...source.step }),
    ...triesOf(own),
    progress: own.progress ?? null,
    limit: own.limit ? limitOf(own.limit) : null,
    verify: own.verify ?? {},
    probes: mapValues(source.wait?.probes ?? source.probes, probeOf),
    ...checkedBy(
      { critical: source.critical ?? false, irreversible: source.irreversible ?? false },
      source.cross_check,
      place.required,
    ),
    children: (source.parallel ?? []).map((child) => stepFrom(child, place)),
    undo: null,
  };
  return source.undo ? { ...step, undo: undoOf(source.undo, step, place) } : step;
}

/** What stands on the step itself, whatever its kind. */
function whole(source: StepSource, { use }: Place) {
  return {
    id: placed(use, source.id),
    title: source.title,
    target: source.target ?? 'local',
    irreversible: source.irreversible ?? false,
    no_backup: source.no_backup ?? null,
    for_each: source.for_each ? forEachOf(source.for_each) : null,
    use,
    when: source.when ?? null,
    env: source.env ?? {},
    secrets: source.secrets ?? [],
    outputs: source.outputs ?? [],
    while: (source.while ?? []).map((clock) => placed(use, clock)),
    on_failure: source.on_failure ?? ('hold' as const),
    rehearse: source.rehearse ?? null,
    deviation: false,
  };
}

type Kinds = Pick<StepSource, 'run' | 'shell' | 'manual' | 'wait' | 'backup' | 'gate' | 'parallel'>;

/** The kind, and what belongs to it alone. */
function kindOf({ run, shell, manual, wait, backup, gate, parallel }: Kinds) {
  const none = { run: run ?? [], shell: null, manual: null, wait: null, backup: null, gate: null };
  if (shell !== undefined) return { ...none, kind: 'shell' as const, shell };
  if (manual !== undefined) return { ...none, kind: 'manual' as const, manual: manualOf(manual) };
  if (wait) return { ...none, kind: 'wait' as const, wait: waitOf(wait) };
  if (backup) return { ...none, kind: 'backup' as const, backup: backupOf(backup) };
  if (gate) return { ...none, kind: 'gate' as const, gate: gate.of };
  return { ...none, kind: parallel ? ('parallel' as const) : ('run' as const) };
}

const triesOf = (own: Pick<StepSource, 'timeout' | 'retries' | 'retry_delay' | 'idempotent'>) => ({
  timeout_ms: ms(own.timeout),
  retries: own.retries ?? 0,
  retry_delay_ms: own.retries === undefined ? 0 : (ms(own.retry_delay) ?? TEN_SECONDS),
  idempotent: own.idempotent ?? false,
});

/** What cannot be undone asks for one of each kind of key unless its author says otherwise. */
function keysOf(irreversible: boolean, keys: NonNullable<StepSource['cross_check']>['keys'] = {}): KeyDemand {
  const each = irreversible ? 1 : 0;
  return { high: keys.high ?? each, terminal: keys.terminal ?? each };
}

/** Who confirms: eyes, seats, keys, for how long, and the questions. */
function checkedBy(
  { critical, irreversible }: Pick<Step, 'critical' | 'irreversible'>,
  check: StepSource['cross_check'] = {},
  required: readonly string[],
) {
  return {
    critical,
    eyes: critical ? (check.eyes ?? 4) : (2 as const),
    by: critical ? (check.by ?? required.filter((seat) => seat !== 'lead')) : [],
    keys: keysOf(critical && irreversible, check.keys),
    valid_for_ms: ms(check.valid_for) ?? FIVE_MINUTES,
    challenge: (check.challenge ?? []).map((one) => ({ ...one, within: one.within ?? null, hint: one.hint ?? null })),
  };
}

/** The way back as a step of its own. It is looked at by as many eyes as its step, or more. */
function undoOf(undo: NonNullable<StepSource['undo']>, step: Step, { use }: Place): UndoSpec {
  const check = checkedBy(
    { critical: step.critical || undo.cross_check !== undefined, irreversible: false },
    undo.cross_check,
    step.by,
  );
  return {
    from: undo.from === undefined ? null : placed(use, undo.from),
    reason: undo.reason ?? null,
    takes_ms: ms(undo.takes),
    step: {
      ...step,
      id: `${step.id}-undo`,
      title: `Undo: ${step.title}`,
      ...kindOf(undo),
      ...triesOf({}),
      timeout_ms: ms(undo.timeout) ?? step.timeout_ms,
      irreversible: false,
      no_backup: null,
      children: [],
      when: null,
      outputs: [],
      progress: null,
      limit: null,
      secrets: undo.secrets ?? step.secrets,
      while: (undo.while ?? []).map((clock) => placed(use, clock)),
      probes: mapValues(undo.probes, probeOf),
      verify: undo.verify ?? {},
      ...check,
      eyes: check.eyes < step.eyes ? step.eyes : check.eyes,
      by: undo.cross_check?.by ?? step.by,
      on_failure: 'hold',
      undo: null,
    },
  };
}

/** A step that a deviation inserts: always critical, confirmed by at least two people, marked for ever. */
export function deviationStep(source: StepSource, presence: Runbook['presence']): Step {
  const step = stepFrom({ ...source, critical: true }, { required: presence.required, use: null });
  const undo = step.undo && { ...step.undo, step: { ...step.undo.step, deviation: true } };
  return { ...step, undo, deviation: true };
}

const manualOf = (manual: NonNullable<StepSource['manual']>): NonNullable<Step['manual']> =>
  typeof manual === 'string' ? { text: manual, by: 'lead' } : { text: manual.text, by: manual.by ?? 'lead' };

function waitOf(wait: NonNullable<StepSource['wait']>): NonNullable<Step['wait']> {
  const for_ms = ms(wait.for) ?? 0;
  return { for_ms, every_ms: ms(wait.every) ?? Math.min(TEN_SECONDS, for_ms) };
}

const backupOf = ({ run, artifact, drill, keep }: NonNullable<StepSource['backup']>): BackupSpec => ({
  run,
  artifact: { path: artifact.path, min_size: bytes(artifact.min_size), max_age_ms: ms(artifact.max_age) },
  drill,
  keep_ms: ms(keep),
});

const forEachOf = ({ items, max_parallel, canary }: NonNullable<StepSource['for_each']>): ForEachSpec => ({
  items,
  max_parallel: max_parallel ?? 1,
  canary: canary ?? 1,
});

const limitOf = ({ field, within }: NonNullable<StepSource['limit']>): LimitSpec => {
  const [percent = '', probe = ''] = within.split(' of probes.');
  return { field, within: percent, probe };
};

const probeOf = (probe: NonNullable<StepSource['probes']>[string]): ProbeSpec => ({
  title: probe.title,
  run: probe.run ?? null,
  http: probe.http ?? null,
  expect: probe.expect ?? null,
  drift: probe.drift ?? (probe.expect === undefined ? 'exact' : 'expect'),
});
