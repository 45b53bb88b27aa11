/** The blast radius: a number in JSON lines past what was armed, by exact decimals, however the output is cut into pieces. */
import fc from 'fast-check';
import t from 'tap';
import { watchLimit } from '../../../server/agent/limit.ts';
import { campaign } from '../../core/bytes/campaign.ts';

const SPEC = { field: 'rows', within: '5%', probe: 'rows' };

/** What is past the limit after this output, and after its end. */
function over(text: string, armed = '1000', spec = SPEC, size = 7): string | null {
  const watch = watchLimit(spec, armed);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) watch.push(bytes.subarray(at, at + size));
  return watch.end();
}
const rows = (value: string) => `{"rows":${value}}\n`;

t.test('only upward, only past n percent of the value as armed', (t) => {
  t.equal(over(rows('1051')), 'rows 1051 is more than 5% above 1000');
  t.equal(over(rows('1050')), null, 'exactly n percent is within');
  t.equal(over(rows('1050.0001')), 'rows 1050.0001 is more than 5% above 1000');
  t.equal(over(rows('0') + rows('-99999')), null, 'less never counts');
  t.equal(over(rows('"1051"')), 'rows 1051 is more than 5% above 1000', 'a decimal as text');
  t.match(over(rows('1e21')), /^rows 1000000000000000000000 is more/);
  t.equal(over(rows('1e-7'), '0'), 'rows 0.00000010000000000000 is more than 5% above 0');
  t.equal(over(rows('1.005'), '1', { ...SPEC, within: '0.5%' }), null);
  t.equal(over(rows('1.0051'), '1', { ...SPEC, within: '0.5%' }), 'rows 1.0051 is more than 0.5% above 1');
  t.equal(over(rows('1'), 'many'), 'rows 1 is more than 5% above many', 'what cannot be compared is past it');
  t.end();
});

t.test('what is no progress is ignored, and the first that is past it stays', (t) => {
  const noise =
    'text\n[1051]\nnull\n"rows"\n{"rows":null}\n{"rows":"many"}\n{"rows":[1051]}\n{"other":1051}\n{"rows":1051\n';
  t.equal(over(noise), null);
  t.equal(over(`${noise}${rows('2000')}${rows('3000')}`), 'rows 2000 is more than 5% above 1000');
  t.equal(over('{"rows":1051}'), 'rows 1051 is more than 5% above 1000', 'a last line without its end');
  t.equal(over(`{"pad":"${'x'.repeat(65536)}","rows":1051}\n`), null, 'a line that is too long');
  t.equal(
    over(`{"pad":"${'x'.repeat(70000)}"}\n${rows('1051')}`),
    'rows 1051 is more than 5% above 1000',
    'and the next is read',
  );
  t.end();
});

t.test('it is told as soon as the line is whole', (t) => {
  const watch = watchLimit(SPEC, '1000');
  t.equal(watch.push(Buffer.from('{"rows":10')), null);
  t.equal(watch.push(Buffer.from('51}')), null);
  t.match(watch.push(Buffer.from('\n')), /1051/);
  t.end();
});

t.test('the pieces make no difference', async (t) => {
  const line = fc.oneof(
    fc.integer({ min: 900, max: 1060 }).map((n) => rows(String(n))),
    fc.constantFrom('noise\n', '\n', '{"rows":}\n'),
  );
  await campaign(
    t,
    fc.property(fc.array(line), fc.integer({ min: 1, max: 40 }), (lines, size) => {
      const text = lines.join('');
      return over(text, '1000', SPEC, size) === over(text, '1000', SPEC, text.length + 1);
    }),
    500,
  );
});
