/** Canonical JSON against the RFC's own vectors and an independent implementation, and its strict reader. */
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { asciiJcs, jcs, parseCanonical } from '../../../core/bytes/jcs.ts';
import { campaign } from './campaign.ts';
import { listVectors, needs, readVector } from './vectors.ts';

const loose = { maxBytes: 65_535, maxDepth: 8, integersOnly: false };
const strict = { ...loose, integersOnly: true };
const accepts = (text: string, limits = strict) => parseCanonical(utf8(text), limits).ok;

t.test('the vectors of RFC 8785', needs('jcs/testdata'), async (t) => {
  const inputs = listVectors('jcs/testdata/input');
  t.equal(inputs.length, 6);
  for (const path of inputs) {
    const expected = readVector(path.replace('input', 'output'));
    t.equal(jcs(JSON.parse(readVector(path))), expected, path);
    t.ok(accepts(expected, loose), `${path} is canonical`);
  }
});

t.test('writes what canonicalize writes, and reads it back', (t) =>
  campaign(
    t,
    fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
      const text = jcs(value);
      const parsed = parseCanonical(utf8(text), loose);
      return text === canonicalize(value) && parsed.ok && jcs(parsed.value) === text;
    }),
    1000,
  ),
);

t.test('accepts a text exactly when canonicalising it changes nothing', (t) =>
  campaign(
    t,
    fc.property(
      fc.string({
        unit: fc.constantFrom('{', '}', '[', ']', '"a"', '"b"', ':', ',', '1', '0', '-', '.', 'e', ' ', '\\u0061'),
        maxLength: 8,
      }),
      (text) => {
        try {
          return accepts(text, loose) === (canonicalize(JSON.parse(text)) === text);
        } catch {
          return !accepts(text, loose);
        }
      },
    ),
    5000,
  ),
);

t.test('depth is told before large bytes are parsed, and by the brackets outside texts alone', async (t) => {
  const roomy = { ...loose, maxBytes: 2 ** 24 };
  const text = JSON.stringify(`[{"\\`.repeat(40_000));
  for (const [json, fits] of [
    [`[[[[[[[${text}]]]]]]]`, true],
    [`[[[[[[[[${text}]]]]]]]]`, true],
    [`[[[[[[[[[${text}]]]]]]]]]`, false],
    [`[${'[],'.repeat(40_000)}[]]`, true],
    [`[${'{"a":[1]},'.repeat(40_000)}[]]`, true],
    ['['.repeat(2 ** 23), false],
  ] as const)
    t.equal(accepts(json, roomy), fits, `${json.slice(0, 20)}, ${json.length}`);
});

t.test('near misses are refused', async (t) => {
  const spellings = [
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"a":2}',
    '{"a": 1}',
    '{"a":1}\n',
    '\ufeff{"a":1}',
    '["\\u0061"]',
    '["\\/"]',
    '["\\u000A"]',
    '[1.0]',
    '[1e3]',
    '[-0]',
    '[01]',
    '[+1]',
    '[NaN]',
    '[1,]',
    '["\t"]',
    '',
    'undefined',
    '{"__proto__":1,"a":2,"__proto__":1}',
  ];
  for (const text of spellings) t.notOk(accepts(text), JSON.stringify(text));
  t.notOk(accepts('["\\ud800"]'), 'an escaped lone surrogate');
  t.notOk(parseCanonical(Uint8Array.of(0x22, 0xff, 0x22), loose).ok, 'bytes that are not UTF-8');
});

t.test('limits', async (t) => {
  t.ok(accepts('[9007199254740991,-9007199254740991]'));
  for (const number of ['9007199254740992', '-9007199254740992', '1.5', '1e+21']) {
    t.notOk(accepts(`[${number}]`), `${number} where only integers may be`);
    t.ok(accepts(`[${number}]`, loose), `${number} elsewhere`);
  }
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  t.ok(accepts(nested(8)), 'depth 8');
  t.notOk(accepts(nested(9)), 'depth 9');
  t.notOk(accepts(nested(30_000)), 'a depth that would exhaust the stack');
  t.ok(accepts('{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}'), 'objects count alike: 8');
  t.notOk(accepts('{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}'), 'objects count alike: 9');
  t.ok(accepts('1', { ...strict, maxDepth: 0 }), 'a scalar has depth 0');
  t.ok(accepts('"abc"', { ...strict, maxBytes: 5 }));
  t.notOk(accepts('"abcd"', { ...strict, maxBytes: 5 }));
});

t.test('__proto__ is a member like any other', async (t) => {
  const text = '{"__proto__":{"admin":true}}';
  const parsed = parseCanonical(utf8(text), strict);
  const value = parsed.ok ? (parsed.value as Record<string, unknown>) : {};
  t.ok(Object.hasOwn(value, '__proto__'));
  t.equal(value.admin, undefined);
  t.equal(jcs(value), text);
});

t.test('what is no JSON throws', async (t) => {
  const values = [
    undefined,
    { a: undefined },
    [undefined],
    new Array(1),
    () => 1,
    1n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Symbol('a'),
  ];
  for (const value of [...values, new Date(0), new Map(), new Uint8Array(1), '\ud800', { '\udc00': 1 }]) {
    t.throws(() => jcs(value), TypeError, typeof value);
  }
});

t.test('asciiJcs escapes all that is not printable ASCII', async (t) => {
  t.equal(asciiJcs({ é: '𝄞\u007f\n~ "' }), '{"\\u00e9":"\\ud834\\udd1e\\u007f\\n~ \\""}');
  t.same(JSON.parse(asciiJcs('Ω\u2028')), 'Ω\u2028');
  t.throws(() => asciiJcs('\ud800'), TypeError);
});
