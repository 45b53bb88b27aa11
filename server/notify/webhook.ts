/** One message to one address as a Standard Webhook 1.0: signed, tried again with growing pauses, given up at last. Nothing waits for it. */
import { createHmac } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Ports } from '../ports/ports.ts';

export interface Message {
  /** The same in every try, so that a receiver can drop what it has. */
  readonly id: string;
  /** The exact JSON text. */
  readonly payload: string;
}

export interface Webhooks {
  /** Sends to the address that this environment variable names; without one nothing is sent. */
  send(env: string, message: Message): void;
  stop(): void;
}

export interface WebhookDeps {
  readonly ports: Pick<Ports, 'now' | 'later'>;
  readonly logger: FastifyBaseLogger;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const PAUSES = [5_000, 30_000, 300_000, 1_800_000, 7_200_000];
const TIMEOUT = 10_000;
/** Messages under way at a time; beyond it an address that hangs must not fill the memory. */
const MOST = 1000;
const SECRET = /^(?:whsec_)?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
const SECRET_BYTES = 24;

/** Returns the key of a `whsec_` secret; undefined where it is none, or shorter than the standard allows. */
export function secretKey(secret: string): Uint8Array | undefined {
  const text = SECRET.exec(secret)?.[1];
  const key = text === undefined ? undefined : Buffer.from(text, 'base64');
  return key && key.length >= SECRET_BYTES ? key : undefined;
}

/** The value of `webhook-signature`: HMAC-SHA256 over id, timestamp in seconds and payload. */
export function signatureOf(key: Uint8Array, { id, payload }: Message, timestamp: number): string {
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64');
  return `v1,${mac}`;
}

export function openWebhooks({ ports, logger, env }: WebhookDeps): Webhooks {
  const stopping = new AbortController();
  const pauses = new Set<() => void>();
  let underWay = 0;

  const headers = (message: Message, key: Uint8Array | null) => {
    const timestamp = Math.floor(ports.now() / 1000);
    return {
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': String(timestamp),
      ...(key ? { 'webhook-signature': signatureOf(key, message, timestamp) } : {}),
    };
  };

  /** Null where it arrived, else why it did not; `final` where trying again is no use. */
  const post = async (url: string, message: Message, key: Uint8Array | null) => {
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT), stopping.signal]);
      const init = { method: 'POST', headers: headers(message, key), body: message.payload, signal };
      const response = await fetch(url, { ...init, redirect: 'manual' });
      await response.body?.cancel();
      return response.ok ? null : { why: `status ${response.status}`, final: response.status === 410 };
    } catch (error) {
      return { why: error instanceof Error ? error.name : 'no answer', final: stopping.signal.aborted };
    }
  };

  const pause = (ms: number) =>
    new Promise<void>((done) => {
      const cancel = ports.later(ms, () => {
        pauses.delete(cancel);
        done();
      });
      pauses.add(cancel);
    });

  /** The address may hold a secret, so the log names its variable only. */
  const deliver = async (name: string, url: string, message: Message, key: Uint8Array | null) => {
    for (const wait of [...PAUSES, null]) {
      const failed = await post(url, message, key);
      if (!failed) return;
      logger.warn({ webhook: name, id: message.id, why: failed.why }, 'a webhook was not taken');
      if (failed.final || wait === null) break;
      await pause(wait);
    }
    logger.error({ webhook: name, id: message.id }, 'a webhook was given up');
  };

  return {
    send: (name, message) => {
      const url = env[name];
      if (url === undefined || url === '')
        return logger.warn({ webhook: name, id: message.id }, 'a webhook has no address');
      const secret = env[`${name}_SECRET`];
      const key = secret === undefined || secret === '' ? null : secretKey(secret);
      if (key === undefined)
        return logger.error({ webhook: name, id: message.id }, 'a webhook’s secret is not 24 bytes or more in base64');
      if (underWay >= MOST) return logger.error({ webhook: name, id: message.id }, 'too many webhooks are under way');
      underWay += 1;
      void deliver(name, url, message, key).finally(() => {
        underWay -= 1;
      });
    },
    stop: () => {
      stopping.abort();
      for (const cancel of pauses) cancel();
      pauses.clear();
    },
  };
}
