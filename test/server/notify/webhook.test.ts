/** A message as a Standard Webhook: signed as the standard says, tried again by the clock, given up aloud, and no secret in any log line. */
import t, { type Test } from 'tap';
import { openWebhooks, secretKey, signatureOf } from '../../../server/notify/webhook.ts';
import { ManualClock } from '../../helpers/clock.ts';
import { expected, receiver } from '../../helpers/receiver.ts';
import { testLog, until } from '../../helpers/server.ts';

const START = Date.UTC(2026, 10, 20, 22, 0, 0, 999);
const SECRET = Buffer.from('a secret of 32 bytes, not more..').toString('base64');
const MESSAGE = { id: 'msg_0123456789abcdef0123456789abcdef', payload: '{"type":"hold.raised","data":{"run":"ÿ"}}' };
const SECOND = 1000;
const PAUSES = [5 * SECOND, 30 * SECOND, 300 * SECOND, 1800 * SECOND, 7200 * SECOND];

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly webhook?: string;
  readonly id?: string;
  readonly why?: string;
}

async function scene(t: Test, env: (port: number) => Record<string, string> = () => ({})) {
  const clock = new ManualClock(START);
  const to = await receiver(t);
  const texts: string[] = [];
  const address = { HOOK: `http://127.0.0.1:${to.port}/services/T0/very-private-path`, HOOK_SECRET: `whsec_${SECRET}` };
  const webhooks = openWebhooks({
    ports: clock,
    logger: testLog((text) => void texts.push(text)),
    env: { ...address, ...env(to.port) },
  });
  t.teardown(webhooks.stop);
  const lines = () => texts.map((text) => JSON.parse(text) as Line);
  return { clock, to, texts, webhooks, lines, send: (name = 'HOOK') => webhooks.send(name, MESSAGE) };
}

const WARN = 40;
const ERROR = 50;

