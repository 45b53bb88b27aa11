/** The runbook language as one closed TypeBox definition; types, checks, editor schema and reference are all made of it. */
import Type from 'typebox';
import { closed, words } from '../log/forms.ts';

const text = (description: string) => Type.String({ minLength: 1, maxLength: 2000, description });
const Name = Type.String({ pattern: '^[a-z][a-z0-9_-]{0,63}$' });
const name = (description: string) => Type.String({ pattern: '^[a-z][a-z0-9_-]{0,63}$', description });
const duration = (description: string) => Type.String({ pattern: '^[1-9][0-9]{0,5}(ms|s|m|h|d)$', description });
const size = (description: string) => Type.String({ pattern: '^[0-9]{1,9}(B|kB|MB|GB|TB)$', description });
const percent = (description: string) => Type.String({ pattern: '^[0-9]{1,3}(\\.[0-9]{1,3})?%$', description });
const argv = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 4000 }), { minItems: 1, maxItems: 100, description });
const optional = Type.Optional;
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const Input = closed({
  type: Type.Unsafe<'string' | 'integer' | 'number' | 'boolean'>({
    ...words('string', 'integer', 'number', 'boolean'),
    description: 'What the value must be; nothing is converted',
  }),
  description: optional(text('Shown beside the field')),
  pattern: optional(Type.String({ maxLength: 200, description: 'ECMAScript pattern that the whole value must match' })),
  enum: optional(
    Type.Array(Type.Union([Type.String(), Type.Number()]), { minItems: 1, description: 'The only values allowed' }),
  ),
  minimum: optional(Type.Number({ description: 'Smallest number allowed' })),
  maximum: optional(Type.Number({ description: 'Largest number allowed' })),
  default: optional(scalar),
});

const Probe = closed({
  title: text('What this fact is, as reviewers read it'),
  run: optional(argv('A read-only program that prints the fact')),
  http: optional(closed({ url: text('Asked by GET; status and body are the fact') })),
  expect: optional(text('CEL over value, status, stdout, exit_code that must hold')),
  drift: optional(
    Type.Union([words('exact', 'expect'), closed({ within: percent('How far a number may move before T-0') })]),
  ),
});

const Check = closed({
  title: text('What this proves'),
  run: argv('A read-only program, run after the command'),
  expect: text('CEL over value, stdout, exit_code that must hold'),
});

const Challenge = closed({
  id: name('Key of the answer in the signed read-back'),
  ask: text('The question; its answer stands on nobody’s screen'),
  equals: Type.String({
    pattern: '^probes\\.[a-z][a-z0-9_-]{0,63}$',
    description: 'The probe whose armed value is the answer',
  }),
  by: name('The seat that is asked'),
  within: optional(percent('How near a number must be')),
  hint: optional(text('A command that shows the answer in a session of one’s own')),
});

const Backup = closed({
  run: argv('Makes the backup'),
  artifact: closed({
    path: text('The file that must be there afterwards'),
    min_size: optional(size('Smaller is a failure')),
    max_age: optional(duration('Older is a failure')),
  }),
  drill: argv('Restores the backup somewhere else and compares; a backup that was never restored is a hope'),
  keep: optional(duration('How long the backup is kept')),
});

const Undo = closed({
  from: optional(name('The backup step that it restores')),
  reason: optional(text('Why there is a way back without a backup')),
  run: argv('The way back; shown and bound, run as a step of its own'),
  takes: optional(duration('How long it takes, from the drill')),
});

const CrossCheck = closed({
  eyes: optional(Type.Unsafe<4 | 6>(Type.Integer({ enum: [4, 6], description: 'Pairs of eyes, the lead’s included' }))),
  by: optional(Type.Array(Name, { minItems: 1, description: 'Seats whose confirmations count' })),
  valid_for: optional(duration('After this an arming is void')),
  challenge: optional(Type.Array(Challenge, { description: 'Blind questions' })),
});

export const StepSchema = closed({
  id: name('Unique in the runbook; stands in every statement'),
  title: text('One line for people'),
  target: optional(name('A name under targets; default local')),
  critical: optional(Type.Boolean({ description: 'Needs confirmations before it runs' })),
  irreversible: optional(Type.Boolean({ description: 'Cannot be undone once it has started' })),
  no_backup: optional(text('Why an irreversible step has no proven backup before it')),
  run: optional(argv('A program and its arguments, no shell')),
  backup: optional(Backup),
  env: optional(
    Type.Record(Type.String({ pattern: '^[A-Z_][A-Z0-9_]*$' }), Type.String({ maxLength: 4000 }), {
      description: 'The declared environment; nothing is inherited',
    }),
  ),
  timeout: optional(duration('After this the command is stopped')),
  probes: optional(Type.Record(Name, Probe, { description: 'Facts measured when the step is armed and again at T-0' })),
  cross_check: optional(CrossCheck),
  verify: optional(Type.Record(Name, Check, { description: 'Checks after the command' })),
  undo: optional(Undo),
  on_failure: optional(words('hold')),
});

export const RunbookSchema = closed({
  apiVersion: words('crosscheck/v1'),
  id: name('Name of the runbook'),
  title: text('What it does, one line'),
  description: optional(text('What cannot be undone, in a sentence or two')),
  owner: optional(text('The team that answers for it')),
  links: optional(
    Type.Array(closed({ title: text('Shown'), url: Type.String({ pattern: '^https?://', maxLength: 2000 }) })),
  ),
  inputs: optional(Type.Record(Name, Input, { description: 'Asked for and checked before anything starts' })),
  targets: optional(
    Type.Record(Name, closed({ agent: name('The name that an agent serves') }), { description: 'Where steps run' }),
  ),
  crew: Type.Record(Name, closed({ roles: Type.Array(Name, { minItems: 1 }), optional: optional(Type.Boolean()) }), {
    description: 'Seats, and the roles whose holders may take them',
  }),
  presence: closed({
    required: Type.Array(Name),
    grace: optional(duration('How long somebody may be gone before the run holds')),
  }),
  steps: Type.Array(StepSchema, { minItems: 1, maxItems: 500, description: 'In order' }),
});

export type RunbookSource = Type.Static<typeof RunbookSchema>;
export type StepSource = Type.Static<typeof StepSchema>;

/** Keys of the language that this version does not run yet; they are refused plainly rather than ignored. */
export const LATER_KEYS: ReadonlySet<string> = new Set([
  'secrets',
  'window',
  'locks',
  'rehearsal',
  'clocks',
  'briefing',
  'debrief',
  'go_no_go',
  'notify',
  'shell',
  'manual',
  'wait',
  'gate',
  'parallel',
  'for_each',
  'use',
  'with',
  'step',
  'when',
  'outputs',
  'retries',
  'idempotent',
  'progress',
  'limit',
  'rehearse',
  'question',
]);
