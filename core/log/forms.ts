/** The common forms of step-log values (ids, digests, references) as patterns; it must never accept a near miss. */
import Type from 'typebox';

const MAX_INT = 2 ** 53 - 1;

/** `sha256:` and 64 lower-case hex. */
export const Sha256 = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
/** Integers 0 … 2^53−1. */
export const Int = Type.Integer({ minimum: 0, maximum: MAX_INT });
export const Id = Type.String({ pattern: '^[a-z][a-z0-9_-]{0,63}$' });
/** A run: ULID, Crockford base 32, upper case. */
export const RunId = Type.String({ pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$' });
export const Principal = Type.String({ pattern: '^p-[0-9a-f]{16}$' });
export const AgentId = Type.String({ pattern: '^a-[0-9a-f]{16}$' });
export const Nonce = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** `<int> <digest>`: the entry named, by rseq where it belongs to a run, else by seq, and the SHA-256 of its bytes. */
export const Ref = Type.String({ pattern: '^(0|[1-9][0-9]{0,15}) sha256:[0-9a-f]{64}$' });
/** Standard padded base64; the decoded length is checked where it matters. */
export const Base64 = Type.String({ pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' });
/** Whoever may stand as an entry's actor: a person, an agent, a token or the server itself. */
export const Actor = Type.String({ pattern: '^(?:[pat]-[0-9a-f]{16}|server)$' });
/** `<size> <base64 root>` of a tree. */
export const Tree = Type.String({ pattern: '^(0|[1-9][0-9]{0,15}) [A-Za-z0-9+/]{43}=$' });
export const Text = Type.String({ minLength: 1, maxLength: 1000 });
/** A closed object: every key required but the `Type.Optional` ones, nothing else allowed. */
export const closed = <T extends Type.TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
/** Names of one form to values; without its option TypeBox lets other names through with any value. */
export const named = <V extends Type.TSchema>(key: Type.TString, value: V): Type.TRecord<string, V> =>
  Type.Record(key, value, { additionalProperties: false }) as unknown as Type.TRecord<string, V>;
/** One of a few words. */
export const words = <const T extends readonly string[]>(...values: T) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values] }));
