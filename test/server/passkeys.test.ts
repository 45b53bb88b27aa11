/** Passkeys and security keys at a real server: what is enrolled, who is signed in, and every near miss refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { fromBase64, fromHex, hex } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import type { Me } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import { readConfig } from '../../server/config.ts';
import { realPorts } from '../../server/ports/real.ts';
import { startServer } from '../../server/start.ts';
import {
  type Asked,
  asserted,
  type HeldKey,
  heldKey,
  passkey,
  plainly,
  touched,
  UP,
  UV,
} from '../helpers/authenticator.ts';
import { Person, sshsig, type TestKey, testKey } from '../helpers/person.ts';
import { at, freePort, serve, testLog, testSite } from '../helpers/server.ts';

/** A key that signs as `armored` says, which need not be as its kind should. */
const keyOf = (held: HeldKey, armored: NonNullable<TestKey['armored']>): TestKey => ({
  line: held.key.line,
  privateKey: held.privateKey,
  armored,
});
const byPage = (held: HeldKey, origin: string, asked: Asked = {}): TestKey =>
  keyOf(held, (namespace, message) => asserted(held, namespace, message, origin, asked));

/** The solo demo in this process, without an agent. */
async function demo(t: Test) {
  const [data, port] = [mkdtempSync(join(tmpdir(), 'crosscheck-')), await freePort()];
  const flags = { port: String(port), data, runbooks: data, agent: 'none' };
  const running = await startServer(readConfig(flags, {}, data), realPorts(), testLog(), data);
  t.teardown(async () => {
    await running.close();
    rmSync(data, { recursive: true, force: true });
  });
  return running;
}

/** Somebody of the demo by their link, before they have a key. */
async function arrive(running: Awaited<ReturnType<typeof demo>>, index: number) {
  const url = new URL(running.links[index]?.url ?? '');
  const given = new URLSearchParams(url.hash.slice(1));
  const enter = async (key: TestKey): Promise<Person> => {
    const person = new Person(running.port, url.host, key);
    person.session = session;
    person.me = await person.must<Me>('GET', '/api/me');
    return person;
  };
  const { session } = await new Person(running.port, url.host, testKey()).must<{ session: string }>(
    'POST',
    '/api/session/link',
    { token: given.get('t') },
  );
  return { enter, origin: url.origin, host: url.hostname, token: fromHex(given.get('e') ?? '') ?? new Uint8Array() };
}

async function enrol(person: Person, kind: string, token: Uint8Array) {
  const { origin, genesis } = person.me;
  const content = { key: person.key.line, kind, token: digest(token) };
  const lines = actLines('enrol', { origin, run: null, mode: null, about: genesis, content }, await person.signing());
  const answer = await person.send({ type: 'enrol', token: hex(token), ...person.sign('enrol', lines as never) });
  return answer.ok ? 'enrolled' : `${answer.problem.code} ${answer.problem.title}`;
}

t.test('a page enrols a passkey of its own host, or a key of the browser, and nothing else', async (t) => {
  const running = await demo(t);
  const { enter, origin, host, token } = await arrive(running, 1);
  const mine = passkey(host);
  const other = passkey('localhost');
  const page = heldKey('ecdsa-sha2-nistp256', '');
  const ssh = testKey();
  const sk = heldKey('sk-ssh-ed25519@openssh.com', 'ssh:');
  const plain = (held: HeldKey) => keyOf(held, (namespace, message) => plainly(held, namespace, message));
  const touch = (held: HeldKey) =>
    keyOf(held, (namespace, message) => touched(held, namespace, message, { flags: UP | UV }));
  const refused: readonly (readonly [string, TestKey, string, RegExp])[] = [
    ['a kind of terminals', ssh, 'ssh', /XCK_ROSTER/],
    ['a security key', touch(sk), 'sk-ssh', /XCK_ROSTER/],
    ['no kind', byPage(mine, origin), 'Passkey', /XCK_SIGNATURE .* not one of the signer/],
    ['an SSH key as a browser’s', ssh, 'browser', /not of the kind that the roster says/],
    ['a passkey as a browser’s', byPage(mine, origin), 'browser', /not of the kind that the roster says/],
    ['a browser’s as a passkey', plain(page), 'passkey', /not of the kind that the roster says/],
    ['an Ed25519 security key as a passkey', touch(sk), 'passkey', /not of the kind that the roster says/],
    ['a touch without a page', touch(mine), 'passkey', /not of the kind that the key makes/],
    ['a passkey of another host', byPage(other, origin), 'passkey', /not of the page that asked/],
    ['a passkey of no page of ours', byPage(other, 'http://localhost:1'), 'passkey', /made for another page/],
    ['nobody verified', byPage(mine, origin, { flags: UP }), 'passkey', /did not verify who touched it/],
  ];
  for (const [what, key, kind, why] of refused) t.match(await enrol(await enter(key), kind, token), why, what);
  t.same((await enter(ssh)).me.keys, [], 'none of them was enrolled');

  const me = await enter(byPage(mine, origin));
  t.equal(await enrol(me, 'passkey', token), 'enrolled');
  t.same((await enter(me.key)).me.keys, [{ key: mine.key.line, kind: 'passkey' }]);
  t.match(await enrol(me, 'passkey', token), /XCK_TOKEN/, 'a token enrols once');
  const found = (person: string) => me.call<{ keys: string[] }>('GET', `/api/session/passkeys/${person}`);
  t.match(await found(me.me.person), { ok: true, value: { keys: [mine.key.line] } });
  t.same(await found('p-0000000000000000'), { ok: true, value: { keys: [] } });
  t.match(await found('everybody'), { ok: false, problem: { status: 400 } });
});

