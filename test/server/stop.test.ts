/** A server that is told to stop: it answers who is being answered, and waits for nobody who only holds a line open. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { GRACE } from '../../server/drain.ts';
import { realPorts } from '../../server/ports/real.ts';
import { ManualClock } from '../helpers/clock.ts';
import { serve, testSite, until } from '../helpers/server.ts';

async function place(t: Test) {
  const site = await testSite();
  const clock = new ManualClock(Date.now());
  const running = await serve(site, { ...realPorts(), now: clock.now, later: clock.later });
  t.teardown(async () => {
    await running.close();
    site.remove();
  });
  /** A line of its own, and all that comes over it until it ends. */
  const line = async () => {
    const socket: Socket = connect(site.port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
    });
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    return { socket, heard: () => heard, ended: new Promise((done) => socket.once('close', done)) };
  };
  /** A request whose last byte is yet to come: the server is at it. */
  const asking = async () => {
    const asked = await line();
    asked.socket.write(`POST /api/session/challenge HTTP/1.1\r\nHost: ${site.host}\r\n`);
    asked.socket.write('Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{');
    await until(() => asked.heard().startsWith('HTTP/1.1 100'), 'the word to go on');
    return asked;
  };
  return { clock, running, site, line, asking };
}

const upgrade = (path: string, host: string) =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;

t.test('whoever says nothing, or half a request line, is not waited for', async (t) => {
  const { running, line } = await place(t);
  const quiet = await line();
  const half = await line();
  half.socket.write('GET /api/agent HT');
  await running.close();
  await Promise.all([quiet.ended, half.ended]);
  t.equal(quiet.heard() + half.heard(), '', 'and told nothing');
});

t.test('a request under way gets its answer, and who comes meanwhile is turned away', async (t) => {
  const { running, site, line, asking } = await place(t);
  const asked = await asking();
  const [agent, person, late] = [await line(), await line(), await line()];
  const closed = running.close();
  agent.socket.write(upgrade('/api/agent', site.host));
  person.socket.write(upgrade('/api/room', site.host));
  late.socket.write(`GET /api/site HTTP/1.1\r\nHost: ${site.host}\r\n\r\n`);
  await Promise.all([agent.ended, person.ended, late.ended]);
  for (const one of [agent, person, late]) t.match(one.heard(), /^HTTP\/1\.1 503 /);
  asked.socket.write('}');
  await closed;
  await asked.ended;
  t.match(asked.heard(), /HTTP\/1\.1 200 OK[\s\S]*"challenge":/, 'the answer is whole');
});

t.test('a socket that does not say goodbye is waited for as long as the grace', async (t) => {
  const { running, site, line } = await place(t);
  const mute = await line();
  mute.socket.write(upgrade('/api/agent', site.host));
  await until(() => mute.heard().includes('101 Switching Protocols'), 'the upgrade');
  const began = performance.now();
  await running.close();
  await mute.ended;
  t.ok(performance.now() - began < 4 * GRACE, 'and no longer');
});

t.test('a request that does not end is waited for as long as the grace, and no longer', async (t) => {
  const { clock, running, asking } = await place(t);
  const asked = await asking();
  let stopped = false;
  const closed = running.close().then(() => {
    stopped = true;
  });
  await until(() => clock.waiting.includes(GRACE), 'the wait for it');
  clock.jump(GRACE - 1);
  await new Promise(setImmediate);
  t.equal(stopped, false, 'not yet');
  clock.jump(1);
  await closed;
  await asked.ended;
  t.same(clock.waiting, [], 'and nothing waits any more');
});
