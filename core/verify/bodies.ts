/** The claims about bodies: each is what an entry committed to, none is missing but what is blind for now, none is surplus. */
import { fromUtf8 } from '../bytes/encoding.ts';
import { parseCanonical } from '../bytes/jcs.ts';
import { bodyDigest } from '../log/entry.ts';
import type { Bundle } from '../record/bundle.ts';
import { withheld } from '../run/view.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { foreignHolds, type Spine } from './chains.ts';
import type { Leaf } from './read.ts';
import { type Reason, reason, unless } from './verdict.ts';

const JSON_LIMITS = { maxBytes: 1_048_576, maxDepth: 12, integersOnly: false } as const;
/** Bodies that are no JSON: their own formats are checked where they are read. */
const PLAIN = new Set(['statement', 'signature', 'output']);

/** Checks that every body at hand has the digest by which an entry names it. */
export function committed(bundle: Bundle, leaves: readonly Leaf[]): Reason[] {
  const naming = new Map(
    leaves.flatMap(({ entry }) => Object.values(entry.bodies ?? {}).map((digest) => [digest, entry.seq] as const)),
  );
  return [...bundle.bodies].flatMap(([digest, body]) => [
    ...unless(naming.has(digest), 'XCK_INTEGRITY', `no entry names the body ${digest}`, null, 'I1'),
    ...unless(
      bodyDigest(body) === digest,
      'XCK_INTEGRITY',
      `a body is not the one that it names (${digest})`,
      naming.get(digest) ?? null,
      'I1',
    ),
  ]);
}

/** The bodies that a leniency lets be missing; without one only those of holds on other runbooks, which no record has. */
export function mayMiss(
  withheld: 'blind' | 'output' | undefined,
  leaves: readonly Leaf[],
  spine: Spine,
  runbook: Runbook,
): ReadonlySet<string> {
  const foreign = foreignHolds(spine).flatMap(({ entry }) => Object.values(entry.bodies ?? {}));
  const output = withheld === 'output' ? leaves.flatMap(({ entry }) => entry.bodies?.['output'] ?? []) : [];
  const blind = withheld === 'blind' ? blindBodies(spine, runbook) : [];
  return new Set([...foreign, ...output, ...blind]);
}

const blindBodies = ({ run }: Spine, runbook: Runbook): ReadonlySet<string> =>
  withheld(
    runbook,
    run.map(({ entry }) => entry),
    null,
  );

/** Checks that every body is here but those that may be missing. */
export const present = (leaves: readonly Leaf[], mayMiss: ReadonlySet<string>): Reason[] =>
  leaves.flatMap(({ entry, bodies }) =>
    Object.entries(entry.bodies ?? {}).flatMap(([name, digest]) =>
      unless(
        Object.hasOwn(bodies, name) || mayMiss.has(digest),
        'XCK_INTEGRITY',
        `its body ${name} is missing`,
        entry.seq,
        'I1',
      ),
    ),
  );

/** Checks that structured bodies are canonical, that texts are text, and that output is as long as its entry says. */
export const wellFormed = (leaves: readonly Leaf[]): Reason[] =>
  leaves.flatMap(({ entry, bodies }) => [
    ...Object.entries(bodies).flatMap(([name, { bytes }]) => {
      if (!PLAIN.has(name)) {
        const parsed = parseCanonical(bytes, JSON_LIMITS);
        return parsed.ok
          ? []
          : [reason('XCK_INTEGRITY', `its body ${name}: ${parsed.refusal.sentence}`, entry.seq, 'I1')];
      }
      return unless(
        name === 'output' || fromUtf8(bytes) !== undefined,
        'XCK_INTEGRITY',
        `its body ${name} is not text`,
        entry.seq,
        'I1',
      );
    }),
    ...outputLength(entry, bodies['output']?.bytes.length),
  ]);

function outputLength(entry: Leaf['entry'], length: number | undefined): Reason[] {
  if (!('checks' in entry)) return [];
  const said = entry.output_length;
  const named = entry.bodies?.output !== undefined;
  const fits = named === (said !== undefined) && (length === undefined || length === said);
  return unless(fits, 'XCK_INTEGRITY', 'its output has another length than it says', entry.seq, 'I11');
}

/** The JSON of a body that was checked to be canonical. */
export const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(fromUtf8(bytes) ?? 'null');
