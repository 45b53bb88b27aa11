/** What the pages need of the browser, given from outside; nothing else in web may reach for a global of its own. */

export interface Deps {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Opens the room's socket on this page's own origin. */
  readonly openSocket: (path: string, protocol: string) => WebSocket;
  /** Milliseconds since 1970 by this machine's clock. */
  readonly now: () => number;
  /** Both return what stops them. */
  readonly every: (ms: number, run: () => void) => () => void;
  readonly later: (ms: number, run: () => void) => () => void;
  readonly storage: Storage;
  readonly indexedDB: IDBFactory;
  readonly crypto: Crypto;
  readonly window: Window;
}

/** The browser's own. */
export function browserDeps(window: Window & typeof globalThis): Deps {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  return {
    fetch: (path, init) => window.fetch(path, init),
    openSocket: (path, protocol) => new window.WebSocket(`${scheme}://${window.location.host}${path}`, protocol),
    now: () => window.Date.now(),
    every: (ms, run) => {
      const id = window.setInterval(run, ms);
      return () => window.clearInterval(id);
    },
    later: (ms, run) => {
      const id = window.setTimeout(run, ms);
      return () => window.clearTimeout(id);
    },
    storage: window.localStorage,
    indexedDB: window.indexedDB,
    crypto: window.crypto,
    window,
  };
}
