/** People as others name them: by id, or by a display name that only one person has. */
import { deny } from './exits.ts';
import type { Names } from './show.ts';

/** The id of a person; `what` is what they are wanted as. XCK_UNKNOWN where nobody, or more than one, is called so. */
export function personNamed(named: string, names: Names, what: string): string {
  if (/^p-[0-9a-f]{16}$/.test(named)) return named;
  const found = Object.entries(names).filter(([, name]) => name === named);
  return found.length === 1 ? (found[0]?.[0] ?? '') : deny('XCK_UNKNOWN', { what, name: named });
}
