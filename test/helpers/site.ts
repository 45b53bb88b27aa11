/**
 * A whole site in memory: log, people with keys, an agent, and runs taken from open to close through core alone, every
 * signature genuine. Its dice and clock are counters, so a record is the same bytes each time. It is for tests only.
 */

import { type KeyObject, sign as nodeSign } from 'node:crypto';
import { statementBytes, statementTime } from '../../core/approval/statement.ts';
import { base64, hex, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { Act, Lines } from '../../core/log/acts.ts';
import { checkpointBody, formatNote, keyId } from '../../core/log/checkpoint.ts';
import { type Body, bodyDigest, type Draft, refOf, type Sealed, seal } from '../../core/log/entry.ts';
import { append as addLeaf, leafHash, type Nodes, rootOf } from '../../core/log/merkle.ts';
import { originOf } from '../../core/log/origin.ts';
import type { KeyKind, KeyType } from '../../core/log/publicKey.ts';
import { nextText, type Roster } from '../../core/log/roster.ts';
import {
  ENTRIES,
  type EntryOf,
  type EntryType,
  type RosterText,
  type RunEntryOf,
  type SiteDocument,
} from '../../core/log/tables.ts';
import type { Trust } from '../../core/record/trust.ts';
import type { Signed } from '../../core/run/commands.ts';
import { actLines, type Signing } from '../../core/run/lines.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { parseFolder } from '../../core/runbook/parse.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { erasedIn } from '../../core/site/redaction.ts';
import { foldRoster, type RosterEntry, type RosterState, rosterBegin } from '../../core/site/roster.ts';
import { type HeldKey, heldSigner } from './authenticator.ts';
import { memoryStore } from './memory.ts';
import { TestRun } from './run.ts';
import { folderOf, RUNBOOK } from './runbook.ts';
import { dice, must, newSigner, privateKey, rawPublic, type Signer } from './signer.ts';

export { type ArmOptions, TestRun } from './run.ts';
export { ANSWERS, folderOf, KEEPING, RUNBOOK, VALUES } from './runbook.ts';
export { must } from './signer.ts';

export interface TestPerson extends Signer {
  readonly roles: readonly string[];
  readonly kind: KeyKind;
  /** The one-time enrolment token of a solo site. */
  readonly token: Uint8Array | null;
  /** The key itself, of what lives in an authenticator. */
  readonly held?: HeldKey;
}

export type Name = 'lead' | 'dba' | 'sre' | 'author' | 'keeper';
const ROLES: Readonly<Record<Name, readonly string[]>> = {
  lead: ['release-lead'],
  dba: ['dba', 'release-lead'],
  sre: ['sre'],
  author: ['dba', 'sre'],
  keeper: ['data-protection', 'release-lead'],
};
const NAMES = Object.keys(ROLES) as Name[];

export interface SiteOptions {
  /** One keeper, and browser keys enrolled by token. */
  readonly solo?: boolean;
  /** Whose key is of another kind than `ssh`; passkeys are made by chance, so such a record is never the same bytes twice. */
  readonly kinds?: Readonly<Partial<Record<Name, 'sk-ssh' | 'passkey' | undefined>>>;
  readonly executor?: 'embedded' | 'detached';
  readonly yaml?: string;
  readonly host?: string;
  /** Other dice, so other keys and another log. */
  readonly seed?: string;
  /** Whether the keepers have signed roster 2, which a live run asks for; of a solo site they never do. */
  readonly vouched?: boolean;
  /** The last word on genesis. */
  readonly genesis?: (site: SiteDocument) => SiteDocument;
}

export interface SignedRoster {
  readonly signed: Sealed<EntryOf<'roster.signed'>>;
  readonly roster: Body;
  readonly text: RosterText;
  readonly actor: string;
}

const START = Date.UTC(2026, 10, 20, 22, 0, 0);

/** A site with its log. Everything that the write path would refuse can still be put in by `put`, genuinely sealed. */
export class TestSite {
  readonly store = memoryStore();
  readonly random: (length: number) => Uint8Array;
  readonly origin: string;
  readonly people: Readonly<Record<Name, TestPerson>>;
  readonly agent: Signer;
  readonly trust: Trust;
  readonly genesis: Sealed<EntryOf<'genesis'>>;
  now = START;
  #roster: RosterState;
  readonly #rosters: { readonly seq: number; readonly roster: Roster }[] = [];
  readonly #logKey: KeyObject;

  constructor(options: SiteOptions = {}) {
    this.random = dice(options.seed ?? 'site');
    const { solo = false, executor = 'embedded', host = 'crosscheck.example:8443', kinds = {} } = options;
    // What cannot be undone asks for a key that is touched, unless the site is a demo.
    const made: SiteOptions['kinds'] = solo ? kinds : { sre: 'sk-ssh', ...kinds };
    this.#logKey = privateKey('ssh-ed25519', this.random(32));
    const type = solo ? 'ecdsa-sha2-nistp256' : 'ssh-ed25519';
    const signer = (prefix: 'p-' | 'a-', kind: KeyType) => newSigner(prefix, kind, this.random, () => this.origin);
    this.agent = signer('a-', 'ssh-ed25519');
    const person = (name: Name): TestPerson => {
      const kind = made[name];
      const own = signer('p-', type);
      const by = kind
        ? { ...own, ...heldSigner(kind, `https://${host}`, () => this.origin, this.random(32)), kind }
        : own;
      return { kind: solo ? 'browser' : 'ssh', ...by, roles: ROLES[name], token: solo ? this.random(32) : null };
    };
    this.people = Object.fromEntries(NAMES.map((name) => [name, person(name)])) as Record<Name, TestPerson>;
    const raw = rawPublic('ssh-ed25519', this.#logKey);
    const document: SiteDocument = {
      agents: [{ id: this.agent.id, key: this.agent.key, kind: executor, serves: ['local'] }],
      host,
      keepers: { need: solo ? 1 : 2, of: [this.people.lead.id, this.people.keeper.id] },
      log_key: base64(raw),
      origins: [`https://${host}`],
      people: Object.values(this.people).map(({ id, key, kind, roles, token }) => ({
        id,
        keys: token ? [] : [{ key, kind }],
        roles: [...roles],
        token: token && digest(token),
      })),
      random: hex(this.random(32)),
      reviewer_roles: ['dba', 'sre', 'data-protection'],
    };
    const site = options.genesis?.(document) ?? document;
    this.origin = originOf(site);
    const at = { log: this.origin, seq: 0, ts: this.now };
    this.genesis = seal({ type: 'genesis', actor: 'server', fields: { site } }, at);
    this.append([this.genesis]);
    this.#roster = rosterBegin(this.genesis);
    this.#rosters.push({ seq: 0, roster: this.#roster.roster });
    this.trust = { origin: this.origin, logKey: { name: this.origin, raw }, genesis: this.genesis.digest };
    if (solo) for (const person of Object.values(this.people)) this.enrol(person);
    else if (options.vouched !== false) {
      const { need, of } = site.keepers;
      this.changeRoster(NAMES.filter((name) => of.includes(this.people[name].id)).slice(0, need));
    }
  }

  get roster(): Roster {
    return this.#roster.roster;
  }

  /** The roster as it was before the entry `seq`. */
  rosterAt(seq: number): Roster {
    return this.#rosters.findLast((one) => one.seq < seq)?.roster ?? this.roster;
  }

  /** The next version as these keepers sign it: what is there already, with the changes. */
  changeRoster(keepers: readonly Name[], change: Partial<RosterText> = {}): Sealed<EntryOf<'roster.changed'>> {
    const { made } = this.roster;
    const text = { ...nextText(this.roster), ...change };
    const roster = this.salted(utf8(jcs(text)));
    const content = { roster: bodyDigest(roster), version: text.version };
    const shared = this.salted(utf8(jcs(content)));
    const signed = keepers.map((name) => {
      const keeper = this.people[name];
      const about = { origin: this.origin, run: null, mode: null, about: made, content };
      const bodies = { ...this.signed(keeper, 'roster', actLines('roster', about, this.signing(keeper))), roster };
      const fields = { act: 'roster' as const, about: made };
      return this.put({ type: 'roster.signed', actor: keeper.id, fields, bodies: { ...bodies, content: shared } });
    });
    return this.put({
      type: 'roster.changed',
      actor: this.people[keepers.at(-1) ?? 'lead'].id,
      fields: { version: text.version, signed: signed.map(refOf) },
      bodies: { roster },
    });
  }

  /** An entry that may not follow changes no roster, yet the chain goes on from it. */
  #follow(sealed: Sealed<RosterEntry>): void {
    const next = foldRoster(this.#roster, sealed);
    this.#roster = next.ok ? next.value : { ...this.#roster, rosterHead: sealed.digest };
    this.#rosters.push({ seq: sealed.entry.seq, roster: this.#roster.roster });
  }

  suspend(by: Name, of: Name): Sealed<EntryOf<'key.suspended'>> {
    const { id, key } = this.people[of];
    const fields = { key, person: id, version: this.roster.version + 1 };
    return this.put({ type: 'key.suspended', actor: this.people[by].id, fields });
  }

  salted(bytes: Uint8Array): Body {
    return { bytes, salt: this.random(32) };
  }

  /** A statement and its signature as bodies. */
  signed<A extends Act>(signer: Signer, act: A, lines: Lines<NoInfer<A>>): Signed {
    const bytes = statementBytes(act, lines);
    return { statement: this.salted(bytes), signature: this.salted(signer.sign(act, bytes)) };
  }

  /** What a signer adds to a statement now. */
  signing(signer: Signer): Signing {
    return { signer: signer.id, tree: this.tree(), client: 'cli/1.0.0', signedAt: statementTime(this.now) };
  }

  tree(size = this.store.size()): string {
    return `${size} ${base64(rootOf(size, this.store.node))}`;
  }

  /** The note of a tree, by default of the log's own: the log key signs whatever it is given. */
  checkpoint(size = this.store.size(), node: Nodes = this.store.node): Uint8Array {
    const [body, raw] = [
      checkpointBody({ origin: this.origin, size, root: rootOf(size, node) }),
      rawPublic('ssh-ed25519', this.#logKey),
    ];
    const signature = new Uint8Array(nodeSign(null, utf8(body), this.#logKey));
    return utf8(formatNote(body, [{ name: this.origin, keyId: keyId(this.origin, raw), signature }]));
  }

  /** Appends sealed entries, whatever they say; `after` is the closed run that they come after. */
  append(entries: readonly Sealed[], after: string | null = null): void {
    for (const sealed of entries) {
      const { entry, bytes, bodies } = sealed;
      const nodes = addLeaf(entry.seq, leafHash(bytes), this.store.node);
      const rows = Object.values(bodies).map((body) => ({ digest: bodyDigest(body), body }));
      this.store.append({
        entries: [{ seq: entry.seq, type: entry.type, run: 'run' in entry ? entry.run : null, after, bytes }],
        nodes,
        bodies: rows,
        erased: [...erasedIn([sealed])],
        runs: [],
      });
      this.now = Math.max(this.now, entry.ts) + 1000;
    }
  }

  /** Seals and appends a site entry. */
  put<T extends EntryType>(draft: Draft<T>): Sealed<EntryOf<T>> {
    const chained = ENTRIES[draft.type].chains.some((chain) => chain === 'roster');
    const rprev = chained ? { rprev: this.#roster.rosterHead } : {};
    const sealed = seal(draft, { log: this.origin, seq: this.store.size(), ts: this.now, ...rprev });
    this.append([sealed as unknown as Sealed]);
    if (chained) this.#follow(sealed as unknown as Sealed<RosterEntry>);
    return sealed;
  }

  /** A further key, or a first one without a solo site's token: it counts for nothing before keepers have signed it. */
  offer(name: Name, signer: Signer, token: string | null = null): Sealed<EntryOf<'key.enrolled'>> {
    const { id } = this.people[name];
    const content = { key: signer.key, kind: 'ssh' as const, token };
    const said = { origin: this.origin, run: null, mode: null, about: refOf(this.genesis), content };
    const by = { ...signer, id };
    return this.put({
      type: 'key.enrolled',
      actor: id,
      fields: { key: signer.key, kind: 'ssh' as const, ...(token === null ? {} : { token }) },
      bodies: { ...this.signed(by, 'enrol', actLines('enrol', said, this.signing(by))) },
    });
  }

  /** One keeper's signature of a roster, by default with their own key. */
  signRoster(name: Name, text: RosterText, signer: Signer = this.people[name]): SignedRoster {
    const { id } = this.people[name];
    const about = this.roster.made;
    const roster: Body = { bytes: utf8(jcs(text)), salt: new Uint8Array(32) };
    const content = { roster: bodyDigest(roster), version: text.version };
    const by = { ...signer, id };
    const said = { origin: this.origin, run: null, mode: null, about, content };
    const signed = this.put({
      type: 'roster.signed',
      actor: id,
      fields: { act: 'roster' as const, about },
      bodies: {
        ...this.signed(by, 'roster', actLines('roster', said, this.signing(by))),
        content: { bytes: utf8(jcs(content)), salt: new Uint8Array(32) },
        roster,
      },
    });
    return { signed, roster, text, actor: id };
  }

  enrol(person: TestPerson): void {
    const fields = { key: person.key, kind: person.kind, token: digest(person.token ?? new Uint8Array()) };
    const lines = actLines(
      'enrol',
      { origin: this.origin, run: null, mode: null, about: refOf(this.genesis), content: fields },
      this.signing(person),
    );
    this.put({
      type: 'key.enrolled',
      actor: person.id,
      fields,
      bodies: { ...this.signed(person, 'enrol', lines) },
    });
  }

  /** Registers and approves a folder; by default by its author and the keeper, who sits in no seat. */
  approved(
    yaml: string,
    by: { author?: Name; authors?: readonly Name[]; registrant?: Name; approver?: Name } = {},
    more: readonly FolderFile[] = [],
    files: readonly FolderFile[] = [...folderOf(yaml), ...more],
  ): Approved {
    const runbook = must(folderDigest(files));
    this.store.keepFolder(runbook, files);
    const parsed = parseFolder(files);
    if (!parsed.runbook) throw new Error(parsed.problems.map(({ message }) => message).join());
    const [registrant, approver] = [this.people[by.registrant ?? 'author'], this.people[by.approver ?? 'keeper']];
    const authors = (by.authors ?? ['author']).map((name) => this.people[name].id).sort();
    const fields = { authors, id: parsed.runbook.id, runbook };
    const register = actLines(
      'runbook',
      { origin: this.origin, run: null, mode: null, about: refOf(this.genesis), content: fields },
      this.signing(registrant),
    );
    const registered = this.put({
      type: 'runbook.registered',
      actor: registrant.id,
      fields,
      bodies: { ...this.signed(registrant, 'runbook', register) },
    });
    const approve = actLines(
      'approve',
      { origin: this.origin, run: null, mode: null, about: refOf(registered), content: { runbook } },
      this.signing(approver),
    );
    const approval = this.put({
      type: 'runbook.approved',
      actor: approver.id,
      fields: { runbook, registered: refOf(registered) },
      bodies: { ...this.signed(approver, 'approve', approve) },
    });
    return {
      digest: runbook,
      runbook: parsed.runbook,
      ref: refOf(approval),
      authors: [...new Set([...authors, registrant.id])],
    };
  }

  open(approved: Approved, more: OpenOptions = {}): TestRun {
    const lead = this.people[more.lead ?? 'lead'];
    const run = more.run ?? '01JD3V7Q0Z8EA1B2C3D4E5F6G7';
    const inputs = this.salted(utf8(jcs(more.inputs ?? { table: 'customers' })));
    const mode = more.mode ?? 'live';
    const content = { follows: more.follows ?? null, inputs: bodyDigest(inputs), run };
    const lines = actLines(
      'open',
      { origin: this.origin, run, mode, about: approved.ref, content },
      this.signing(lead),
    );
    const fields = {
      mode,
      rules: 1,
      runbook: approved.digest,
      approved: approved.ref,
      solo: this.roster.solo,
      roster: this.roster.ref,
      ...more.fields,
    };
    const draft: Draft<'run.opened'> = {
      type: 'run.opened',
      actor: lead.id,
      fields,
      bodies: { ...this.signed(lead, 'open', lines), inputs },
    };
    const sealed = seal(draft, { log: this.origin, seq: this.store.size(), ts: this.now, run: { run, rseq: 0 } });
    this.append([sealed]);
    return new TestRun(
      this,
      approved,
      sealed as Sealed<RunEntryOf<'run.opened'>>,
      JSON.parse(new TextDecoder().decode(inputs.bytes)) as Record<string, string>,
    );
  }
}

export interface Approved {
  readonly digest: string;
  readonly runbook: Runbook;
  readonly ref: string;
  readonly authors: readonly string[];
}

export interface OpenOptions {
  readonly lead?: Name;
  readonly run?: string;
  readonly mode?: 'live' | 'rehearsal';
  readonly inputs?: unknown;
  readonly follows?: unknown;
  readonly fields?: Partial<
    Pick<EntryOf<'run.opened'>, 'solo' | 'rules' | 'roster' | 'approved' | 'holds' | 'follows' | 'rehearsed'>
  >;
}

/** A run of the default runbook on a fresh site. */
export function testRun(options: SiteOptions = {}): TestRun {
  const site = new TestSite(options);
  return site.open(site.approved(options.yaml ?? RUNBOOK));
}
