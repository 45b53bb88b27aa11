/** One step as written: its kind, and everything around it. Which keys fit which kind is for the lint rules to say. */
import Type from 'typebox';
import { closed, words } from '../../log/forms.ts';
import { CrossCheck, Probes, Verify } from './facts.ts';
import {
  argv,
  byName,
  count,
  described,
  duration,
  field,
  flag,
  folder,
  line,
  name,
  names,
  optional,
  script,
  share,
  size,
  text,
  VARIABLE,
  value,
  variable,
  WORD,
  word,
} from './forms.ts';

const Backup = described(
  closed({
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
    keep: optional(duration('How long the backup is kept; its deletion is a duty, tracked and evidenced')),
  }),
  'Back up, check the artifact, prove it by a drill',
);

const Wait = described(
  closed({
    for: duration('How long the soak is'),
    every: optional(duration('How often the probes are looked at; never longer than the wait', { default: '10s' })),
    probes: optional(Probes),
  }),
  'A soak: its probes must stay true for as long as it lasts',
);

const Manual = Type.Union(
  [
    text('What is to be done'),
    closed({
      text: text('What is to be done'),
      by: optional(name('The seat whose holder attests to it', { default: 'lead' })),
    }),
  ],
  {
    description: 'A person does something elsewhere and attests to it, with evidence; a text, or text and by',
    examples: ['Move the DNS record.', '{text: Move the DNS record., by: verifier}'],
  },
);

const ForEach = described(
  closed({
    items: Type.Union(
      [
        text('One expression that gives a list of texts'),
        Type.Array(text('One item'), { minItems: 1, maxItems: 500, description: 'The items' }),
      ],
      { description: 'A list of texts, or one expression that gives one', examples: ['[eu, us]'] },
    ),
    max_parallel: optional(count('Items that run at the same time', 1, 100, { default: 1 })),
    canary: optional(count('Items of the first wave; 0 makes one single wave', 0, 100, { default: 1 })),
  }),
  'One step over shards or hosts, armed and confirmed once per wave',
);

const tries = {
  timeout: optional(duration('After this the command is stopped; a critical step needs one')),
  retries: optional(count('Times that a failed command is tried again', 1, 10)),
  retry_delay: optional(duration('Between two tries', { default: '10s' })),
  idempotent: optional(flag('Running it twice is as good as once; retries need it')),
};
const output = {
  progress: optional(
    described(
      closed({
        from: described(words('stdout_jsonl'), 'Where it stands: JSON objects, one a line'),
        done: field('The field that says how much is done'),
        total: field('The field that says how much there is'),
      }),
      'Where the command says how far it is',
    ),
  ),
  limit: optional(
    described(
      closed({
        field: field('The field of the command’s JSON lines; a running total'),
        within: share(
          'How far above the probe, as armed, it may go: 5% of 100 rows stops past 105; 0% is the probe itself',
        ),
      }),
      'The blast radius: past it the command is stopped',
    ),
  ),
};
const command = {
  run: optional(argv('A program and its arguments, no shell')),
  shell: optional(script('A script for sh -eu, shown as SHELL; without ${{ }}, values come by env')),
};
const whileClocks = optional(names('A clock', 'Clocks that must not have run out when it starts'));
const secrets = optional(
  Type.Array(variable('A name under secrets'), {
    minItems: 1,
    maxItems: 20,
    description: 'Secrets that the command finds in its environment',
  }),
);

const Item = described(closed({ ...command, ...tries, ...output, verify: optional(Verify) }), 'What each item runs');

const Undo = described(
  closed({
    from: optional(name('The backup step that it restores')),
    reason: optional(line('Why there is a way back without a backup')),
    ...command,
    takes: optional(duration('How long it takes, from the drill')),
    timeout: optional(duration('After this it is stopped; default the step’s')),
    secrets,
    while: whileClocks,
    probes: optional(Probes),
    cross_check: optional(CrossCheck),
    verify: optional(Verify),
  }),
  'The way back: a step of its own, shown and bound with this one',
);

const head = {
  id: name('Unique in the runbook; stands in every statement'),
  title: line('One line for people'),
  ...command,
  manual: optional(Manual),
  wait: optional(Wait),
  backup: optional(Backup),
  gate: optional(described(closed({ of: names('A seat', 'The seats that are polled') }), 'A go / no-go poll')),
};
const tail = {
  for_each: optional(ForEach),
  step: optional(Item),
  use: optional(folder('Another runbook, whose steps stand here')),
  with: optional(byName(WORD, value('Its value'), 'Values for the inputs of the runbook that is used')),
  target: optional(name('A name under targets', { default: 'local' })),
  critical: optional(flag('Needs confirmations before it runs')),
  irreversible: optional(flag('Cannot be undone once it has started; only a critical step can be')),
  no_backup: optional(line('Why an irreversible step has no proven backup before it')),
  when: optional(text('CEL over inputs, run and outputs of earlier steps; where it is false the step is skipped')),
  env: optional(
    byName(
      VARIABLE,
      Type.String({ maxLength: 4000, description: 'Its value' }),
      'The declared environment; nothing is inherited',
    ),
  ),
  secrets,
  ...tries,
  outputs: optional(
    Type.Array(word('A name'), {
      minItems: 1,
      maxItems: 50,
      description: 'Names that the command gives values to, in the file that CROSSCHECK_OUTPUT names',
    }),
  ),
  ...output,
  while: whileClocks,
  probes: optional(Probes),
  cross_check: optional(CrossCheck),
  verify: optional(Verify),
  undo: optional(Undo),
  on_failure: optional(
    described(words('hold', 'decide'), 'What a failure leads to: a hold, or a decision which way to go', {
      default: 'hold',
    }),
  ),
  rehearse: optional(described(words('as_is'), 'A rehearsal runs it unchanged, without secrets')),
};

export const ChildSchema = closed({ ...head, ...tail });
export const StepSchema = closed({
  ...head,
  parallel: optional(
    Type.Array(ChildSchema, { minItems: 1, maxItems: 50, description: 'Steps side by side, none of them critical' }),
  ),
  ...tail,
});

export type StepSource = Type.Static<typeof StepSchema>;
export type ChildSource = Type.Static<typeof ChildSchema>;
