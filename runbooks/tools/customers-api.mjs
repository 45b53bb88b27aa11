#!/usr/bin/env node
/** A small API on the customer database: what a release must not break. It reads, on loopback only, and never writes. */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';

const plain = (status, text) => ({ status, type: 'text/plain; charset=utf-8', body: `${text}\n` });
const json = (value) => ({ status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` });

/** Statements are prepared anew for each request, since columns come and go while this runs. */
function answer(db, method, path) {
  if (method !== 'GET') return plain(405, 'only GET');
  const maintenance = db.prepare('select maintenance from service').pluck().get() === 1;
  if (maintenance) return plain(503, 'maintenance');
  if (path === '/healthz') return plain(200, 'ok');
  const id = /^\/customers\/(\d{1,15})$/.exec(path)?.[1];
  const row = id === undefined ? undefined : db.prepare('select * from customers where id = ?').get(Number(id));
  return row ? json(row) : plain(404, 'not found');
}

/** A database that cannot be read is not maintenance, so it must not look like it. */
function safely(db, request) {
  try {
    return answer(db, request.method, new URL(request.url, 'http://api').pathname);
  } catch (error) {
    process.stderr.write(`customers-api: ${error.message}\n`);
    return plain(500, 'cannot answer');
  }
}

function main() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, database: { type: 'string' }, embedded: { type: 'boolean' } },
  });
  const port = Number(values.port ?? process.env.PORT);
  const path = values.database ?? process.env.DATABASE;
  if (!path || !Number.isInteger(port))
    throw new Error('usage: customers-api --port N --database FILE (or PORT and DATABASE in the environment)');
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 2000 });
  // A probe that asks seconds later must not find a connection that has just timed out.
  const server = createServer((request, response) => {
    const { status, type, body } = safely(db, request);
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' }).end(body);
  });
  server.on('error', failed);
  server.listen(port, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
  const end = () => {
    server.close(() => db.close()).closeAllConnections();
    process.stdin.destroy();
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, end);
  // Whoever started it holds the other end of its input; a killed server must not leave its port taken.
  if (values.embedded) process.stdin.once('end', end).resume();
}

function failed(error) {
  process.stderr.write(`customers-api: ${error.message}\n`);
  process.exitCode = 1;
}

try {
  main();
} catch (error) {
  failed(error);
}
