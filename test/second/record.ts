/** Group 1: the members of a bundle, and that its bytes, chains, bodies and folder are those of the log that the trust root names. */
import { committed } from './bodies.ts';
import { canonical, digestOf, fromBase64, jcs, sha256 } from './bytes.ts';
import { chainOf, type Entry, parseEntry, refOf } from './entries.ts';
import { membersFit } from './members.ts';
import { type Members, unarchive } from './tar.ts';
import { type Checkpoint, isIncluded, leafHash, openCheckpoint, type Trust } from './tree.ts';

export interface Leaf {
  readonly entry: Entry;
  readonly bytes: Buffer;
  readonly digest: string;
  /** Those at hand, by name. */
  readonly bodies: Readonly<Record<string, Buffer>>;
}

export interface Finding {
  /** 1 integrity, 2 authenticity, 3 policy. */
  readonly group: 1 | 2 | 3;
  readonly seq: number | null;
  readonly why: string;
}

export interface Whole {
  readonly leaves: readonly Leaf[];
  readonly checkpoint: Checkpoint;
  readonly consistency: readonly { readonly size: number; readonly proof: readonly string[] }[];
}

export const claim = (holds: boolean, group: Finding['group'], seq: number | null, why: string): Finding[] =>
  holds ? [] : [{ group, seq, why }];

const isHash = (text: unknown): text is string => typeof text === 'string' && fromBase64(text)?.length === 32;
const bytesOf = (hashes: readonly string[]): Buffer[] => hashes.map((hash) => fromBase64(hash) ?? Buffer.alloc(0));

/** The lines of a member, each without its line feed; undefined where the last one has none. */
function linesOf(members: Members, path: string): Buffer[] | undefined {
  const text = members.get(path)?.toString('latin1');
  if (text === undefined || (text !== '' && !text.endsWith('\n'))) return undefined;
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line, 'latin1'));
}

const jsonLines = (members: Members, path: string): unknown[] | undefined => {
  const values = linesOf(members, path)?.map((line) => canonical(line, 65_535, 2, true));
  return values?.includes(undefined) ? undefined : values;
};

/** Reads a bundle and judges the first group; what cannot be read at all is one finding. */
export function readRecord(
  file: Uint8Array,
  trust: Trust,
): { readonly whole: Whole | null; readonly findings: Finding[] } {
  const fail = (why: string) => ({ whole: null, findings: claim(false, 1, null, why) });
  const members = unarchive(file);
  if (!members) return fail('it is no archive of our form');
  const lines = linesOf(members, 'entries.jsonl');
  const proofs = jsonLines(members, 'proofs.jsonl') as string[][] | undefined;
  const consistency = jsonLines(members, 'consistency.jsonl') as Whole['consistency'] | undefined;
  const salts = jsonLines(members, 'salts.jsonl') as { digest: string; salt: string }[] | undefined;
  if (!lines || !proofs || !consistency || !salts) return fail('a member of lines is not what it should be');
  if (!proofs.every((proof) => Array.isArray(proof) && proof.every(isHash)) || proofs.length !== lines.length)
    return fail('the proofs are not those of the entries');
  const shaped = consistency.every(
    (one) => Object.keys(one).join() === 'proof,size' && Number.isSafeInteger(one.size) && one.proof.every(isHash),
  );
  if (!shaped) return fail('a consistency proof is none');
  const entries = lines.map(parseEntry);
  if (!entries.every((entry) => entry !== undefined)) return fail('an entry is none of the table');
  const bodies = bodiesIn(members, salts);
  if (!bodies) return fail('salts and bodies do not fit');
  const checkpoint = openCheckpoint(members.get('checkpoint') ?? Buffer.alloc(0), trust.origin, trust.logKey);
  if (!checkpoint) return fail('the log key has not signed the checkpoint');
  const leaves = entries.map((entry, index): Leaf => {
    const bytes = lines[index] ?? Buffer.alloc(0);
    const at = Object.entries(entry.bodies ?? {}).flatMap(([name, digest]) => {
      const body = bodies.get(digest);
      return body ? [[name, body] as const] : [];
    });
    return { entry, bytes, digest: digestOf(bytes), bodies: Object.fromEntries(at) };
  });
  const spine = spineOf(leaves);
  if (!spine) return fail('a genesis, registration, approval or opening is missing or twice');
  const findings = [
    ...claim(trust.genesis === spine.genesis.digest, 1, 0, 'the trust root names another genesis'),
    ...claim(originOf(spine.genesis.entry['site']) === trust.origin, 1, 0, 'the log is not named by its genesis'),
    ...claim(spine.genesis.entry['site'].log_key === trust.logKey.toString('base64'), 1, 0, 'another log key'),
    ...leaves.flatMap(({ entry, bytes }, index) => {
      const proof = bytesOf(proofs[index] ?? []);
      return claim(
        isIncluded(entry.seq, checkpoint.size, leafHash(bytes), proof, checkpoint.root),
        1,
        entry.seq,
        'not in the tree',
      );
    }),
    ...ordered(leaves, trust.origin),
    ...chains(leaves, spine),
    ...committed(leaves, bodies, spine),
    ...membersFit(members, leaves, spine, bodies),
  ];
  return { whole: { leaves, checkpoint, consistency }, findings };
}

