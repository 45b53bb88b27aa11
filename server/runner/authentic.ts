/** Checks that a statement was signed by whom it names, with a key that counts, over a tree that existed. It decides no policy. */

import { lineJson } from '../../core/approval/statement.ts';
import { equal, fromUtf8 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import type { Act } from '../../core/log/acts.ts';
import { KEY_KINDS, type KeyKind, parsePublicKey } from '../../core/log/publicKey.ts';
import { agentOf, type Roster } from '../../core/log/roster.ts';
import type { VerifyRaw } from '../../core/log/signature.ts';
import { namespaceOf, parseSshsig, verifySshsig } from '../../core/log/sshsig.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Signed } from '../../core/run/commands.ts';
import { type Log, parseTree } from './log.ts';

export interface Checker {
  readonly roster: Roster;
  /** The roster at the opening of the run that the statement is about; genesis, where it is about what the log continues. */
  readonly opening?: Roster | undefined;
  /** The roster that the statement would bring. */
  readonly next?: Pick<Roster, 'people'> | undefined;
  readonly log: Log;
  readonly verifyRaw: VerifyRaw;
}

/** Checks a person's statement and says by what kind of key it is: by a key of the roster, and where it is about a run also of the roster at its opening. */
export async function authenticPerson(
  checker: Checker,
  act: Act,
  person: string,
  signed: Signed,
): Promise<Result<KeyKind>> {
  const { roster, opening, next } = checker;
  const own = keysIn(roster, person);
  const then =
    opening && (act === 'epoch' || !roster.solo) ? new Set(keysIn(opening, person).map(({ key }) => key)) : null;
  const keys = act === 'enrol' ? enrolledKey(signed) : then ? own.filter(({ key }) => then.has(key)) : own;
  // A keeper who has no key that counts yet signs with the one that the new roster gives.
  const coming = act === 'roster' && own.length === 0 && next ? keysIn(next, person) : [];
  const signature = await authentic(checker, act, [...keys, ...coming], signed);
  const tree = treeExists(checker.log, signed);
  return tree.ok ? signature : signature.ok ? tree : signature;
}

export async function authenticAgent(
  checker: Checker,
  act: Act,
  agent: string,
  signed: Signed,
): Promise<Result<KeyKind>> {
  const key = agentOf(checker.roster, agent)?.key;
  return authentic(checker, act, key === undefined ? [] : [{ key, kind: 'ssh' }], signed);
}

const keysIn = ({ people }: Pick<Roster, 'people'>, person: string): readonly OwnKey[] =>
  people.find(({ id }) => id === person)?.keys ?? [];

/** A first key vouches for itself: its own statement names it. */
function enrolledKey(signed: Signed): OwnKey[] {
  const { key, kind } = (lineJson(line(signed, 'content') ?? '') ?? {}) as { key?: unknown; kind?: unknown };
  return typeof key === 'string' && isKind(kind) ? [{ key, kind }] : [];
}

const isKind = (kind: unknown): kind is KeyKind => (KEY_KINDS as readonly unknown[]).includes(kind);

type OwnKey = { readonly key: string; readonly kind: KeyKind };

const line = (signed: Signed, name: string): string | undefined =>
  fromUtf8(signed.statement.bytes)
    ?.split('\n')
    .find((text) => text.startsWith(`${name} `))
    ?.slice(name.length + 1);

/** The kind of the key among `keys` by which the statement is signed. */
async function authentic(
  checker: Checker,
  act: Act,
  keys: readonly OwnKey[],
  signed: Signed,
): Promise<Result<KeyKind>> {
  const text = fromUtf8(signed.signature.bytes);
  if (text === undefined) return fail('XCK_SIGNATURE', { why: 'it is not text' });
  const parsed = parseSshsig(text);
  if (!parsed.ok) return parsed;
  for (const one of keys) {
    const key = parsePublicKey(one.key);
    if (!key.ok || !equal(key.value.blob, parsed.value.publicKey)) continue;
    const namespace = namespaceOf(act, checker.log.origin);
    const { origins, verifyRequired: uv } = checker.roster;
    const by = { key: key.value, kind: one.kind, namespace, origins, uv, verify: checker.verifyRaw };
    const holds = await verifySshsig(text, signed.statement.bytes, by);
    return holds.ok ? ok(one.kind) : holds;
  }
  return fail('XCK_SIGNATURE', { why: 'its key is not one of the signer’s in the roster' });
}

/** I8: the tree that a signer names is a tree that this log had. */
function treeExists(log: Log, signed: Signed): Result<true> {
  const tree = parseTree(line(signed, 'tree') ?? '');
  const is = tree !== undefined && log.rootAt(tree.size) === tree.root;
  return is
    ? ok(true)
    : fail('XCK_STATEMENT', { act: 'signed', why: 'line "tree" names a tree that this log never had' });
}
