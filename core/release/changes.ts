/** “Changed since the last rehearsal”: two runs' facts laid side by side. Blind values are never among what it is given. */

/** What is compared of a run or of a plan; what is not known of one of them is left out there. */
export interface RunFigures {
  /** Digest of the runbook's folder: the text of every command. */
  readonly runbook: string;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  /** Agent name by step. */
  readonly targets: Readonly<Record<string, string>>;
  /** Values that nobody is asked for, by `<step>.<probe>`. */
  readonly probes: Readonly<Record<string, string>>;
  /** Milliseconds from start to outcome, by step. */
  readonly durations: Readonly<Record<string, number>>;
  /** Person by seat. */
  readonly people: Readonly<Record<string, string>>;
}

export interface Change {
  readonly kind: 'runbook' | 'input' | 'target' | 'probe' | 'duration' | 'person';
  /** Of the input, step, probe or seat; empty for the runbook. */
  readonly name: string;
  /** Null where it was not there. */
  readonly before: string | number | boolean | null;
  readonly after: string | number | boolean | null;
}

type Values = Readonly<Record<string, string | number | boolean>>;

/** Returns what differs, in the order in which it matters; both kinds of absence count but for what only a run can know. */
export const changesSince = (before: RunFigures, after: RunFigures): Change[] => [
  ...differing('runbook', { '': before.runbook }, { '': after.runbook }),
  ...differing('input', before.inputs, after.inputs),
  ...differing('target', before.targets, after.targets),
  ...inBoth('probe', before.probes, after.probes),
  ...inBoth('duration', before.durations, after.durations).filter(isSlowerOrFaster),
  ...differing('person', before.people, after.people),
];

function differing(kind: Change['kind'], before: Values, after: Values): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .map((name) => ({ kind, name, before: at(before, name), after: at(after, name) }))
    .filter((change) => change.before !== change.after);
}

const at = (values: Values, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? null) : null);

/** A plan has measured nothing yet, which is no change. */
const inBoth = (kind: Change['kind'], before: Values, after: Values): Change[] =>
  differing(kind, before, after).filter((change) => change.before !== null && change.after !== null);

/** No two durations are the same; a tenth is what people call a difference. */
const isSlowerOrFaster = ({ before, after }: Change): boolean =>
  Math.abs(Number(after) - Number(before)) * 10 > Number(before);
