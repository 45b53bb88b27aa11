/** A run that two judges watch: the machine that runs live, and the checker that knows nothing of it. Where they differ, it stops. */
import type { RunContext, RunInput } from '../../core/run/context.ts';
import { type RunMachine, runMachine } from '../../core/run/machine.ts';
import { contextOf, fold, openState, type RunState } from '../../core/run/state.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { check, type Finding, type Written } from '../../core/verify/checker/checker.ts';
import { inputOf, OPENED_AT, OPENING, type Saying, tell } from '../helpers/told.ts';
import { startsLawfully } from './lawful.ts';

/** A runbook with its machine, which is dear to build and the same for every run of it. */
export interface Ready {
  readonly runbook: Runbook;
  readonly machine: RunMachine;
}

export const readyOf = (runbook: Runbook): Ready => ({ runbook, machine: runMachine(runbook) });

export class Watched {
  readonly runbook: Runbook;
  readonly written: Written[];
  offered = 0;
  now = OPENED_AT;
  #state: RunState;
  readonly #input: RunInput;

  constructor({ runbook, machine }: Ready) {
    const { sealed, written } = tell(OPENING, 0, this.now);
    this.#input = inputOf(runbook);
    const { authors, roles } = this.#input;
    this.runbook = runbook;
    this.written = [written];
    this.#state = openState(
      machine,
      { origin: 'example/log/0', runbook, authors, roles },
      sealed as Parameters<typeof openState>[2],
    );
  }

  get context(): RunContext {
    return contextOf(this.#state);
  }

  /** Whether the entry can follow; it then has. */
  offer(saying: Saying): boolean {
    this.offered += 1;
    const { sealed, written } = tell(saying, this.written.length, this.now);
    const next = fold(this.#state, sealed);
    if (!next.ok) {
      this.#compare([...this.written, written], `${next.refusal.code} ${next.refusal.sentence}`);
      return false;
    }
    this.written.push(written);
    if (this.written.length % OFTEN === 0) this.settle();
    if (saying.type === 'step.started' && !startsLawfully(this.context, this.written))
      throw new Disagreement(this.runbook, this.written, [], 'accepts a start without its quorum');
    this.#state = next.value;
    this.now += 1000;
    return true;
  }

  /** Asks the checker about everything that the machine has taken: it finds an entry as well later as at once. */
  settle(): void {
    this.#compare(this.written, null);
  }

  /** Where the machine refused, the checker must find that entry and no other; else it must find nothing. */
  #compare(written: readonly Written[], refusal: string | null): void {
    const found = check(this.#input, written);
    const last = written.at(-1)?.entry.seq ?? 0;
    const first = found[0]?.seq ?? Number.POSITIVE_INFINITY;
    if (refusal === null ? found.length === 0 : first === last) return;
    const until = written.filter(({ entry }) => entry.seq <= first);
    throw new Disagreement(
      this.runbook,
      until,
      found,
      until.length === written.length && refusal ? refusal : 'accepts',
    );
  }
}

/** The checker is asked about every entry that the machine refuses, and about every so many that it takes. */
const OFTEN = 3;

/** Thrown with everything that it takes to see the difference again. */
export class Disagreement extends Error {
  constructor(runbook: Runbook, written: readonly Written[], found: readonly Finding[], machine: string) {
    const shown = written.map(({ entry, content }) => {
      const { v, log, run, seq, bodies, prev, ...own } = entry;
      return JSON.stringify(content === undefined ? own : { ...own, content });
    });
    super(
      [
        `runbook ${JSON.stringify(essence(runbook))}`,
        ...shown,
        `machine: ${machine}`,
        `checker: ${found.map(({ invariant, seq, why }) => `${invariant} at ${seq - 7}: ${why}`).join('; ') || 'finds nothing'}`,
      ].join('\n'),
    );
  }
}

/** What of a runbook is not a default. */
function essence({ steps, presence, briefing, go_no_go, debrief, crew }: Runbook) {
  const own = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, part) =>
      part === null ||
      (Array.isArray(part) && part.length === 0) ||
      ['title', 'target', 'timeout_ms', 'retry_delay_ms', 'valid_for_ms', 'env', 'probes', 'verify'].includes(key)
        ? undefined
        : part,
    );
  return own({ steps, required: presence.required, briefing, go_no_go, debrief, verifier: crew['verifier'] });
}
