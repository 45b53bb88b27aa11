/** The addresses of the pages. A page's state that is worth a link stands here; it never holds a secret. */

export const RUN_PAGES = [
  'brief',
  'briefing',
  'check',
  'hold',
  'decide',
  'deviate',
  'resolve',
  'lead',
  'windows',
  'close',
  'log',
  'record',
  'postmortem',
] as const;
export type RunPage = (typeof RUN_PAGES)[number];
export const RUNBOOK_VIEWS = ['read', 'yaml', 'chart', 'lint', 'diff', 'files'] as const;
export type RunbookView = (typeof RUNBOOK_VIEWS)[number];

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'folder'; readonly name: string }
  | { readonly page: 'runbook'; readonly digest: string; readonly view: RunbookView }
  /** `plan` is null for a new one; `from` is the plan that it is written after, `follows` the run that it would follow. */
  | {
      readonly page: 'plan';
      readonly plan: string | null;
      readonly runbook: string | null;
      readonly from: string | null;
      readonly follows: string | null;
    }
  | { readonly page: 'siteHold'; readonly seq: number }
  | { readonly page: 'clocks' }
  | { readonly page: 'people' }
  | { readonly page: 'room'; readonly run: string; readonly step: string | null }
  | { readonly page: RunPage; readonly run: string }
  | { readonly page: 'verify' }
  | { readonly page: 'lost'; readonly path: string };

function runRoute(run: string, page: string | undefined, id: string | undefined): Route | undefined {
  if (page === undefined) return { page: 'room', run, step: null };
  if (page === 'steps' && id !== undefined) return { page: 'room', run, step: id };
  const found = RUN_PAGES.find((one) => one === page);
  return found && id === undefined ? { page: found, run } : undefined;
}

function runbookRoute(digest: string, view: string | undefined): Route | undefined {
  const found = RUNBOOK_VIEWS.find((one) => one === (view ?? 'read'));
  return found ? { page: 'runbook', digest, view: found } : undefined;
}

const planRoute = (name: string, query: URLSearchParams): Route => ({
  page: 'plan',
  plan: name === 'new' ? null : name,
  runbook: query.get('runbook'),
  from: query.get('from'),
  follows: query.get('follows'),
});

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Returns the route of an address; one that is none of ours is `lost`. */
export function routeOf(path: string, search = ''): Route {
  const [kind, name, more, id, ...rest] = path.split('/').filter(Boolean).map(decoded);
  const lost: Route = { page: 'lost', path };
  if (rest.length > 0) return lost;
  if (kind === undefined || (kind === 'sign-in' && name === undefined)) return { page: 'home' };
  if (name === undefined)
    return kind === 'verify' || kind === 'people' ? { page: kind } : kind === 'windows' ? { page: 'clocks' } : lost;
  if (kind === 'runs') return runRoute(name, more, id) ?? lost;
  if (id !== undefined) return lost;
  if (kind === 'runbooks') return runbookRoute(name, more) ?? lost;
  if (more !== undefined) return lost;
  if (kind === 'folders') return { page: 'folder', name };
  if (kind === 'plans') return planRoute(name, new URLSearchParams(search));
  if (kind === 'holds' && /^\d{1,15}$/.test(name)) return { page: 'siteHold', seq: Number(name) };
  return lost;
}

const at = (...parts: readonly string[]): string => `/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
const query = (values: Readonly<Record<string, string | null>>): string => {
  const given = Object.entries(values).filter((one): one is [string, string] => one[1] !== null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};

export const paths = {
  home: '/',
  verify: '/verify',
  windows: '/windows',
  people: '/people',
  folder: (name: string) => at('folders', name),
  runbook: (digest: string, view: RunbookView = 'read') =>
    view === 'read' ? at('runbooks', digest) : at('runbooks', digest, view),
  newPlan: (more: { readonly runbook?: string; readonly from?: string; readonly follows?: string | null }) =>
    `${at('plans', 'new')}${query({ runbook: more.runbook ?? null, from: more.from ?? null, follows: more.follows ?? null })}`,
  plan: (plan: string, follows: string | null = null) => `${at('plans', plan)}${query({ follows })}`,
  siteHold: (ref: string) => at('holds', ref.split(' ')[0] ?? ''),
  room: (run: string) => at('runs', run),
  step: (run: string, step: string) => at('runs', run, 'steps', step),
  of: (page: RunPage, run: string) => at('runs', run, page),
} as const;
