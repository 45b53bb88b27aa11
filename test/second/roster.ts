/** The roster at every position of the log, as the chapter *The roster* makes it. */
import { canonical, jcs, textOf } from './bytes.ts';
import { refOf, rosterForm } from './entries.ts';
import { claim, type Finding, inChain, type Leaf } from './record.ts';
import { keyFits } from './sshsig.ts';

export interface RosterKey {
  readonly key: string;
  readonly kind: string;
}

export interface Document {
  readonly agents: readonly { id: string; key: string; kind: string; serves: readonly string[] }[];
  readonly keepers: { readonly need: number; readonly of: readonly string[] };
  readonly people: readonly {
    id: string;
    keys: readonly RosterKey[];
    roles: readonly string[];
    token: string | null;
  }[];
  readonly reviewer_roles: readonly string[];
}

export interface Roster extends Document {
  readonly version: number;
  /** Of the entry that made it, by version and by seq. */
  readonly ref: string;
  readonly made: string;
  readonly origins: readonly string[];
  readonly uv: boolean;
  readonly solo: boolean;
  readonly vouched: boolean;
  /** The log continues another, and its keepers have not signed that yet. */
  readonly due: boolean;
}

export interface Rosters {
  readonly findings: Finding[];
  readonly states: readonly { readonly seq: number; readonly roster: Roster }[];
  before(seq: number): Roster;
}

const distinct = (names: readonly string[]): boolean => new Set(names).size === names.length;
const keysIn = ({ people, agents }: Document) => [
  ...people.flatMap(({ id, keys }) => keys.map((key) => ({ id, ...key }))),
  ...agents.map(({ id, key }) => ({ id, key, kind: 'ssh' })),
];

/** What genesis and every version are held to alike. */
const isSound = (it: Document, origins: readonly string[]): boolean =>
  distinct([...it.people, ...it.agents].map(({ id }) => id)) &&
  distinct(keysIn(it).map(({ key }) => key)) &&
  distinct(it.keepers.of) &&
  it.keepers.of.every((id) => it.people.some((one) => one.id === id)) &&
  keysIn(it).every((key) => keyFits(key, origins));

export const rosterIn = ({ bodies }: Leaf): (Document & { version: number; verify_required: boolean }) | undefined => {
  const value = bodies['roster'] && canonical(bodies['roster'], 4_194_304, 8, true);
  return rosterForm(value, '') ? (value as Document & { version: number; verify_required: boolean }) : undefined;
};

export function rostersOf(leaves: readonly Leaf[]): Rosters {
  const [genesis, ...chain] = inChain(leaves, 'roster') as [Leaf, ...Leaf[]];
  const site = genesis.entry['site'] as Document & { origins: string[]; former?: Former };
  let roster: Roster = {
    ...site,
    version: 1,
    ref: `1 ${genesis.digest}`,
    made: refOf(genesis),
    uv: false,
    solo: site.keepers.need === 1,
    vouched: false,
    due: site.former !== undefined,
  };
  const states = [{ seq: 0, roster }];
  const owners = new Map(keysIn(site).map(({ key, id }) => [key, id]));
  const { need, of } = site.keepers;
  const findings = claim(isSound(site, site.origins) && need >= 1 && need <= of.length, 2, 0, 'genesis is not sound');
  let collected: Collected = { content: '', signers: [] };
  let epoch: Epoch = { site, about: refOf(genesis), signers: [], content: '' };
  for (const leaf of chain) {
    const next = follow({ roster, owners, collected, epoch }, leaf);
    if (!next) {
      findings.push(...claim(false, 2, leaf.entry.seq, 'the roster cannot follow'));
      break;
    }
    ({ roster, collected, epoch } = next);
    states.push({ seq: leaf.entry.seq, roster });
  }
  const before = (seq: number) => states.findLast((state) => state.seq < seq)?.roster ?? (states[0]?.roster as Roster);
  return { findings, states, before };
}

interface Collected {
  readonly content: string;
  readonly text?: Document & { version: number; verify_required: boolean };
  readonly signers: readonly { readonly person: string; readonly ref: string }[];
}

interface Former {
  readonly keepers: readonly string[];
}

/** What the keepers sign of the log that this one continues. */
interface Epoch {
  readonly site: Document & { readonly former?: Former };
  readonly about: string;
  readonly signers: Collected['signers'];
  readonly content: string;
}

interface State {
  readonly roster: Roster;
  readonly owners: Map<string, string>;
  readonly collected: Collected;
  readonly epoch: Epoch;
}

const NONE: Collected = { content: '', signers: [] };

