/** A real agent carries every kind of step, from its arming to its outcome, and everybody who reads the record finds it in order. */
import t from 'tap';
import { running, until } from '../../helpers/agent-site.ts';
import { must } from '../../helpers/signer.ts';

t.test(
  'a shell step is a script for sh -eu, its retries are one start, and its outputs reach the next step',
  async (t) => {
    const site = await running(
      t,
      `  - id: first
    title: First
    env: {DATA: '\${{ run.data }}'}
    idempotent: true
    retries: 2
    retry_delay: 10ms
    outputs: [shard, count]
    shell: |
      echo try >>"$DATA/tries"
      [ "$(wc -l <"$DATA/tries")" -ge 2 ]
      echo "shard=eu-1" >>"$CROSSCHECK_OUTPUT"
      echo "count=42" >>"$CROSSCHECK_OUTPUT"
    verify:
      tried: {title: It was tried, run: [test, -e, '\${{ run.data }}/tries'], expect: exit_code == 0}
  - id: second
    title: Second
    when: steps.first.outputs.shard == "eu-1"
    run: [echo, '\${{ steps.first.outputs.shard }}/\${{ steps.first.outputs.count }}']
  - id: third
    title: Third
    shell: echo before; false; echo after
`,
    );
    t.equal(await site.through('first'), 'finished');
    t.match(site.output(), /try 2 of 3 follows/);
    t.same(JSON.parse(site.body('outputs', 'step.finished')), { shard: 'eu-1', count: '42' });
    t.equal(site.read('tries'), 'try\ntry\n');
    t.equal(site.of('step.started').length, 1, 'one start');
    t.equal(await site.through('second'), 'finished');
    t.equal(site.output(), 'eu-1/42\n');
    t.equal(site.live('second'), 'eu-1/42\n', 'and the same came live');
    t.equal(await site.through('third'), 'failed');
    t.equal(site.output(), 'before\n', 'the first command that fails ends it');
    t.same(await site.reasons(), []);
  },
);

t.test('outputs that are missing fail the step, and its output says which', async (t) => {
  const site = await running(
    t,
    `  - id: forgets
    title: Forgets
    outputs: [shard, count]
    shell: echo "shard=eu-1" >>"$CROSSCHECK_OUTPUT"; echo done
`,
  );
  t.equal(await site.through('forgets'), 'failed');
  t.equal(site.output(), 'done\n\n[crosscheck: the output count has no value]\n');
  t.match(site.of('step.failed')[0], { exit: 0, checks: {} });
  t.same(await site.reasons(), []);
});

t.test('a limit stops the command while it runs', async (t) => {
  const site = await running(
    t,
    `  - id: widens
    title: Widens
    env: {DATA: '\${{ run.data }}'}
    probes:
      rows: {title: Rows, run: [echo, '1000'], drift: {within: 5%}}
    progress: {from: stdout_jsonl, done: rows, total: total}
    limit: {field: rows, within: 5% of probes.rows}
    shell: |
      echo '{"rows":1050,"total":2000}'
      echo noise
      echo '{"rows":1051,"total":2000}'
      sleep 600
      echo survived >>"$DATA/survived"
`,
  );
  t.equal(await site.through('widens'), 'failed');
  const note = '\n[crosscheck: stopped at its limit: rows 1051 is more than 5% above 1000]\n';
  t.ok(site.output().endsWith(note), site.output());
  t.equal(site.of('step.failed')[0]?.exit, 'SIGTERM');
  t.equal(site.read('survived'), '');
  site.run.lift('lead');
  t.equal(await site.through('widens'), 'failed', 'the same again');
  t.same(await site.reasons(), []);
});

t.test('what ended before it could be stopped at its limit has failed all the same', async (t) => {
  const site = await running(
    t,
    `  - id: ends
    title: Ends past its limit
    probes:
      rows: {title: Rows, run: [echo, '1000'], drift: {within: 5%}}
    limit: {field: rows, within: 5% of probes.rows}
    shell: printf '{"rows":1051}'
`,
  );
  t.equal(await site.through('ends'), 'failed');
  t.match(site.of('step.failed')[0], { exit: 0 });
  t.match(site.output(), /stopped at its limit: rows 1051/);
});

t.test('a limit needs a number to be compared with', async (t) => {
  const site = await running(
    t,
    `  - id: uncountable
    title: Cannot be armed
    probes:
      rows: {title: Rows, run: [echo, many]}
    limit: {field: rows, within: 5% of probes.rows}
    run: ['true']
`,
  );
  t.match(await site.arm('uncountable'), { refusal: { code: 'XCK_PROBE', sentence: /says no number/ } });
});

t.test('a timeout is TERM, then KILL', async (t) => {
  const site = await running(
    t,
    `  - id: hangs
    title: Hangs
    timeout: 2s
    shell: trap 'echo heard' TERM; while :; do sleep 0.05 || :; done
`,
  );
  t.equal(await site.through('hangs'), 'failed');
  t.match(site.output(), /stopped at its timeout(.|\n)*heard/);
  t.equal(site.of('step.failed')[0]?.exit, 'SIGKILL');
});

