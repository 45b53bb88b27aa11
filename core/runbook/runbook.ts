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

export interface UndoSpec {
  readonly from: string | null;
  readonly reason: string | null;
  readonly run: readonly string[];
  readonly takes_ms: number | null;
}

export interface BackupSpec {
  readonly run: readonly string[];
  readonly artifact: { readonly path: string; readonly min_size: number | null; readonly max_age_ms: number | null };
  readonly drill: readonly string[];
  readonly keep_ms: number | null;
}

export interface Step {
  readonly id: string;
  readonly title: string;
  /** Name of a target of the runbook. */
  readonly target: string;
  readonly critical: boolean;
  readonly irreversible: boolean;
  readonly no_backup: string | null;
  readonly kind: 'run' | 'backup';
  /** The argv of `run`; empty for a backup. */
  readonly run: readonly string[];
  readonly backup: BackupSpec | null;
  readonly env: Readonly<Record<string, string>>;
  readonly timeout_ms: number | null;
  readonly probes: Readonly<Record<string, ProbeSpec>>;
  /** 2 where the step is not critical. */
  readonly eyes: 2 | 4 | 6;
  readonly by: readonly string[];
  readonly valid_for_ms: number;
  readonly challenge: readonly ChallengeSpec[];
  readonly verify: Readonly<Record<string, CheckSpec>>;
  readonly undo: UndoSpec | null;
  readonly on_failure: 'hold';
}

export interface Runbook {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly owner: string | null;
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly targets: Readonly<Record<string, { readonly agent: string }>>;
  readonly crew: Readonly<Record<string, { readonly roles: readonly string[]; readonly optional: boolean }>>;
  readonly presence: { readonly required: readonly string[]; readonly grace_ms: number };
  readonly steps: readonly Step[];
}

/** What a step does, with every expression resolved; the `do` line of statements is its JSON. Units: ms and bytes. */
export type Do =
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  | {
      readonly kind: 'backup';
      readonly run: readonly string[];
      readonly artifact: { readonly path: string; readonly min_size: number | null; readonly max_age: number | null };
      readonly drill: readonly string[];
    };

/** The JCS body that `step.armed` commits to: everything that runs beside target and do; step-log.md, *Settled details*. */
export interface Action {
  readonly by: readonly string[];
  readonly challenge: readonly ChallengeSpec[];
  readonly cwd: string;
  /** The agent's data directory, `run.data` of the expressions. */
  readonly data: string;
  readonly drift: Readonly<Record<string, DriftRule>>;
  readonly env: Readonly<Record<string, string>>;
  readonly eyes: number;
  readonly limit: null;
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
  readonly secrets: readonly string[];
  readonly timeout: number | null;
  readonly undo: {
    readonly from: string | null;
    readonly reason: string | null;
    readonly run: readonly string[];
    readonly takes: number | null;
  } | null;
  readonly verify: Readonly<Record<string, CheckSpec>>;
}

export interface Rendered {
  readonly target: { readonly agent: string };
  readonly do: Do;
  readonly action: Action;
}
