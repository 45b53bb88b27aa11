/** The agents' socket before anybody is known there: whatever comes over it, the server lives on and answers nothing. */
import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { readFrame } from '../../../server/agent/calls.ts';
import { serve, testSite } from '../../helpers/server.ts';

/** What is JSON and no frame, and what is no JSON. */
const NONE = [
  '',
  '{',
  'null',
  '7',
  '[]',
  '"call"',
  '{"kind":"call"}',
  '{"kind":"call","id":"1","method":"hello"}',
  '{"kind":"call","id":1,"method":{"toString":1}}',
  '{"kind":"call","id":1,"method":null}',
  '{"kind":"answer","id":{}}',
  '{"kind":"greeting","challenge":1}',
  '{"kind":"other","id":1}',
];

t.test('what is no frame is not heard', async (t) => {
  for (const text of NONE) t.equal(readFrame(text), undefined, text);
  t.match(readFrame('{"kind":"call","id":1,"method":"hello","params":null}'), { kind: 'call', method: 'hello' });
  t.match(readFrame('{"kind":"answer","id":1}'), { kind: 'answer' });
  t.match(readFrame('{"kind":"greeting","challenge":"AAAA"}'), { kind: 'greeting' });
});

t.test('a stranger cannot end the server', async (t) => {
  const site = await testSite();
  const server = await serve(site);
  t.teardown(async () => {
    await server.close();
    site.remove();
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/agent`);
  const answers: string[] = [];
  socket.on('message', (data) => void answers.push(String(data)));
  await once(socket, 'message');
  for (const text of NONE) socket.send(text);
  socket.send('{"kind":"call","id":2,"method":"hello","params":null}');
  await once(socket, 'message');
  socket.close();
  t.match(
    answers.map((text) => JSON.parse(text)),
    [{ kind: 'greeting' }, { kind: 'answer', id: 2, refusal: { code: 'XCK_UNEXPECTED' } }],
  );
  t.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200);
});