const SOAK = (seconds: number, every = '100ms') => `  - id: soak
    title: Soak
    wait:
      for: ${seconds}s
      every: ${every}
      probes:
        calm: {title: Nobody complains, run: [test, '!', -e, '\${{ run.data }}/complaint'], expect: exit_code == 0}
        load: {title: Load, run: [sh, -c, 'cat "$0" 2>/dev/null || echo 10', '\${{ run.data }}/load'], drift: {within: 10%}}
`;

t.test('a soak that holds to its end is finished', async (t) => {
  const site = await running(t, SOAK(1));
  t.equal(await site.through('soak'), 'finished');
  t.match(site.of('step.finished')[0], { exit: 0 });
  t.same(await site.reasons(), []);
});

t.test('a soak ends with the first probe that errs or drifts, and names it', async (t) => {
  for (const [name, title] of [
    ['complaint', /“Nobody complains”/],
    ['load', /“Load”/],
  ] as const) {
    const site = await running(t, SOAK(600));
    await site.go('soak');
    site.write(name);
    await site.ended('soak');
    t.equal(site.run.context.outcomes['soak'], 'failed');
    t.match(site.output(), /\[crosscheck: stopped while it waited: /);
    t.match(site.output(), title);
    t.same(await site.reasons(), []);
  }
});

t.test('a soak is looked at once more at its end', async (t) => {
  const site = await running(t, SOAK(3, '10m'));
  await site.go('soak');
  site.write('complaint');
  await site.ended('soak');
  t.equal(site.run.context.outcomes['soak'], 'failed');
  t.match(site.output(), /“Nobody complains”/);
});

const BY_HAND = `  - id: call
    title: Call them
    manual: {text: Call the on-call, by: reviewer}
    verify:
      called: {title: They were called, run: [test, -e, '\${{ run.data }}/called'], expect: exit_code == 0}
  - {id: after, title: After, run: [echo, done]}
`;

t.test('what a person does: nothing runs, they attest, the agent looks and signs', async (t) => {
  for (const [said, happened, outcome] of [
    ['pass', true, 'finished'],
    ['pass', false, 'failed'],
    ['fail', true, 'failed'],
  ] as const) {
    const site = await running(t, BY_HAND);
    await site.go('call');
    t.equal(site.of('step.started').length, 1);
    if (happened) site.write('called');
    site.attest('dba', 'call', said);
    await site.ended('call');
    t.equal(site.run.context.outcomes['call'], outcome, `${said}, ${happened}`);
    t.notOk(site.of(outcome === 'finished' ? 'step.finished' : 'step.failed')[0]?.exit);
    t.same(await site.reasons(), []);
  }
});

t.test('a step by hand can be aborted', async (t) => {
  const site = await running(t, BY_HAND);
  await site.go('call');
  site.abort('call');
  await site.ended('call');
  t.equal(site.run.context.outcomes['call'], 'failed');
  t.same(await site.reasons(), []);
});

t.test('the children of a parallel run side by side, and an abort names one of them', async (t) => {
  const child = (id: string) => `      - id: ${id}
        title: The ${id} one
        env: {DATA: '\${{ run.data }}'}
        shell: echo ${id} begun; while [ ! -e "$DATA/go" ]; do sleep 0.02; done; echo ${id} ended
`;
  const site = await running(t, `  - id: both\n    title: Both\n    parallel:\n${child('left')}${child('right')}`);
  await site.go('left');
  await site.go('right');
  await until('both have begun', () => site.live('left') !== '' && site.live('right') !== '');
  t.same(Object.keys(site.run.context.armings), ['left', 'right']);
  site.abort('left');
  await site.ended('left');
  t.equal(site.run.context.outcomes['left'], 'failed');
  t.ok(site.run.context.armings['right'], 'its sibling goes on');
  site.write('go');
  await site.ended('right');
  t.equal(site.run.context.outcomes['right'], 'finished');
  t.equal(site.output(), 'right begun\nright ended\n');
  t.same(await site.reasons(), []);
});

t.test('the way back is a step like any other', async (t) => {
  const site = await running(
    t,
    `  - id: move
    title: Move
    critical: true
    timeout: 1m
    on_failure: decide
    cross_check: {eyes: 4, by: [reviewer]}
    env: {DATA: '\${{ run.data }}'}
    shell: echo moved >>"$DATA/moved"; exit 1
    undo: {reason: It is a copy, shell: rm "$DATA/moved"; echo "back from $DATA"}
`,
  );
  const crossChecked = async (step: string) => {
    must(await site.arm(step));
    site.run.confirm('dba', 'reviewer', 'dba', {});
    site.key();
    await site.ended(step);
  };
  await crossChecked('move');
  t.equal(site.run.context.outcomes['move'], 'failed');
  const content = { deviation: null, dissent: null, test: null, way: 'back' };
  const hold = site.run.context.holds[0]?.ref ?? '';
  for (const name of ['lead', 'dba'] as const) site.run.sign(name, 'decide', hold, content);
  await crossChecked('move-undo');
  t.equal(site.run.context.outcomes['move-undo'], 'finished');
  t.match(site.output(), /^back from /);
  t.equal(site.read('moved'), '');
  t.same(await site.reasons(), []);
});
