/** What is pressed on each page is exactly what is sent: commands, contents, statements and genuine signatures over them. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { lineJson, parseStatement } from '../../core/approval/statement.ts';
import { fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { Act } from '../../core/log/acts.ts';
import { bodyDigest } from '../../core/log/entry.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { namespaceOf, verifySshsig } from '../../core/log/sshsig.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { acts } from './acts.ts';
import { type Kit, open, posted, SIZES, skip, withKit } from './kit.ts';
import { moments } from './moments.ts';
import type { Scene } from './scenes.ts';

t.setTimeout(600_000);

const ALL: Readonly<Record<string, Scene>> = { ...moments(), ...acts() };
const sceneOf = (name: string): Scene => {
  const found = ALL[name];
  if (!found) throw new Error(`no scene ${name}`);
  return found;
};

/** Opens a scene, does something in it, and returns the command that was posted with what its statement says. */
async function pressed(kit: Kit, scene: Scene, act: (page: Page) => Promise<void>) {
  const context = await kit.browser.newContext({ viewport: SIZES.wide });
  const { page, key } = await open(kit, context, scene);
  await act(page);
  const command = await posted(kit, page);
  const problem = await page.getByRole('alert').allInnerTexts();
  await context.close();
  return { command, key, problem };
}

/** The lines of a posted statement whose signature is by this browser's key; undefined where it is not. */
async function signedLines(scene: Scene, act: Act, key: string, command: Record<string, unknown>) {
  const text = utf8(String(command['statement']));
  const own = parsePublicKey(key);
  if (!own.ok) return undefined;
  const namespace = namespaceOf(act, scene.run.site.origin);
  const by = { key: own.value, kind: 'browser', namespace, origins: [], verify: verifyRaw } as const;
  const genuine = await verifySshsig(String(command['signature']), text, by);
  const lines = parseStatement(act, text);
  return genuine.ok && lines.ok ? (lines.value as Readonly<Record<string, string>>) : undefined;
}

interface Case {
  readonly scene: string;
  readonly act: Act;
  readonly does: (page: Page) => Promise<void>;
  readonly content: unknown;
}

const press = (name: string) => async (page: Page) => page.getByRole('button', { name, exact: true }).click();

const CASES: readonly Case[] = [
  {
    scene: 'hold lifting',
    act: 'lift',
    does: press('Sign the lift'),
    content: { risk: 'Eleven receipts go out an hour late.' },
  },
  {
    scene: 'briefing half',
    act: 'waive',
    does: press('Sign the waiver'),
    content: { question: 'restore', reason: 'The copy of this morning was restored by hand.' },
  },
  {
    scene: 'decide',
    act: 'decide',
    does: async (page) => {
      await page.getByLabel(/^An objection/).fill('Aiko Tanaka: the drill was on another host.');
      await press('Sign roll back')(page);
    },
    content: { deviation: null, dissent: 'Aiko Tanaka: the drill was on another host.', test: null, way: 'back' },
  },
  {
    scene: 'decide',
    act: 'decide',
    does: async (page) => {
      await page.getByLabel('The test that shows the defect').fill('https://tests.example/7');
      await page.getByRole('button', { name: 'Add a step' }).click();
      await page.getByLabel('Id', { exact: true }).fill('deploy-mailer');
      await page.getByLabel('Title', { exact: true }).fill('Deploy the mailer');
      await page.getByLabel('Target', { exact: true }).selectOption('local');
      await page.getByRole('radio', { name: 'command' }).check();
      await page.getByLabel('Command, one element per line').fill('bin/deploy\nmailer 3.8.1');
      await page.getByLabel('Stops itself after').fill('6m');
      await page.getByLabel('Why these steps').fill('It reads the column.');
      await press('Sign roll forward')(page);
    },
    content: {
      deviation: {
        before: 'shards',
        inputs: null,
        reason: 'It reads the column.',
        steps: [
          {
            id: 'deploy-mailer',
            run: ['bin/deploy', 'mailer 3.8.1'],
            target: 'local',
            timeout: '6m',
            title: 'Deploy the mailer',
          },
        ],
      },
      dissent: null,
      test: 'https://tests.example/7',
      way: 'forward',
    },
  },
  {
    scene: 'resolve',
    act: 'resolve',
    does: async (page) => {
      await page.getByRole('radio', { name: /^NOT STARTED/ }).check();
      await page.getByLabel('Evidence').fill('The column is still there.');
      await press('Sign what became of it')(page);
    },
    content: { as: 'not-started', evidence: 'The column is still there.' },
  },
  {
    scene: 'deviate',
    act: 'deviate',
    does: async (page) => {
      await page.getByRole('button', { name: 'Change batch, now 1000' }).click();
      await page.getByLabel('batch').fill('200');
      await page.getByLabel('Reason').fill('The lock is held for longer.');
      await press('Sign the deviation')(page);
    },
    content: { before: 'drop-column', inputs: { batch: 200 }, reason: 'The lock is held for longer.', steps: null },
  },
  {
    scene: 'by hand',
    act: 'attest',
    does: async (page) => {
      await page.getByRole('radio', { name: /^PASS/ }).check();
      await page.getByLabel('Evidence').fill('https://cdn.example/5512');
      await press('Sign the attestation')(page);
    },
    content: { evidence: 'https://cdn.example/5512', result: 'pass' },
  },
  { scene: 'close', act: 'close', does: press('Sign the close-out'), content: null },
];

