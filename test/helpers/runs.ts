/** Small runbooks for tests of the machine, each for one part of the language; nothing of them ever runs. */

const head = (more = '') => `apiVersion: crosscheck/v1
id: small
title: A small run
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
  verifier: {roles: [sre]}
  deputy: {roles: [release-lead], optional: true}
presence: {required: [lead, reviewer], grace: 30s}
${more}steps:
`;

/** A plain step, a critical one that can be undone, and one more. */
export const THREE = `${head()}
  - {id: first, title: First, run: [echo, one]}
  - id: second
    title: Second
    critical: true
    timeout: 1m
    on_failure: decide
    run: [echo, two]
    undo: {reason: It is a copy, run: [echo, undone]}
  - {id: third, title: Third, run: [echo, three]}
`;

/** What people say before the first step and after the last one. */
export const BRIEFED = `${head(`briefing:
  - {id: plan, ask: Which test plan was run?, answer: link, by: lead}
  - {id: leaves, ask: When do you have to leave?, answer: time, by: each}
go_no_go: {of: [lead, reviewer]}
debrief:
  - {id: report, ask: What did users report first?, answer: text, by: lead}
`)}
  - {id: only, title: Only, run: [echo, one]}
`;

/** Side by side, then a gate. */
export const PARALLEL = `${head()}
  - id: both
    title: Both
    parallel:
      - {id: left, title: Left, run: [echo, l]}
      - {id: right, title: Right, run: [echo, r]}
  - {id: agree, title: Agree, gate: {of: [reviewer, verifier]}}
  - {id: last, title: Last, run: [echo, last]}
`;

/** One critical step over four shards, one of them first. */
export const WAVES = `${head()}
  - id: shards
    title: Every shard
    critical: true
    timeout: 1m
    for_each: {items: [a, b, c, d], max_parallel: 2, canary: 1}
    step: {run: [echo, '\${{ item }}']}
  - {id: after, title: After, run: [echo, done]}
`;

/** An undo window that the second step needs. */
export const CLOCKED = `${head(`clocks:
  raw: {lasts: 1h, starts: first, means: The raw rows are still there}
`)}
  - {id: first, title: First, run: [echo, one]}
  - {id: second, title: Second, run: [echo, two], while: [raw]}
`;

/** A step by hand, and one with a condition. */
export const BY_HAND = `${head()}
  - {id: call, title: Call them, manual: {text: Call the on-call, by: reviewer}}
  - {id: maybe, title: Maybe, when: run.mode == "rehearsal", run: [echo, maybe]}
  - {id: last, title: Last, run: [echo, last]}
`;
