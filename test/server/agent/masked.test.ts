/** A secret of a step reaches its commands and nothing that leaves the agent: no frame, body, probe value, answer or log line. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type AgentSite, killed, opened, until } from '../../helpers/agent-site.ts';

const SECRET = 'hunter22-and-more';
const SECRETS = 'secrets:\n  TOKEN: {file: token}\n';
const STEP = `  - id: uses
    title: Uses it
    secrets: [TOKEN]
    env: {DATA: '\${{ run.data }}'}
    probes:
      said: {title: What it says, run: [sh, -c, 'echo "it is $TOKEN."'], expect: value == "it is ***."}
      quiet: {title: Its length, run: [sh, -c, 'echo \${#TOKEN}']}
    shell: |
      printf 'in two: %s' "$(printf %.7s "$TOKEN")"
      : >"$DATA/half"
      while [ ! -e "$DATA/go" ]; do sleep 0.02; done
      echo "\${TOKEN#???????}, whole: $TOKEN"
    verify:
      same: {title: The check has it, run: [sh, -c, 'test \${#TOKEN} = ${SECRET.length}'], expect: exit_code == 0}
  - id: not
    title: Does not list it
    shell: echo "token \${TOKEN-none}"
`;

/** Everything that left the agent, as text. */
function left(site: AgentSite): string {
  const bodies = site.run.entries.flatMap(({ bodies, bytes }) => [
    Buffer.from(bytes).toString(),
    ...Object.values(bodies).map((body) => Buffer.from(body.bytes).toString()),
  ]);
  return [...bodies, site.live('uses'), site.live('not')].join('\n');
}

async function begun(t: Parameters<typeof opened>[0]) {
  const site = await opened(t, STEP, SECRETS);
  site.secret('live', 'token', `${SECRET}\n`);
  site.secret('rehearsal', 'token', 'of-another-mode');
  const agent = site.agent();
  t.teardown(() => killed(agent));
  await site.go('uses');
  await until('half of it is written', () => existsSync(site.work('half')));
  return { site, agent };
}

t.test('a secret, even in two pieces, leaves masked; what does not list it does not get it', async (t) => {
  const { site } = await begun(t);
  await until('what is no secret is seen already', () => site.live('uses') === 'in two: ');
  const piece = await site.agents.output(site.run.state.facts.run, 'uses', '', 3);
  t.match(piece, { value: { total: 8, bytes: Buffer.from('two: ').toString('base64') } }, 'by offset too');
  site.write('go');
  await site.ended('uses');
  t.equal(site.run.context.outcomes['uses'], 'finished');
  t.equal(site.output(), 'in two: ***, whole: ***\n');
  t.equal(site.live('uses'), site.output());
  t.equal(site.body('probe-said', 'step.started'), '"it is ***."');
  t.equal(site.body('probe-quiet', 'step.armed'), String(JSON.stringify(String(SECRET.length))));
  t.equal(await site.through('not'), 'finished');
  t.equal(site.output(), 'token none\n');
  t.notMatch(left(site), SECRET);
  t.same(await site.reasons(), []);
  const journal = readFileSync(join(site.data, 'journal'), 'utf8');
  t.notMatch(journal, SECRET);
  for (const key of readdirSync(join(site.data, 'steps')))
    t.equal(statSync(join(site.data, 'steps', key, 'output')).mode & 0o777, 0o600);
});

t.test(
  'after a crash it is masked as before; where the secret was changed, nothing of the output leaves',
  async (t) => {
    for (const changed of [false, true]) {
      const { site, agent } = await begun(t);
      const gone = once(agent, 'exit');
      await killed(agent);
      await gone;
      if (changed) site.secret('live', 'token', 'x'.repeat(SECRET.length));
      const again = site.agent();
      t.teardown(() => killed(again));
      site.write('go');
      await site.ended('uses');
      if (changed) t.match(site.output(), /^\[crosscheck: withheld/);
      else t.equal(site.output(), 'in two: ***, whole: ***\n');
      t.equal(site.run.context.outcomes['uses'], 'finished');
      t.notMatch(left(site), SECRET);
      t.same(await site.reasons(), []);
    }
  },
);

t.test('outputs cannot be looked through for a secret that was changed, and fail the step', async (t) => {
  const step = `  - id: gives
    title: Gives
    secrets: [TOKEN]
    env: {DATA: '\${{ run.data }}'}
    outputs: [value]
    shell: |
      : >"$DATA/half"
      while [ ! -e "$DATA/go" ]; do sleep 0.02; done
      echo "value=$TOKEN" >>"$CROSSCHECK_OUTPUT"
`;
  for (const changed of [false, true]) {
    const site = await opened(t, step, SECRETS);
    site.secret('live', 'token', SECRET);
    const agent = site.agent();
    await site.go('gives');
    await until('it runs', () => existsSync(site.work('half')));
    await killed(agent);
    if (changed) site.secret('live', 'token', 'another-secret');
    const again = site.agent();
    t.teardown(() => killed(again));
    site.write('go');
    await site.ended('gives');
    t.equal(site.run.context.outcomes['gives'], 'failed');
    if (!changed) t.match(site.output(), /the output value holds a secret/);
    t.notMatch(left(site), SECRET);
    t.same(await site.reasons(), []);
  }
});

t.test('a secret that is missing or too short refuses the arming; one that vanishes refuses the start', async (t) => {
  const site = await opened(t, STEP, SECRETS);
  const agent = site.agent();
  t.teardown(() => killed(agent));
  t.match(await site.arm('uses'), { refusal: { code: 'XCK_SECRET' } });
  site.secret('rehearsal', 'token', SECRET);
  t.match(await site.arm('uses'), { refusal: { code: 'XCK_SECRET' } }, 'that of another mode is none');
  site.secret('live', 'token', 'abc');
  t.match(await site.arm('uses'), { refusal: { code: 'XCK_SECRET', sentence: /fewer than 4/ } });
  site.secret('live', 'token', SECRET);
  t.match(await site.arm('uses'), { ok: true });
  rmSync(join(site.data, 'secrets', 'live', 'token'));
  t.match(await site.start('uses'), { refusal: { code: 'XCK_SECRET' } });
  t.same(
    site.of('step.voided').map(({ reason }) => reason),
    ['agent'],
  );
  t.equal(site.of('step.started').length, 0);
});
