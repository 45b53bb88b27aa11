/** From what was signed to what is executed: the phases of each kind of step, and the environment of one attempt. It starts nothing. */
import { join } from 'node:path';
import type { Action, Do, DoItem } from '../../core/runbook/runbook.ts';
import { maskText } from './masking.ts';
import type { Where } from './measurements.ts';
import type { Secrets } from './secrets.ts';

/** What one attempt does: a step, or an item of one. */
export type Doing = Exclude<Do, { kind: 'for_each' }>;

/** Returns what the item of a `for_each`, or the step itself, does. */
export function doingOf(what: Do, item: string): Doing | undefined {
  return what.kind === 'for_each' ? itemIn(what, item)?.do : what;
}

const itemIn = (what: Extract<Do, { kind: 'for_each' }>, item: string): DoItem | undefined =>
  what.items.find(({ id }) => id === item);

/** Programs with their arguments, one after another; none where a person does it. */
export function phasesOf(what: Doing): readonly (readonly string[])[] {
  switch (what.kind) {
    case 'run':
      return [what.argv];
    case 'shell':
      return [['/bin/sh', '-eu', '-c', what.script]];
    case 'backup':
      return [what.run, what.drill];
    // It outlives the agent like any command, so a soak is taken up after a crash like any command.
    case 'wait':
      return [['/bin/sleep', (what.for / 1000).toFixed(3)]];
    case 'manual':
      return [];
  }
}

/** Where the command, the probes and the checks of an attempt run: the folder of the step, what was signed, the secrets, the item. */
export function whereOf(action: Pick<Action, 'cwd' | 'env'>, folder: string, secrets: Secrets, value?: string): Where {
  const item = value === undefined ? {} : { CROSSCHECK_ITEM: value };
  return {
    cwd: join(folder, action.cwd),
    env: { ...action.env, ...secrets.env, ...item },
    mask: maskText(secrets.values),
  };
}

/** The value of an item, which its command and its checks find in the environment. */
export const itemValue = (what: Do, item: string): string | undefined =>
  what.kind === 'for_each' ? itemIn(what, item)?.value : undefined;
