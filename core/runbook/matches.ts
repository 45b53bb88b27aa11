/** I17: whether what was signed is what the runbook renders to, but for what only the agent can know. It trusts no shape of the signed. */
import { fail } from '../errors.ts';
import { ok, type Result } from '../result.ts';
import type { Path } from './problem.ts';
import type { Rendered } from './runbook.ts';

const AGENT_ENV = ['PATH', 'HOME', 'LANG'];
const MOST = 10;

/** Checks that what was signed is what was rendered; XCK_RENDER names each difference, as a path in the signed documents. */
export function matchesRendered(rendered: Rendered, signed: Rendered): Result<true> {
  const { target, do: does, action } = signed;
  const found = differences(rendered, { target, do: does, action }, []);
  if (found.length === 0) return ok(true);
  const named = found.slice(0, MOST).join(', ');
  return fail('XCK_RENDER', { what: found.length > MOST ? `${named} and more` : named });
}

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function differences(rendered: unknown, signed: unknown, path: Path): string[] {
  if (is(path, 'action', 'programs')) return isPrograms(signed) ? [] : [nameOf(path)];
  // The verifier renders with the data directory that was signed.
  if (is(path, 'action', 'data') && typeof signed !== 'string') return [nameOf(path)];
  if (Array.isArray(rendered) && Array.isArray(signed)) return listDifferences(rendered, signed, path);
  if (isMembers(rendered) && isMembers(signed)) return memberDifferences(rendered, signed, path);
  return rendered === signed ? [] : [nameOf(path)];
}

function listDifferences(rendered: readonly unknown[], signed: readonly unknown[], path: Path): string[] {
  if (rendered.length !== signed.length) return [nameOf(path)];
  return rendered.flatMap((item, index) =>
    index === 0 && isArgv(path) && isResolved(item, signed[0])
      ? []
      : differences(item, signed[index], [...path, index]),
  );
}

function memberDifferences(rendered: Members, signed: Members, path: Path): string[] {
  const added = Object.keys(signed).filter((key) => !Object.hasOwn(rendered, key));
  const strange = is(path, 'action', 'env')
    ? added.filter((name) => !AGENT_ENV.includes(name) || typeof signed[name] !== 'string')
    : added;
  const own = Object.entries(rendered).flatMap(([key, value]) =>
    Object.hasOwn(signed, key) ? differences(value, signed[key], [...path, key]) : [nameOf([...path, key])],
  );
  return [...own, ...strange.map((key) => nameOf([...path, key]))];
}

const is = (path: Path, ...parts: Path): boolean =>
  path.length === parts.length && parts.every((part, index) => part === '*' || part === path[index]);

/** Where an argv stands whose program the agent resolves. */
const isArgv = (path: Path): boolean =>
  isDoArgv(path, 'do') ||
  isDoArgv(path, 'action', 'undo', 'do') ||
  is(path, 'action', 'probes', '*', 'run') ||
  is(path, 'action', 'verify', '*', 'run');

const isDoArgv = (path: Path, ...at: Path): boolean =>
  is(path, ...at, 'argv') ||
  is(path, ...at, 'run') ||
  is(path, ...at, 'drill') ||
  is(path, ...at, 'items', '*', 'do', 'argv');

/** A bare program name may have become one absolute path of that name, without detours, and nothing else. */
function isResolved(program: unknown, path: unknown): boolean {
  if (typeof program !== 'string' || typeof path !== 'string' || program.includes('/')) return false;
  const [root, ...names] = path.split('/');
  return root === '' && names.at(-1) === program && names.every((name) => !['', '.', '..'].includes(name));
}

const isPrograms = (value: unknown): boolean =>
  isMembers(value) &&
  Object.entries(value).every(
    ([path, digest]) => path.startsWith('/') && typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest),
  );

/** The place as in the signed documents, with a word for what a person looks at first. */
function nameOf(path: Path): string {
  const place = path.join('.');
  if (path[0] === 'target') return `the target (${place})`;
  if (path[0] === 'do') return `the command (${place})`;
  return path[1] === 'env' ? `the environment (${place})` : place;
}
