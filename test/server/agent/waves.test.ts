/** One arming, many starts: each item once, so many at a time, and none after one that did not finish; whoever is killed in between. */
import { once } from 'node:events';
import t from 'tap';
import { type AgentSite, killed, opened, running, until } from '../../helpers/agent-site.ts';
import { must } from '../../helpers/signer.ts';

interface Shape {
  readonly items?: string;
  readonly parallel?: number;
  readonly canary?: number;
  readonly more?: string;
}

/** Every item says that it has begun, waits until it may go, and counts itself. */
const shards = ({ items = '[a, b, c, d]', parallel = 2, canary = 0, more = '' }: Shape = {}) => `  - id: shards
    title: Every shard
    env: {DATA: '\${{ run.data }}'}
    for_each: {items: ${items}, max_parallel: ${parallel}, canary: ${canary}}
${more}    step:
      shell: |
        echo "$CROSSCHECK_ITEM begun"
        echo "$CROSSCHECK_ITEM" >>"$DATA/begun"
        while [ ! -e "$DATA/go-$CROSSCHECK_ITEM" ] && [ ! -e "$DATA/go" ]; do sleep 0.02; done
        [ "$CROSSCHECK_ITEM" != bad ]
        echo "$CROSSCHECK_ITEM" >>"$DATA/done"
      verify:
        done: {title: It counted itself, run: [sh, -c, 'grep -qx "$CROSSCHECK_ITEM" "$0"', '\${{ run.data }}/done'], expect: exit_code == 0}
  - {id: after, title: After, run: [echo, done]}
`;

const begun = (site: AgentSite) => site.read('begun').split('\n').filter(Boolean);
const outcomes = (site: AgentSite) =>
  Object.fromEntries(
    Object.entries(site.run.context.items['shards'] ?? {}).map(([item, { result }]) => [item, result]),
  );
const starts = (site: AgentSite) => site.of('step.started').map(({ item }) => item);

t.test('so many items at a time, each with its own start, output and outcome', async (t) => {
  const site = await running(t, shards());
  await site.go('shards');
  await until('two have begun', () => begun(site).length === 2);
  t.same(begun(site).sort(), ['a', 'b']);
  site.write('go-b');
  await until('the third has begun', () => begun(site).length === 3);
  t.equal(begun(site)[2], 'c');
  t.same(outcomes(site), { 'item-2': 'finished' });
  site.write('go');
  await site.ended('shards');
  t.same(outcomes(site), { 'item-1': 'finished', 'item-2': 'finished', 'item-3': 'finished', 'item-4': 'finished' });
  t.equal(site.run.context.outcomes['shards'], 'finished');
  t.same([...new Set(begun(site))].length, begun(site).length, 'each once');
  t.equal(site.live('shards', 'item-3'), 'c begun\n');
  t.same(site.of('step.finished')[0]?.checks, { done: true });
  t.equal(site.of('step.armed').length, 1);
  t.same(await site.reasons(), []);
});

t.test('the canary is a wave of its own', async (t) => {
  const site = await running(t, shards({ canary: 1 }));
  site.write('go');
  await site.go('shards');
  await site.ended('shards');
  t.same(outcomes(site), { 'item-1': 'finished' });
  await site.go('shards');
  await site.ended('shards');
  t.equal(site.run.context.outcomes['shards'], 'finished');
  t.same(begun(site).sort(), ['a', 'b', 'c', 'd']);
  t.same(await site.reasons(), []);
});

t.test('no item starts after one that did not finish; the next arming covers the rest', async (t) => {
  const site = await running(t, shards({ items: '[a, bad, c, d]', parallel: 2 }));
  await site.go('shards');
  await until('two have begun', () => begun(site).length === 2);
  site.write('go-bad');
  await until('it has failed', () => outcomes(site)['item-2'] === 'failed');
  t.ok(site.run.context.armings['shards'], 'what runs goes on');
  site.write('go');
  await site.ended('shards');
  t.same(outcomes(site), { 'item-1': 'finished', 'item-2': 'failed' });
  t.same(begun(site).sort(), ['a', 'bad']);
  t.equal(site.of('step.voided')[0]?.reason, 'wave');
  site.run.lift('lead');
  must(await site.arm('shards'));
  t.same(site.run.context.armings['shards']?.items, ['item-2', 'item-3', 'item-4']);
  t.same(await site.reasons(), []);
});

t.test('every item is measured for: drift in between voids the rest', async (t) => {
  const more = `    probes:
      load: {title: Load, run: [sh, -c, 'cat "$0" 2>/dev/null || echo 10', '\${{ run.data }}/load']}
`;
  const site = await running(t, shards({ parallel: 1, more }));
  await site.go('shards');
  await until('the first has begun', () => begun(site).length === 1);
  site.write('load');
  site.write('go');
  await site.ended('shards');
  t.same(outcomes(site), { 'item-1': 'finished' });
  t.match(site.of('step.voided'), [{ reason: 'drift', probe: 'load' }]);
  t.same(starts(site), ['item-1']);
  t.same(await site.reasons(), []);
});

