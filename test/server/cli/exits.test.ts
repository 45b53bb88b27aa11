/** Exit codes are a contract with scripts: each refusal has the one that experience.md gives it. */
import t from 'tap';
import { ERRORS, type ErrorCode, refusal } from '../../../core/errors.ts';
import { EXIT, exitOf, Stop, stopOf } from '../../../server/cli/exits.ts';

const EXPECTED: Partial<Record<ErrorCode, number>> = {
  XCK_SIGNED_OUT: EXIT.denied,
  XCK_SELF: EXIT.denied,
  XCK_AUTHOR: EXIT.denied,
  XCK_LEAD: EXIT.denied,
  XCK_SEAT: EXIT.denied,
  XCK_TWICE: EXIT.denied,
  XCK_SIGNATURE: EXIT.denied,
  XCK_INPUT: EXIT.usage,
  XCK_UNKNOWN: EXIT.usage,
  XCK_DIFFERED: EXIT.refused,
  XCK_RENDER: EXIT.refused,
  XCK_HELD: EXIT.held,
  XCK_HOLD_ON: EXIT.held,
  XCK_CONDITIONS: EXIT.held,
  XCK_DECIDE: EXIT.held,
  XCK_WINDOW: EXIT.held,
  XCK_CLOCK: EXIT.held,
  XCK_CONDITION: EXIT.denied,
  XCK_CONFIRMED: EXIT.denied,
  XCK_BRIEFING: EXIT.failed,
  XCK_INTEGRITY: EXIT.invalid,
  XCK_AUTHENTICITY: EXIT.invalid,
  XCK_POLICY: EXIT.invalid,
  XCK_FORK: EXIT.diverged,
  XCK_UNEXPECTED: EXIT.failed,
  XCK_NOT_NOW: EXIT.failed,
};

t.test('the codes have the numbers of the page', async (t) => {
  t.strictSame(Object.values(EXIT), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130]);
  for (const [code, exit] of Object.entries(EXPECTED))
    t.equal(exitOf(code, ERRORS[code as ErrorCode].status), exit, code);
});

t.test('no refusal looks like a success', async (t) => {
  for (const [code, { status }] of Object.entries(ERRORS)) t.ok(exitOf(code, status) > 0, code);
  t.equal(exitOf('XCK_OF_A_LATER_VERSION', 403), EXIT.denied);
  t.equal(exitOf('XCK_OF_A_LATER_VERSION', 500), EXIT.failed);
});

t.test('a refusal keeps its sentence, hint and code', async (t) => {
  const stop = stopOf(refusal('XCK_TARGET', { target: 'db' }));
  t.ok(stop instanceof Stop);
  t.match(stop, { exit: EXIT.refused, code: 'XCK_TARGET', message: /target/, hint: /db/ });
});
