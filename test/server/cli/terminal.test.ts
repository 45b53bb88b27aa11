/** The terminal shows nothing that could act on it or deceive, and takes answers from a person only. */
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { EXIT, Stop } from '../../../server/cli/exits.ts';
import { clean, cleanLines, jsonText, openTerminal, type Streams } from '../../../server/cli/terminal.ts';
import { campaign } from '../../core/bytes/campaign.ts';
import { stopping } from './stopping.ts';

const HOSTILE: readonly (readonly [string, string, string])[] = [
  ['CSI', '\u001b[2J', '\\x1b[2J'],
  ['OSC', '\u001b]52;c;aGk=\u0007', '\\x1b]52;c;aGk=\\x07'],
  ['C1', '\u009b31m', '\\x9b31m'],
  ['CR', 'safe\rrm -rf', 'safe\\x0drm -rf'],
  ['bidi', 'a\u202etxt.exe', 'a\\u{202e}txt.exe'],
  ['zero width', 'a\u200bb', 'a\\u{200b}b'],
  ['separator', 'a\u2028b', 'a\\u{2028}b'],
  ['NUL and DEL', '\u0000\u007f', '\\x00\\x7f'],
  ['beyond the BMP', '\u{e0041}', '\\u{e0041}'],
  ['lone surrogate', '\ud800x', '\\u{d800}x'],
];

/** Streams as a terminal has them, with what was written. */
function streams(tty: boolean) {
  const make = () => Object.assign(new PassThrough(), { isTTY: tty });
  const made = { stdin: make(), stdout: make(), stderr: make() };
  const text = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString('utf8') ?? '';
  return { ...made, text };
}

const open = (given: Streams, input = true) => openTerminal(given, { input, color: false });

t.test('control and invisible characters become visible', async (t) => {
  for (const [name, text, shown] of HOSTILE) t.equal(clean(text), shown, name);
  t.equal(clean('żółć 你好 🙂 “q”'), 'żółć 你好 🙂 “q”', 'letters stay');
  t.equal(cleanLines('a\n\tb\r'), 'a\n\tb\\x0d');
});

t.test('no text gets past the cleaning', async (t) => {
  const hostile = fc.string({ unit: 'binary', maxLength: 200 });
  await campaign(
    t,
    fc.property(hostile, (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(clean(text))),
    500,
  );
  const same = (text: string) => JSON.parse(jsonText(text)) === text && !/[\p{Cc}\p{Cf}]/u.test(jsonText(text));
  await campaign(t, fc.property(hostile, same), 500);
});

t.test('data goes to stdout, words to stderr, both cleaned', async (t) => {
  const tty = streams(false);
  const terminal = open(tty);
  terminal.out('data\u001b[2J');
  terminal.say('words\u001b[2J');
  t.equal(tty.text(tty.stdout), 'data\\x1b[2J\n');
  t.equal(tty.text(tty.stderr), 'words\\x1b[2J\n');
});

t.test('answers come line by line, and what was typed ahead waits', async (t) => {
  const tty = streams(true);
  const terminal = open(tty);
  tty.stdin.write('first\n  second  \n');
  t.equal(await terminal.ask('One?'), 'first');
  t.equal(await terminal.ask('Two?'), 'second', 'trimmed');
  const third = terminal.ask('Three?');
  tty.stdin.write('third\n');
  t.equal(await third, 'third');
  t.match(tty.text(tty.stderr), /One\?\n> Two\?\n> Three\?\n> /);
  terminal.close();
});

t.test('a question that is over ends with its reason', async (t) => {
  const tty = streams(true);
  const terminal = open(tty);
  const over = new AbortController();
  const asked = terminal.ask('Which?', over.signal);
  over.abort(new Stop(EXIT.held, 'The arming is void.'));
  await t.rejects(asked, stopping(EXIT.held, { message: 'The arming is void.' }));
  await t.rejects(terminal.ask('Again?', over.signal), stopping(EXIT.held), 'nor is it asked again');
  terminal.close();
});

t.test('an input that ends is no answer', async (t) => {
  const tty = streams(true);
  const terminal = open(tty);
  const asked = terminal.ask('Which?');
  tty.stdin.end();
  await t.rejects(asked, stopping(EXIT.interrupted));
});

t.test('nobody is asked where nobody sits', async (t) => {
  await t.rejects(open(streams(false)).ask('Which?'), stopping(EXIT.usage));
  await t.rejects(open(streams(true), false).ask('Which?'), stopping(EXIT.usage, { hint: /--no-input/ }));
  t.throws(() => open(streams(false)).demandPerson('step check'), stopping(EXIT.usage, { message: /step check/ }));
  t.throws(() => open(streams(true), false).demandPerson('step check'), stopping(EXIT.usage));
  const half = { ...streams(true), stdout: new PassThrough() };
  t.throws(
    () => open(half).demandPerson('step check'),
    stopping(EXIT.usage),
    'output into a pipe is not read by a person',
  );
  t.doesNotThrow(() => open(streams(true)).demandPerson('step check'));
});
