/** What must not run does not run: every wrong, late, foreign or doubtful confirmation is refused or stops the step, and stands in the log. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import t from 'tap';
import { WebSocket } from 'ws';
import type { Entry } from '../../core/log/tables.ts';
import { contextOf } from '../../core/run/state.ts';
import type { Ports } from '../../server/ports/ports.ts';
import { realPorts } from '../../server/ports/real.ts';
import { confirmed, type Drop, dropSite, SECRET_ROWS } from '../helpers/drop.ts';
import { Person, ulid } from '../helpers/person.ts';
import { armed, at, until } from '../helpers/server.ts';

const entries = ({ running }: Drop): Entry[] =>
  Array.from(
    { length: running.engine.log.size },
    (_, seq) => JSON.parse(new TextDecoder().decode(running.store.entry(seq)?.bytes)) as Entry,
  );
const context = async (drop: Drop) => contextOf((await drop.lead.state(drop.run)).state);
const neverRan = (drop: Drop) => !existsSync(drop.file('dropped'));

t.test('the lead’s own confirmation, from any session', async (t) => {
  const drop = await dropSite(t);
  await armed(drop, 'drop');
  const own = await drop.lead.send(await drop.lead.confirmation(drop.run, {}));
  t.match(own, { ok: false, problem: { code: 'XCK_SELF', status: 403 } });
  const tab = new Person(drop.running.port, drop.site.host, drop.lead.key);
  await tab.signIn(at(drop.running).origin);
  t.match(
    await tab.send(await tab.confirmation(drop.run, {})),
    { ok: false, problem: { code: 'XCK_SELF' } },
    'a second session is the same person',
  );
  t.match(await tab.send({ type: 'join', run: drop.run, seat: 'reviewer', role: 'dba' }), {
    ok: false,
    problem: { code: 'XCK_SEAT_TAKEN' },
  });
  t.match(
    await drop.reviewer.send({ type: 'join', run: drop.run, seat: 'verifier', role: 'sre' }),
    { ok: false },
    'one person in two seats',
  );
  const refused = entries(drop).filter((entry) => entry.type === 'attempt.refused');
  t.match(
    refused,
    [
      { act: 'confirm', code: 'XCK_SELF', of: drop.run },
      { act: 'confirm', code: 'XCK_SELF' },
    ],
    'both stand in the log',
  );
});

t.test('a wrong blind answer; the second is a hold', async (t) => {
  const drop = await dropSite(t);
  await armed(drop, 'drop');
  t.match(await drop.reviewer.send(await drop.reviewer.confirmation(drop.run, { loss: '1' })), {
    ok: false,
    problem: { code: 'XCK_DIFFERED' },
  });
  t.equal((await context(drop)).holds.length, 0);
  t.match(await drop.verifier.send(await drop.verifier.confirmation(drop.run, { count: '2' })), {
    ok: false,
    problem: { code: 'XCK_DIFFERED' },
  });
  const after = await context(drop);
  t.match(after.holds, [{ cause: 'differed', step: 'drop' }], 'by anyone, over all armings');
  t.same(after.armings, {}, 'the arming is void');
  t.match(
    entries(drop).filter((entry) => entry.type === 'check.differed'),
    [
      { seat: 'reviewer', challenge: 'loss' },
      { seat: 'verifier', challenge: 'count' },
    ],
  );
  t.notMatch(JSON.stringify(entries(drop)), SECRET_ROWS, 'no entry holds the value');
});

t.test('a probe that drifts between confirmation and T-0', async (t) => {
  const drop = await dropSite(t);
  await confirmed(drop);
  drop.write('writers', '3\n');
  await drop.lead.do(await drop.lead.keyTurn(drop.run));
  await until(async () => Object.keys((await context(drop)).armings).length === 0, 'the void');
  t.match(entries(drop).at(-1), { type: 'step.voided', reason: 'drift', probe: 'calm' });
  t.ok(neverRan(drop), 'nothing ran');
  t.match(
    await drop.lead.send(
      await drop.lead.keyTurn(drop.run).catch(() => ({ type: 'start' as const, run: drop.run, step: 'drop' })),
    ),
    { ok: false },
    'the old quorum starts nothing',
  );
});

t.test('a hold raised during T-0', async (t) => {
  const drop = await dropSite(t);
  await confirmed(drop);
  drop.write('slow');
  const turned = drop.lead.do(await drop.lead.keyTurn(drop.run));
  await until(() => existsSync(drop.file('waiting')), 'T-0');
  await turned;
  await drop.verifier.do({ type: 'hold', run: drop.run, text: 'Somebody still writes' });
  drop.write('go');
  const { holds, armings } = await context(drop);
  t.match(holds, [{ cause: 'person', step: 'drop' }]);
  t.same(armings, {});
  await until(
    () => entries(drop).some((entry) => entry.type === 'attempt.refused' && entry.act === 'started'),
    'the refused start',
  );
  t.ok(neverRan(drop), 'the start was refused');
  t.notOk(entries(drop).some((entry) => entry.type === 'step.started'));
  for (const person of [drop.lead, drop.reviewer]) {
    await person.do(await person.lift(drop.run));
    t.equal((await context(drop)).holds.length, 1, 'not enough yet');
  }
  await drop.verifier.do(await drop.verifier.lift(drop.run));
  t.equal((await context(drop)).holds.length, 0, 'the lead and the step’s quorum lift it');
  await armed(drop, 'drop');
  t.equal((await context(drop)).attempts['drop'], 2, 'and the step can be called out again');
});

t.test('a reviewer closes the lid after confirming', async (t) => {
  let skew = 0;
  const drop = await dropSite(t, { ports: { ...realPorts(), now: () => Date.now() + skew } });
  await confirmed(drop);
  skew = 60_000;
  await until(async () => (await context(drop)).holds.length > 0, 'the hold');
  t.match((await context(drop)).holds[0], { cause: 'presence' });
  t.same((await context(drop)).armings, {});
  t.ok(entries(drop).some((entry) => entry.type === 'presence.lost'));
  t.ok(entries(drop).some((entry) => entry.type === 'step.voided' && entry.reason === 'presence'));
  t.ok(neverRan(drop));
});

t.test('an arming that expires', async (t) => {
  const soon: (() => void)[] = [];
  let passed = 0;
  const real = realPorts();
  const held: Ports['later'] = (ms, then) => {
    if (ms < 200_000) return real.later(ms, then);
    soon.push(then);
    return () => {};
  };
  const drop = await dropSite(t, { ports: { ...real, now: () => real.now() + passed, later: held } });
  await armed(drop, 'drop');
  const late = await drop.reviewer.confirmation(drop.run, { loss: SECRET_ROWS });
  passed = 400_000;
  for (const due of soon) due();
  await until(async () => Object.keys((await context(drop)).armings).length === 0, 'the void');
  t.match(entries(drop).at(-1), { type: 'step.voided', reason: 'expired' });
  t.match(await drop.reviewer.send(late), { ok: false }, 'an expired one is refused');
});

t.test('confirmations for something else', async (t) => {
  const drop = await dropSite(t);
  await armed(drop, 'drop');
  const good = await drop.reviewer.confirmation(drop.run, { loss: SECRET_ROWS });
  if (good.type !== 'confirm') throw new Error('not a confirmation');
  const signedOver = (change: (statement: string) => string) => {
    const statement = change(good.statement);
    return { ...good, statement, signature: drop.reviewer.signText('confirm', statement) };
  };
  const sha = `sha256:${'0'.repeat(64)}`;
  t.match(
    await drop.reviewer.send(signedOver((text) => text.replace('\nstep drop\n', '\nstep after\n'))),
    { ok: false, problem: { code: 'XCK_OTHER_ARMING' } },
    'another step',
  );
  for (const [what, change] of [
    ['attempt', (text: string) => text.replace('\nattempt 1\n', '\nattempt 2\n')],
    ['run', (text: string) => text.replace(drop.run, ulid())],
    ['arming', (text: string) => text.replace(/\narmed .*\n/, `\narmed 3 ${sha}\n`)],
    ['command', (text: string) => text.replace('bin/drop', 'bin/rows')],
    ['runbook', (text: string) => text.replace(/\nrunbook .*\n/, `\nrunbook ${sha}\n`)],
    ['nonce', (text: string) => text.replace(/\nnonce .*\n/, `\nnonce ${'a'.repeat(64)}\n`)],
    ['tree', (text: string) => text.replace(/\ntree .*\n/, `\ntree 12 ${'A'.repeat(43)}=\n`)],
    ['seat', (text: string) => text.replace('\nseat reviewer\n', '\nseat verifier\n')],
    ['signer', (text: string) => text.replace(drop.reviewer.me.person, drop.verifier.me.person)],
    ['meaning', (text: string) => text.replace('confirm that it may run', 'confirm nothing')],
    ['eyes', (text: string) => text.replace('\neyes 6\n', '\neyes 4\n')],
  ] as const)
    t.match(
      await drop.reviewer.send(signedOver(change)),
      { ok: false, problem: { code: 'XCK_STATEMENT' } },
      `another ${what}`,
    );
  t.match(
    await drop.reviewer.send({ ...good, signature: drop.verifier.signText('confirm', good.statement) }),
    { ok: false, problem: { code: 'XCK_SIGNATURE' } },
    'signed by somebody else',
  );
  t.match(
    await drop.reviewer.send({ ...good, signature: drop.reviewer.signText('key', good.statement) }),
    { ok: false, problem: { code: 'XCK_SIGNATURE' } },
    'signed for another act',
  );
  t.match(
    await drop.reviewer.send({ ...good, run: ulid() }),
    { ok: false, problem: { code: 'XCK_UNKNOWN' } },
    'sent to another run',
  );
  await drop.reviewer.do(good);
  t.match(await drop.reviewer.send(good), { ok: false, problem: { code: 'XCK_TWICE' } }, 'replayed');
  await drop.verifier.do(await drop.verifier.refusal(drop.run, 'One client still writes'));
  t.same((await context(drop)).armings, {}, 'a refusal voids');
  await armed(drop, 'drop');
  t.match(
    await drop.reviewer.send(good),
    { ok: false, problem: { code: 'XCK_STATEMENT' } },
    'replayed on a new arming',
  );
});

/** Every frame that a person's room receives, as text. */
async function listening({ running, site, run }: Drop, person: Person): Promise<string[]> {
  const { ticket } = await person.must<{ ticket: string }>('POST', '/api/tickets');
  const socket = new WebSocket(`ws://127.0.0.1:${running.port}/api/room`, ['crosscheck.v1'], {
    origin: `http://${site.host}`,
  });
  const frames: string[] = [];
  socket.on('message', (data) => frames.push(data.toString()));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'hello', ticket, run, after: -1 }));
  await until(() => frames.some((frame) => frame.includes('"entries"')), 'the first entries');
  return frames;
}