/** `<host>/log/` and half a digest of the site. */
export const originOf = (site: { readonly host: string }): string =>
  `${site.host}/log/${sha256('crosscheck-genesis/v1\n', jcs(site)).toString('hex').slice(0, 32)}`;

export const bodyDigest = (salt: Uint8Array, body: Uint8Array): string => digestOf('crosscheck-body/v1\n', salt, body);

/** Every salt has its body, and every body its salt and its digest. */
function bodiesIn(
  members: Members,
  salts: readonly { digest: string; salt: string }[],
): Map<string, Buffer> | undefined {
  const named = [...members.keys()].filter((path) => path.startsWith('bodies/'));
  const bodies = new Map<string, Buffer>();
  for (const one of salts) {
    const body = members.get(`bodies/${String(one.digest).slice(7)}`);
    const salt = fromBase64(String(one.salt));
    if (Object.keys(one).join() !== 'digest,salt' || !body || salt?.length !== 32) return undefined;
    if (bodyDigest(salt, body) !== one.digest) return undefined;
    bodies.set(one.digest, body);
  }
  const sorted = salts.map(({ digest }) => digest);
  return named.length === salts.length &&
    jcs([...sorted].sort()) === jcs(sorted) &&
    new Set(sorted).size === sorted.length
    ? bodies
    : undefined;
}

export interface Spine {
  readonly genesis: Leaf;
  readonly registered: Leaf;
  readonly approved: Leaf;
  readonly opened: Leaf;
  readonly run: readonly Leaf[];
}

export function spineOf(leaves: readonly Leaf[]): Spine | undefined {
  const only = (type: string) => {
    const found = leaves.filter(({ entry }) => entry.type === type);
    return found.length === 1 ? found[0] : undefined;
  };
  const [genesis, registered, approved, opened] = [
    'genesis',
    'runbook.registered',
    'runbook.approved',
    'run.opened',
  ].map(only);
  if (!genesis || !registered || !approved || !opened) return undefined;
  return { genesis, registered, approved, opened, run: inChain(leaves, 'run') };
}

export const inChain = (leaves: readonly Leaf[], chain: string): Leaf[] =>
  leaves.filter(({ entry }) => chainOf(entry) === chain);

const ordered = (leaves: readonly Leaf[], origin: string): Finding[] =>
  leaves.flatMap(({ entry }, index) => {
    const before = leaves[index - 1]?.entry;
    const fits = entry.log === origin && (!before || (before.seq < entry.seq && before.ts <= entry.ts));
    return claim(fits, 1, entry.seq, 'its log, its seq or its time is out of order');
  });

function chains(leaves: readonly Leaf[], spine: Spine): Finding[] {
  const { genesis, registered, approved, opened, run } = spine;
  const linked = (chain: readonly Leaf[], link: string) =>
    chain.flatMap(({ entry }, index) =>
      claim(entry[link] === chain[index - 1]?.digest, 1, entry.seq, `its ${link} is not the entry before`),
    );
  const holds = inChain(leaves, 'holds');
  const after = inChain(leaves, 'after');
  const close = run.at(-1);
  const newest = holds.filter(({ entry }) => entry.seq < opened.entry.seq).at(-1);
  const loose = inChain(leaves, 'none').filter((leaf) => leaf !== registered && leaf !== approved);
  return [
    ...linked(run, 'prev'),
    ...run.flatMap(({ entry }, index) =>
      claim(entry['rseq'] === index && entry['run'] === opened.entry['run'], 1, entry.seq, 'the run has a gap'),
    ),
    ...linked(inChain(leaves, 'roster'), 'rprev'),
    ...claim(genesis.entry.seq === 0 && leaves[0] === genesis, 1, 0, 'genesis is not the first entry'),
    ...linked(holds, 'hprev'),
    ...claim(opened.entry['holds'] === (newest && refOf(newest)), 1, opened.entry.seq, 'another head of the holds'),
    ...linked(after, 'aprev'),
    ...after.flatMap(({ entry }) =>
      claim(
        close?.entry.type === 'run.closed' && entry['about'] === refOf(close) && entry.seq > close.entry.seq,
        1,
        entry.seq,
        'not about the close',
      ),
    ),
    ...loose.flatMap(({ entry }) => claim(false, 1, entry.seq, 'surplus')),
    ...claim(approved.entry['registered'] === refOf(registered), 1, approved.entry.seq, 'another registration'),
    ...claim(opened.entry['approved'] === refOf(approved), 1, opened.entry.seq, 'another approval'),
  ];
}
