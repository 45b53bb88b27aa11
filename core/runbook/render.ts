/** A step with every expression resolved: what is shown, signed and run. The agent, the CLI and the verifier render alike. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { codeAt, hiddenInLineAt } from './invisible.ts';
import { groundOf, inputsIn, type Place, placeOf } from './place.ts';
import type { Action, CheckSpec, Do, DoCommand, DoItem, Rendered, Runbook, Step } from './runbook.ts';
import { stepOf } from './steps.ts';
import { type Scope, Templates, type Values, wholeExpression } from './templates.ts';
import { waveIds } from './wave.ts';

export { matchesRendered } from './matches.ts';
export type { Scope } from './templates.ts';

/** An item of a step, before it is known what it does. */
export type Item = Pick<DoItem, 'id' | 'value'>;

const MOST_ITEMS = 500;
const LONGEST_ITEM = 1000;

/** Resolves texts until one refuses; the first refusal is the whole answer. */
class Resolver {
  readonly #templates: Templates;
  readonly #values: Values;
  refused: Result<never> | undefined;

  constructor(templates: Templates, values: Values) {
    this.#templates = templates;
    this.#values = values;
  }

  take = <T>(result: Result<T>, otherwise: T): T => {
    if (result.ok) return result.value;
    this.refused ??= result;
    return otherwise;
  };

  text = (template: string): string => this.take(this.#templates.resolve(template, this.#values), '');

  list = (templates: readonly string[]): string[] => templates.map(this.text);

  map = <V, W>(values: Readonly<Record<string, V>>, each: (value: V) => W): Record<string, W> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, each(value)]));
}

/** What was resolved, unless something refused. */
const answered = <T>(value: T, ...resolvers: readonly Resolver[]): Result<T> =>
  resolvers.find(({ refused }) => refused)?.refused ?? ok(value);

/**
 * Returns what the step does with these inputs, its next wave where it has items. `action.programs` is empty and
 * `action.env` lacks PATH, HOME and LANG: the agent adds them; `cwd` is below the agent's read-only copy of the folder.
 * XCK_UNKNOWN, XCK_NOT_NOW, XCK_REHEARSAL, XCK_INPUT, XCK_EXPRESSION.
 */
export function render(runbook: Runbook, stepId: string, scope: Scope): Result<Rendered> {
  const found = placeOf(runbook, stepId, scope);
  if (!found.ok) return found;
  const place = found.value;
  const [before, after] = [new Resolver(place.before, place.values), new Resolver(place.after, place.values)];
  const wave = waveIn(place, scope.finished);
  if (!wave.ok) return wave;
  const undo = place.step.undo && {
    from: place.step.undo.from,
    reason: place.step.undo.reason,
    takes: place.step.undo.takes_ms,
    do: doOf(place.step.undo.step, { ...place, after: place.before }, wave.value, before),
  };
  const does = doOf(place.step, place, wave.value, after);
  const rendered = {
    target: { agent: place.target.agent },
    do: does,
    action: { ...actionOf(place, before, after), undo },
  };
  return answered(rendered, before, after);
}

/** Returns the probes of a step, to be measured before the rest of it can be rendered. */
export function renderProbes(runbook: Runbook, stepId: string, scope: Scope): Result<Action['probes']> {
  const place = placeOf(runbook, stepId, scope);
  if (!place.ok) return place;
  const resolver = new Resolver(place.value.before, place.value.values);
  return answered(probesOf(place.value.step, resolver), resolver);
}

/** Returns what surrounds every command of a step, its probes' too. */
export function renderSurroundings(
  runbook: Runbook,
  stepId: string,
  scope: Scope,
): Result<Pick<Action, 'cwd' | 'env' | 'secrets'>> {
  const place = placeOf(runbook, stepId, scope);
  if (!place.ok) return place;
  const resolver = new Resolver(place.value.before, place.value.values);
  return answered(surroundingsOf(place.value.step, resolver), resolver);
}

const surroundingsOf = ({ use, env, secrets }: Step, { map, text }: Resolver) => ({
  cwd: use?.folder ?? '.',
  env: map(env, text),
  secrets,
});

const probesOf = (step: Step, { list, map, text }: Resolver): Action['probes'] =>
  map(step.probes, ({ title, expect, http, run }) => ({
    title,
    expect,
    http: http && { url: text(http.url) },
    run: run && list(run),
  }));

function actionOf({ step, values }: Place, before: Resolver, after: Resolver): Omit<Action, 'undo'> {
  const check = ({ title, run, expect }: CheckSpec): CheckSpec => ({ title, run: after.list(run), expect });
  return {
    ...surroundingsOf(step, before),
    by: step.by,
    challenge: step.challenge.map((one) => ({ ...one, hint: one.hint === null ? null : after.text(one.hint) })),
    data: values.run.data,
    drift: before.map(step.probes, (probe) => probe.drift),
    eyes: step.eyes,
    keys: step.keys,
    limit: step.limit,
    outputs: step.outputs,
    probes: probesOf(step, before),
    programs: {},
    progress: step.progress,
    retries: { count: step.retries, delay: step.retry_delay_ms },
    timeout: step.timeout_ms,
    verify: before.map(step.verify, check),
    while: step.while,
  };
}

