/** A runbook as a Mermaid state diagram: what follows what, who looks, and the ways back. It shows what is written and knows no run. */
import type { Runbook, Step } from './runbook.ts';
import { forwardSteps, undoOrder } from './steps.ts';

/** A state that the next one follows, and under which condition. */
interface Source {
  readonly name: string;
  readonly label: string | null;
}

/** Returns the text of the diagram, a line for each state and each transition. */
export function diagram(runbook: Runbook): string {
  const names = new Map(forwardSteps(runbook).map((step, index) => [step.id, `step_${index + 1}`]));
  const lines: string[] = [];
  let sources: Source[] = [{ name: '[*]', label: null }];
  const follow = (name: string, label: string | null = null): void => {
    lines.push(...sources.map((source) => arrow(source.name, name, source.label ?? label)));
    sources = [{ name, label: null }];
  };
  for (const [name, title] of before(runbook)) {
    lines.push(state(name, title));
    follow(name);
  }
  for (const step of runbook.steps) {
    const name = names.get(step.id) ?? '';
    const skipped = step.when === null ? [] : sources.map(({ name }) => ({ name, label: 'otherwise' }));
    lines.push(...stateOf(step, name, names));
    follow(name, step.when === null ? null : `when ${step.when}`);
    sources = [...sources, ...skipped];
  }
  if (runbook.debrief.length > 0) {
    lines.push(state('debrief', `Debrief, ${counted(runbook.debrief.length, 'question')}`));
    follow('debrief');
  }
  follow('[*]', 'done');
  return ['stateDiagram-v2', ...[...lines, ...waysBack(runbook, names)].map((line) => `  ${line}`), ''].join('\n');
}

const before = ({ briefing, go_no_go }: Runbook): (readonly [name: string, title: string])[] => [
  ...(briefing.length > 0 ? [['briefing', `Briefing, ${counted(briefing.length, 'question')}`] as const] : []),
  ...(go_no_go.length > 0 ? [['go_no_go', `Go or no-go of ${go_no_go.join(', ')}`] as const] : []),
];

/** The undo steps, the last one first, and where each begins. */
function waysBack(runbook: Runbook, names: ReadonlyMap<string, string>): string[] {
  const order = undoOrder(runbook);
  return order.flatMap((step, index) => {
    const name = names.get(step.id) ?? '';
    const next = order[index + 1];
    return [
      state(`${name}_undo`, step.undo?.step.title ?? ''),
      ...(step.undo ? [described(`${name}_undo`, wordsOf(step.undo.step))] : []),
      arrow(name, `${name}_undo`, 'decided back'),
      next ? arrow(`${name}_undo`, `${names.get(next.id)}_undo`, null) : arrow(`${name}_undo`, '[*]', 'rolled back'),
    ];
  });
}

function stateOf(step: Step, name: string, names: ReadonlyMap<string, string>): string[] {
  if (step.kind !== 'parallel') return [state(name, step.title), described(name, wordsOf(step))];
  const regions = step.children.flatMap((child, index) => [
    ...(index === 0 ? [] : ['--']),
    ...stateOf(child, names.get(child.id) ?? '', names),
  ]);
  return [`${state(name, step.title)} {`, ...regions.map((line) => `  ${line}`), '}'];
}

/** What a step is, in a few words. */
function wordsOf(step: Step): string {
  const { kind, target, eyes, by, for_each, irreversible, use, gate, manual } = step;
  return [
    for_each ? `${kind} for each item, ${for_each.canary === 0 ? 'one wave' : `${for_each.canary} first`}` : kind,
    ...(manual ? [`by ${manual.by}`] : []),
    ...(gate ? [`of ${gate.join(', ')}`] : [`on ${target}`]),
    ...(step.critical ? [`${eyes} eyes of lead, ${by.join(', ')}`] : []),
    ...(irreversible ? ['irreversible'] : []),
    ...(use ? [`from ${use.folder}`] : []),
  ].join(' · ');
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const state = (name: string, title: string): string => `state "${plain(title)}" as ${name}`;
const described = (name: string, words: string): string => `${name} : ${plain(words)}`;
const arrow = (from: string, to: string, label: string | null): string =>
  `${from} --> ${to}${label === null ? '' : ` : ${plain(label)}`}`;

/** Signs that Mermaid would read are written by their number. */
const plain = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/["#;:<>{}%]/g, (sign) => `#${sign.charCodeAt(0)};`);