/** What a blinded value could look like on its way out: as it is, as JSON, in base64, and as a digest that can be guessed. */
const traces = (value: string): string[] =>
  [value, JSON.stringify(value)].flatMap((text) => [
    text,
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('hex'),
    createHash('sha256').update(text).digest('hex'),
    createHash('sha256').update(`crosscheck-body/v1\n${text}`).digest('hex'),
  ]);

/** The texts, and every base64 body inside them. */
const opened = (texts: readonly string[]): string[] => [
  ...texts,
  ...texts.flatMap((text) =>
    [...text.matchAll(/bytes\\?":\\?"([A-Za-z0-9+/=]+)/g)].map(([, body]) =>
      Buffer.from(body ?? '', 'base64').toString(),
    ),
  ),
];

t.test('no frame, answer, export or log line holds a blinded value before the start', async (t) => {
  const logged: string[] = [];
  const drop = await dropSite(t, { log: (line) => logged.push(line) });
  const { lead, reviewer, verifier } = drop;
  const frames = await listening(drop, lead);
  await confirmed(drop);
  await lead.must('GET', `/api/runs/${drop.run}`);
  const response = await fetch(`http://127.0.0.1:${drop.running.port}/api/runs/${drop.run}/record`, {
    headers: { authorization: `Bearer ${lead.session}` },
  });
  const record = Buffer.from(await response.arrayBuffer()).toString('latin1');
  await until(() => frames.some((frame) => frame.includes('step.confirmed')), 'the confirmations in the room');
  const holds = (texts: readonly string[]) =>
    traces(SECRET_ROWS).filter((trace) => opened(texts).some((text) => text.includes(trace)));
  t.same(holds(frames), [], 'no frame of the lead’s room');
  t.same(holds(lead.received), [], 'no answer to the lead');
  t.same(holds([record]), [], 'no export');
  t.same(holds(logged), [], 'no log line');
  t.ok(logged.length > 0 && frames.length > 3, 'there was something to look at');
  for (const [who, own, other] of [
    [reviewer, 'loss', 'count'],
    [verifier, 'count', 'loss'],
  ] as const) {
    const answered = (id: string) =>
      opened(who.received).some((text) => text.includes(`read-back {"${id}":"${SECRET_ROWS}"}`));
    await who.must('GET', `/api/runs/${drop.run}`);
    t.same([answered(own), answered(other)], [true, false], `${own}: one’s own answer, and not the other’s`);
  }
  await lead.do(await lead.keyTurn(drop.run));
  await until(async () => (await context(drop)).outcomes['drop'] !== undefined, 'the outcome');
  await lead.must('GET', `/api/runs/${drop.run}`);
  t.not(holds(lead.received).length, 0, 'after the start everybody may see it, so the search does find it');
});
