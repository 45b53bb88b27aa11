/** A runbook after parsing: every default filled in, a plain JSON value that server, agent, page and verifier share. It holds no text that a person wrote for a machine to guess at. */

export interface InputSpec {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly description: string | null;
  readonly pattern: string | null;
  readonly enum: readonly (string | number)[] | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly default: string | number | boolean | null;
}

export interface ProbeSpec {
  readonly title: string;
  readonly run: readonly string[] | null;
  readonly http: { readonly url: string } | null;
  readonly expect: string | null;
  readonly drift: DriftRule;
}

export interface CheckSpec {
  readonly title: string;
  readonly run: readonly string[];
  readonly expect: string;
}

export interface ChallengeSpec {
  readonly id: string;
  readonly ask: string;
  readonly by: string;
  /** `probes.<id>` */
  readonly equals: string;
  readonly within: string | null;
  readonly hint: string | null;
}

export type DriftRule = 'exact' | 'expect' | { readonly within: string };

/** The way back of a step: a step of its own, `<id>-undo`, that only a decision to roll back brings up. */
export interface UndoSpec {
  /** The backup step that it restores, or null where `reason` says why it needs none. */
  readonly from: string | null;
  readonly reason: string | null;
  readonly takes_ms: number | null;
  readonly step: Step;
}

export interface BackupSpec {
  readonly run: readonly string[];
  readonly artifact: { readonly path: string; readonly min_size: number | null; readonly max_age_ms: number | null };
  readonly drill: readonly string[];
  readonly keep_ms: number | null;
}

/** One step over many items, armed and confirmed once per wave: the canary, then the rest. */
export interface ForEachSpec {
  /** Texts with expressions, or one expression that gives a list of texts. */
  readonly items: readonly string[] | string;
  readonly max_parallel: number;
  /** How many items the first wave has; 0 means that there is one wave. */
  readonly canary: number;
}

/** The blast radius: a field of the command's JSON lines that may not exceed what a probe said, as armed. */
export interface LimitSpec {
  readonly field: string;
  /** `5%` */
  readonly within: string;
  /** The probe's id. */
  readonly probe: string;
}

/** Where the steps of another runbook come from, and what they are given. */
export interface UseSpec {
  /** The folder of the other runbook inside this one: `use/<name>`; the step's commands run there. */
  readonly folder: string;
  /** The step that it stands for: its steps have the ids `<step>-<their own>`, and know each other by their own. */
  readonly step: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Values for its inputs, texts with expressions of the runbook that uses it. */
  readonly with: Readonly<Record<string, string | number | boolean>>;
  /** Where the runbook that uses it is itself used: that use. */
  readonly within: UseSpec | null;
}

