/** Tells the world outside what a runbook asks to be told. It follows what is durable already, and nothing waits for it. */

import type { Ports } from '../ports/ports.ts';
import type { Committed, Engine } from '../runner/engine.ts';
import type { Store } from '../store/store.ts';
import { openAlarms } from './alarms.ts';
import { type Event, eventOf, messageOf } from './event.ts';
import { openWebhooks, type WebhookDeps } from './webhook.ts';

export interface Notify {
  committed(committed: Committed): void;
  /** Alarms of holds and undo windows run again after a restart. */
  resume(): void;
  stop(): void;
}

export interface NotifyDeps extends WebhookDeps {
  readonly engine: Engine;
  readonly store: Store;
  readonly ports: Ports;
}

export function openNotify(deps: NotifyDeps): Notify {
  const { engine, store } = deps;
  const webhooks = openWebhooks(deps);
  const tell = (event: Event) => {
    for (const { webhook, on } of event.runbook.notify)
      if (on.includes(event.type)) webhooks.send(webhook.env, messageOf(event, engine.site));
  };
  const alarms = openAlarms({ ...deps, tell });
  return {
    committed: (committed) => {
      for (const sealed of committed.entries) {
        const event = eventOf(sealed, committed, engine, store);
        if (event) tell(event);
      }
      alarms.committed(committed);
    },
    resume: alarms.resume,
    stop: () => {
      alarms.stop();
      webhooks.stop();
    },
  };
}
