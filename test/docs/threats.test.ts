/** Docs/threats.md promises nothing without a test: each that it names exists, in the file that it names, and every strategy of the attacker is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const doc = read('docs/threats.md');
/** The sources that a word stands for. */
const files = new Map(
  [...doc.matchAll(/^\| (\w+) \| (\[test\/.*) \|$/gm)].map(([, word, links = '']) => [
    word,
    [...links.matchAll(/\[(test\/\S+\.ts)\]/g)].map(([, path]) => path ?? ''),
  ]),
);
/** `word “name”`; a name may quote one word itself. */
const named = [...doc.matchAll(/\b([a-z]+) “((?:[^“”]|“[^“”]*”)+)”/g)].map(([, word = '', name = '']) => ({
  word,
  name,
}));

t.test('every test that the page names exists', async (t) => {
  t.ok(named.length > 40);
  for (const { word, name } of named) {
    const source = (files.get(word) ?? []).map(read).join('\n');
    const exists = ["'", '`'].some((quote) =>
      ['', 'in vain: '].some((before) => source.includes(`${quote}${before}${name}${quote}`)),
    );
    t.ok(exists, `${word} “${name}”`);
  }
});

t.test('every row of both tables names one', async (t) => {
  const rows = doc
    .split('\n')
    .filter((line) => /^\| (?!---|who \||what \||word \|)/.test(line) && !line.includes(']('));
  t.ok(rows.length >= 20);
  for (const row of rows) t.match(row.split(' | ').at(-1), /^[a-z]+ “.*” \|$/, row.slice(0, 60));
});

t.test('every file that the page has a word for is used', async (t) => {
  const used = new Set(named.map(({ word }) => word));
  t.same(
    [...files.keys()].filter((word) => !used.has(word ?? '')),
    [],
  );
});
