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
import { append as addLeaf, leafHash, rootOf } from '../../core/log/merkle.ts';
import { originOf } from '../../core/log/origin.ts';
import type { KeyType } from '../../core/log/publicKey.ts';
import { genesisRoster, type Roster, withEnrolled } from '../../core/log/roster.ts';
import type { EntryOf, EntryType, RunEntryOf, SiteDocument } from '../../core/log/tables.ts';
import type { Trust } from '../../core/record/trust.ts';
import type { Signed } from '../../core/run/commands.ts';
import { actLines, type Signing } from '../../core/run/lines.ts';
import { type FolderFile, folderDigest } from '../../core/runbook/folder.ts';
import { parseFolder } from '../../core/runbook/parse.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { memoryStore } from './memory.ts';
import { TestRun } from './run.ts';
import { folderOf, RUNBOOK } from './runbook.ts';
import { dice, must, newSigner, privateKey, rawPublic, type Signer } from './signer.ts';

export { type ArmOptions, TestRun } from './run.ts';
export { ANSWERS, folderOf, KEEPING, RUNBOOK, VALUES } from './runbook.ts';
export { must } from './signer.ts';

export interface TestPerson extends Signer {
  readonly roles: readonly string[];
  /** The one-time enrolment token of a solo site. */
  readonly token: Uint8Array | null;
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
  readonly executor?: 'embedded' | 'detached';
  readonly yaml?: string;
  readonly host?: string;
  /** Other dice, so other keys and another log. */
  readonly seed?: string;
  /** The last word on genesis. */
  readonly genesis?: (site: SiteDocument) => SiteDocument;
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
  roster: Roster;
  now = START;
  #rosterHead: string;
  readonly #logKey: KeyObject;

  constructor(options: SiteOptions = {}) {
    this.random = dice(options.seed ?? 'site');
    const { solo = false, executor = 'embedded', host = 'crosscheck.example:8443' } = options;
    this.#logKey = privateKey('ssh-ed25519', this.random(32));
    const type = solo ? 'ecdsa-sha2-nistp256' : 'ssh-ed25519';
    const signer = (prefix: 'p-' | 'a-', kind: KeyType) => newSigner(prefix, kind, this.random, () => this.origin);
    this.agent = signer('a-', 'ssh-ed25519');
    this.people = Object.fromEntries(
      NAMES.map((name) => [name, { ...signer('p-', type), roles: ROLES[name], token: solo ? this.random(32) : null }]),
    ) as unknown as Record<Name, TestPerson>;
    const raw = rawPublic('ssh-ed25519', this.#logKey);
    const document: SiteDocument = {
      agents: [{ id: this.agent.id, key: this.agent.key, kind: executor, serves: ['local'] }],
      host,
      keepers: { need: solo ? 1 : 2, of: [this.people.lead.id, this.people.keeper.id] },
      log_key: base64(raw),
      origins: [`https://${host}`],
      people: Object.values(this.people).map(({ id, key, roles, token }) => ({
        id,
        keys: token ? [] : [{ key, kind: 'ssh' as const }],
        roles: [...roles],
        token: token && digest(token),
      })),
      random: hex(this.random(32)),
      reviewer_roles: ['dba', 'sre', 'data-protection'],
    };
    const site = options.genesis?.(document) ?? document;
    this.origin = originOf(site);
    this.genesis = this.put({ type: 'genesis', actor: 'server', fields: { site } });
    this.roster = genesisRoster(site, this.genesis.digest);
    this.#rosterHead = this.genesis.digest;
    this.trust = { origin: this.origin, logKey: { name: this.origin, raw }, genesis: this.genesis.digest };
    if (solo) for (const person of Object.values(this.people)) this.enrol(person);
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

  checkpoint(size = this.store.size()): Uint8Array {
    const [body, raw] = [
      checkpointBody({ origin: this.origin, size, root: rootOf(size, this.store.node) }),
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
        runs: [],
      });
      this.now = Math.max(this.now, entry.ts) + 1000;
    }
  }

  /** Seals and appends a site entry. */
  put<T extends EntryType>(draft: Draft<T>): Sealed<EntryOf<T>> {
    const rprev = draft.type === 'key.enrolled' ? { rprev: this.#rosterHead } : {};
    const sealed = seal(draft, { log: this.origin, seq: this.store.size(), ts: this.now, ...rprev });
    this.append([sealed as unknown as Sealed]);
    return sealed;
  }

  enrol(person: TestPerson): void {
    const fields = { key: person.key, kind: 'browser' as const, token: digest(person.token ?? new Uint8Array()) };
    const lines = actLines(
      'enrol',
      { origin: this.origin, run: null, mode: null, about: refOf(this.genesis), content: fields },
      this.signing(person),
    );
    const sealed = this.put({
      type: 'key.enrolled',
      actor: person.id,
      fields,
      bodies: { ...this.signed(person, 'enrol', lines) },
    });
    this.roster = withEnrolled(this.roster, person.id, fields, sealed.entry.seq);
    this.#rosterHead = sealed.digest;
  }

  /** Registers and approves a folder; by default by its author and the keeper, who sits in no seat. */
  approved(
    yaml: string,
    by: { author?: Name; authors?: readonly Name[]; registrant?: Name; approver?: Name } = {},
    more: readonly FolderFile[] = [],
  ): Approved {
    const files = [...folderOf(yaml), ...more];
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
