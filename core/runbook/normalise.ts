/** From the runbook as written to the runbook as meant: every default filled in, used runbooks in place, durations in ms, sizes in bytes. */
import type { Clock, InputSpec, Question, Rehearsal, Runbook, Step, UseSpec } from './runbook.ts';
import type { RunbookSource, StepSource } from './schema.ts';
import { placed, stepFrom } from './step.ts';
import { allSteps } from './steps.ts';
import { mapValues, ms } from './units.ts';

/** Runbooks by the name of their folder, for `use: ../<name>`. */
export type Sources = ReadonlyMap<string, RunbookSource>;

const GRACE = 30_000;

/** The folder's name that a step uses. */
export const usedName = (use: string): string => use.slice('../'.length);

/** Returns the runbook with its defaults; sources have passed the schema, and none uses itself. */
export function normalise(source: RunbookSource, sources: Sources = new Map()): Runbook {
  const parts = partsOf(source, null, sources);
  const steps = parts.flatMap((part) => part.steps);
  return {
    id: source.id,
    title: source.title,
    description: source.description ?? null,
    owner: source.owner ?? null,
    links: source.links ?? [],
    inputs: inputsOf(source),
    secrets: source.secrets ?? {},
    targets: { local: { agent: 'local' }, ...source.targets },
    crew: mapValues(source.crew, (seat) => ({ roles: seat.roles, optional: seat.optional ?? false })),
    presence: { required: source.presence.required, grace_ms: ms(source.presence.grace) ?? GRACE },
    window: source.window ?? null,
    locks: source.locks ?? [],
    rehearsal: source.rehearsal ? rehearsalOf(source.rehearsal, parts) : null,
    clocks: Object.fromEntries(parts.flatMap((part) => clocksOf(part, steps))),
    briefing: parts.flatMap((part) => questionsOf(part, part.source.briefing)),
    go_no_go: [...new Set(parts.flatMap((part) => part.source.go_no_go?.of ?? []))],
    debrief: parts.flatMap((part) => questionsOf(part, part.source.debrief)),
    notify: source.notify ?? [],
    steps,
  };
}

/** A stretch of a runbook's steps. The first of a source is empty and stands for what it says beside its steps. */
interface Part {
  readonly source: Pick<RunbookSource, 'clocks' | 'briefing' | 'debrief' | 'go_no_go' | 'rehearsal'>;
  readonly use: UseSpec | null;
  readonly steps: readonly Step[];
}

function partsOf(source: RunbookSource, use: UseSpec | null, sources: Sources): Part[] {
  const place = { required: source.presence.required, use };
  return [
    { source, use, steps: [] },
    ...source.steps.flatMap((step): Part[] => {
      const other = step.use === undefined ? undefined : sources.get(usedName(step.use));
      if (step.use === undefined) return [{ source: {}, use, steps: [stepFrom(step, place)] }];
      return other ? partsOf(other, useOf(step, other, use), sources) : [];
    }),
  ];
}

const useOf = (step: StepSource, other: RunbookSource, within: UseSpec | null): UseSpec => ({
  folder: `use/${usedName(step.use ?? '')}`,
  step: placed(within, step.id),
  inputs: inputsOf(other),
  with: step.with ?? {},
  within,
});

export const inputsOf = (source: RunbookSource): Record<string, InputSpec> =>
  mapValues(source.inputs, (input) => ({
    type: input.type,
    description: input.description ?? null,
    pattern: input.pattern ?? null,
    enum: input.enum ?? null,
    minimum: input.minimum ?? null,
    maximum: input.maximum ?? null,
    default: input.default ?? null,
  }));

function clocksOf({ source, use }: Part, steps: readonly Step[]): [string, Clock][] {
  return Object.entries(source.clocks ?? {}).map(([id, { lasts, starts, means }]) => {
    const backup = /^(.*)\.keep$/.exec(lasts)?.[1];
    const lasts_ms = backup === undefined ? ms(lasts) : keepOf(steps, placed(use, backup));
    return [placed(use, id), { lasts_ms: lasts_ms ?? 0, starts: placed(use, starts), means }];
  });
}

/** How long a backup step keeps its backup. */
const keepOf = (steps: readonly Step[], id: string): number | null =>
  allSteps({ steps }).find((step) => step.id === id)?.backup?.keep_ms ?? null;

const questionsOf = ({ use }: Part, questions: readonly Question[] = []): Question[] =>
  questions.map((question) => ({ ...question, id: placed(use, question.id) }));

/** Where a rehearsal runs and on which inputs is for the outermost runbook to say; what its steps do instead, for each. */
function rehearsalOf(own: NonNullable<RunbookSource['rehearsal']>, parts: readonly Part[]): Rehearsal {
  const steps = parts.flatMap(({ source, use }) =>
    Object.entries(source.rehearsal?.steps ?? {}).map(([id, { run = [], shell }]) => {
      return [placed(use, id), shell === undefined ? { run } : { shell }] as const;
    }),
  );
  return {
    required: own.required ?? false,
    max_age_ms: ms(own.max_age),
    targets: own.targets ?? {},
    inputs: own.inputs ?? {},
    steps: Object.fromEntries(steps),
  };
}
