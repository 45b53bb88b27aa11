/** Reads entries from bytes that nobody vouches for: canonical, of a known type, exactly as the table says. It judges no chain. */
import { Compile, type Validator } from 'typebox/compile';
import { parseCanonical } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { type Chain, ENTRIES, ENTRY_TYPES, type Entry, type EntryType, entrySchema, type Writer } from './tables.ts';

/** An entry's bytes; step-log.md, *One log, one structure*. */
export const ENTRY_LIMITS = { maxBytes: 65_535, maxDepth: 8, integersOnly: true } as const;

/** Made when the first entry of its kind is read: most readers meet few kinds. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const FORMS: Readonly<Record<string, () => Validator>> = Object.fromEntries(
  ENTRY_TYPES.flatMap((type) =>
    ENTRIES[type].chains.map((chain) => [`${type} ${chain}`, once(() => Compile(entrySchema(type, chain)))] as const),
  ),
);
const WRITER: Readonly<Record<string, Writer>> = { p: 'person', a: 'agent', s: 'server', t: 'token' };

const refused = (why: string) => fail('XCK_BYTES', { what: 'an entry', why });

const isType = (type: unknown): type is EntryType => typeof type === 'string' && Object.hasOwn(ENTRIES, type);

/** Why the actor or the names of the bodies are not what the table says of this type, or undefined. */
function misfit(entry: Entry): string | undefined {
  const { writers, bodies, mayHave, probes } = ENTRIES[entry.type];
  const writer = WRITER[entry.actor.slice(0, 1)];
  if (!(writers as readonly (Writer | undefined)[]).includes(writer))
    return `${entry.actor} cannot write a ${entry.type}`;
  const names = Object.keys(entry.bodies ?? {});
  if (entry.bodies && names.length === 0) return 'its bodies are empty, not absent';
  const missing = bodies.find((name) => !names.includes(name));
  if (missing !== undefined) return `it lacks the body ${missing}`;
  const known: readonly string[] = [...bodies, ...mayHave];
  const surplus = names.find((name) => !known.includes(name) && !(probes && name.startsWith('probe-')));
  return surplus === undefined ? undefined : `it has a body ${surplus}`;
}

/** The chain that an entry stands in: of a run where it names one, else the other one of its type. */
export const chainOf = (type: EntryType, entry: object): Chain => {
  const chains: readonly Chain[] = ENTRIES[type].chains;
  return chains.find((chain) => (chain === 'run') === 'run' in entry) ?? 'none';
};

/** The entry whose bytes these are. XCK_BYTES says what does not fit. */
export function parseEntry(bytes: Uint8Array): Result<Entry> {
  const parsed = parseCanonical(bytes, ENTRY_LIMITS);
  if (!parsed.ok) return parsed;
  const type = (parsed.value as { type?: unknown } | null)?.type;
  if (!isType(type)) return refused('its type is not one of the table');
  const form = FORMS[`${type} ${chainOf(type, parsed.value as object)}`];
  if (!form?.().Check(parsed.value)) return refused(`a field of ${type} is missing, surplus or not of its form`);
  const entry = parsed.value as Entry;
  if (entry.v !== 1) return refused('its version is not 1');
  const why = misfit(entry);
  return why === undefined ? ok(entry) : refused(why);
}