function doOf(step: Step, place: Place, wave: Wave, resolver: Resolver): Do {
  const { list, text } = resolver;
  if (step.for_each) {
    const items = wave.items.map((item) => ({ ...item, do: itemDo(step, place, item, resolver) }));
    return { kind: 'for_each', items, of: wave.of, max_parallel: step.for_each.max_parallel };
  }
  if (step.shell !== null) return { kind: 'shell', script: step.shell };
  if (step.manual) return { kind: 'manual', text: text(step.manual.text), by: step.manual.by };
  if (step.wait) return { kind: 'wait', for: step.wait.for_ms, every: step.wait.every_ms };
  if (!step.backup) return { kind: 'run', argv: list(step.run) };
  const { run, artifact, drill } = step.backup;
  return {
    kind: 'backup',
    run: list(run),
    artifact: { path: text(artifact.path), min_size: artifact.min_size, max_age: artifact.max_age_ms },
    drill: list(drill),
  };
}

/** The command of one item, which alone may name it. */
function itemDo({ run, shell }: Step, place: Place, { value }: Item, resolver: Resolver): DoCommand {
  if (shell !== null) return { kind: 'shell', script: shell };
  const values = { ...place.values, item: value };
  return { kind: 'run', argv: run.map((one) => resolver.take(place.each.resolve(one, values), '')) };
}

interface Wave {
  readonly items: readonly Item[];
  readonly of: number;
}

const NO_WAVE: Wave = { items: [], of: 1 };

function waveIn(place: Place, finished: readonly string[]): Result<Wave> {
  if (!place.step.for_each) return ok(NO_WAVE);
  const all = itemsIn(place);
  if (!all.ok) return all;
  const ids = waveIds(all.value.length, place.step.for_each.canary, finished);
  const items = all.value.filter(({ id }) => ids.includes(id));
  return items.length > 0
    ? ok({ items, of: all.value.length })
    : fail('XCK_NOT_NOW', { what: 'An arming', why: `every item of ${place.step.id} is finished` });
}

/** Returns all items of a step, whether finished or not; none where it has no `for_each`. */
export function itemsOf(runbook: Runbook, stepId: string, scope: Scope): Result<Item[]> {
  const place = placeOf(runbook, stepId, scope);
  return place.ok ? itemsIn(place.value) : place;
}

function itemsIn({ step, before, values: scope }: Place): Result<Item[]> {
  if (!step.for_each) return ok([]);
  const { items } = step.for_each;
  const resolver = new Resolver(before, scope);
  const values =
    typeof items === 'string' ? before.list(wholeExpression(items) ?? items, scope) : ok(resolver.list(items));
  if (!values.ok) return values;
  if (resolver.refused) return resolver.refused;
  const why = wrongItems(values.value);
  return why === undefined
    ? ok(values.value.map((value, index) => ({ id: `item-${index + 1}`, value })))
    : fail('XCK_EXPRESSION', { text: `items of ${step.id}`, why });
}

function wrongItems(values: readonly string[]): string | undefined {
  if (values.length === 0) return 'it gives no item';
  if (values.length > MOST_ITEMS) return `it gives more than ${MOST_ITEMS} items`;
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) return `the item “${twice}” stands twice`;
  if (values.some((value) => value.trim() === '')) return 'an item is empty';
  if (values.some((value) => value.length > LONGEST_ITEM)) return `an item has more than ${LONGEST_ITEM} characters`;
  const hidden = values.find((value) => hiddenInLineAt(value) !== -1);
  return hidden && `an item holds the invisible character ${codeAt(hidden, hiddenInLineAt(hidden))}`;
}

/** Whether a step is run at all: `when` is true, or there is none. XCK_EXPRESSION where it is neither true nor false. */
export function whenHolds(
  runbook: Runbook,
  stepId: string,
  scope: Pick<Scope, 'inputs' | 'run' | 'steps'>,
): Result<boolean> {
  const step = stepOf(runbook, stepId);
  if (!step) return fail('XCK_UNKNOWN', { what: 'step', name: stepId });
  if (step.when === null) return ok(true);
  const ground = groundOf(runbook, step.use, scope);
  if (!ground.ok) return ground;
  const { inputs, outputs, values: own } = ground.value;
  return new Templates(inputs, { outputs }).condition(step.when, own);
}

/** Returns the names that a run of this mode holds while it is open. */
export function locksOf(
  runbook: Runbook,
  inputs: Scope['inputs'],
  mode: 'live' | 'rehearsal' = 'live',
): Result<string[]> {
  const run = { id: '', mode, started_at_ms: 0, data: '' };
  const values = { inputs: inputsIn(runbook, inputs, mode), run };
  const resolver = new Resolver(new Templates(runbook.inputs, { run: false }), values);
  const locks = resolver.list(runbook.locks);
  return answered([...new Set(locks)], resolver);
}

/** Returns the links of a run, which are shown before anything is measured. */
export function linksOf(runbook: Runbook, scope: Pick<Scope, 'inputs' | 'run'>): Result<Runbook['links'][number][]> {
  const values = { inputs: inputsIn(runbook, scope.inputs, scope.run.mode), run: scope.run };
  const resolver = new Resolver(new Templates(runbook.inputs), values);
  const links = runbook.links.map(({ title, url }) => ({ title, url: resolver.text(url) }));
  return answered(links, resolver);
}
