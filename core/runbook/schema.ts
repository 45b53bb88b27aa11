/** The runbook language as one closed TypeBox definition; types, checks, editor schema and reference are all made of it. */
import Type from 'typebox';
import { closed, named, words } from '../log/forms.ts';

/** Adds annotations to a schema just made; a copy would lose what TypeBox hides in it. */
const described = <T extends Type.TSchema>(schema: T, description: string): T => Object.assign(schema, { description });
const optional = Type.Optional;

/** A text of one form; `title` and `examples` are the words that a refusal says. */
const form = (title: string, pattern: string, ...examples: string[]) => ({ title, pattern, examples });

const NAME = form(
  'a name of a to z, 0 to 9, - and _ that begins with a letter',
  '^[a-z][a-z0-9_-]{0,63}$',
  'drop-column',
);
const INPUT_NAME = form(
  'a name of a to z, 0 to 9 and _ that begins with a letter',
  '^[a-z][a-z0-9_]{0,63}$',
  'api_port',
);
const VARIABLE = form('a name of A to Z, 0 to 9 and _', '^[A-Z_][A-Z0-9_]{0,63}$', 'PGDATABASE');
const DURATION = form('a duration', '^[1-9][0-9]{0,5}(ms|s|m|h|d)$', '30s', '5m', '2h');
const SIZE = form('a size', '^[0-9]{1,6}(B|kB|MB|GB)$', '500kB', '10MB');
const PERCENT = form('a percentage below 100', '^[0-9]{1,2}(\\.[0-9]{1,3})?%$', '1%', '0.5%');
const PROBE = form('a probe', '^probes\\.[a-z][a-z0-9_-]{0,63}$', 'probes.rows');
const URL = form('a web address', '^https?://\\S(.*\\S)?$', 'https://example.org/dashboard');
/** What a person reads in a row must not be able to look like two. */
const LINE = { title: 'one line without space at its ends', pattern: '^\\S(.*\\S)?$', minLength: 1, maxLength: 500 };

const line = (description: string) => Type.String({ ...LINE, description });
const text = (description: string) => Type.String({ minLength: 1, maxLength: 4000, description });
const name = (description: string) => Type.String({ ...NAME, description });
const duration = (description: string) => Type.String({ ...DURATION, description });
const size = (description: string) => Type.String({ ...SIZE, description });
const percent = (description: string) => Type.String({ ...PERCENT, description });
const argv = (description: string) => Type.Array(text('One argument'), { minItems: 1, maxItems: 100, description });
const flag = (description: string) => Type.Boolean({ description });
/** A mapping whose keys are names of one form. */
const byName = <V extends Type.TSchema>(key: ReturnType<typeof form>, value: V, description: string) =>
  Object.assign(named(Type.String(key), value), { description, propertyNames: Type.String(key) });

const Input = closed({
  type: described(words('string', 'integer', 'number', 'boolean'), 'What the value must be; nothing is converted'),
  description: optional(line('Shown beside the field')),
  pattern: optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'ECMAScript pattern that the whole value must match' }),
  ),
  enum: optional(
    Type.Array(Type.Union([Type.String(), Type.Number()]), {
      minItems: 1,
      maxItems: 100,
      description: 'The only values allowed',
    }),
  ),
  minimum: optional(Type.Number({ description: 'Smallest number allowed' })),
  maximum: optional(Type.Number({ description: 'Largest number allowed' })),
  default: optional(
    Type.Union([Type.String(), Type.Number(), Type.Boolean()], { description: 'Filled in where nothing is given' }),
  ),
});

const Probe = closed({
  title: line('What this fact is, as reviewers read it'),
  run: optional(argv('A read-only program that prints the fact')),
  http: optional(described(closed({ url: line('Asked by GET') }), 'Asked over HTTP; status and body are the fact')),
  expect: optional(text('CEL over value, status, stdout, exit_code that must hold')),
  drift: optional(
    Type.Union([words('exact', 'expect'), closed({ within: percent('How far a number may move') })], {
      description: 'How the value may differ at T-0; default expect where the probe has one, else exact',
      examples: ['exact', 'expect', '{within: 1%}'],
    }),
  ),
});

const Check = closed({
  title: line('What this proves'),
  run: argv('A read-only program, run after the command'),
  expect: text('CEL over value, stdout, exit_code that must hold'),
});

