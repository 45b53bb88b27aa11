/** The forms of texts and lists that the language is made of, each with the words that a refusal says; none of them accepts a near miss. */
import Type from 'typebox';
import { named } from '../../log/forms.ts';

export const optional = Type.Optional;

/** Adds annotations to a schema just made; a copy would lose what TypeBox hides in it. */
export const described = <T extends Type.TSchema>(schema: T, description: string, more: object = {}): T =>
  Object.assign(schema, { description, ...more });

/** A text of one form; `title` and `examples` are the words that a refusal says. */
const form = (title: string, pattern: string, ...examples: string[]) => ({ title, pattern, examples });

const DURATION_PATTERN = '[1-9][0-9]{0,5}(ms|s|m|h|d)';
const PERCENT_PATTERN = '[0-9]{1,2}(\\.[0-9]{1,3})?%';
const NAME_PATTERN = '[a-z][a-z0-9_-]{0,63}';

/** The one such name that every object has: a run that keeps its steps and seats by name would find it where nobody put it. */
export const RESERVED = 'constructor';

export const NAME = form(
  'a name of a to z, 0 to 9, - and _ that begins with a letter',
  `^(?!${RESERVED}$)${NAME_PATTERN}$`,
  'drop-column',
);
/** Names that expressions write after a dot. */
export const WORD = form(
  'a name of a to z, 0 to 9 and _ that begins with a letter',
  '^[a-z][a-z0-9_]{0,63}$',
  'api_port',
);
export const VARIABLE = form('a name of A to Z, 0 to 9 and _', '^[A-Z_][A-Z0-9_]{0,63}$', 'PGDATABASE');
const DURATION = form('a duration', `^${DURATION_PATTERN}$`, '30s', '5m', '2h');
const LASTS = form(
  'a duration, or a backup step’s keep',
  `^(${DURATION_PATTERN}|${NAME_PATTERN}\\.keep)$`,
  '24h',
  'backup.keep',
);
const SIZE = form('a size', '^[0-9]{1,6}(B|kB|MB|GB)$', '500kB', '10MB');
const PERCENT = form('a percentage below 100', `^${PERCENT_PATTERN}$`, '1%', '0.5%');
const SHARE = form(
  'a percentage above a probe',
  `^${PERCENT_PATTERN} of probes\\.${NAME_PATTERN}$`,
  '5% of probes.rows',
);
const PROBE = form('a probe', `^probes\\.${NAME_PATTERN}$`, 'probes.rows');
const URL = form('a web address', '^https?://\\S(.*\\S)?$', 'https://example.org/dashboard');
const FOLDER = form('a folder beside this one', '^\\.\\./[a-z0-9][a-z0-9_-]{0,39}$', '../other');
const SECRET_FILE = form('the name of a file, without a path', '^[a-z0-9][a-z0-9._-]{0,63}$', 'pgpassword');
const FIELD = form('the name of a JSON field', '^[A-Za-z_][A-Za-z0-9_-]{0,63}$', 'rows');
const TIME_OF_DAY = form('a time of day', '^([01][0-9]|2[0-3]):[0-5][0-9]$', '09:00', '16:30');
const END_OF_DAY = form('a time of day, or 24:00', '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$', '16:30', '24:00');
const ZONE = form('a time zone', '^[A-Za-z0-9+_/-]{1,64}$', 'Europe/Warsaw', 'UTC');
/** What a person reads in a row must not be able to look like two. */
const LINE = { title: 'one line without space at its ends', pattern: '^\\S(.*\\S)?$', minLength: 1, maxLength: 500 };

type More = { readonly default?: unknown };
const textOf =
  (spec: object) =>
  (description: string, more: More = {}) =>
    Type.String({ ...spec, description, ...more });

export const line = textOf(LINE);
export const text = textOf({ minLength: 1, maxLength: 4000 });
export const script = textOf({ minLength: 1, maxLength: 20_000 });
export const pattern = textOf({ minLength: 1, maxLength: 200 });
export const name = textOf(NAME);
export const word = textOf(WORD);
export const variable = textOf(VARIABLE);
export const duration = textOf(DURATION);
export const lasts = textOf(LASTS);
export const size = textOf(SIZE);
export const percent = textOf(PERCENT);
export const share = textOf(SHARE);
export const probeName = textOf(PROBE);
export const url = textOf({ ...URL, maxLength: 2000 });
export const folder = textOf(FOLDER);
export const secretFile = textOf(SECRET_FILE);
export const field = textOf(FIELD);
export const timeOfDay = textOf(TIME_OF_DAY);
export const endOfDay = textOf(END_OF_DAY);
export const zone = textOf(ZONE);

export const flag = (description: string) => Type.Boolean({ description, default: false });
export const count = (description: string, minimum: number, maximum: number, more: More = {}) =>
  Type.Integer({ minimum, maximum, description, ...more });
export const argv = (description: string) =>
  Type.Array(text('One argument'), { minItems: 1, maxItems: 100, description });
export const names = (item: string, description: string, more: More & { readonly minItems?: number } = {}) =>
  Type.Array(name(item), { minItems: 1, maxItems: 20, description, ...more });
export const value = (description: string) =>
  Type.Union([Type.String(), Type.Number(), Type.Boolean()], { description });
/** A mapping whose keys are names of one form. */
export const byName = <V extends Type.TSchema>(key: ReturnType<typeof form>, of: V, description: string) =>
  Object.assign(named(Type.String(key), of), { description, propertyNames: Type.String(key) });
