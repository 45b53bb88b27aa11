/** Bash completes nouns, verbs, and the options of the longest word. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { WORDS } from '../../../server/cli/table.ts';
import { bashScript } from '../../../server/cli/words/completion.ts';

const absent = spawnSync('bash', ['--version']).error ? 'bash is not installed' : false;

function completions(...words: string[]): string[] {
  const line = ['crosscheck', ...words].map((word) => `'${word}'`).join(' ');
  const script = `${bashScript(WORDS)}\nCOMP_WORDS=(${line})\nCOMP_CWORD=${words.length}\n_crosscheck 2>/dev/null\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
}

t.test('completion', { skip: absent }, async (t) => {
  t.strictSame(completions('runb'), ['runbook']);
  t.strictSame(completions('step', 're'), ['refuse', 'resolve']);
  t.strictSame(completions('run', 'windows', ''), [], 'a run or a step is not for the table to know');
  t.ok(completions('run', 'lift', 'R', '--').includes('--risk'));
  t.strictSame(completions('run', 'countermeasure', 'add', 'R', '--ow'), ['--owner']);
  t.ok(!completions('run', 'windows', 'deleted', '--').includes('--json'), 'the longest word counts');
});