t.test('acts that several sign, and a manual step', { skip }, (t) =>
  withKit(async (kit) => {
    for (const { scene: name, act, does, content } of CASES) {
      const scene = sceneOf(name);
      const { command, key, problem } = await pressed(kit, scene, does);
      t.same(problem, [], `${name}: nothing is refused`);
      t.equal(command['type'], act, `${name}: ${act}`);
      const lines = await signedLines(scene, act, key, command);
      t.ok(lines, `${name}: the signature is over exactly these bytes`);
      const said = lineJson(lines?.['content'] ?? '');
      if (content !== null) t.same(said, content, `${name}: its content`);
      if (act !== 'attest') t.equal(command['content'], jcs(said), `${name}: the content beside it is the same`);
      t.equal(lines?.['tree'], scene.run.site.tree(), `${name}: over the newest tree`);
    }
  }),
);

t.test('taking over the lead names both people', { skip }, (t) =>
  withKit(async (kit) => {
    const scene = sceneOf('lead over');
    const { command, key } = await pressed(kit, scene, press('Sign the change of the lead'));
    const lines = await signedLines(scene, 'lead', key, command);
    const { lead, keeper } = scene.run.site.people;
    const content = { from: lead.id, person: keeper.id, role: 'release-lead' };
    t.same(lineJson(lines?.['content'] ?? ''), content);
    t.equal(lines?.['about'], scene.run.context.last);
  }),
);

t.test('a run is opened from its plan, with the salted digest of its inputs', { skip }, (t) =>
  withKit(async (kit) => {
    for (const [name, mode] of [
      ['plan', 'live'],
      ['plan rehearsal', 'rehearsal'],
    ] as const) {
      const scene = sceneOf(name);
      const verb = mode === 'live' ? 'Sign and open the run' : 'Sign and open the rehearsal';
      const { command, key } = await pressed(kit, scene, press(verb));
      const lines = await signedLines(scene, 'open', key, command);
      const inputs = { bytes: utf8(String(command['inputs'])), salt: fromBase64(String(command['salt'])) };
      t.equal(command['inputs'], jcs({ batch: 1000, table: 'customers' }));
      t.equal(lines?.['mode'], mode, 'the mode of the plan is signed');
      t.equal(lines?.['about'], scene.run.approved.ref);
      t.same(lineJson(lines?.['content'] ?? ''), {
        follows: null,
        inputs: bodyDigest(inputs as never),
        run: scene.plan?.plan,
      });
    }
  }),
);

