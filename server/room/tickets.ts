/** One-use tickets that open a room's socket: 30 s, never in a URL, bound to the session that asked. */
import { hex } from '../../core/bytes/encoding.ts';
import type { Ports } from '../ports/ports.ts';

const LIFETIME = 30_000;

export interface Ticket {
  readonly person: string;
  readonly session: string;
}

export interface Tickets {
  issue(ticket: Ticket): string;
  /** Returns whom the ticket stands for; a second time, or too late, nobody. */
  take(secret: string): Ticket | undefined;
}

export function openTickets(ports: Ports): Tickets {
  const issued = new Map<string, Ticket & { expires: number }>();
  return {
    issue: (ticket) => {
      for (const [secret, { expires }] of issued) if (expires < ports.now()) issued.delete(secret);
      const secret = hex(ports.random(32));
      issued.set(secret, { ...ticket, expires: ports.now() + LIFETIME });
      return secret;
    },
    take: (secret) => {
      const found = issued.get(secret);
      issued.delete(secret);
      return found && found.expires >= ports.now() ? found : undefined;
    },
  };
}
