/** The documents say what is: error table both ways, every command they name exists, every file they link to is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { ERRORS } from '../../core/errors.ts';
import { WORDS } from '../../server/cli/table.ts';
import { ROOT } from '../helpers/server.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true }).map((name) => join('docs', String(name))),
].filter((path) => path.endsWith('.md'));

t.test('docs/errors.md and the table are equal in both directions', async (t) => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `(XCK_\w+)` \| (\d+) \| (.*) \| (.*) \|$/gm)].map(
    ([, code, status, sentence, hint]) => [code, { status: Number(status), sentence, hint }],
  );
  t.same(Object.fromEntries(rows), ERRORS);
});

t.test('every code that the sources name is in the table, and every code is used', async (t) => {
  const sources = ['core', 'server', 'web']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))))
    .filter((path) => /\.tsx?$/.test(path) && path !== 'core/errors.ts');
  const used = new Set(sources.flatMap((path) => read(path).match(/XCK_[A-Z_]+/g) ?? []));
  used.delete('XCK_');
  t.same(
    [...used].filter((code) => !(code in ERRORS)),
    [],
    'none is made up',
  );
  t.same(
    Object.keys(ERRORS).filter((code) => !used.has(code)),
    [],
    'none is dead',
  );
});

t.test('links lead to files', async (t) => {
  for (const path of documents) {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? '');
    t.same(
      links.filter((link) => !existsSync(join(ROOT, dirname(path), link))),
      [],
      path,
    );
  }
});

t.test('npm scripts and crosscheck words that documents name exist', async (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const path of documents) {
    const text = read(path);
    const named = [...text.matchAll(/npm (?:run (?:-s )?)?(start|test|crosscheck|bench|check)\b/g)].map(
      ([, name]) => name ?? '',
    );
    t.same(
      named.filter((name) => !(name in scripts)),
      [],
      `${path}: npm scripts`,
    );
    const nouns = new Set(WORDS.map(({ name }) => name.split(' ')[0] ?? ''));
    const words = [...text.matchAll(/crosscheck (?:-- )?([a-z]+) ([a-z]+)\b/g)].filter(([, noun]) =>
      nouns.has(noun ?? ''),
    );
    const unknown = words
      .map(([, noun, verb]) => `${noun} ${verb}`)
      .filter((word) => !WORDS.some(({ name }) => name === word || name === word.split(' ')[0]));
    t.same(unknown, [], `${path}: words`);
  }
});
