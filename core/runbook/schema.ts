/** The runbook language as one closed TypeBox definition; types, checks, editor schema and reference are all made of it. */
import Type from 'typebox';
import { closed, words } from '../log/forms.ts';
import { NOTIFIED } from './runbook.ts';
import {
  argv,
  byName,
  described,
  duration,
  endOfDay,
  flag,
  lasts,
  line,
  NAME,
  name,
  names,
  optional,
  pattern,
  script,
  secretFile,
  text,
  timeOfDay,
  url,
  VARIABLE,
  value,
  variable,
  WORD,
  zone,
} from './schema/forms.ts';
import { StepSchema } from './schema/step.ts';

export { type ChildSource, StepSchema, type StepSource } from './schema/step.ts';

const Input = closed({
  type: described(words('string', 'integer', 'number', 'boolean'), 'What the value must be; nothing is converted'),
  description: optional(line('Shown beside the field')),
  pattern: optional(pattern('ECMAScript pattern that the whole value must match')),
  enum: optional(
    Type.Array(Type.Union([Type.String(), Type.Number()]), {
      minItems: 1,
      maxItems: 100,
      description: 'The only values allowed',
    }),
  ),
  minimum: optional(Type.Number({ description: 'Smallest number allowed' })),
  maximum: optional(Type.Number({ description: 'Largest number allowed' })),
  default: optional(value('Filled in where nothing is given')),
});

const Link = closed({ title: line('Shown'), url: url('Where it leads; expressions over inputs and run') });

const Target = closed({ agent: name('The name that an agent serves') });

const Seat = closed({
  roles: names('A role', 'Whoever holds one may take the seat'),
  optional: optional(flag('The run goes on without it')),
});

const Presence = described(
  closed({
    required: Type.Array(name('A seat'), { maxItems: 20, description: 'Seats that must be there all the time' }),
    grace: optional(duration('How long somebody may be gone before the run holds', { default: '30s' })),
  }),
  'Whose absence is a hold',
);

const Window = described(
  closed({
    days: Type.Array(described(words('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), 'A day'), {
      minItems: 1,
      maxItems: 7,
      description: 'Days that it begins on',
    }),
    from: timeOfDay('When it opens'),
    to: endOfDay('When it closes; earlier than from means the next day'),
    timezone: zone('Whose clock that is'),
  }),
  'When a live run may be opened and a step may start',
);

const Rehearsal = described(
  closed({
    required: optional(flag('A live run needs a completed rehearsal of this very digest')),
    max_age: optional(duration('How old that rehearsal may be')),
    targets: optional(byName(NAME, Target, 'Where a rehearsal runs instead')),
    inputs: optional(byName(WORD, value('Its value'), 'Inputs of a rehearsal, whatever was given')),
    steps: optional(
      byName(
        NAME,
        closed({
          run: optional(argv('Run instead')),
          shell: optional(script('A script for sh -eu, run instead')),
        }),
        'What a rehearsal does instead, by step',
      ),
    ),
  }),
  'A run on other targets that proves the runbook before it is live',
);

const Clock = closed({
  lasts: lasts('How long; <backup step>.keep is as long as that backup is kept'),
  starts: name('The step whose start starts it'),
  means: line('What is possible until it has run out'),
});

const Question = closed({
  id: name('Unique among the questions'),
  ask: line('The question; its answer is a value, never yes or done'),
  answer: described(
    words('text', 'link', 'time', 'person', 'file', 'step'),
    'What the answer is: link http…, time 2026-11-20T22:04:05Z, person an id or a name, file sha256: and 64 digits, step one that has finished (debrief only)',
  ),
  by: name('The seat that answers; each is every seat that is not optional'),
});

const Hook = closed({
  webhook: described(
    closed({ env: variable('The server’s variable that has the address; <name>_SECRET signs') }),
    'Where it is posted',
  ),
  on: Type.Array(described(words(...NOTIFIED), 'An event'), {
    minItems: 1,
    maxItems: 20,
    description: 'What is told',
  }),
});

const questions = (description: string) => Type.Array(Question, { minItems: 1, maxItems: 50, description });

export const RunbookSchema = closed({
  apiVersion: described(words('crosscheck/v1'), 'The language'),
  id: name('Name of the runbook'),
  title: line('What it does, one line'),
  description: optional(text('What cannot be undone, in a sentence or two')),
  owner: optional(line('The team that answers for it')),
  links: optional(Type.Array(Link, { maxItems: 20, description: 'Pages that help during the run' })),
  inputs: optional(byName(WORD, Input, 'Asked for and checked before anything starts')),
  secrets: optional(
    byName(
      VARIABLE,
      closed({ file: secretFile('The file in the agent’s directory of secrets') }),
      'By reference; the values live at the agent',
    ),
  ),
  targets: optional(byName(NAME, Target, 'Where steps run')),
  crew: byName(NAME, Seat, 'Seats, and the roles whose holders may take them'),
  presence: Presence,
  window: optional(Window),
  locks: optional(
    Type.Array(line('A name; expressions over inputs'), {
      minItems: 1,
      maxItems: 20,
      description: 'Names that one open run of a mode holds at a time',
    }),
  ),
  rehearsal: optional(Rehearsal),
  clocks: optional(byName(NAME, Clock, 'Undo windows')),
  briefing: optional(questions('Asked before the first step')),
  go_no_go: optional(
    described(closed({ of: names('A seat', 'The seats that are polled') }), 'A poll before the first step'),
  ),
  steps: Type.Array(StepSchema, { minItems: 1, maxItems: 500, description: 'In order' }),
  debrief: optional(questions('Asked after the last step')),
  notify: optional(Type.Array(Hook, { maxItems: 20, description: 'Webhooks; no values travel' })),
});

export type RunbookSource = Type.Static<typeof RunbookSchema>;