const Challenge = closed({
  id: name('Key of the answer in the signed read-back'),
  ask: line('The question; its answer stands on nobody’s screen'),
  equals: Type.String({
    ...PROBE,
    description: 'The probe whose armed value is the answer',
  }),
  by: name('The seat that is asked'),
  within: optional(percent('How near a number must be')),
  hint: optional(line('A command that shows the answer in a session of one’s own')),
});

const Backup = closed({
  run: argv('Makes the backup'),
  artifact: described(
    closed({
      path: line('The file that must be there afterwards'),
      min_size: optional(size('Smaller is a failure')),
      max_age: optional(duration('Older is a failure')),
    }),
    'What is there afterwards, and is checked',
  ),
  drill: argv('Restores the backup somewhere else and compares; a backup that was never restored is a hope'),
  keep: optional(duration('How long the backup is kept')),
});

const Undo = closed({
  from: optional(name('The backup step that it restores')),
  reason: optional(line('Why there is a way back without a backup')),
  run: argv('The way back; shown and bound, run as a step of its own'),
  takes: optional(duration('How long it takes, from the drill')),
});

const CrossCheck = closed({
  eyes: optional(
    Type.Unsafe<4 | 6>(Type.Integer({ enum: [4, 6], description: 'Pairs of eyes, the lead’s included: 4 or 6' })),
  ),
  by: optional(
    Type.Array(name('A seat'), { minItems: 1, maxItems: 20, description: 'Seats whose confirmations count' }),
  ),
  valid_for: optional(duration('After this an arming is void')),
  challenge: optional(Type.Array(Challenge, { maxItems: 20, description: 'Blind questions' })),
});

export const StepSchema = closed({
  id: name('Unique in the runbook; stands in every statement'),
  title: line('One line for people'),
  target: optional(name('A name under targets; default local')),
  critical: optional(flag('Needs confirmations before it runs')),
  irreversible: optional(flag('Cannot be undone once it has started')),
  no_backup: optional(line('Why an irreversible step has no proven backup before it')),
  run: optional(argv('A program and its arguments, no shell')),
  backup: optional(described(Backup, 'Back up, check the artifact, prove it by a drill')),
  env: optional(
    byName(
      VARIABLE,
      Type.String({ maxLength: 4000, description: 'Its value' }),
      'The declared environment; nothing is inherited',
    ),
  ),
  timeout: optional(duration('After this the command is stopped')),
  probes: optional(byName(NAME, Probe, 'Facts measured when the step is armed and again at T-0')),
  cross_check: optional(described(CrossCheck, 'Who confirms a critical step, and what they are asked')),
  verify: optional(byName(NAME, Check, 'Checks after the command')),
  undo: optional(described(Undo, 'The way back')),
  on_failure: optional(described(words('hold'), 'What a failure leads to')),
});

const Link = closed({
  title: line('Shown'),
  url: Type.String({ ...URL, maxLength: 2000, description: 'Where it leads' }),
});
const Seat = closed({
  roles: Type.Array(name('A role'), { minItems: 1, maxItems: 20, description: 'Whoever holds one may take the seat' }),
  optional: optional(flag('The run goes on without it')),
});

export const RunbookSchema = closed({
  apiVersion: described(words('crosscheck/v1'), 'The language'),
  id: name('Name of the runbook'),
  title: line('What it does, one line'),
  description: optional(text('What cannot be undone, in a sentence or two')),
  owner: optional(line('The team that answers for it')),
  links: optional(Type.Array(Link, { maxItems: 20, description: 'Pages that help during the run' })),
  inputs: optional(byName(INPUT_NAME, Input, 'Asked for and checked before anything starts')),
  targets: optional(byName(NAME, closed({ agent: name('The name that an agent serves') }), 'Where steps run')),
  crew: byName(NAME, Seat, 'Seats, and the roles whose holders may take them'),
  presence: described(
    closed({
      required: Type.Array(name('A seat'), { maxItems: 20, description: 'Seats that must be there all the time' }),
      grace: optional(duration('How long somebody may be gone before the run holds; default 30s')),
    }),
    'Whose absence is a hold',
  ),
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
  'progress',
  'limit',
  'rehearse',
]);

/** Values of known keys that this version does not run yet, as `key: value`. */
export const LATER_VALUES: ReadonlySet<string> = new Set(['on_failure: decide']);
