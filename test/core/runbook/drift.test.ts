/** Drift and nearness on exact decimals, against rationals of bigints that share no code with it. */
import fc from 'fast-check';
import t from 'tap';
import { drifted, trimmed, within } from '../../../core/runbook/drift.ts';
import { campaign } from '../bytes/campaign.ts';

/** A decimal as numerator and denominator, read sign by sign. */
function rational(text: string): readonly [bigint, bigint] {
  let [numerator, denominator, fraction] = [0n, 1n, false];
  for (const sign of text.replace(/^-/, '')) {
    if (sign === '.') fraction = true;
    else {
      numerator = numerator * 10n + BigInt(sign);
      if (fraction) denominator *= 10n;
    }
  }
  return [text.startsWith('-') ? -numerator : numerator, denominator];
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** |x − a|·100 ≤ n·|a| with everything over one denominator. */
function expected(n: string, armed: string, value: string): boolean {
  const [[nn, nd], [an, ad], [xn, xd]] = [rational(n), rational(armed), rational(value)];
  return abs(xn * ad - an * xd) * 100n * nd <= nn * abs(an) * xd;
}

const digits = fc.stringMatching(/^\d{1,30}$/);
const decimal = fc
  .tuple(fc.boolean(), digits, fc.option(fc.stringMatching(/^\d{1,20}$/), { nil: null }))
  .map(([minus, whole, fraction]) => `${minus ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}`);
const percent = fc
  .tuple(fc.stringMatching(/^\d{1,2}$/), fc.option(fc.stringMatching(/^\d{1,3}$/), { nil: null }))
  .map(([whole, fraction]) => `${whole}${fraction === null ? '' : `.${fraction}`}`);

t.test('within is the inequality of the design on any decimals', async (t) => {
  await campaign(
    t,
    fc.property(
      percent,
      decimal,
      decimal,
      (n, armed, value) => within(`${n}%`, armed, value) === expected(n, armed, value),
    ),
    2000,
  );
});

t.test('and at its very edge, where rounding would tell another story', async (t) => {
  const near = fc.tuple(percent, decimal, fc.bigInt({ min: -2n, max: 2n }), fc.boolean());
  await campaign(
    t,
    fc.property(near, ([n, armed, off, up]) => {
      const [[nn, nd], [an, ad]] = [rational(n), rational(armed)];
      // The edge itself, armed ± n%, written out over 10^40 and moved by a few units of it.
      const scale = 10n ** 40n;
      const edge = (an * scale * (100n * nd + (up ? nn : -nn))) / (100n * nd * ad) + off;
      const text = `${edge < 0n ? '-' : ''}${abs(edge) / scale}.${String(abs(edge) % scale).padStart(40, '0')}`;
      return within(`${n}%`, armed, text) === expected(n, armed, text);
    }),
    2000,
  );
});

t.test('what floating point gets wrong', async (t) => {
  t.ok(within('1%', '10', '10.1'));
  t.notOk(within('1%', '10', '10.10000000000000000000001'));
  t.ok(within('1%', '-200', '-202'));
  t.notOk(within('1%', '-200', '202'));
  t.ok(within('0%', '0.30', '0.3'));
  t.ok(within('5%', '0', '-0.0'));
  t.notOk(within('5%', '0', '0.0000001'));
  t.ok(within('0.001%', '9007199254740993', '9007199254740992'));
  t.notOk(within('0%', '9007199254740993', '9007199254740992'));
});

t.test('what is no plain decimal is never near', async (t) => {
  const strange = ['', ' 1', '1 ', '1\n', '+1', '1.', '.1', '1e0', '0x1', '1_0', '1,0', 'NaN', '--1', '١', '−1'];
  for (const value of strange) {
    t.notOk(within('50%', '1', value), JSON.stringify(value));
    t.notOk(within('50%', value, '1'), JSON.stringify(value));
    t.notOk(within(`${value}%`, '1', '1'), JSON.stringify(value));
  }
});

t.test('drift by each rule', async (t) => {
  t.notOk(drifted('exact', 'db-1', ' db-1\n', null), 'ASCII space at the ends is forgiven');
  t.ok(drifted('exact', 'db-1', 'db-1\u00a0', null), 'no other space is');
  t.ok(drifted('exact', '1.0', '1', null), 'a number is a text here');
  t.notOk(drifted({ within: '1%' }, '200000\n', ' 201000', null));
  t.ok(drifted({ within: '1%' }, '200000', '202001', null));
  t.ok(drifted({ within: '1%' }, 'n/a', 'n/a', null), 'what is no number cannot be near');
  t.notOk(drifted('expect', '1', '2', true));
  t.ok(drifted('expect', '1', '1', false));
  t.ok(drifted('expect', '1', '1', null), 'an expectation that says nothing');
});

t.test('space at the ends goes in time proportional to the text', async (t) => {
  const inner = `x${' '.repeat(500_000)}x`;
  t.equal(trimmed(`\t ${inner}\r\n`), inner);
  t.equal(trimmed(' \v\f'), '');
});
