/** “Changed since the last rehearsal”: two runs' facts laid side by side. Blind values are never among what it is given. */

/** What is compared of a run or of a plan. Where and how fast a rehearsal ran differs by its nature, and is told elsewhere. */
export interface RunFigures {
  /** Digest of the runbook's folder: the text of every command. */
  readonly runbook: string;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  /** Person by seat. */
  readonly people: Readonly<Record<string, string>>;
}

export interface Change {
  readonly kind: 'runbook' | 'input' | 'person';
  /** Of the input or seat; empty for the runbook. */
  readonly name: string;
  /** Null where it was not there. */
  readonly before: string | number | boolean | null;
  readonly after: string | number | boolean | null;
}

type Values = Readonly<Record<string, string | number | boolean>>;

/** Returns what differs, in the order in which it matters; absence counts. */
export const changesSince = (before: RunFigures, after: RunFigures): Change[] => [
  ...differing('runbook', { '': before.runbook }, { '': after.runbook }),
  ...differing('input', before.inputs, after.inputs),
  ...differing('person', before.people, after.people),
];

function differing(kind: Change['kind'], before: Values, after: Values): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .map((name) => ({ kind, name, before: at(before, name), after: at(after, name) }))
    .filter((change) => change.before !== change.after);
}

const at = (values: Values, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? null) : null);

/** A change in a sentence; `say` names a person. */
export function changeText({ kind, name, before, after }: Change, say: (person: string) => string): string {
  const told = (value: Change['before']) =>
    value === null ? 'nothing' : kind === 'person' ? say(String(value)) : String(value);
  const what = kind === 'person' ? `The ${name}` : `The ${kind} ${name}`;
  return `${what} is ${told(after)}; in the rehearsal it was ${told(before)}.`;
}
