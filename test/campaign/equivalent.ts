/** Checks that no test can miss, because what they refuse is refused elsewhere or cannot be: each with the reason. The campaign holds the list to the code. */

export interface Equivalent {
  readonly file: string;
  /** The source of what may be taken out. */
  readonly code: string;
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'core/log/merkle.ts',
    code: '!areHashes(proof)',
    why: 'Of an audit path: the hash beside a sibling has 32 bytes, so that a longer or shorter sibling makes another node.',
  },
  {
    file: 'core/log/merkle.ts',
    code: 'seed === undefined',
    why: 'Only for the compiler: where the proof is empty the way up from the old tree is too short, and `climb` says so.',
  },
  {
    file: 'core/log/publicKey.ts',
    code: 'held',
    why: 'Of a key without a security key nothing is left to read where its application would stand, and none is written.',
  },
  {
    file: 'core/record/bundle.ts',
    code: 'equal(should, bytes)',
    why: 'A net below the readers of the members, which take only what would be written again byte for byte.',
  },
  {
    file: 'core/verify/armed.ts',
    code: 'due.ok',
    why: 'Only for the compiler: the value of what could not be told is undefined, which is not true.',
  },
  {
    file: 'core/verify/receipt.ts',
    code: "'about' in entry",
    why: 'Only for the compiler: no entry has an undefined name.',
  },
  {
    file: 'core/verify/receipt.ts',
    code: "one.entry.type === 'run.closed'",
    why: 'Outside of runs and of the chains of roster and holds only what comes after a close is about something, and that is the close.',
  },
  {
    file: 'core/log/authenticator.ts',
    code: '!data',
    why: 'Only for the compiler: what cannot be parsed is undefined, and is written again as undefined, which is not the text.',
  },
  {
    file: 'core/verify/armed.ts',
    code: 'at !== undefined',
    why: 'Only for the compiler: nothing is greater than a time that cannot be read.',
  },
  {
    file: 'core/verify/execution.ts',
    code: 'known',
    why: 'What is no text has drifted by every rule.',
  },
  {
    file: 'core/verify/holds.ts',
    code: "entry.type === 'hold.raised'",
    why: 'Only for the compiler: no other entry of these names a plan, a runbook or a cause.',
  },
  ...["leaf.bodies['content']", '!content'].map((code) => ({
    file: 'core/verify/holds.ts',
    code,
    why: 'Every record has the content of a lift, and what lacks it throws, which is a finding.',
  })),
  ...["(entry.cause === 'person' || entry.cause === 'objection') === entry.actor.startsWith('p-')", '!used'].map(
    (code) => ({
      file: 'core/verify/policy.ts',
      code,
      why: 'The checker that does not know the machine claims the same.',
    }),
  ),
  {
    file: 'core/verify/policy.ts',
    code: "typeof text === 'string'",
    why: 'No statement whose reason is no text is read.',
  },
  {
    file: 'core/site/holds.ts',
    code: '!hold',
    why: 'Of a hold that does not stand nobody has signed the lift, so that nobody is the last of them.',
  },
  ...['core/verify/policy.ts', 'core/verify/verify.ts', 'core/verify/whole.ts'].map((file) => ({
    file,
    code: 'error instanceof Error',
    why: 'A word in the finding that something cannot be judged; the finding is there in either case.',
  })),
  ...['!lines || !arming', '!lines', '!arming'].map((code) => ({
    file: 'core/verify/policy.ts',
    code,
    why: 'Only for the compiler: every record has its statements, and nothing starts that is not armed; what lacks either throws, which is a finding.',
  })),
  ...['!prepared', '!checkpoint', 'checkpoint.ok', 'prepared.ok', '!kept.state'].map((code) => ({
    file: 'core/verify/verify.ts',
    code,
    why: 'Only for the compiler: where one of these is missing, a reason says why, and reasons end it before.',
  })),
  {
    file: 'core/site/roster.ts',
    code: 'whole',
    why: 'Only for the compiler: a roster that could be read is there.',
  },
];
