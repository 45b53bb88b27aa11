/** Small readers of documents that people wrote: closed, every key present; what is not of its form is refused and never mended. */
import { parseCanonical } from '../bytes/jcs.ts';
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import { codeAt, hiddenAt } from '../runbook/invisible.ts';

const LIMITS = { maxBytes: 65_535, maxDepth: 8, integersOnly: false } as const;
const LONGEST = 4000;

/** Why a value is not of the form, as the end of a sentence; undefined where it is. */
export type Form = (value: unknown) => string | undefined;

/** A value that somebody has read already, or the bytes of its canonical JSON. */
export const plain = (given: unknown): Result<unknown> =>
  given instanceof Uint8Array ? parseCanonical(given, LIMITS) : ok(given);

export const text: Form = (value) => {
  if (typeof value !== 'string') return 'is not a text';
  if (value.trim() === '') return 'is empty';
  if (value.length > LONGEST) return `has more than ${LONGEST} characters`;
  const hidden = hiddenAt(value);
  return hidden === -1 ? undefined : `holds the invisible character ${codeAt(value, hidden)}`;
};

/** Milliseconds since 1970. */
export const instant: Form = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'is not an instant in milliseconds';

export const amount: Form = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? undefined : 'is not a number from 0 up';

export const id: Form = (value) =>
  typeof value === 'string' && /^[a-z][a-z0-9_-]{0,63}$/.test(value) ? undefined : 'is not an id';

export const orNull =
  (form: Form): Form =>
  (value) =>
    value === null ? undefined : form(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with exactly these keys. */
export const shaped =
  (forms: Readonly<Record<string, Form>>): Form =>
  (value) => {
    if (!isObject(value)) return 'is not an object';
    const stranger = Object.keys(value).find((key) => !Object.hasOwn(forms, key));
    if (stranger !== undefined) return `has the unknown key ${stranger.slice(0, 64)}`;
    for (const [key, form] of Object.entries(forms)) {
      if (!Object.hasOwn(value, key)) return `lacks ${key}`;
      const why = form(value[key]);
      if (why !== undefined) return `has a ${key} that ${why}`;
    }
    return undefined;
  };

export const listOf =
  (form: Form, most: number): Form =>
  (value) => {
    if (!Array.isArray(value)) return 'is not a list';
    if (value.length > most) return `has more than ${most} items`;
    return value.map(form).find((why) => why !== undefined);
  };

/** Ids to values of one form. */
export const byId =
  (form: Form, most: number): Form =>
  (value) => {
    if (!isObject(value)) return 'is not an object';
    if (Object.keys(value).length > most) return `has more than ${most} items`;
    return Object.entries(value).flatMap(([key, one]) => id(key) ?? form(one) ?? [])[0];
  };

/** Reads a document of the form; XCK_INPUT says what does not fit, XCK_BYTES that it is no canonical JSON. */
export function read<T>(where: string, form: Form, given: unknown): Result<T> {
  const value = plain(given);
  if (!value.ok) return value;
  const why = form(value.value);
  return why === undefined ? ok(value.value as T) : fail('XCK_INPUT', { where, why: `it ${why}` });
}
