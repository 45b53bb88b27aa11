/** The claims about bodies: each is what an entry committed to, none is missing but what is blind for now or was erased by order, none is surplus. */
import { fromUtf8 } from '../bytes/encoding.ts';
import { parseCanonical } from '../bytes/jcs.ts';
import { bodyDigest } from '../log/entry.ts';
import type { Bundle } from '../record/bundle.ts';
import { withheld } from '../run/view.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { erasableOf } from '../site/redaction.ts';
import { foreignHolds, type Spine } from './chains.ts';
import { isType, type Leaf } from './read.ts';
import { type Reason, reason, unless } from './verdict.ts';

const JSON_LIMITS = { maxBytes: 1_048_576, maxDepth: 12, integersOnly: false } as const;
/** Bodies that are no JSON: their own formats are checked where they are read. */
const PLAIN = new Set(['statement', 'signature', 'output']);

/** Checks that every body at hand has the digest by which an entry names it. */
export function committed(bundle: Pick<Bundle, 'bodies'>, leaves: readonly Leaf[]): Reason[] {
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

/** Checks that every body at hand is the one that its entry names. */
export const committedTo = (leaves: readonly Leaf[]): Reason[] =>
  leaves.flatMap(({ entry, bodies }) =>
    Object.entries(bodies).flatMap(([name, body]) =>
      unless(
        bodyDigest(body) === entry.bodies?.[name],
        'XCK_INTEGRITY',
        `its body ${name} is another`,
        entry.seq,
        'I1',
      ),
    ),
  );

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

type Redaction = Leaf<Extract<Leaf['entry'], { type: 'body.redacted' }>>;

export const redactionsOf = ({ after }: Pick<Spine, 'after'>): Redaction[] =>
  (after as readonly Leaf[]).filter((leaf): leaf is Redaction => isType(leaf, 'body.redacted'));

/** A body that an entry names and a later one says was erased. */
interface Erased {
  readonly leaf: Leaf;
  readonly name: string;
  readonly digest: string;
  readonly by: Redaction;
}

/** What the record says was erased, as far as it may be: of the run and of what came after its close, before the redaction. */
export function erasedOf(spine: Pick<Spine, 'run' | 'after'>): Erased[] {
  const redactions = redactionsOf(spine);
  if (redactions.length === 0) return [];
  const by = new Map(redactions.flatMap((leaf) => leaf.entry.erased.map((digest) => [digest, leaf] as const)));
  return [...spine.run, ...spine.after].flatMap((leaf: Leaf) =>
    erasableOf(leaf.entry).flatMap(([name, digest]) => {
      const redaction = by.get(digest);
      return redaction && leaf.entry.seq < redaction.entry.seq ? [{ leaf, name, digest, by: redaction }] : [];
    }),
  );
}

/** Checks that every body is here but those that may be missing, and none that was erased by order. */
export function present(leaves: readonly Leaf[], spine: Spine, mayMiss: ReadonlySet<string>): Reason[] {
  const erased = new Map(erasedOf(spine).map(({ leaf, name, by }) => [`${leaf.entry.seq} ${name}`, by.entry.seq]));
  return leaves.flatMap(({ entry, bodies }) =>
    Object.entries(entry.bodies ?? {}).flatMap(([name, digest]) => {
      const here = Object.hasOwn(bodies, name);
      const by = erased.get(`${entry.seq} ${name}`);
      const why = here ? `is here, although #${by} says that it was erased` : 'is missing';
      const fits = by === undefined ? here || mayMiss.has(digest) : !here;
      return unless(fits, 'XCK_INTEGRITY', `its body ${name} ${why}`, entry.seq, 'I1');
    }),
  );
}

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
