/** What the expressions of one runbook may name in each of its places; the lint rules ask it, so that nothing is compiled twice. */
import { blindProbes } from './blind.ts';
import { outputsSeen } from './place.ts';
import type { Runbook, Step } from './runbook.ts';
import { Templates } from './templates.ts';

export class Names {
  /** Before anything is measured. */
  readonly before: Templates;
  readonly link: Templates;
  readonly lock: Templates;
  readonly #runbook: Runbook;
  readonly #outputs: Readonly<Record<string, readonly string[]>>;
  readonly #after = new Map<string, Templates>();

  constructor(runbook: Runbook) {
    this.#runbook = runbook;
    this.#outputs = outputsSeen(runbook, null);
    this.before = new Templates(runbook.inputs, { outputs: this.#outputs });
    this.link = new Templates(runbook.inputs);
    this.lock = new Templates(runbook.inputs, { run: false });
  }

  /** With the probes of a step that are not blind. */
  after(step: Step): Templates {
    const probes = open(step);
    // Steps whose probes have the same names name the same.
    const key = probes.join();
    const made = this.#after.get(key) ?? new Templates(this.#runbook.inputs, { outputs: this.#outputs, probes });
    this.#after.set(key, made);
    return made;
  }

  /** For one item of a step. */
  item(step: Step, measured: boolean): Templates {
    const probes = measured ? { probes: open(step) } : {};
    return new Templates(this.#runbook.inputs, { outputs: this.#outputs, item: true, ...probes });
  }

  /** Where a rehearsal replaces what a step does, be it a step of a used runbook. */
  instead(step: Step): Templates {
    const { use, for_each } = step;
    const outputs = outputsSeen(this.#runbook, use);
    return new Templates(use?.inputs ?? this.#runbook.inputs, { outputs, probes: open(step), item: for_each !== null });
  }
}

/** Probes that may be named. */
const open = (step: Step): string[] => {
  const blind = blindProbes(step);
  return Object.keys(step.probes).filter((id) => !blind.has(id));
};
