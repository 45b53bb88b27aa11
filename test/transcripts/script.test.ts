/** The scripts of stories and their player: what is read, what counts as seen, and that a story which goes otherwise fails. */
import t from 'tap';
import { matched, named, readScript, wordsOf } from '../helpers/script.ts';
import { Stage, stageSkip } from '../helpers/stage.ts';
import { Transcript } from '../helpers/transcript.ts';

t.test('a script says who does what, what is typed, and what must be seen', async (t) => {
  const acts = readScript(
    '# A comment.\n\nmarta: run start x\n  Opened *\n  > yes\n  exit 6\njonas$ ls -l\njonas stays: step check <run>\njonas is done\naiko waits for: run status <run>\n',
  );
  const cues = [
    { kind: 'see', text: 'Opened *' },
    { kind: 'type', text: 'yes' },
  ];
  t.same(acts, [
    { line: 3, who: 'marta', manner: 'says', words: 'run start x', cues, exit: 6 },
    { line: 7, who: 'jonas', manner: 'shell', words: 'ls -l', cues: [], exit: 0 },
    { line: 8, who: 'jonas', manner: 'stays', words: 'step check <run>', cues: [], exit: 0 },
    { line: 9, who: 'jonas', manner: 'ends', words: '', cues: [], exit: 0 },
    { line: 10, who: 'aiko', manner: 'waits', words: 'run status <run>', cues: [], exit: 0 },
  ]);
  t.throws(() => readScript('marta says hello'), /line 1: /);
  t.throws(() => readScript('\n  Opened'), /line 2: nobody/);
});

t.test('a line is compared as a whole, with wildcards and names', async (t) => {
  t.same(matched('Opened *', 'Opened LIVE: x', {}), {});
  t.equal(matched('Opened', 'Opened LIVE: x', {}), null, 'not a part of it');
  t.equal(matched('1.0', '1x0', {}), null, 'no character but * is special');
  t.same(matched('| <rows> of <rows_before>', '  | 7 of 9', {}), { rows: '7', rows_before: '9' });
  t.same(matched('<run>', 'R', { run: 'R' }), {}, 'a name that is known must be the same');
  t.equal(matched('<run>', 'S', { run: 'R' }), null);
  t.equal(matched('<run>', 'two words', {}), null, 'a new name is one word');
  t.equal(named('<a> <b>', { a: '1' }), '1 <b>');
  t.same(wordsOf(`run hold X 'two words' --a="b c" d''`), ['run', 'hold', 'X', 'two words', '--a=b c', 'd']);
});

t.test('a story that goes otherwise fails, and says where', { skip: stageSkip() }, async (t) => {
  const stage = await Stage.open(t);
  const tells = (text: string) => new Transcript({ pass: () => {} }, stage).tell(text, 'story');
  await tells('marta$ echo 5\n  <five>\njonas$ echo <five>; exit 3\n  5\n  exit 3\n');
  for (const [text, why] of [
    ['marta$ echo 5\n  6\n', /line 1: “6” was never printed/],
    ['marta$ echo 5; echo 6\n  6\n  5\n', /“5” was never printed/],
    ['marta$ exit 3\n', /it ended with 3, not 0/],
    ['marta$ true\n  exit 3\n', /it ended with 0, not 3/],
    ['marta$ true\n  > yes\n', /nothing asked for “yes”/],
    ['marta: login\n  > yes\n', /nothing asked for “yes”/],
    ['marta: nothing like that\n', /it ended with 2, not 0/],
    ['marta is done\n', /has not stayed/],
    ['nobody$ true\n', /nobody is called nobody/],
    ['machine: dance\n', /does not know: dance/],
  ] as const)
    await t.rejects(tells(text), why, JSON.stringify(text));
});
