/** Things to do at an instant of the server's clock, by name. One that comes too early waits again; each is done once or called off. */
import type { Ports } from '../ports/ports.ts';

export interface Deadlines {
  /** Does `then` at an instant (ms), at once where it has passed; takes the place of what had this name. */
  set(name: string, at: number, then: () => void): void;
  clear(name: string): void;
  /** Calls off everything whose name begins so. */
  clearAll(prefix: string): void;
}

export function openDeadlines({ now, later }: Pick<Ports, 'now' | 'later'>): Deadlines {
  const cancels = new Map<string, () => void>();
  const clear = (name: string) => {
    cancels.get(name)?.();
    cancels.delete(name);
  };
  const wait = (name: string, at: number, then: () => void): void => {
    const fire = () => {
      // Timers and the clock are not one: a timer may be early by the clock that entries are stamped with.
      if (now() < at) return wait(name, at, then);
      cancels.delete(name);
      then();
    };
    cancels.set(name, later(Math.max(0, at - now()), fire));
  };
  return {
    set: (name, at, then) => {
      clear(name);
      wait(name, at, then);
    },
    clear,
    clearAll: (prefix) => {
      for (const name of [...cancels.keys()]) if (name.startsWith(prefix)) clear(name);
    },
  };
}
