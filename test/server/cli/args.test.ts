/** The command line is read strictly: an unknown word or option is a usage error that says what was meant. */
import t from 'tap';
import { argument, flag, helpText, list, readArgs, text, type Word } from '../../../server/cli/args.ts';
import { EXIT, Stop } from '../../../server/cli/exits.ts';
import { WORDS } from '../../../server/cli/table.ts';

function stopped(argv: readonly string[]): Stop {
  try {
    readArgs(argv, WORDS);
  } catch (error) {
    if (error instanceof Stop) return error;
  }
  throw new Error('it was not refused');
}

function given(...argv: string[]) {
  const parsed = readArgs(argv, WORDS);
  if (parsed.kind !== 'word') throw new Error('it is help');
  return parsed;
}

t.test('a word is found with its options and arguments', async (t) => {
  const { word, given: read } = given(
    'run',
    'start',
    'demo',
    '--input',
    'a=1',
    '--input',
    'b=2',
    '--server',
    'http://x',
  );
  t.equal(word.name, 'run start');
  t.equal(argument(read, 0), 'demo');
  t.strictSame(list(read, 'input'), ['a=1', 'b=2']);
  t.equal(text(read, 'server'), 'http://x');
  t.equal(flag(read, 'no-input'), false);
  t.equal(given('login', '--page').word.name, 'login', 'a word of one part');
  t.equal(text(given('record', 'export', 'R', '-o', 'F').given, 'output'), 'F');
});

t.test('what is not known is refused with what was meant', async (t) => {
  t.match(stopped(['sever', 'start']), { exit: EXIT.usage, message: /“sever start”/, hint: /server start/ });
  t.match(stopped(['step', 'chekc', 'R']), { exit: EXIT.usage, hint: /step check/ });
  t.match(stopped(['xyzzy']), { exit: EXIT.usage, hint: /help/ });
  t.match(stopped(['run', 'list', '--jsn']), { exit: EXIT.usage, message: /jsn/ });
  t.match(stopped(['run', 'join']), { exit: EXIT.usage, message: /takes RUN/ });
  t.match(stopped(['run', 'answer', 'R']), { exit: EXIT.usage }, 'a sentence is missing');
  t.match(stopped(['whoami', 'now']), { exit: EXIT.usage, message: /no argument/ });
});

t.test('help is a page for all words and one for each', async (t) => {
  t.match(readArgs([], WORDS), { kind: 'help', word: null });
  t.match(readArgs(['--help'], WORDS), { kind: 'help', word: null });
  t.match(readArgs(['run', 'join', '--help'], WORDS), { kind: 'help', word: { name: 'run join' } });
  const runs = readArgs(['run'], WORDS);
  t.ok(runs.kind === 'help' && runs.words.length > 5 && runs.words.every(({ name }) => name.startsWith('run ')));
  const page = helpText(WORDS, null);
  for (const { name, help } of WORDS) t.ok(page.includes(name) && page.includes(help), name);
  t.match(helpText(WORDS, WORDS.find(({ name }) => name === 'run start') as Word), /--input …/);
  t.equal(new Set(WORDS.map(({ name }) => name)).size, WORDS.length, 'each word stands once');
});

t.test('the longest word that fits is meant', async (t) => {
  t.equal(given('run', 'windows').word.name, 'run windows');
  t.equal(given('run', 'windows', 'deleted', 'R', 'backup', '--evidence', 'x').word.name, 'run windows deleted');
  t.equal(given('run', 'countermeasure', 'R').word.name, 'run countermeasure');
  t.equal(given('run', 'countermeasure', 'close', 'R', 'cm').word.name, 'run countermeasure close');
});

t.test('nothing that lets something proceed can be answered by an option', async (t) => {
  const never = ['yes', 'y', 'force', 'confirm', 'sign', 'assume-yes'];
  for (const { name, options } of WORDS)
    t.same(
      Object.keys(options).filter((option) => never.includes(option)),
      [],
      name,
    );
  const people = WORDS.filter(({ name }) => /^(step (check|key)|runbook approve)$/.test(name));
  t.equal(people.length, 3);
  for (const { name, options } of people) t.strictSame(Object.keys(options).sort(), ['key', 'server'], name);
});

t.test('every act of the words table has its word', async (t) => {
  const words =
    'run start, run join, run leave, run answer, step arm, step check, step withdraw, step key, run hold, run update, run lift, run abort, run decide, step resolve, run waive, run lead, run close, runbook register, runbook approve, run deviate, step attest, step start, run plan, run rehearse, run windows deleted, run postmortem, run countermeasure add, run countermeasure close';
  for (const word of words.split(', '))
    t.ok(
      WORDS.some(({ name }) => name === word),
      word,
    );
});