t.test('a follow-up waits for its test', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.wide });
    const { page } = await open(kit, context, sceneOf('plan follows'));
    const button = page.getByRole('button', { name: 'Sign and open the run' });
    t.ok(await button.isDisabled());
    t.match(await page.locator('#why-open').innerText(), /names the test that shows the defect/);
    await page.getByLabel('The test that shows the defect').fill('https://tests.example/9');
    t.notOk(await button.isDisabled());
    await context.close();
  }),
);

const commands: readonly (readonly [string, (page: Page) => Promise<void>, Record<string, unknown>])[] = [
  [
    'plan new',
    async (page) => {
      await page.getByRole('radio', { name: /^Live/ }).check();
      await page.getByLabel('batch').fill('500');
      await page.getByLabel(/^reviewer/).selectOption({ label: 'Jonas Brandt' });
      await press('Save the plan')(page);
    },
    { type: 'plan', mode: 'live', planned_for: null },
  ],
  [
    'plan',
    async (page) => {
      await page.getByRole('button', { name: 'HOLD' }).click();
      await page.keyboard.type('The nightly job still runs.');
      await page.keyboard.press('Enter');
    },
    { type: 'hold_on', text: 'The nightly job still runs.' },
  ],
  [
    'runbook read',
    async (page) => {
      await page.getByRole('button', { name: 'HOLD' }).click();
      await page.keyboard.type('Its batch is too big.');
      await page.keyboard.press('Enter');
    },
    { type: 'hold_on', text: 'Its batch is too big.' },
  ],
  [
    'hold overdue',
    async (page) => {
      await page.getByRole('button', { name: /^It is met/ }).click();
    },
    { type: 'update', conditions: null, met: ['quiet'], stance: null },
  ],
  [
    'hold raiser',
    async (page) => {
      await page.getByLabel('Why, in one sentence').fill('Receipts first.');
      await press('I dissent')(page);
    },
    { type: 'update', met: [], stance: 'dissent' },
  ],
  ['gate', async (page) => press('Say go')(page), { type: 'poll', gate: 'agree', vote: 'go', text: null }],
  [
    'gate',
    async (page) => {
      await page.getByLabel(/^If no go/).fill('One client writes.');
      await press('Say no go')(page);
    },
    { type: 'poll', gate: 'agree', vote: 'no-go', text: 'One client writes.' },
  ],
  [
    'windows all',
    async (page) => {
      await page
        .getByRole('button', { name: /^It is deleted/ })
        .first()
        .click();
      await page.getByLabel('Evidence of the deletion').fill('ls: empty');
      await press('Record the deletion')(page);
    },
    { type: 'backup_deleted', step: 'backup', evidence: 'ls: empty' },
  ],
  [
    'postmortem empty',
    async (page) => {
      await page.getByLabel('What went well').fill('The hold came early.');
      await press('Save into the log')(page);
    },
    {
      type: 'postmortem',
      document: { contributing_factors: '', went_well: 'The hold came early.', lucky: '' },
    },
  ],
  [
    'postmortem',
    async (page) => {
      await page.getByRole('button', { name: /^It is done/ }).click();
      await page.getByLabel('Evidence that it is done').fill('merged, #4411');
      await press('Close it')(page);
    },
    { type: 'countermeasure_closed', id: 'm1', evidence: 'merged, #4411' },
  ],
];

t.test('commands that need no key', { skip }, (t) =>
  withKit(async (kit) => {
    for (const [name, does, expected] of commands) {
      const { command, problem } = await pressed(kit, sceneOf(name), does);
      t.match(command, expected, name);
      t.same(
        problem.filter((one) => !/overdue/i.test(one)),
        [],
        `${name}: nothing is refused`,
      );
    }
  }),
);

