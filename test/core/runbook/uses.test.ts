/** Runbooks in runbooks: what is packed, what is refused, and how the steps of one stand in another. */
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { type FolderFile, folderDigest } from '../../../core/runbook/folder.ts';
import { lintFolder } from '../../../core/runbook/lint.ts';
import { parseFolder } from '../../../core/runbook/parse.ts';
import { allSteps } from '../../../core/runbook/steps.ts';
import { packFolder } from '../../../core/runbook/uses.ts';
import { FILES, said } from './fixtures.ts';
import { OTHER, otherFiles, WIDE, wideFolder, wideRunbook } from './wide.ts';

const file = (path: string, text = ''): FolderFile => ({ path, mode: '0644', bytes: utf8(text) });

/** A runbook that uses others, and runs one thing itself. */
const using = (...names: string[]): string => `apiVersion: crosscheck/v1
id: user
title: User
crew: {lead: {roles: [a]}, reviewer: {roles: [b]}}
presence: {required: [lead, reviewer]}
steps:
  - {id: own, title: Own, run: [a]}
${names.map((name) => `  - {id: ${name}, title: Use, use: ../${name}}\n`).join('')}`;

/** What packing says of a folder `a`, whose neighbours are these. */
function packing(neighbours: Readonly<Record<string, string>>, ...more: FolderFile[]) {
  const folders = new Map(Object.entries(neighbours).map(([name, yaml]) => [name, [file('runbook.yaml', yaml)]]));
  const packed = packFolder([...(folders.get('a') ?? []), ...more], (name) => folders.get(name));
  return 'files' in packed ? packed.files.map(({ path }) => path) : packed.problems.map(said);
}

t.test('a folder is packed with what it uses', async (t) => {
  const own = [...FILES, file('runbook.yaml', WIDE)];
  const asked: string[] = [];
  const packed = packFolder(own, (name) => {
    asked.push(name);
    return name === 'other' ? otherFiles() : undefined;
  });
  if (!('files' in packed)) throw new Error('not packed');
  t.same(asked, ['other']);
  t.same(folderDigest(packed.files), folderDigest(wideFolder()), 'the same folder in another order');
  t.same(lintFolder(packed.files).problems, []);
  const changed = wideFolder(WIDE, `${OTHER}# more\n`);
  t.notSame(folderDigest(packed.files), folderDigest(changed), 'the digest covers what is used');
});

t.test('uses of uses lie side by side, each once', async (t) => {
  t.same(packing({ a: using('b', 'c'), b: using('c'), c: using() }), [
    'runbook.yaml',
    'use/b/runbook.yaml',
    'use/c/runbook.yaml',
  ]);
  t.same(packing({ a: using() }), ['runbook.yaml']);
  t.same(packing({ a: 'id: [' }), ['runbook.yaml'], 'what cannot be read uses nothing, and lint says why');
});

t.test('what cannot be packed', async (t) => {
  t.same(packing({ a: using('b') }), [
    '8:30 error [use] There is no runbook in “../b”. | Name a folder beside this one that has a runbook.yaml.',
  ]);
  t.same(packing({ a: using('b'), b: using('c') }), [
    'use/b/runbook.yaml:8:30 error [use] There is no runbook in “../c”. | Name a folder beside this one that has a runbook.yaml.',
  ]);
  t.same(packing({ a: using('b'), b: using('b') }), [
    'use/b/runbook.yaml:8:30 error [use] This runbook uses itself: b → b. | Take one of these uses out.',
  ]);
  t.same(packing({ a: using('b'), b: using('c'), c: using('b') }), [
    'use/c/runbook.yaml:8:30 error [use] This runbook uses itself: b → c → b. | Take one of these uses out.',
  ]);
  t.same(packing({ a: using('b'), b: using('a') }), [
    'use/a/runbook.yaml:8:30 error [use] This runbook uses itself: b → a → b. | Take one of these uses out.',
  ]);
  t.same(packing({ a: using('b'), b: using() }, file('use/b/notes')), [
    '8:30 error [use] The folder has files in “use/b/”, where “../b” would be put. | Rename that folder.',
  ]);
  t.same(packing({ a: using('b'), b: using() }, file('use/bb/notes')), [
    'runbook.yaml',
    'use/bb/notes',
    'use/b/runbook.yaml',
  ]);
});

/** What a folder says that was packed by somebody else. */
const folderSays = (runbooks: Readonly<Record<string, string>>): string[] =>
  lintFolder(Object.entries(runbooks).map(([path, yaml]) => file(path, yaml))).problems.map(said);

