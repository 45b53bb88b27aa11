/** Commands read as a shell would take them, and nothing that was written elsewhere acts on the terminal. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { argvText, barred, modeText, nameOf } from '../../../server/cli/show.ts';

t.test('argv reads as a shell would take it', async (t) => {
  for (const argv of [
    ['plain', '--a=b', '/c.d'],
    ['two words', "it's", '$HOME', '', '*'],
    ['żółć', '“q”', 'a;b&c|d'],
  ]) {
    const shell = spawnSync('sh', ['-c', `printf '<%s>' ${argvText(argv)}`], { encoding: 'utf8' });
    t.equal(shell.stdout, argv.map((one) => `<${one}>`).join(''));
  }
  t.equal(argvText(['a\u001b[2J', 'b\nc']), "'a\\x1b[2J' 'b\\x0ac'", 'nothing acts on the terminal');
});

t.test('scripts stand behind a bar, names are cleaned, modes are never left out', async (t) => {
  t.strictSame(barred('a\nb\u001b[1m\n'), ['  | a', '  | b\\x1b[1m']);
  t.equal(nameOf({ p: 'Ada\u202e' }, 'p'), 'Ada\\u{202e}');
  t.equal(nameOf({}, 'p-0000000000000001'), 'p-0000000000000001');
  t.strictSame(
    [
      { mode: 'live', solo: false },
      { mode: 'live', solo: true },
      { mode: 'rehearsal', solo: false },
    ].map((facts) => modeText(facts as Parameters<typeof modeText>[0])),
    ['LIVE', 'LIVE SOLO', 'REHEARSAL'],
  );
});
