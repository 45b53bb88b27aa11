/** One server, one session: names under .localhost are this machine, refusals keep their code, silence is a sentence. */

import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { EXIT } from '../../../server/cli/exits.ts';
import { openApi, serverOf } from '../../../server/cli/http.ts';
import { stopping } from './stopping.ts';

interface Asked {
  readonly host: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A server that answers with `status` and `body`, and what it was asked. */
async function answering(t: import('tap').Test, status: number, body: string) {
  const asked: Asked[] = [];
  const read = async (request: IncomingMessage) => {
    let text = '';
    for await (const part of request) text += String(part);
    return text;
  };
  const server = createServer(async (request, response) => {
    const { host, authorization } = request.headers;
    asked.push({ host, authorization, body: await read(request) });
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { asked, port: (server.address() as AddressInfo).port };
}

t.test('host, session and body arrive', async (t) => {
  const { asked, port } = await answering(t, 200, '{"a":1}');
  const api = openApi(serverOf(`http://lead.localhost:${port}/#t=1`), 'ff');
  t.strictSame(await api.get('/api/me'), { a: 1 });
  t.strictSame(await api.post('/api/commands', { b: 2 }), { a: 1 });
  t.match(asked[0], { host: `lead.localhost:${port}`, authorization: 'Bearer ff', body: '' });
  t.match(asked[1], { body: '{"b":2}' });
  await openApi(`http://127.0.0.1:${port}`, null).get('/');
  t.equal(asked[2]?.authorization, undefined, 'without a session none is sent');
});

t.test('a refusal keeps its sentence, hint and code', async (t) => {
  const body = JSON.stringify({ title: 'Held.', hint: 'Lift it.', code: 'XCK_HELD', status: 423, type: 'about:blank' });
  const { port } = await answering(t, 423, body);
  const wanted = stopping(EXIT.held, { code: 'XCK_HELD', message: 'Held.', hint: /Lift it/ });
  await t.rejects(openApi(`http://127.0.0.1:${port}`, null).get('/'), wanted);
});

t.test('an answer without reasons, and no answer', async (t) => {
  const { port } = await answering(t, 502, '<html>');
  await t.rejects(openApi(`http://127.0.0.1:${port}`, null).get('/'), stopping(EXIT.failed, { message: /502/ }));
  await t.rejects(openApi('http://127.0.0.1:9', null).get('/'), stopping(EXIT.failed, { message: /does not answer/ }));
});

t.test('a file is there once all of it is', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'x.tar');
  const { port } = await answering(t, 200, 'all of it');
  await openApi(`http://127.0.0.1:${port}`, null).save('/', file);
  t.equal(readFileSync(file, 'utf8'), 'all of it');
  const refusing = await answering(t, 403, JSON.stringify({ title: 'No.', hint: 'Ask.', code: 'XCK_AUDITOR' }));
  const other = join(folder, 'y.tar');
  await t.rejects(openApi(`http://127.0.0.1:${refusing.port}`, null).save('/', other), stopping(EXIT.denied));
  const half = createServer((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.destroy());
  });
  await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve));
  t.teardown(() => half.close());
  const broken = openApi(`http://127.0.0.1:${(half.address() as AddressInfo).port}`, null).save('/', other);
  await t.rejects(broken, stopping(EXIT.failed, { message: /y\.tar was not written/ }));
  t.same(readdirSync(folder), ['x.tar'], 'and nothing else is');
});

t.test('a server that dies over a word is not said to have refused it', async (t) => {
  const server = createServer((request) => request.socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const api = openApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, null);
  const broke = { message: /broke off before it answered/, hint: /look with crosscheck run status/ };
  await t.rejects(api.post('/api/commands', {}), stopping(EXIT.failed, broke));
  await t.rejects(api.get('/api/me'), stopping(EXIT.failed, { message: /does not answer/ }));
});

t.test('what is no address is a usage error', async (t) => {
  t.equal(serverOf('https://x.example/room/1?a#b'), 'https://x.example');
  for (const address of ['x.example', 'ftp://x', '', 'file:///etc'])
    t.throws(() => serverOf(address), stopping(EXIT.usage), address);
});