/** The state after one more entry of the chain; undefined where it may not follow. */
function follow(state: State, leaf: Leaf): State | undefined {
  const { roster, owners, collected } = state;
  const { entry, digest } = leaf;
  const person = (id: string) => roster.people.find((one) => one.id === id);
  const keeps = (it: Document, id: string) => it.keepers.of.includes(id);
  switch (entry.type) {
    case 'key.enrolled': {
      const own = person(entry.actor);
      const { key, kind, token } = entry as unknown as RosterKey & { token?: string };
      const first = own?.keys.length === 0 && token !== undefined && own.token === token;
      const page = kind === 'passkey' || kind === 'browser';
      const fits = first || (token === undefined && (own?.keys.length ?? 0) > 0);
      if (!own || !fits || owners.has(key) || (roster.solo && !page) || !keyFits({ key, kind }, roster.origins))
        return undefined;
      owners.set(key, entry.actor);
      const after = {
        ...own,
        token: first ? null : own.token,
        keys: first && roster.solo ? [...own.keys, { key, kind }] : own.keys,
      };
      return { ...state, roster: { ...roster, people: roster.people.map((one) => (one === own ? after : one)) } };
    }
    case 'key.suspended': {
      const own = person(entry['person']);
      const fits = own?.keys.some(({ key }) => key === entry['key']) && entry['version'] === roster.version + 1;
      if (!own || !fits || (entry.actor !== own.id && !keeps(roster, entry.actor))) return undefined;
      const keys = own.keys.filter(({ key }) => key !== entry['key']);
      const people = roster.people.map((one) => (one === own ? { ...own, keys } : one));
      const version = roster.version + 1;
      return {
        ...state,
        collected: NONE,
        roster: { ...roster, people, version, ref: `${version} ${digest}`, made: refOf(leaf) },
      };
    }
    case 'roster.signed': {
      if (entry['act'] === 'epoch') return epochSigned(state, leaf);
      const text = rosterIn(leaf);
      const content = entry.bodies?.['content'] ?? '';
      const before = collected.content === content ? collected.signers : [];
      const twice = before.some((one) => one.person === entry.actor);
      if (!text || entry['about'] !== roster.made || twice || !succeeds(state, text)) return undefined;
      if (!keeps(roster, entry.actor) && !keeps(text, entry.actor)) return undefined;
      return {
        ...state,
        collected: { content, text, signers: [...before, { person: entry.actor, ref: refOf(leaf) }] },
      };
    }
    case 'roster.changed': {
      const { text, signers } = collected;
      if (!text) return undefined;
      const people = signers.map((one) => one.person);
      const old = people.filter((id) => keeps(roster, id) && (person(id)?.keys.length ?? 0) > 0).length;
      const fresh = people.filter((id) => keeps(text, id)).length;
      const fits =
        jcs(entry['signed']) === jcs(signers.map(({ ref }) => ref)) &&
        people.at(-1) === entry.actor &&
        entry['version'] === text.version &&
        old >= roster.keepers.need &&
        fresh >= text.keepers.need;
      if (!fits) return undefined;
      for (const { key, id } of keysIn(text)) owners.set(key, id);
      const { verify_required: uv, ...rest } = text;
      const next = {
        ...rest,
        uv,
        origins: roster.origins,
        solo: roster.solo || text.keepers.need === 1,
        vouched: true,
        due: roster.due,
      };
      return { ...state, collected: NONE, roster: { ...next, ref: `${text.version} ${digest}`, made: refOf(leaf) } };
    }
    case 'epoch.opened':
      return epochOpened(state, leaf) ? { ...state, roster: { ...roster, due: false } } : undefined;
    default:
      return undefined;
  }
}

/** Whether somebody keeps the log by a key of its genesis that counts still. */
function keepsSince({ roster, epoch: { site } }: State, id: string): boolean {
  const keysOf = (it: Document) => it.people.find((one) => one.id === id)?.keys.map(({ key }) => key) ?? [];
  const now = keysOf(roster);
  return [site, roster].every((it) => it.keepers.of.includes(id)) && keysOf(site).some((key) => now.includes(key));
}

/** One keeper's signature of `former`, which all share as one body. */
function epochSigned(state: State, leaf: Leaf): State | undefined {
  const { roster, epoch } = state;
  const { entry, bodies } = leaf;
  const content = entry.bodies?.['content'] ?? '';
  const fits =
    roster.due &&
    entry['about'] === epoch.about &&
    bodyText(bodies['content']) === jcs(epoch.site.former) &&
    entry.bodies?.['roster'] === undefined &&
    (epoch.content === '' || epoch.content === content) &&
    keepsSince(state, entry.actor) &&
    !epoch.signers.some(({ person }) => person === entry.actor);
  const signers = [...epoch.signers, { person: entry.actor, ref: refOf(leaf) }];
  return fits ? { ...state, epoch: { ...epoch, content, signers } } : undefined;
}

/** As many keepers as genesis needs, among them as many of the former log's as are needed, or as are left. */
function epochOpened(state: State, { entry }: Leaf): boolean {
  const { roster, epoch } = state;
  const { need } = epoch.site.keepers;
  const left = epoch.site.former?.keepers ?? [];
  const counting = epoch.signers.map(({ person }) => person).filter((id) => keepsSince(state, id));
  return (
    roster.due &&
    jcs(entry['signed']) === jcs(epoch.signers.map(({ ref }) => ref)) &&
    epoch.signers.at(-1)?.person === entry.actor &&
    counting.length >= need &&
    counting.filter((id) => left.includes(id)).length >= Math.min(need, left.length)
  );
}

/** Whether a document can be the next version. */
const succeeds = ({ roster, owners }: State, text: Document & { version: number }): boolean =>
  text.version === roster.version + 1 &&
  isSound(text, roster.origins) &&
  keysIn(text).every(({ key, id }) => (owners.get(key) ?? id) === id) &&
  text.keepers.need >= (roster.solo ? 1 : 2) &&
  text.keepers.of.filter((id) => text.people.some((one) => one.id === id && one.keys.length > 0)).length >=
    text.keepers.need &&
  text.reviewer_roles.length > 0;

/** The content that a keeper signs. */
export const contentOf = (leaf: Leaf) => ({
  roster: leaf.entry.bodies?.['roster'] ?? '',
  version: rosterIn(leaf)?.version ?? 0,
});

export const bodyText = (bytes: Buffer | undefined): string | undefined => bytes && textOf(bytes);
