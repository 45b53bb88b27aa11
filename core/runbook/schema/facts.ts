/** What is measured, asked and proved around a step, as written; one closed form for each. */
import Type from 'typebox';
import { closed, words } from '../../log/forms.ts';
import {
  argv,
  byName,
  described,
  duration,
  line,
  NAME,
  name,
  names,
  optional,
  percent,
  probeName,
  text,
} from './forms.ts';

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

export const Probes = byName(NAME, Probe, 'Read-only facts, measured when the step is armed and again at T-0');

const Check = closed({
  title: line('What this proves'),
  run: argv('A read-only program, run after the command'),
  expect: text('CEL over value, stdout, exit_code that must hold; a probe’s value reaches it as an argument of run'),
});

export const Verify = byName(NAME, Check, 'Checks after the command; one that does not hold fails the step');

const Challenge = closed({
  id: name('Key of the answer in the signed read-back'),
  ask: line('The question; its answer stands on nobody’s screen'),
  equals: probeName('The probe whose armed value, as a whole, is the answer'),
  by: name('The seat that is asked'),
  within: optional(percent('How near a number must be; else the answer is exact')),
  hint: optional(line('A command that shows the answer in a session of one’s own')),
});

export const CrossCheck = described(
  closed({
    eyes: optional(
      Type.Unsafe<4 | 6>(
        Type.Integer({ enum: [4, 6], default: 4, description: 'Pairs of eyes, the lead’s included: 4 or 6' }),
      ),
    ),
    by: optional(names('A seat', 'Seats whose confirmations count; default every required seat but the lead')),
    keys: optional(
      described(
        closed({
          high: optional(
            Type.Integer({
              minimum: 0,
              maximum: 2,
              description: 'How many by a passkey or a security key, which are touched',
            }),
          ),
          terminal: optional(
            Type.Integer({
              minimum: 0,
              maximum: 2,
              description: 'How many from a terminal, by a key that no page can make',
            }),
          ),
        }),
        'By which keys the confirmations of a live run must be; 1 of each by default where the step is irreversible, else 0',
      ),
    ),
    valid_for: optional(duration('After this an arming is void', { default: '5m' })),
    challenge: optional(Type.Array(Challenge, { maxItems: 20, description: 'Blind questions' })),
  }),
  'Who confirms a critical step, and what they are asked',
);
