/** A runbook of many steps, half of them cross-checked, for whatever must not become slow with them. */

const step = (index: number) => `  - id: step-${index}
    title: Step ${index}
    critical: true
    run: [psql, '--set=rows=\${{ probes.lag }}', '--file=\${{ run.data }}/${index}.sql']
    env: {PGDATABASE: '\${{ inputs.database }}'}
    timeout: 1m
    probes:
      host: {title: Which host, run: [hostname]}
      lag: {title: Lag, run: [lag, '\${{ inputs.database }}'], expect: int(value) == 0}
    cross_check:
      eyes: 4
      by: [reviewer]
      challenge: [{id: where, ask: Which host is it?, equals: probes.host, by: reviewer}]
    verify: {gone: {title: It is gone, run: [has], expect: value == "no"}}
  - {id: rest-${index}, title: Rest, wait: {for: 1m}}
`;
const HEAD = `apiVersion: crosscheck/v1
id: bench
title: Many steps
inputs: {database: {type: string, default: customers}}
crew:
  lead: {roles: [release-lead]}
  reviewer: {roles: [dba]}
presence: {required: [lead, reviewer]}
steps:
`;

/** Returns the text of a runbook that lints. */
export const manySteps = (count: number): string =>
  HEAD + Array.from({ length: count / 2 }, (_, index) => step(index)).join('');
