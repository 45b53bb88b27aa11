/** Checks that a statement was signed by whom it names, with a key that counts, over a tree that existed. It decides no policy. */

import { lineJson } from '../../core/approval/statement.ts';
import { equal, fromUtf8 } from '../../core/bytes/encoding.ts';
import { fail } from '../../core/errors.ts';
import type { Act } from '../../core/log/acts.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { agentOf, personOf, type Roster } from '../../core/log/roster.ts';
import type { VerifyRaw } from '../../core/log/signature.ts';
import { namespaceOf, parseSshsig, verifySshsig } from '../../core/log/sshsig.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Signed } from '../../core/run/commands.ts';
import { type Log, parseTree } from './log.ts';

export interface Checker {
  readonly roster: Roster;
  readonly log: Log;
  readonly verifyRaw: VerifyRaw;
}

/** Checks a person's statement. In a site that is not solo only keys that genesis names count (step-log.md, *Roster*). */
export async function authenticPerson(
  checker: Checker,
  act: Act,
  person: string,
  signed: Signed,
): Promise<Result<true>> {
  const keys = (personOf(checker.roster, person)?.keys ?? [])
    .filter((key) => checker.roster.solo || key.since === 0)
    .map((one) => one.key);
  const enrolling = act === 'enrol' ? enrolledKey(signed) : [];
  const signature = await authentic(checker, act, [...keys, ...enrolling], signed);
  return signature.ok ? treeExists(checker.log, signed) : signature;
}

export async function authenticAgent(checker: Checker, act: Act, agent: string, signed: Signed): Promise<Result<true>> {
  const key = agentOf(checker.roster, agent)?.key;
  return authentic(checker, act, key === undefined ? [] : [key], signed);
}

/** A first key vouches for itself: its own statement names it. */
function enrolledKey(signed: Signed): string[] {
  const content = lineJson(line(signed, 'content') ?? '') as { key?: unknown } | undefined;
  return typeof content?.key === 'string' ? [content.key] : [];
}

const line = (signed: Signed, name: string): string | undefined =>
  fromUtf8(signed.statement.bytes)
    ?.split('\n')
    .find((text) => text.startsWith(`${name} `))
    ?.slice(name.length + 1);

async function authentic(checker: Checker, act: Act, keys: readonly string[], signed: Signed): Promise<Result<true>> {
  const text = fromUtf8(signed.signature.bytes);
  if (text === undefined) return fail('XCK_SIGNATURE', { why: 'it is not text' });
  const parsed = parseSshsig(text);
  if (!parsed.ok) return parsed;
  for (const one of keys) {
    const key = parsePublicKey(one);
    if (!key.ok || !equal(key.value.blob, parsed.value.publicKey)) continue;
    const namespace = namespaceOf(act, checker.log.origin);
    return verifySshsig(text, signed.statement.bytes, { key: key.value, namespace, verify: checker.verifyRaw });
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
