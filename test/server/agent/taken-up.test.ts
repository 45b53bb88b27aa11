/** Killed in the middle of a soak, of a try, or of what a person does: the next agent goes on where it was, and nothing starts twice. */
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Wire } from '../../../server/agent/calls.ts';
import { type AgentSite, killed, opened, until } from '../../helpers/agent-site.ts';
import { must } from '../../helpers/signer.ts';

/** Kills the agent and starts another one. */
async function again(t: Parameters<typeof opened>[0], site: AgentSite, agent: ReturnType<AgentSite['agent']>) {
  await killed(agent);
  const next = site.agent();
  t.teardown(() => killed(next));
  return next;
}

const SOAK = (seconds: number) => `  - id: soak
    title: Soak
    wait:
      for: ${seconds}s
      every: 50ms
      probes:
        calm: {title: Nobody complains, run: [sh, -c, 'echo look >>"$0/looks"; test ! -e "$0/complaint"', '\${{ run.data }}'], expect: exit_code == 0}
`;

t.test('a soak goes on with the time that remains, and is looked at again', async (t) => {
  const site = await opened(t, SOAK(3));
  const agent = site.agent();
  await site.go('soak');
  await until('it is looked at', () => site.read('looks').length > 15);
  await again(t, site, agent);
  const before = site.read('looks').length;
  await site.ended('soak');
  t.equal(site.run.context.outcomes['soak'], 'finished');
  t.ok(site.read('looks').length > before);
  t.equal(site.of('step.started').length, 1);
  t.same(await site.reasons(), []);
});

t.test('a soak that ended while nobody looked is looked at before it counts', async (t) => {
  const site = await opened(t, SOAK(1));
  const agent = site.agent();
  await site.go('soak');
  site.write('complaint');
  await killed(agent);
  const steps = join(site.data, 'steps');
  await until('it has ended', () => readdirSync(steps).some((key) => existsSync(join(steps, key, 'rc'))));
  await again(t, site, agent);
  await site.ended('soak');
  t.equal(site.run.context.outcomes['soak'], 'failed');
  t.match(site.output(), /“Nobody complains”/);
});

t.test('the tries of a step go on without their agent', async (t) => {
  const site = await opened(
    t,
    `  - id: tries
    title: Tries
    env: {DATA: '\${{ run.data }}'}
    idempotent: true
    retries: 10
    retry_delay: 200ms
    shell: echo try >>"$DATA/tries"; [ -e "$DATA/go" ]
`,
  );
  const agent = site.agent();
  await site.go('tries');
  await until('it is tried again', () => site.read('tries').length > 4);
  await again(t, site, agent);
  site.write('go');
  await site.ended('tries');
  t.equal(site.run.context.outcomes['tries'], 'finished');
  const tries = site.read('tries').split('\n').length - 1;
  t.match(site.output(), new RegExp(`try ${tries} of 11 follows`));
  t.equal(site.of('step.started').length, 1);
  t.same(await site.reasons(), []);
});

const BY_HAND = '  - {id: call, title: Call them, manual: {text: Call the on-call, by: reviewer}}\n';

t.test('what a person does outlives the agent: attested before or after it is back', async (t) => {
  for (const when of ['while it is gone', 'when it is back'] as const) {
    const site = await opened(t, BY_HAND);
    const agent = site.agent();
    await site.go('call');
    await killed(agent);
    if (when === 'while it is gone') site.attest('dba', 'call', 'pass');
    const next = await again(t, site, agent);
    await until('it is back', () => site.agents.connected(site.of('step.armed')[0]?.actor ?? ''));
    if (when === 'when it is back') site.attest('dba', 'call', 'pass');
    await site.ended('call');
    t.equal(site.run.context.outcomes['call'], 'finished', when);
    t.equal(site.of('step.started').length, 1);
    t.equal(site.of('step.finished').length, 1);
    t.same(await site.reasons(), []);
    await killed(next);
  }
});

/** Keeps back the server's first answer with a clearance; what it returns sends it. */
function heldBack(site: AgentSite): () => (() => void) | undefined {
  const { connect } = site.agents;
  let held: (() => void) | undefined;
  const through = (wire: Wire) => (text: string) => {
    if (held || !text.startsWith('{"kind":"answer"') || !text.includes('"clearance":')) wire.send(text);
    else held = () => wire.send(text);
  };
  Object.assign(site.agents, { connect: (wire: Wire) => connect({ ...wire, send: through(wire) }) });
  return () => held;
}

t.test('a word that overtakes the clearance from before it is heard', async (t) => {
  const site = await opened(t, BY_HAND);
  const agent = site.agent();
  await site.go('call');
  await killed(agent);
  const held = heldBack(site);
  await again(t, site, agent);
  await until('it asks for its clearance', () => held() !== undefined);
  site.attest('dba', 'call', 'pass');
  must(await site.agents.attested(site.run.state.facts.run, 'call'));
  held()?.();
  await site.ended('call');
  t.equal(site.run.context.outcomes['call'], 'finished');
  t.equal(site.of('step.finished').length, 1);
  t.same(await site.reasons(), []);
});

t.test('a limit is found again by the next agent', async (t) => {
  const site = await opened(
    t,
    `  - id: widens
    title: Widens
    env: {DATA: '\${{ run.data }}'}
    probes:
      rows: {title: Rows, run: [echo, '1000'], drift: {within: 5%}}
    limit: {field: rows, within: 5% of probes.rows}
    shell: |
      echo begun >>"$DATA/begun"
      while [ ! -e "$DATA/go" ]; do sleep 0.02; done
      echo '{"rows":2000}' >>/dev/stdout
      echo past >>"$DATA/past"
      sleep 600
`,
  );
  const agent = site.agent();
  await site.go('widens');
  await until('it has begun', () => site.read('begun') !== '');
  await killed(agent);
  site.write('go');
  await until('it is past its limit', () => site.read('past') !== '');
  await again(t, site, agent);
  await site.ended('widens');
  t.equal(site.run.context.outcomes['widens'], 'failed');
  t.match(site.output(), /stopped at its limit: rows 2000 is more than 5% above 1000/);
  t.same(await site.reasons(), []);
});

for (const [fault, outcome] of [
  ['before-claim', 'not-started'],
  ['after-claim', 'finished'],
] as const)
  t.test(`the agent dies ${fault}: the claim says whether it ran`, async (t) => {
    const site = await opened(
      t,
      "  - {id: once, title: Once, run: [sh, -c, 'echo ran >>\"$0/ran\"', '${{ run.data }}']}\n",
    );
    const dying = site.agent(fault);
    const gone = once(dying, 'exit');
    await site.arm('once');
    void site.start('once');
    await gone;
    await again(t, site, dying);
    await site.ended('once');
    t.equal(site.run.context.outcomes['once'], outcome);
    t.equal(site.read('ran'), outcome === 'finished' ? 'ran\n' : '');
    t.same(await site.reasons(), []);
  });