t.test('an update carries the whole document, and a condition keeps its owner', { skip }, (t) =>
  withKit(async (kit) => {
    const { command } = await pressed(kit, sceneOf('hold full'), async (page) => {
      await page.getByRole('button', { name: 'Write update' }).click();
      await page.getByLabel('What is new, in one sentence').fill('The mailer is out.');
      await page.getByRole('button', { name: 'in 20 min' }).click();
      await page.getByRole('button', { name: 'Add a condition' }).click();
      await page.getByLabel('What must be true').last().fill('Support has told everybody');
      await page.getByLabel('Which seat sees to it').last().selectOption('deputy');
      await press('Send the update')(page);
    });
    const { document, conditions } = command as {
      document: { text: string; next_update: number; conditions: Record<string, string>; impact: unknown };
      conditions: Record<string, string>;
    };
    t.equal(document.text, 'The mailer is out.');
    t.same(document.impact, {
      number: 212,
      unit: 'orders without a receipt',
      whom: 'guests at checkout; accounts are fine',
    });
    t.equal(Object.keys(conditions).length, 4);
    t.same(conditions, { ...conditions, receipts: 'reviewer', mailer: 'lead', quiet: 'verifier', c4: 'deputy' });
    t.equal(document.conditions['c4'], 'Support has told everybody');
    const minutes = (document.next_update - (sceneOf('hold full').run.state.head.ts + 30_000)) / 60_000;
    t.ok(minutes > 19 && minutes < 22, `the next update is in ${minutes} minutes`);
  }),
);

t.test('an answer is checked before it is sent, and nothing is filled in', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.phone });
    const { page } = await open(kit, context, sceneOf('briefing empty'));
    const form = page.locator('form.question').first();
    const record = form.getByRole('button', { name: 'Record the answer' });
    t.equal(await form.getByLabel('Answer', { exact: true }).inputValue(), '');
    t.equal(await form.locator('input:checked').count(), 0, 'neither PASS nor FAIL is chosen');
    await form.getByLabel('Answer', { exact: true }).fill('yes');
    await form.getByRole('radio', { name: 'PASS' }).check();
    t.match(await form.innerText(), /the answer is a link/);
    t.ok(await record.isDisabled());
    await form.getByLabel('Answer', { exact: true }).fill('https://tests.example/plan/118');
    await record.click();
    t.match(await posted(kit, page), {
      type: 'answer',
      question: 'test-plan',
      result: 'pass',
      value: 'https://tests.example/plan/118',
      evidence: null,
    });
    await context.close();
  }),
);

t.test('time is typed in UTC and sent in full', { skip }, (t) =>
  withKit(async (kit) => {
    const { command } = await pressed(kit, sceneOf('briefing empty'), async (page) => {
      const form = page.locator('form.question').nth(1);
      await form.getByLabel('Answer (UTC)').fill('17:00');
      await form.getByRole('radio', { name: 'PASS' }).check();
      await form.getByRole('button', { name: 'Record the answer' }).click();
    });
    t.match(command, { type: 'answer', question: 'leaves', value: '2026-11-19T17:00:00Z' });
  }),
);

t.test('facts link to their entries, with roles unless names are asked for', { skip }, (t) =>
  withKit(async (kit) => {
    const context = await kit.browser.newContext({ viewport: SIZES.wide });
    const { page } = await open(kit, context, sceneOf('postmortem'));
    const facts = page.locator('.sheet');
    t.notMatch(await facts.innerText(), /Marta Zielińska|Jonas Brandt/);
    await page.getByRole('button', { name: 'Show names instead of roles' }).click();
    t.match(await facts.innerText(), /Jonas Brandt/);
    const link = page.locator('.cited a').first();
    const seq = (await link.innerText()).slice(1);
    await link.click();
    await page.getByRole('heading', { name: 'Log of this run' }).waitFor();
    t.ok(await page.locator(`#entry-${seq}`).isVisible(), 'the entry is there');
    await context.close();
  }),
);
