/** Entries near the right one: each is refused by its own sentence. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { parseEntry } from '../../../core/log/parse.ts';
import { testRun } from '../../helpers/site.ts';

const run = testRun().seat();
const seated = run.entries.at(-1)?.entry ?? {};
const held = run.put({
  type: 'hold.raised',
  actor: run.site.people.sre.id,
  fields: { cause: 'person' },
  bodies: { answer: run.site.salted(utf8('"Wait"')) },
}).entry;
const parsed = (entry: unknown) => parseEntry(utf8(jcs(entry)));

t.test('genuine entries', async (t) => {
  for (const entry of [seated, held]) t.match(parsed(entry), { ok: true });
});

const bad: readonly (readonly [string, unknown, RegExp])[] = [
  ['no entry', null, /its type is not one of the table/],
  ['an unknown type', { ...seated, type: 'seat.sold' }, /its type is not one of the table/],
  ['a type by a name that every object has', { ...seated, type: 'constructor' }, /its type is not one of the table/],
  ['a type in a list', { ...seated, type: ['seat.taken'] }, /its type is not one of the table/],
  ['a field more', { ...seated, more: 1 }, /a field of seat\.taken is missing, surplus or not of its form/],
  ['another version', { ...seated, v: 2 }, /its version is not 1/],
  ['a writer that may not', { ...seated, actor: 'server' }, /server cannot write a seat\.taken/],
  ['no bodies, and yet bodies', { ...held, bodies: {} }, /its bodies are empty, not absent/],
];
for (const [name, entry, sentence] of bad)
  t.test(name, async (t) => {
    t.match(parsed(entry), { ok: false, refusal: { code: 'XCK_BYTES', sentence } });
  });
