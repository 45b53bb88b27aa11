/** Run ids made here are ULIDs that the log takes, in the order of their time. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { ulid } from '../../../server/cli/ulid.ts';

const RUN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

t.test('form and order', async (t) => {
  t.equal(ulid(0, new Uint8Array(10)), '0'.repeat(26));
  t.equal(ulid(2 ** 48 - 1, new Uint8Array(10).fill(255)), `7${'Z'.repeat(25)}`);
  t.equal(
    ulid(1_469_918_176_385, new Uint8Array(10)).slice(0, 10),
    '01ARYZ6S41',
    'the example of the ULID specification',
  );
  for (let i = 0; i < 100; i++) t.match(ulid(Date.now(), randomBytes(10)), RUN);
  t.ok(ulid(1000, new Uint8Array(10).fill(255)) < ulid(1001, new Uint8Array(10)));
});
