/** A receiver of webhooks on loopback that keeps what it gets and answers as it is told. For tests. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

export interface Got {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Receiver {
  readonly port: number;
  readonly got: readonly Got[];
  /** The status of each answer from now on; the last one stays. */
  answer(...statuses: number[]): void;
}

interface Scope {
  teardown(then: () => unknown): void;
}

export async function receiver(t: Scope): Promise<Receiver> {
  const got: Got[] = [];
  let statuses = [204];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const [status = 204, ...rest] = statuses;
      if (rest.length > 0) statuses = rest;
      got.push({ path: request.url ?? '', headers: request.headers as Got['headers'], body });
      response.writeHead(status, { location: '/elsewhere' }).end('a word of the receiver');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  const { port } = server.address() as { port: number };
  return {
    port,
    got,
    answer: (...next) => {
      statuses = next;
    },
  };
}

/** What Standard Webhooks 1.0 asks the signature header of a message to be; `secret` is the base64 behind `whsec_`. */
export function expected(secret: string, { headers, body }: Got): string {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', Buffer.from(secret, 'base64')).update(signed).digest('base64')}`;
}