t.test('a folder that nobody packed is not believed', async (t) => {
  t.same(folderSays({ 'runbook.yaml': using('b') }), [
    '8:30 error [use] There is no runbook in “../b”. | Name a folder beside this one that has a runbook.yaml.',
  ]);
  t.same(folderSays({ 'runbook.yaml': using('b'), 'use/b/runbook.yaml': using('b') }), [
    'use/b/runbook.yaml:8:30 error [use] This runbook uses itself: b → b. | Take one of these uses out.',
  ]);
  t.same(
    folderSays({
      'runbook.yaml': using('b'),
      'use/b/runbook.yaml': using('c'),
      'use/c/runbook.yaml': using('b'),
    }),
    ['use/c/runbook.yaml:8:30 error [use] This runbook uses itself: b → c → b. | Take one of these uses out.'],
  );
});

t.test('uses that double at every level are counted, not built', async (t) => {
  const names = Array.from({ length: 40 }, (_, n) => `n${n}`);
  const twice = (name: string) =>
    using().concat(['x', 'y'].map((id) => `  - {id: ${id}, title: U, use: ../${name}}\n`).join(''));
  const runbooks = Object.fromEntries(
    names.map((name, n) => [`use/${name}/runbook.yaml`, n === 39 ? using() : twice(`n${n + 1}`)]),
  );
  const says = folderSays({ 'runbook.yaml': twice('n0'), ...runbooks });
  t.match(
    says.at(-1),
    /With the runbooks that it uses there are \d+ steps; there may be 500\. \| Use fewer, or make two runs of it\.$/,
  );
});

t.test('the steps of one runbook in another', async (t) => {
  const runbook = wideRunbook();
  const move = allSteps(runbook).filter(({ id }) => id.startsWith('move-'));
  t.same(
    move.map(({ id, use }) => [id, use?.folder, use?.step]),
    ['move-copy', 'move-move', 'move-move-undo'].map((id) => [id, 'use/other', 'move']),
  );
  t.match(move[1], { undo: { from: 'move-copy' }, while: ['move-old'], eyes: 4, by: ['reviewer'] });
  t.same(runbook.clocks['move-old'], {
    lasts_ms: 604_800_000,
    starts: 'move-move',
    means: 'the old table can come back',
  });
  t.same(
    runbook.briefing.map(({ id, by }) => [id, by]),
    [
      ['plan', 'lead'],
      ['leaves', 'each'],
      ['drill', 'reviewer'],
      ['report', 'verifier'],
      ['call', 'lead'],
      ['move-size', 'reviewer'],
    ],
  );
});

t.test('a runbook that uses one that uses one', async (t) => {
  const outer = using().concat('  - {id: b, title: B, use: ../b, with: {x: one}}\n');
  const middle = using()
    .replace('steps:', 'inputs: {x: {type: string}}\nsteps:')
    .concat("  - {id: c, title: C, use: ../c, with: {y: '${{ inputs.x }}-two'}}\n");
  const inner = using()
    .replace('steps:', 'inputs: {y: {type: string}}\nsteps:')
    .replace('run: [a]', "run: [a, '${{ inputs.y }}'], undo: {reason: none, run: [b]}")
    .concat('go_no_go: {of: [reviewer]}\ndebrief: [{id: q, ask: What happened?, answer: text, by: lead}]\n');
  const { runbook, problems } = parseFolder([
    file('runbook.yaml', outer),
    file('use/b/runbook.yaml', middle),
    file('use/c/runbook.yaml', inner),
  ]);
  t.same(problems, []);
  t.same(runbook && allSteps(runbook).map(({ id }) => id), ['own', 'b-own', 'b-c-own', 'b-c-own-undo']);
  t.match(runbook?.steps.at(-1)?.use, {
    folder: 'use/c',
    step: 'b-c',
    within: { folder: 'use/b', step: 'b', within: null },
  });
  t.same(runbook?.go_no_go, ['reviewer']);
  t.same(
    runbook?.debrief.map(({ id }) => id),
    ['b-c-q'],
  );
});

t.test('bytes that are no text use nothing', async (t) => {
  const bytes = Uint8Array.of(0xff);
  t.same(
    packFolder([{ path: 'runbook.yaml', mode: '0644', bytes }], () => undefined),
    {
      files: [{ path: 'runbook.yaml', mode: '0644', bytes }],
    },
  );
});