t.test('the signatures of the standard’s own examples', async (t) => {
  const key = secretKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? new Uint8Array();
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', payload: '{"test": 2432232314}' };
  t.equal(signatureOf(key, message, 1_614_265_330), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  const ping = { id: 'msg_loFOjxBNrRLzqYUf', payload: '{"event_type":"ping","data":{"success":true}}' };
  const short = Buffer.from('plJ3nmyCDGBKInavdOK15jsl', 'base64');
  t.equal(signatureOf(short, ping, 1_731_705_121), 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=');
});

t.test('a secret is base64 of 24 bytes or more, with or without its prefix', async (t) => {
  const bytes = (length: number) => Buffer.alloc(length, 7).toString('base64');
  t.equal(secretKey(`whsec_${bytes(24)}`)?.length, 24);
  t.equal(secretKey(bytes(64))?.length, 64);
  for (const wrong of ['', 'whsec_', bytes(23), `whsec_${bytes(24)}!`, `whsk_${bytes(24)}`, ` ${bytes(24)}`])
    t.equal(secretKey(wrong), undefined, wrong);
});

t.test('it arrives once, with id, timestamp and signature', async (t) => {
  const { clock, to, texts, send } = await scene(t);
  send();
  await until(() => to.got.length === 1, 'the message');
  const [got] = to.got;
  if (!got) return;
  t.equal(got.body, MESSAGE.payload, 'byte for byte');
  const named = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];
  t.strictSame(
    named.map((name) => got.headers[name]),
    ['application/json', MESSAGE.id, String(Math.floor(START / 1000)), expected(SECRET, got)],
  );
  const other = { ...got, body: got.body.replace('raised', 'lifted') };
  t.not(got.headers['webhook-signature'], expected(SECRET, other), 'the signature is of this body');
  t.same([texts, clock.waiting], [[], []], 'nothing is left to do or to say');
});

t.test('after a 5xx it comes again later: the same message, signed anew', async (t) => {
  const { clock, to, send, lines } = await scene(t);
  to.answer(500, 503, 200);
  send();
  for (const [index, pause] of PAUSES.slice(0, 2).entries()) {
    await until(() => clock.waiting.length === 1, 'the pause');
    t.equal(to.got.length, index + 1);
    t.same(clock.waiting, [pause]);
    clock.jump(pause - 1);
    t.same(clock.waiting, [1], 'not a moment earlier');
    clock.jump(1);
    await until(() => to.got.length === index + 2, 'the next try');
  }
  t.same(
    to.got.map(({ headers, body }) => [headers['webhook-id'], body]),
    Array(3).fill([MESSAGE.id, MESSAGE.payload]),
  );
  const times = [0, 5, 35].map((seconds) => String(Math.floor(START / 1000) + seconds));
  t.same(
    to.got.map(({ headers }) => headers['webhook-timestamp']),
    times,
  );
  for (const got of to.got) t.equal(got.headers['webhook-signature'], expected(SECRET, got));
  t.match(lines(), [
    { level: WARN, webhook: 'HOOK', id: MESSAGE.id, why: 'status 500', msg: 'a webhook was not taken' },
    { level: WARN, webhook: 'HOOK', id: MESSAGE.id, why: 'status 503', msg: 'a webhook was not taken' },
  ]);
  t.equal(lines().length, 2);
});

t.test('after the last try it is given up, and the log says so', async (t) => {
  const { clock, to, send, lines } = await scene(t);
  to.answer(502);
  send();
  for (const pause of PAUSES) {
    await until(() => clock.waiting.length === 1, 'the pause');
    t.same(clock.waiting, [pause]);
    clock.jump(pause);
  }
  await until(() => lines().some(({ level }) => level === ERROR), 'the end');
  t.equal(to.got.length, PAUSES.length + 1);
  t.same(clock.waiting, [], 'nothing waits any more');
  t.same(
    lines().map(({ msg }) => msg),
    [...Array(PAUSES.length + 1).fill('a webhook was not taken'), 'a webhook was given up'],
  );
});

t.test('a receiver that is gone for good is not asked again, and a redirect is not followed', async (t) => {
  const gone = await scene(t);
  gone.to.answer(410);
  gone.send();
  await until(() => gone.lines().some(({ level }) => level === ERROR), 'the end');
  t.equal(gone.to.got.length, 1);
  t.same(gone.clock.waiting, []);
  const moved = await scene(t);
  moved.to.answer(302, 200);
  moved.send();
  await until(() => moved.clock.waiting.length === 1, 'the pause');
  t.equal(moved.to.got.length, 1, 'nothing was sent elsewhere');
  t.match(moved.lines(), [{ why: 'status 302' }]);
});

t.test('nobody listening is one more reason to try again', async (t) => {
  const { clock, send, lines } = await scene(t, () => ({ HOOK: 'http://127.0.0.1:1/' }));
  send();
  await until(() => clock.waiting.length === 1, 'the pause');
  t.match(lines(), [{ level: WARN, why: 'TypeError' }]);
});

t.test('without an address or with half a secret nothing is sent, and the log says why', async (t) => {
  const { to, send, lines, clock } = await scene(t, (port) => ({
    EMPTY: '',
    SHORT: `http://127.0.0.1:${port}/short`,
    SHORT_SECRET: 'whsec_c2hvcnQ=',
    OPEN: `http://127.0.0.1:${port}/open`,
  }));
  for (const name of ['NOWHERE', 'EMPTY', 'SHORT', 'OPEN']) send(name);
  await until(() => to.got.length > 0, 'what can be sent');
  t.match(lines(), [
    { level: WARN, webhook: 'NOWHERE', msg: 'a webhook has no address' },
    { level: WARN, webhook: 'EMPTY', msg: 'a webhook has no address' },
    { level: ERROR, webhook: 'SHORT', msg: /secret is not 24 bytes/ },
  ]);
  t.same(
    to.got.map(({ path, headers }) => [path, headers['webhook-signature']]),
    [['/open', undefined]],
    'without a secret it goes unsigned',
  );
  t.same(clock.waiting, []);
});

t.test('whatever happens, no line of the log holds a secret, an address or what was sent', async (t) => {
  const { clock, to, texts, send, webhooks } = await scene(t, (port) => ({
    SHORT: `http://127.0.0.1:${port}/short`,
    SHORT_SECRET: 'whsec_c2hvcnQ=',
    DEAD: 'http://user:pass-word@127.0.0.1:1/dead-path',
    WRONG: 'no address at all: pass-word',
  }));
  to.answer(500, 410);
  for (const name of ['HOOK', 'SHORT', 'DEAD', 'WRONG']) send(name);
  await until(() => clock.waiting.length === 3, 'their pauses');
  clock.jump(PAUSES[0] ?? 0);
  await until(() => texts.some((text) => text.includes('given up')), 'the end of one');
  webhooks.stop();
  t.ok(texts.length >= 5, 'they said enough');
  const private_ = [SECRET, 'c2hvcnQ=', 'very-private-path', 'dead-path', 'pass-word', '127.0.0.1', 'hold.raised'];
  for (const text of texts) for (const word of private_) t.notOk(text.includes(word), `${word} in ${text}`);
});

t.test('when the server stops nothing is tried any more', async (t) => {
  const { clock, to, send, webhooks } = await scene(t);
  to.answer(500);
  send();
  await until(() => clock.waiting.length === 1, 'the pause');
  webhooks.stop();
  t.same(clock.waiting, []);
  clock.jump(PAUSES[0] ?? 0);
  t.equal(to.got.length, 1);
});
