/**
 * A whole log taken apart, changed, and sealed again by a server that owns the log key: seq, chains, references, bodies,
 * leaves, proofs and the checkpoint all fit. Nobody else's key is used but where a change says who signs again.
 */
import { base64, equal, fromUtf8, utf8 } from '../../../core/bytes/encoding.ts';
import { digest } from '../../../core/bytes/hash.ts';
import { asciiJcs, jcs } from '../../../core/bytes/jcs.ts';
import type { Act } from '../../../core/log/acts.ts';
import { type Body, bodyDigest } from '../../../core/log/entry.ts';
import { append, consistencyProof, inclusionProof, leafHash, rootOf } from '../../../core/log/merkle.ts';
import { ENTRIES, type EntryType } from '../../../core/log/tables.ts';
import type { Bundle } from '../../../core/record/bundle.ts';
import { memoryStore } from '../../helpers/memory.ts';
import type { Signer } from '../../helpers/signer.ts';
import type { TestSite } from '../../helpers/site.ts';

export type Fields = Record<string, unknown> & { type: EntryType; actor: string };

/** An entry on its way to be sealed again. */
export interface Loose {
  /** Without `v`, `log`, `seq`, its chain's links and the digests of its bodies, which follow from where it stands. */
  fields: Fields;
  bodies: Record<string, Body>;
  readonly run: string | null;
  /** The chain that it stands in; `after` with the run that it comes after. */
  readonly chain: 'run' | 'roster' | 'holds' | 'after' | 'none';
  /** Digest and index under which others name it. */
  readonly was: {
    readonly digest: string;
    readonly index: number;
    readonly bodies: Readonly<Record<string, string>>;
    readonly signer: Pick<Signer, 'sign'> | null;
  };
  /** Whether the record shows it, and what stands beside it: it has nothing that was said of other runbooks. */
  readonly shown: boolean;
  readonly bare: boolean;
  /** Who signs its statement again; null leaves statement and signature as they were. */
  signer: Pick<Signer, 'sign'> | null;
  /** The last word on what its signer signs. */
  lines?: (lines: Map<string, string>) => void;
  /** The last word on the entry, links included. */
  entry?: (entry: Record<string, unknown>) => void;
}

export interface Forged {
  readonly bundle: Bundle;
}

const CHAINED = { run: 'prev', roster: 'rprev', holds: 'hprev', after: 'aprev', none: '' } as const;
const REF = /(?:(\d+) )?(sha256:[0-9a-f]{64})/g;

/** What was named before and is called otherwise now. */
class Names {
  readonly #now = new Map<string, { digest: string; was: number; index: number }>();

  put(was: string, before: number, now: string, index: number): void {
    this.#now.set(was, { digest: now, was: before, index });
  }

  in(text: string): string {
    return text.replace(REF, (all, index: string | undefined, named: string) => {
      const now = this.#now.get(named);
      if (!now) return all;
      // A number that is not the entry's place is a version of the roster.
      const at = index === undefined ? '' : `${Number(index) === now.was ? now.index : index} `;
      return `${at}${now.digest}`;
    });
  }

  of<T>(value: T): T {
    return JSON.parse(this.in(JSON.stringify(value))) as T;
  }
}

export const actOf = ({ fields }: Pick<Loose, 'fields'>): Act | null =>
  fields.type === 'act.signed' || fields.type === 'roster.signed' ? (fields['act'] as Act) : ENTRIES[fields.type].act;

export const linesOf = (statement: Body | undefined): Map<string, string> =>
  new Map(
    (fromUtf8(statement?.bytes ?? new Uint8Array()) ?? '')
      .split('\n')
      .slice(1, -1)
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
  );

const textOf = (act: string, lines: ReadonlyMap<string, string>): Uint8Array =>
  utf8(`crosscheck-${act}/v1\n${[...lines].map(([key, value]) => `${key} ${value}\n`).join('')}`);

