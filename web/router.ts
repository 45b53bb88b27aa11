/** The addresses of the pages. A page's state that is worth a link stands here; it never holds a secret. */

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'folder'; readonly name: string }
  | { readonly page: 'runbook'; readonly digest: string }
  | { readonly page: 'start'; readonly digest: string }
  | { readonly page: 'room'; readonly run: string; readonly step: string | null }
  | { readonly page: 'check' | 'hold' | 'close' | 'log' | 'record'; readonly run: string }
  | { readonly page: 'verify' }
  | { readonly page: 'lost'; readonly path: string };

const RUN_PAGES = ['check', 'hold', 'close', 'log', 'record'] as const;

function runRoute(run: string, page: string | undefined, id: string | undefined): Route | undefined {
  if (page === undefined) return { page: 'room', run, step: null };
  if (page === 'steps' && id !== undefined) return { page: 'room', run, step: id };
  const found = RUN_PAGES.find((one) => one === page);
  return found && id === undefined ? { page: found, run } : undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Returns the route of a path; a path that is none of ours is `lost`. */
export function routeOf(path: string): Route {
  const [kind, name, more, id, ...rest] = path.split('/').filter(Boolean).map(decoded);
  const lost: Route = { page: 'lost', path };
  if (rest.length > 0) return lost;
  if (kind === undefined || (kind === 'sign-in' && name === undefined)) return { page: 'home' };
  if (kind === 'verify' && name === undefined) return { page: 'verify' };
  if (name === undefined) return lost;
  if (kind === 'runs') return runRoute(name, more, id) ?? lost;
  if (kind === 'folders' && more === undefined) return { page: 'folder', name };
  if (kind === 'runbooks')
    return more === undefined
      ? { page: 'runbook', digest: name }
      : more === 'start'
        ? { page: 'start', digest: name }
        : lost;
  return lost;
}

const at = (...parts: readonly string[]): string => `/${parts.map((part) => encodeURIComponent(part)).join('/')}`;

export const paths = {
  home: '/',
  verify: '/verify',
  folder: (name: string) => at('folders', name),
  runbook: (digest: string) => at('runbooks', digest),
  start: (digest: string) => at('runbooks', digest, 'start'),
  room: (run: string) => at('runs', run),
  step: (run: string, step: string) => at('runs', run, 'steps', step),
  of: (page: (typeof RUN_PAGES)[number], run: string) => at('runs', run, page),
} as const;
