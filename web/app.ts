/** The application: who I am, where I am, what time it is, which room is open. Everything is reached through this object; nothing is global. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { HeldThing, Me, SiteHoldSummary } from '../core/protocol/frames.ts';
import { type Answer, type Api, createApi, type Problem } from './api.ts';
import type { Deps } from './deps.ts';
import { keepingReceipts } from './keys/receipts.ts';
import { NO_SIGNER, type Signer, signerOf } from './keys/signer.ts';
import type { LogTrust } from './keys/trees.ts';
import { canVerify, webVerify } from './keys/verify.ts';
import { openRoom, type Room } from './room/state.ts';
import { type Route, routeOf } from './router.ts';

export type Session =
  | { readonly kind: 'loading' }
  | { readonly kind: 'out'; readonly problem: Problem | null }
  | { readonly kind: 'in'; readonly me: Me };

/** What the page is about where that is no run: its mode, and what a hold would be called on. */
export interface Subject {
  readonly title: string;
  readonly mode: 'live' | 'rehearsal' | null;
  readonly thing: HeldThing | null;
  readonly holds: readonly SiteHoldSummary[];
  /** Asks the server again, after a hold. */
  readonly reload: () => Promise<void>;
}

export interface App {
  readonly deps: Deps;
  readonly api: Api;
  readonly session: ReadonlySignal<Session>;
  readonly me: ReadonlySignal<Me | null>;
  readonly route: ReadonlySignal<Route>;
  /** The server's time as far as it is known, ticking twice a second. */
  readonly clock: ReadonlySignal<number>;
  readonly room: ReadonlySignal<Room | null>;
  readonly trust: ReadonlySignal<LogTrust | null>;
  /** Set by the page of a plan or a runbook while it is open. */
  readonly subject: Signal<Subject | null>;
  readonly go: (path: string) => void;
  readonly sync: (serverNow: number) => void;
  /** Asks again who I am; after signing in, out or enrolling. */
  readonly refresh: () => Promise<void>;
  readonly fail: (found: Problem) => void;
  /** Why this browser cannot sign for me; null when it can. */
  readonly unsignable: () => Problem | null;
  /** Signs with my key at hand; a person who changes their mind at the authenticator is a problem in words. */
  readonly signer: (act: string, text: string) => Promise<Answer<string>>;
}

export function createApp(deps: Deps): App {
  const api = keepingReceipts(createApi(deps.fetch), deps.storage, () => me.value?.origin);
  const session = signal<Session>({ kind: 'loading' });
  const me = computed(() => (session.value.kind === 'in' ? session.value.me : null));
  const here = () => routeOf(deps.window.location.pathname, deps.window.location.search);
  const route = signal(here());
  const subject = signal<Subject | null>(null);
  const skew = signal(0);
  const ticked = signal(deps.now());
  const clock = computed(() => ticked.value + skew.value);
  const signer = signal<Signer>(NO_SIGNER);
  const verifies = signal(false);
  const room = signal<Room | null>(null);

  const trust = computed<LogTrust | null>(() =>
    me.value && verifies.value
      ? { origin: me.value.origin, logKey: me.value.log_key, verify: webVerify(deps.crypto) }
      : null,
  );
  const sync = (serverNow: number) => {
    skew.value = serverNow - deps.now();
  };
  async function refresh(): Promise<void> {
    const [got, able] = await Promise.all([api.get<Me>('/api/me'), canVerify(deps.crypto)]);
    verifies.value = able;
    if (!got.ok) {
      session.value = { kind: 'out', problem: got.problem.code === 'XCK_SIGNED_OUT' ? null : got.problem };
      return;
    }
    signer.value = await signerOf(deps, got.value);
    sync(got.value.now);
    session.value = { kind: 'in', me: got.value };
  }
  deps.every(500, () => {
    ticked.value = deps.now();
  });
  deps.window.addEventListener('popstate', () => {
    route.value = here();
  });

  const wanted = computed(() => ('run' in route.value ? route.value.run : null));
  const app: App = {
    deps,
    api,
    session,
    me,
    route,
    clock,
    room,
    trust,
    subject,
    go(path) {
      deps.window.history.pushState(null, '', path);
      route.value = here();
    },
    sync,
    refresh,
    fail: (found) => {
      session.value = { kind: 'out', problem: found };
    },
    unsignable: () => signer.value.problem,
    signer: (act, text) => signer.value.sign(act, text),
  };
  effect(() => {
    const run = me.value ? wanted.value : null;
    const before = room.peek();
    if (before?.run === run) return;
    before?.close();
    room.value = run === null ? null : openRoom(app, run, trust.peek());
  });
  return app;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new TypeError('no app around this component');
  return app;
}