/** The statement as its signer makes it in the log as it is now: over its newest tree, naming what is there. */
function signedAgain(loose: Loose, names: Names, tree: string): Record<string, Body> {
  const { statement, signature } = loose.bodies;
  const act = actOf(loose);
  if (!act || !statement || !signature || !loose.signer) return {};
  const lines = linesOf(statement);
  for (const [key, value] of lines) lines.set(key, key === 'tree' ? tree : names.in(value));
  const listed = lines.get('confirmations');
  if (listed !== undefined) lines.set('confirmations', asciiJcs((JSON.parse(listed) as string[]).sort()));
  loose.lines?.(lines);
  const bytes = textOf(act, lines);
  if (loose.signer === loose.was.signer && equal(bytes, statement.bytes)) return {};
  return {
    statement: { salt: statement.salt, bytes },
    signature: { salt: signature.salt, bytes: loose.signer.sign(act, bytes) },
  };
}

/** Seals a changed log again. The base gives what a record has beside its entries. */
export function forge(site: TestSite, log: readonly Loose[], base: Bundle): Forged {
  const store = memoryStore();
  const names = new Names();
  const heads = new Map<string, string>();
  const lengths = new Map<string, number>();
  const shown: { seq: number; bytes: Uint8Array; bodies: Record<string, Body> }[] = [];
  let ts = 0;
  for (const loose of log) {
    const seq = store.size();
    const chain = loose.chain === 'none' ? '' : `${loose.chain} ${loose.run ?? ''}`;
    const rseq = lengths.get(chain) ?? 0;
    const tree = `${seq} ${base64(rootOf(seq, store.node))}`;
    const content = loose.bodies['content'];
    const bodies: Record<string, Body> = {
      ...loose.bodies,
      ...(content ? { content: { salt: content.salt, bytes: utf8(names.in(fromUtf8(content.bytes) ?? '')) } } : {}),
    };
    // Bodies first: statements name them.
    for (const [name, body] of Object.entries(bodies)) {
      const before = loose.was.bodies[name];
      if (before !== undefined) names.put(before, -1, bodyDigest(body), -1);
    }
    Object.assign(bodies, signedAgain({ ...loose, bodies }, names, tree));
    const digests = Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, bodyDigest(body)]));
    for (const [name, named] of Object.entries(digests)) {
      const before = loose.was.bodies[name];
      if (before !== undefined) names.put(before, -1, named, -1);
    }
    const link = CHAINED[loose.chain];
    const head = heads.get(chain);
    const own = names.of(loose.fields);
    ts = Math.max(ts, Number(own['ts']));
    const entry: Record<string, unknown> = {
      ...own,
      v: 1,
      log: site.origin,
      seq,
      ts,
      ...(loose.chain === 'run' ? { run: loose.run, rseq } : {}),
      ...(link !== '' && head !== undefined ? { [link]: head } : {}),
      ...(Object.keys(digests).length > 0 ? { bodies: digests } : {}),
    };
    loose.entry?.(entry);
    const bytes = utf8(jcs(entry));
    const now = digest(bytes);
    names.put(loose.was.digest, loose.was.index, now, loose.chain === 'run' ? rseq : seq);
    heads.set(chain, now);
    lengths.set(chain, rseq + 1);
    const row = { seq, type: own.type, run: null, after: null, bytes };
    const nodes = append(seq, leafHash(bytes), store.node);
    store.append({ entries: [row], nodes, bodies: [], runs: [], erased: [] });
    if (loose.shown) shown.push({ seq, bytes, bodies: loose.bare ? {} : bodies });
  }
  const size = store.size();
  const checkpoint = site.checkpoint(size, store.node);
  const named = shown.flatMap(({ bodies }) => linesOf(bodies['statement']).get('tree') ?? []);
  const sizes = [...new Set(named.map((tree) => Number(tree.split(' ')[0])))].sort((a, b) => a - b);
  return {
    bundle: {
      ...base,
      checkpoint,
      entries: shown.map(({ bytes }) => bytes),
      proofs: shown.map(({ seq }) => inclusionProof(seq, size, store.node).map(base64)),
      consistency: sizes
        .filter((from) => from >= 1 && from < size)
        .map((from) => ({ size: from, proof: consistencyProof(from, size, store.node).map(base64) })),
      bodies: new Map(
        shown.flatMap(({ bodies }) => Object.values(bodies).map((body) => [bodyDigest(body), body] as const)),
      ),
    },
  };
}
