/** The site as the server knows it: genesis, roster and runbooks, folded from the log at boot and after every site entry. */
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { type Body, refOf, type Sealed } from '../../core/log/entry.ts';
import type { Entry, EntryOf, SiteDocument } from '../../core/log/tables.ts';
import { parseFolder } from '../../core/runbook/parse.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { foldHold, type HoldsEntry, NO_HOLDS } from '../../core/site/holds.ts';
import { planOf } from '../../core/site/plans.ts';
import { foldRoster, ROSTER_TYPES, type RosterEntry, rosterBegin } from '../../core/site/roster.ts';
import type { Registered, SiteState } from '../../core/site/state.ts';
import type { LogStore, StoredEntry } from '../store/store.ts';

export interface Site extends SiteState {
  readonly document: SiteDocument;
  readonly genesisDigest: string;
}

/** A stored entry that the rules do not let follow: such a log is not served. */
export class CannotFollow extends Error {
  readonly seq: number;

  constructor(seq: number, why: string) {
    super(`entry ${seq} cannot follow: ${why}`);
    this.seq = seq;
  }
}

const HOLDS_TYPES = ['hold.raised', 'hold.updated', 'act.signed', 'hold.lifted'];
const SITE_TYPES = [...ROSTER_TYPES, 'runbook.registered', 'runbook.approved', 'run.planned', ...HOLDS_TYPES];

/** An entry as stored, read back; its bodies are fetched where they are needed. */
export function readEntry(row: StoredEntry): Sealed {
  const entry = JSON.parse(fromUtf8(row.bytes) ?? '') as Entry;
  return { entry, bytes: row.bytes, digest: digest(row.bytes), bodies: {} };
}

/** The bodies of an entry that the store has, by name: all of them, or those of `names`. */
export function bodiesOf(store: LogStore, sealed: Sealed, names?: readonly string[]): Record<string, Body> {
  const found = Object.entries(sealed.entry.bodies ?? {}).flatMap(([name, digest]) => {
    const body = names === undefined || names.includes(name) ? store.body(digest) : undefined;
    return body ? [[name, body] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Folds the site from the store; throws when the log does not begin with a genesis. */
export function loadSite(store: LogStore, runbookOf: (digest: string) => Runbook | undefined): Site {
  const [first, ...rest] = store.entriesOfTypes(SITE_TYPES).map((row) => withContent(store, readEntry(row)));
  if (first?.entry.type !== 'genesis') throw new Error('the log does not begin with a genesis');
  const { site: document, log } = first.entry;
  const roster = rosterBegin(first as Sealed<EntryOf<'genesis'>>);
  const site: Site = {
    origin: log,
    genesis: refOf(first),
    genesisDigest: first.digest,
    ...roster,
    rosters: new Map([[roster.roster.ref, roster.roster]]),
    document,
    runbooks: new Map(),
    plans: new Map(),
    holds: NO_HOLDS,
  };
  return rest.reduce((state, sealed) => foldSite(state, sealed, runbookOf), site);
}

/** Of a site's entries only what several sign is read for its bodies. */
function withContent(store: LogStore, sealed: Sealed): Sealed {
  const { type } = sealed.entry;
  return type === 'act.signed' || type === 'roster.signed'
    ? { ...sealed, bodies: bodiesOf(store, sealed, ['content', 'roster']) }
    : sealed;
}

/** Returns the site after one more site entry. */
export function foldSite(site: Site, sealed: Sealed, runbookOf: (digest: string) => Runbook | undefined): Site {
  const { entry } = sealed;
  switch (entry.type) {
    case 'key.enrolled':
    case 'key.suspended':
    case 'roster.signed':
    case 'roster.changed':
    case 'epoch.opened': {
      const next = foldRoster(site, sealed as Sealed<RosterEntry>);
      if (!next.ok) throw new CannotFollow(entry.seq, next.refusal.sentence);
      const { roster } = next.value;
      return { ...site, ...next.value, rosters: new Map(site.rosters).set(roster.ref, roster) };
    }
    case 'runbook.registered':
      return {
        ...site,
        runbooks: new Map(site.runbooks).set(entry.runbook, registered(sealed as Sealed<typeof entry>, runbookOf)),
      };
    case 'runbook.approved': {
      const found = site.runbooks.get(entry.runbook);
      return found
        ? { ...site, runbooks: new Map(site.runbooks).set(entry.runbook, { ...found, approved: refOf(sealed) }) }
        : site;
    }
    case 'run.planned':
      return { ...site, plans: new Map(site.plans).set(entry.plan, planOf(entry)) };
    case 'hold.raised':
    case 'hold.updated':
    case 'act.signed':
    case 'hold.lifted':
      return 'run' in entry ? site : { ...site, holds: foldHold(site.holds, sealed as Sealed<HoldsEntry>) };
    default:
      return site;
  }
}

function registered(
  sealed: Sealed<EntryOf<'runbook.registered'>>,
  runbookOf: (digest: string) => Runbook | undefined,
): Registered {
  const { entry } = sealed;
  const runbook = runbookOf(entry.runbook);
  return {
    runbook: entry.runbook,
    id: entry.id,
    title: runbook?.title ?? entry.id,
    authors: [...new Set([...entry.authors, entry.actor])],
    registeredBy: entry.actor,
    registered: refOf(sealed),
    approved: null,
    leads: runbook?.crew['lead']?.roles ?? [],
  };
}

/** Returns a cached reader of the runbooks whose folders the store keeps. */
export function runbookReader(store: LogStore): (digest: string) => Runbook | undefined {
  const cache = new Map<string, Runbook>();
  return (wanted) => {
    const known = cache.get(wanted);
    if (known) return known;
    const { runbook } = parseFolder(store.folder(wanted) ?? []);
    if (runbook) cache.set(wanted, runbook);
    return runbook;
  };
}

/** The address of the page for one person: the site's first; in the demo each has a host of their own, in the order of its people. */
export function pageOf({ document, roster }: Site, person: string): string {
  const index = roster.people.findIndex(({ id }) => id === person);
  return (roster.solo ? document.origins[index] : undefined) ?? document.origins[0] ?? '';
}