t.test('a passkey signs in as its person, over 32 bytes and on its own page', async (t) => {
  const running = await demo(t);
  const { enter, origin, host, token } = await arrive(running, 1);
  const second = await arrive(running, 2);
  const [mine, theirs] = [passkey(host), passkey(second.host)];
  const me = await enter(byPage(mine, origin));
  t.equal(await enrol(me, 'passkey', token), 'enrolled');
  t.equal(await enrol(await second.enter(byPage(theirs, second.origin)), 'passkey', second.token), 'enrolled');
  const log = running.engine.site.origin;

  const signIn = async (key: TestKey, act = 'sign-in', line = key.line): Promise<string> => {
    const { challenge } = await me.must<{ challenge: string }>('POST', '/api/session/challenge');
    const signature = sshsig(key, act, log, fromBase64(challenge) ?? new Uint8Array());
    const answer = await me.call<{ person: string }>('POST', '/api/session/key', { challenge, key: line, signature });
    return answer.ok ? answer.value.person : answer.problem.title;
  };
  t.equal(await signIn(byPage(mine, origin)), me.me.person);
  t.not(await signIn(byPage(theirs, second.origin)), me.me.person, 'the second person is not the first');
  t.match(await signIn(byPage(mine, origin), 'confirm'), /another purpose/);
  t.match(await signIn(byPage(theirs, second.origin), 'sign-in', mine.key.line), /by another key/);
  t.match(await signIn(byPage(passkey(host), origin)), /roster does not have this key/);
  t.match(await signIn(byPage(mine, second.origin)), /not of the page that asked/, 'a page of the second person');
  t.match(await signIn(byPage(mine, origin, { flags: UP })), /did not verify who/);
  t.match(await signIn(byPage(mine, origin, { challenge: 'AAAA' })), /asked for something else/);
  const plain = keyOf(mine, (namespace, message) => touched(mine, namespace, message, { flags: UP | UV }));
  t.match(await signIn(plain), /not of the kind that the key makes/);
});

t.test('a pasted security key is one in the roster, and signs in by touch alone', async (t) => {
  const site = await testSite();
  const sk = heldKey('sk-ecdsa-sha2-nistp256@openssh.com', 'ssh:');
  const people = readFileSync(site.people, 'utf8').replace(site.keys.reviewer.line, sk.key.line);
  writeFileSync(site.people, people);
  const running = await serve(site, realPorts(), undefined, { CROSSCHECK_AGENT: 'none' });
  t.teardown(async () => {
    await running.close();
    site.remove();
  });
  const signIn = async (flags: number): Promise<Person> => {
    const key = keyOf(sk, (namespace, message) => touched(sk, namespace, message, { flags }));
    const person = new Person(running.port, site.host, key);
    await person.signIn(at(running).origin);
    return person;
  };
  t.same((await signIn(UP)).me.keys, [{ key: sk.key.line, kind: 'sk-ssh' }]);
  t.same((await signIn(UP | UV)).me.keys, [{ key: sk.key.line, kind: 'sk-ssh' }]);
  await t.rejects(signIn(UV), /nobody touched/);
});

t.test('an ECDSA key without a security key is not pasted', async (t) => {
  const site = await testSite();
  t.teardown(() => site.remove());
  const line = heldKey('ecdsa-sha2-nistp256', '').key.line;
  writeFileSync(site.people, readFileSync(site.people, 'utf8').replace(site.keys.reviewer.line, line));
  await t.rejects(serve(site), /people\[1\] Jonas: .*ECDSA is taken of security keys and pages alone/);
});
