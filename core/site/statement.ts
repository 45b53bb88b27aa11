/** Statements about the site: read, and held against what the log and the command call for. */
import { lineJson, parseStatement, sameStatement } from '../approval/statement.ts';
import { fail } from '../errors.ts';
import type { Lines } from '../log/acts.ts';
import { ok, type Result } from '../result.ts';
import { signing } from '../run/answers.ts';
import type { Signed } from '../run/commands.ts';
import { type About, actLines } from '../run/lines.ts';

export type SiteAct = 'enrol' | 'runbook' | 'approve' | 'open' | 'redact';
export type Content = Readonly<Record<string, unknown>>;

/** Reads a statement and checks all its lines against what they must say; `expect` may look at what was signed. */
export function stated(
  origin: string,
  act: SiteAct,
  command: Signed & { readonly person: string },
  expect: (content: Content, lines: Lines<'open'>) => Omit<About, 'origin'>,
): Result<Lines<'open'>> {
  const read = parseStatement(act, command.statement.bytes);
  if (!read.ok) return read;
  const lines = read.value as Lines<'open'>;
  const content = lineJson(lines.content);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return fail('XCK_STATEMENT', { act, why: 'line "content" is not canonical JSON of an object' });
  const about = { origin, ...expect(content as Content, lines) };
  const same = sameStatement('open', lines, actLines(act, about, signing(lines, command.person)) as Lines<'open'>);
  return same.ok ? ok(lines) : same;
}

/** Bodies of an act that one person signs. */
export const bodies = ({ statement, signature }: Signed) => ({ statement, signature });