t.test('a hold in between: what runs goes on, nothing more starts', async (t) => {
  const site = await running(t, shards({ parallel: 1 }));
  await site.go('shards');
  await until('the first has begun', () => begun(site).length === 1);
  must(site.submit({ type: 'hold', person: site.site.people.dba.id, text: null }));
  site.write('go');
  await site.ended('shards');
  t.same(outcomes(site), { 'item-1': 'finished' });
  t.same(
    site.of('step.voided').map(({ reason }) => reason),
    ['hold'],
  );
  t.same(begun(site), ['a']);
  t.same(await site.reasons(), []);
});

t.test('an abort stops every item that runs, and no other starts', async (t) => {
  const site = await running(t, shards());
  await site.go('shards');
  await until('two have begun', () => begun(site).length === 2);
  site.abort('shards');
  await site.ended('shards');
  t.same(outcomes(site), { 'item-1': 'failed', 'item-2': 'failed' });
  t.same(begun(site).sort(), ['a', 'b']);
  t.equal(site.read('done'), '');
  t.same(await site.reasons(), []);
});

t.test(
  'the agent is killed in the middle of a wave: no item runs twice, none is lost, the rest is armed anew',
  async (t) => {
    const site = await opened(t, shards());
    const dying = site.agent();
    await site.go('shards');
    await until('two have begun', () => begun(site).length === 2);
    await killed(dying);
    site.write('go');
    const again = site.agent();
    t.teardown(() => killed(again));
    await site.ended('shards');
    t.same(outcomes(site), { 'item-1': 'finished', 'item-2': 'finished' });
    t.same(
      site.of('step.voided').map(({ reason, actor }) => [reason, actor.slice(0, 2)]),
      [['agent', 'a-']],
    );
    await site.go('shards');
    await site.ended('shards');
    t.equal(site.run.context.outcomes['shards'], 'finished');
    t.same(begun(site).sort(), ['a', 'b', 'c', 'd'], 'each once');
    t.same(site.read('done').split('\n').filter(Boolean).sort(), ['a', 'b', 'c', 'd']);
    t.same(starts(site).sort(), ['item-1', 'item-2', 'item-3', 'item-4']);
    t.same(await site.reasons(), []);
  },
);

for (const [fault, third, ran] of [
  ['before-claim:3', 'not-started', 2],
  ['after-claim:3', 'finished', 3],
] as const) {
  t.test(`the agent dies ${fault} of an item: that item is what the claim says`, async (t) => {
    const site = await opened(t, shards());
    const dying = site.agent(fault);
    await site.go('shards');
    const gone = once(dying, 'exit');
    await until('two have begun', () => begun(site).length === 2);
    site.write('go-a');
    await gone;
    site.write('go');
    const again = site.agent();
    t.teardown(() => killed(again));
    await site.ended('shards');
    t.same(outcomes(site), { 'item-1': 'finished', 'item-2': 'finished', 'item-3': third });
    t.equal(begun(site).length, ran, 'and it ran at most once');
    t.equal(site.run.context.holds.length, third === 'finished' ? 0 : 1);
    t.same(await site.reasons(), []);
  });
}

t.test('killed between two items, with nothing left to report: the rest of the wave does not hang', async (t) => {
  const site = await opened(t, shards({ parallel: 1 }));
  const dying = site.agent();
  await site.go('shards');
  await until('the first has begun', () => begun(site).length === 1);
  // The outcome is taken and the agent gone before it can hear that it was: nothing of the wave runs any more.
  const submit = site.submit.bind(site);
  const gone = once(dying, 'exit');
  site.submit = (command) => {
    const done = submit(command);
    if (command.type === 'outcome') dying.kill('SIGKILL');
    return done;
  };
  site.write('go');
  await gone;
  site.submit = submit;
  const again = site.agent();
  t.teardown(() => killed(again));
  await site.ended('shards');
  t.same(outcomes(site), { 'item-1': 'finished' });
  t.same(begun(site), ['a']);
  t.same(await site.reasons(), []);
});

t.test('an append that nobody answers is asked for by its nonce and its item', async (t) => {
  const site = await running(t, shards({ parallel: 1 }));
  await site.go('shards');
  await until('the first has begun', () => begun(site).length === 1);
  const submit = site.submit.bind(site);
  let cuts = 0;
  site.submit = (command) => {
    const done = submit(command);
    // The start stands in the log, but the answer is lost.
    if (command.type === 'started' && cuts++ < 2) site.cut();
    return done;
  };
  site.write('go');
  await site.ended('shards');
  t.equal(cuts, 3);
  t.equal(site.run.context.outcomes['shards'], 'finished');
  t.same(begun(site), ['a', 'b', 'c', 'd'], 'each once');
  t.same(starts(site), ['item-1', 'item-2', 'item-3', 'item-4']);
  t.same(await site.reasons(), []);
});
