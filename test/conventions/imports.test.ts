/** The fences around the folders: who may import whom, and what core must never name. Each rule has a probe that must fail. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/server.ts';

interface Source {
  /** Path from the project's root. */
  readonly path: string;
  readonly text: string;
}

const FOLDERS = ['core', 'server', 'web', 'bench'];
const sources: Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map(String)
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(ROOT, folder, name), 'utf8') })),
);

/** What a source imports, relative paths resolved from the root. Type-only imports are erased and count only where `types` says so. */
function imports({ path, text }: Source, types = true): string[] {
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|^import\s+()'([^']+)'|\bimport\(\s*()'([^']+)'/gm,
  );
  return [...found]
    .filter((match) => types || !match[1])
    .map((match) => match[2] ?? match[4] ?? match[6] ?? '')
    .map((name) => (name.startsWith('.') ? normalize(join(dirname(path), name)) : name));
}

const CORE_PACKAGES = [
  'xstate',
  'yaml',
  'typebox',
  'typebox/compile',
  'typebox/value',
  '@marcbachmann/cel-js',
  '@noble/hashes/sha2.js',
];
/** Lower layers first: a file imports (at run time) only from its own layer or one before it. */
const LAYERS = ['bytes', 'log', 'runbook', 'approval', 'run', 'release', 'site', 'record', 'verify'];
/** The doors of a run's page: what they reach at run time may not bring these. */
const HEAVY = ['yaml', 'typebox', 'typebox/compile', 'typebox/value', '@marcbachmann/cel-js'];

type Rule = (source: Source) => string[];
const within = (folder: string) => (source: Source) => source.path.startsWith(`${folder}/`);

const corePure: Rule = (source) =>
  within('core')(source)
    ? imports(source).filter((name) => !name.startsWith('core/') && !CORE_PACKAGES.includes(name))
    : [];
const coreNames: Rule = (source) =>
  within('core')(source)
    ? (withoutComments(source.text).match(
        /Date\.now|new Date\(\)|Math\.random|\bconsole\.|\bprocess\.|\bcrypto\.|\bfetch\(|\bsetTimeout\(/g,
      ) ?? [])
    : [];
const layers: Rule = (source) => {
  const own = LAYERS.indexOf(source.path.split('/')[1] ?? '');
  if (!within('core')(source) || own === -1) return [];
  return imports(source, false).filter(
    (name) => name.startsWith('core/') && LAYERS.indexOf(name.split('/')[1] ?? '') > own,
  );
};
const webOnlyCore: Rule = (source) =>
  within('web')(source) ? imports(source).filter((name) => name.startsWith('server/') || name.startsWith('node:')) : [];
const agentAlone: Rule = (source) =>
  within('server/agent')(source)
    ? imports(source).filter((name) => name.startsWith('server/') && !name.startsWith('server/agent/'))
    : [];
const sqliteOnce: Rule = (source) =>
  source.path !== 'server/store/sqlite.ts' && within('server')(source)
    ? imports(source).filter((name) => name === 'better-sqlite3')
    : [];
const wsPlaces: Rule = (source) =>
  /^server\/(room|agent|cli)\//.test(source.path) || !within('server')(source)
    ? []
    : imports(source).filter((name) => name === 'ws');
const oneWriter: Rule = (source) =>
  within('server')(source) && !/^server\/(runner\/(engine|log)|store\/\w+|people\/setup)\.ts$/.test(source.path)
    ? (source.text.match(/\b(log|store)\.append\(/g) ?? [])
    : [];
const opensWithSentence: Rule = (source) =>
  /^(#!.*\n)?\/\*\*[\s\S]*?\*\//.test(source.text) ? [] : ['no opening sentence'];

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

const RULES: readonly (readonly [name: string, rule: Rule, probe: Source])[] = [
  [
    'core imports core and its five packages',
    corePure,
    { path: 'core/run/x.ts', text: "import { a } from 'node:fs';" },
  ],
  [
    'core names no clock, dice, console or process',
    coreNames,
    { path: 'core/run/x.ts', text: 'const now = Date.now();' },
  ],
  [
    'core imports downwards only',
    layers,
    { path: 'core/log/x.ts', text: "import { decide } from '../run/decide.ts';" },
  ],
  ['web imports core only', webOnlyCore, { path: 'web/x.ts', text: "import { x } from '../server/app.ts';" }],
  [
    'the agent imports core and itself only',
    agentAlone,
    { path: 'server/agent/x.ts', text: "import { x } from '../runner/engine.ts';" },
  ],
  [
    'better-sqlite3 stands in store/sqlite.ts only',
    sqliteOnce,
    { path: 'server/app.ts', text: "import D from 'better-sqlite3';" },
  ],
  [
    'ws stands in room, agent and cli only',
    wsPlaces,
    { path: 'server/app.ts', text: "import { WebSocket } from 'ws';" },
  ],
  ['only the write path appends', oneWriter, { path: 'server/room/x.ts', text: 'log.append([x]);' }],
  ['every file opens with a sentence', opensWithSentence, { path: 'core/x.ts', text: 'export const x = 1;' }],
];

for (const [name, rule, probe] of RULES) {
  t.test(name, async (t) => {
    t.same(
      sources.flatMap((source) => rule(source).map((what) => `${source.path}: ${what}`)),
      [],
    );
    t.not(rule(probe).length, 0, 'the probe is caught');
  });
}

t.test('the doors of a run’s page reach no YAML, schema or expression engine', async (t) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reach = (entry: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(entry)) return seen;
    seen.add(entry);
    const source = byPath.get(entry);
    for (const name of source ? imports(source, false) : []) reach(name, seen);
    return seen;
  };
  for (const door of [
    'core/run/state.ts',
    'core/run/lines.ts',
    'core/run/rules.ts',
    'core/approval/statement.ts',
    'core/approval/quorum.ts',
    'core/log/sshsig.ts',
    'core/log/checkpoint.ts',
    'core/log/merkle.ts',
    ...[...byPath.keys()].filter((path) => path.startsWith('core/release/')),
  ])
    t.same(
      [...reach(door)].filter((name) => HEAVY.includes(name)),
      [],
      door,
    );
  t.ok([...reach('core/runbook/parse.ts')].includes('yaml'), 'the walk does find what is there');
});

t.test('files stay small', async (t) => {
  const long = sources.filter(
    ({ path, text }) => text.split('\n').length > 400 && !path.endsWith('tables.ts') && !path.endsWith('errors.ts'),
  );
  t.same(
    long.map(({ path }) => path),
    [],
  );
});