export const STEP_KINDS = ['run', 'shell', 'manual', 'wait', 'backup', 'gate', 'parallel'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export interface Step {
  readonly id: string;
  readonly title: string;
  /** Name of a target of the runbook. */
  readonly target: string;
  readonly critical: boolean;
  readonly irreversible: boolean;
  readonly no_backup: string | null;
  /** What it is; with `for_each` that of each item. */
  readonly kind: StepKind;
  /** The argv of `run`; empty for other kinds. */
  readonly run: readonly string[];
  /** The script of `shell`, without expressions. */
  readonly shell: string | null;
  /** What a person does elsewhere, and the seat whose holder attests to it. */
  readonly manual: { readonly text: string; readonly by: string } | null;
  /** A soak; its probes are the step's, looked at again every `every_ms`. */
  readonly wait: { readonly for_ms: number; readonly every_ms: number } | null;
  readonly backup: BackupSpec | null;
  /** The seats that are polled. */
  readonly gate: readonly string[] | null;
  /** The steps of a `parallel`, none of them critical; empty for other kinds. */
  readonly children: readonly Step[];
  readonly for_each: ForEachSpec | null;
  readonly use: UseSpec | null;
  /** CEL; where it is false the step is skipped. */
  readonly when: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly timeout_ms: number | null;
  /** Times that a failed command is tried again; more than 0 only where it is idempotent. */
  readonly retries: number;
  readonly retry_delay_ms: number;
  readonly idempotent: boolean;
  /** Names that the command gives values to, in the file that CROSSCHECK_OUTPUT names. */
  readonly outputs: readonly string[];
  readonly progress: { readonly from: 'stdout_jsonl'; readonly done: string; readonly total: string } | null;
  readonly limit: LimitSpec | null;
  /** Clocks that must not have run out when it starts. */
  readonly while: readonly string[];
  readonly probes: Readonly<Record<string, ProbeSpec>>;
  /** 2 where the step is not critical. */
  readonly eyes: 2 | 4 | 6;
  readonly by: readonly string[];
  readonly keys: KeyDemand;
  readonly valid_for_ms: number;
  readonly challenge: readonly ChallengeSpec[];
  readonly verify: Readonly<Record<string, CheckSpec>>;
  readonly undo: UndoSpec | null;
  readonly on_failure: 'hold' | 'decide';
  readonly rehearse: 'as_is' | null;
  /** Inserted during the run by a deviation; such a step is always critical. */
  readonly deviation: boolean;
}

/** By which keys the confirmations of a live step must be, beside how many there are. */
export interface KeyDemand {
  /** So many by a passkey or a security key, which somebody touched. */
  readonly high: number;
  /** So many by a key that no page can have made: an SSH key or a security key at a terminal. */
  readonly terminal: number;
}

/** A question whose answer is a value, never yes or done. */
export interface Question {
  readonly id: string;
  readonly ask: string;
  readonly answer: 'text' | 'link' | 'time' | 'person' | 'file' | 'step';
  /** A seat, or `each` for every seat that is not optional. */
  readonly by: string;
}

/** An undo window. */
export interface Clock {
  readonly lasts_ms: number;
  /** The step whose start starts it. */
  readonly starts: string;
  readonly means: string;
}

/** When a run may be opened and a step may start. */
export interface Window {
  readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
  /** `HH:MM`, local time of `timezone`; `to` is not part of it. */
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
}

/** What a rehearsal does instead: other targets, other inputs, other actions. */
export interface Rehearsal {
  readonly required: boolean;
  readonly max_age_ms: number | null;
  readonly targets: Readonly<Record<string, { readonly agent: string }>>;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly steps: Readonly<Record<string, { readonly run: readonly string[] } | { readonly shell: string }>>;
}

export const NOTIFIED = [
  'run.opened',
  'step.armed',
  'step.confirmed',
  'step.failed',
  'step.unknown',
  'hold.raised',
  'hold.updated',
  'hold.overdue',
  'hold.lifted',
  'run.decided',
  'clock.alarm',
  'clock.passed',
  'run.closed',
] as const;
export type Notified = (typeof NOTIFIED)[number];

export interface Runbook {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly owner: string | null;
  /** URLs are texts with expressions over inputs and run. */
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** By reference; the file lies at the agent. */
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly targets: Readonly<Record<string, { readonly agent: string }>>;
  readonly crew: Readonly<Record<string, { readonly roles: readonly string[]; readonly optional: boolean }>>;
  readonly presence: { readonly required: readonly string[]; readonly grace_ms: number };
  readonly window: Window | null;
  /** Texts with expressions over inputs. */
  readonly locks: readonly string[];
  readonly rehearsal: Rehearsal | null;
  readonly clocks: Readonly<Record<string, Clock>>;
  readonly briefing: readonly Question[];
  /** Seats polled before the first step; empty where nobody is. */
  readonly go_no_go: readonly string[];
  readonly debrief: readonly Question[];
  readonly notify: readonly { readonly webhook: { readonly env: string }; readonly on: readonly Notified[] }[];
  readonly steps: readonly Step[];
}

/** What one command does, with every expression resolved. */
export type DoCommand =
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  | { readonly kind: 'shell'; readonly script: string };

/** One item of a wave; its command and checks find `value` in the environment as CROSSCHECK_ITEM. */
export interface DoItem {
  /** `item-<n>`, counted from 1 in the order of the runbook. */
  readonly id: string;
  readonly value: string;
  readonly do: DoCommand;
}

/** What a step does, with every expression resolved; the `do` line of statements is its JSON. Units: ms and bytes. */
export type Do =
  | DoCommand
  | { readonly kind: 'manual'; readonly text: string; readonly by: string }
  | { readonly kind: 'wait'; readonly for: number; readonly every: number }
  | {
      readonly kind: 'backup';
      readonly run: readonly string[];
      readonly artifact: { readonly path: string; readonly min_size: number | null; readonly max_age: number | null };
      readonly drill: readonly string[];
    }
  /** The items of one wave; `of` is how many the step has in all. */
  | {
      readonly kind: 'for_each';
      readonly items: readonly DoItem[];
      readonly of: number;
      readonly max_parallel: number;
    };

/** The JCS body that `step.armed` commits to: everything that runs beside target and do; step-log.md, *Settled details*. */
export interface Action {
  readonly by: readonly string[];
  readonly challenge: readonly ChallengeSpec[];
  /** `.`, or the folder of a used runbook, below the agent's read-only copy. */
  readonly cwd: string;
  /** The agent's data directory, `run.data` of the expressions. */
  readonly data: string;
  readonly drift: Readonly<Record<string, DriftRule>>;
  readonly env: Readonly<Record<string, string>>;
  readonly eyes: number;
  readonly keys: KeyDemand;
  readonly limit: LimitSpec | null;
  readonly outputs: readonly string[];
  readonly probes: Readonly<
    Record<
      string,
      {
        readonly title: string;
        readonly expect: string | null;
        readonly http: { readonly url: string } | null;
        readonly run: readonly string[] | null;
      }
    >
  >;
  readonly programs: Readonly<Record<string, string>>;
  readonly progress: Step['progress'];
  readonly retries: { readonly count: number; readonly delay: number };
  /** Names only. */
  readonly secrets: readonly string[];
  readonly timeout: number | null;
  readonly undo: {
    readonly do: Do;
    readonly from: string | null;
    readonly reason: string | null;
    readonly takes: number | null;
  } | null;
  readonly verify: Readonly<Record<string, CheckSpec>>;
  readonly while: readonly string[];
}

export interface Rendered {
  readonly target: { readonly agent: string };
  readonly do: Do;
  readonly action: Action;
}
