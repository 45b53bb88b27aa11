/** The trust-root file: four lines, read only as they are written. */
import t from 'tap';
import { vkey } from '../../../core/log/checkpoint.ts';
import { parseTrust, trustText } from '../../../core/record/trust.ts';
import { TestSite } from '../../helpers/site.ts';

const { trust } = new TestSite();
const text = trustText(trust);

t.test('it is read as it was written', (t) => {
  t.match(
    text,
    /^crosscheck-trust\/v1\norigin crosscheck\.example:8443\/log\/[0-9a-f]{32}\nlog-key [^\n]+\ngenesis sha256:[0-9a-f]{64}\n$/,
  );
  t.strictSame(parseTrust(text), { ok: true, value: trust });
  t.end();
});

t.test('it says what is wrong', (t) => {
  const says = (wrong: string, sentence: RegExp) => t.match(parseTrust(wrong), { ok: false, refusal: { sentence } });
  for (const wrong of ['', text.slice(0, -1), text.replace('/v1', '/v2')]) says(wrong, /it is not the four lines/);
  const { name, raw } = trust.logKey;
  says(text.replace(vkey(name, raw), vkey('elsewhere', raw)), /the log key has another name/);
  says(text.replace(/\+([0-9a-f]{8})\+/, '+00000000+'), /the hash is not that of its name and key/);
  t.end();
});

const near: Record<string, string> = {
  'no last line feed': text.slice(0, -1),
  'a line more': `${text}\n`,
  'carriage returns': text.replaceAll('\n', '\r\n'),
  'another version': text.replace('/v1', '/v2'),
  'upper-case hex': text.replace(/sha256:.*/, (line) => line.toUpperCase()),
  'a key of another name': text.replace(/log-key [^+]+/, 'log-key elsewhere'),
  'a key with another hash': text.replace(/\+([0-9a-f]{8})\+/, '+00000000+'),
  'two origins': text.replace('log-key', `origin ${trust.origin}\nlog-key`),
  nothing: '',
};

for (const [name, wrong] of Object.entries(near)) {
  t.test(`refused: ${name}`, (t) => {
    t.match(parseTrust(wrong), { ok: false, refusal: { code: 'XCK_BYTES' } });
    t.end();
  });
}
