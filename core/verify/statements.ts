/** The claims about signatures: every statement is well formed and signed by its entry's actor with a key that counts there. */

import { parseStatement } from '../approval/statement.ts';
import { equal, fromUtf8 } from '../bytes/encoding.ts';
import type { Act, Lines } from '../log/acts.ts';
import type { VerifyRaw } from '../log/signature.ts';
import { namespaceOf, parseSshsig, verifyParsed } from '../log/sshsig.ts';
import { ENTRIES } from '../log/tables.ts';
import type { Leaf } from './read.ts';
import type { KeysFor, SigningKey } from './roster.ts';
import type { NamedTree } from './tree.ts';
import { type Reason, reason, type Signature } from './verdict.ts';

/** A statement at hand, read; `lines` are those of its act. */
export interface Stated {
  readonly leaf: Leaf;
  readonly act: Act;
  readonly lines: Readonly<Record<string, string>>;
}

/** The act whose statement an entry carries; what several sign says its own. */
const actOf = ({ entry }: Leaf): Act | null =>
  entry.type === 'act.signed' || entry.type === 'roster.signed' ? entry.act : ENTRIES[entry.type].act;

/** Checks that every statement at hand is one of its act. A statement without its signature, or the reverse, is a finding. */
export function statements(leaves: readonly Leaf[]): {
  readonly stated: ReadonlyMap<number, Stated>;
  readonly reasons: Reason[];
} {
  const stated = new Map<number, Stated>();
  const reasons: Reason[] = [];
  for (const leaf of leaves) {
    const act = actOf(leaf);
    const { statement, signature } = leaf.bodies;
    if (!act || (!statement && !signature)) continue;
    const read = statement && signature ? parseStatement(act, statement.bytes) : undefined;
    if (read?.ok) stated.set(leaf.entry.seq, { leaf, act, lines: read.value });
    else
      reasons.push(
        reason(
          'XCK_AUTHENTICITY',
          read?.refusal.sentence ?? 'a statement and its signature go together',
          leaf.entry.seq,
          'I4',
        ),
      );
  }
  return { stated, reasons };
}

/** The lines of an entry's statement, which `statements` has read as this act's. */
export const linesOf = <A extends Act>(
  stated: ReadonlyMap<number, Stated>,
  leaf: Leaf,
  act: A,
): Lines<A> | undefined => {
  const found = stated.get(leaf.entry.seq);
  return found?.act === act ? (found.lines as Lines<A>) : undefined;
};

export const namedTrees = (stated: ReadonlyMap<number, Stated>): NamedTree[] =>
  [...stated].flatMap(([seq, { lines }]) => (lines.tree === undefined ? [] : [{ seq, tree: lines.tree }]));

/** Checks I7 and I13: each statement's signature is by a key of its actor, for its act, in this log. */
export async function signatures(
  stated: ReadonlyMap<number, Stated>,
  keys: KeysFor,
  verifyRaw: VerifyRaw,
): Promise<{ readonly signatures: Signature[]; readonly reasons: Reason[] }> {
  const found: Signature[] = [];
  const reasons: Reason[] = [];
  for (const each of stated.values()) {
    const { entry } = each.leaf;
    const by = await signedBy(each, keys, verifyRaw);
    if (typeof by === 'string')
      reasons.push(
        reason('XCK_AUTHENTICITY', `${entry.actor}: ${by}`, entry.seq, entry.actor.startsWith('a-') ? 'I13' : 'I7'),
      );
    else if (entry.type === 'step.confirmed' && entry.kind !== by.kind)
      reasons.push(reason('XCK_AUTHENTICITY', `it was signed by a key of kind ${by.kind}`, entry.seq, 'I7'));
    else found.push({ seq: entry.seq, act: each.act, signer: entry.actor, kind: by.kind, fingerprint: by.fingerprint });
  }
  return { signatures: found, reasons };
}

/** The key that made a signature, or why none did. */
async function signedBy({ leaf, act }: Stated, keys: KeysFor, verifyRaw: VerifyRaw): Promise<SigningKey | string> {
  const { entry, bodies } = leaf;
  const parsed = parseSshsig(fromUtf8(bodies.signature?.bytes ?? new Uint8Array()) ?? '');
  if (!parsed.ok) return parsed.refusal.sentence;
  const by = keys(leaf).find(({ key }) => equal(key.blob, parsed.value.publicKey));
  if (!by) return 'the roster has no such key of theirs here';
  const message = bodies.statement?.bytes ?? new Uint8Array();
  const namespace = namespaceOf(act, entry.log);
  const kind = by.kind === 'agent' ? 'ssh' : by.kind;
  const { key, origins, uv } = by;
  const holds = await verifyParsed(parsed.value, message, { key, kind, namespace, origins, uv, verify: verifyRaw });
  return holds.ok ? by : holds.refusal.sentence;
}
