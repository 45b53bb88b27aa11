/** Rendering a step, and what may differ between the rendering and what an agent signed: I17, each difference by name. */
import fc from 'fast-check';
import t from 'tap';
import {
  itemsOf,
  linksOf,
  locksOf,
  matchesRendered,
  render,
  renderProbes,
  renderSurroundings,
  type Scope,
  whenHolds,
} from '../../../core/runbook/render.ts';
import type { Do, Rendered } from '../../../core/runbook/runbook.ts';
import { deviationStep } from '../../../core/runbook/step.ts';
import { campaign } from '../bytes/campaign.ts';
import { changed, soundRunbook } from './fixtures.ts';
import { WIDE, wideRunbook } from './wide.ts';

const SCOPE = {
  inputs: { database: 'customers', port: 8080 },
  run: { id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', mode: 'live', started_at_ms: 1_790_000_000_000, data: '/data' },
  probes: {},
  steps: {},
  finished: [],
};

const SOUND_RUNBOOK = soundRunbook();

function rendered(step: string): Rendered {
  const done = render(SOUND_RUNBOOK, step, SCOPE);
  if (!done.ok) throw new Error(done.refusal.sentence);
  return done.value;
}

t.test('a critical step, every key present', async (t) => {
  t.same(rendered('drop'), {
    target: { agent: 'db-primary' },
    do: { kind: 'run', argv: ['psql', '--file=sql/drop.sql'] },
    action: {
      by: ['reviewer', 'verifier'],
      challenge: [
        {
          id: 'where',
          ask: 'Which server is it?',
          equals: 'probes.host',
          by: 'reviewer',
          within: null,
          hint: 'hostname',
        },
        { id: 'loss', ask: 'How many rows go?', equals: 'probes.rows', by: 'verifier', within: '1%', hint: null },
      ],
      cwd: '.',
      data: '/data',
      drift: { host: 'exact', rows: { within: '1%' }, lag: 'expect', api: 'expect' },
      env: { PGDATABASE: 'customers' },
      eyes: 6,
      keys: { high: 1, terminal: 1 },
      limit: null,
      outputs: [],
      probes: {
        host: { title: 'Which server', expect: null, http: null, run: ['hostname'] },
        rows: { title: 'Rows', expect: null, http: null, run: ['bin/count'] },
        lag: { title: 'Lag', expect: 'int(value) == 0', http: null, run: ['bin/count', 'lag'] },
        api: { title: 'Maintenance', expect: 'status == 503', http: { url: 'http://localhost:8080/' }, run: null },
      },
      programs: {},
      progress: null,
      retries: { count: 0, delay: 0 },
      secrets: [],
      timeout: 600_000,
      undo: {
        do: { kind: 'run', argv: ['pg_restore', '/data/copy'] },
        from: 'backup',
        reason: null,
        takes: 3_600_000,
      },
      verify: { gone: { title: 'It is gone', run: ['bin/count', 'columns'], expect: 'value == "0"' } },
      while: [],
    },
  });
});

t.test('a backup', async (t) => {
  t.same(rendered('backup').do, {
    kind: 'backup',
    run: ['pg_dump', '--file=/data/copy'],
    artifact: { path: '/data/copy', min_size: 1_000_000, max_age: 7_200_000 },
    drill: ['bin/drill', '/data/copy'],
  });
  t.match(rendered('backup'), { target: { agent: 'local' }, action: { eyes: 2, by: [], undo: null, timeout: null } });
});

t.test('what cannot be rendered', async (t) => {
  const runbook = soundRunbook();
  const why = (...given: Parameters<typeof render>) => {
    const done = render(...given);
    return done.ok ? 'rendered' : `${done.refusal.code} ${done.refusal.sentence}`;
  };
  t.equal(why(runbook, 'nope', SCOPE), 'XCK_UNKNOWN There is no step “nope”.');
  const strange = { ...runbook, steps: runbook.steps.map((step) => ({ ...step, target: 'constructor' })) };
  t.equal(why(strange, 'drop', SCOPE), 'XCK_UNKNOWN There is no target “constructor”.');
  t.match(
    why(runbook, 'drop', { ...SCOPE, inputs: {} }),
    /^XCK_EXPRESSION The expression inputs\.database has no value/,
  );
  t.match(
    why(runbook, 'drop', { ...SCOPE, inputs: { ...SCOPE.inputs, database: 'a\u202eb' } }),
    /holds the invisible character U\+202E/,
  );
});

/** A command as the agent signs it: the program by its path. */
function resolved<T extends Do>(does: T): T {
  if (does.kind === 'run') return { ...does, argv: [`/usr/bin/${does.argv[0]}`, ...does.argv.slice(1)] };
  return does.kind === 'backup' ? { ...does, run: [`/usr/bin/${does.run[0]}`, ...does.run.slice(1)] } : does;
}

/** A rendering as the agent signs it. */
function signedBy(step: string): Rendered {
  const { target, do: does, action } = structuredClone(rendered(step));
  return {
    target,
    do: resolved(does),
    action: {
      ...action,
      env: { ...action.env, PATH: '/usr/bin', HOME: '/nonexistent', LANG: 'C.UTF-8' },
      programs: { '/opt/psql': `sha256:${'a'.repeat(64)}` },
      ...(action.undo && { undo: { ...action.undo, do: resolved(action.undo.do) } }),
      ...(action.probes.host && {
        probes: { ...action.probes, host: { ...action.probes.host, run: ['/bin/hostname'] } },
      }),
    },
  };
}

t.test('what an agent adds is allowed', async (t) => {
  for (const step of ['backup', 'drop'])
    t.same(matchesRendered(rendered(step), signedBy(step)), { ok: true, value: true });
  t.same(matchesRendered(rendered('drop'), rendered('drop')), { ok: true, value: true });
});

/** The signed document with one part exchanged; `undefined` drops it. */
function exchanged(path: string, value: unknown, step = 'drop'): Rendered {
  const copy = structuredClone(signedBy(step)) as unknown as Record<string, unknown>;
  const parts = path.split('/');
  const last = parts.pop() ?? '';
  const holder = parts.reduce((part, key) => part[key] as Record<string, unknown>, copy);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy as unknown as Rendered;
}

const difference = (path: string, value: unknown, step = 'drop'): string => {
  const match = matchesRendered(rendered(step), exchanged(path, value, step));
  return match.ok ? 'none' : match.refusal.sentence.replace(/ is not what the runbook and the inputs say\.$/, '');
};

t.test('anything else is a difference, by name', async (t) => {
  const cases: readonly (readonly [path: string, value: unknown, name: string])[] = [
    ['target/agent', 'db-replica', 'the target (target.agent)'],
    ['target/port', 1, 'the target (target.port)'],
    ['do/argv/1', '--file=sql/other.sql', 'the command (do.argv.1)'],
    ['do/argv/2', '--echo', 'the command (do.argv)'],
    ['do/argv', ['/usr/bin/psql'], 'the command (do.argv)'],
    ['do/argv', 'psql', 'the command (do.argv)'],
    ['do/argv/0', '/usr/bin/dropdb', 'the command (do.argv.0)'],
    ['do/argv/0', 'psql2', 'the command (do.argv.0)'],
    ['do/argv/0', './psql', 'the command (do.argv.0)'],
    ['do/argv/0', 'bin/psql', 'the command (do.argv.0)'],
    ['do/argv/0', '/usr/bin/../../tmp/psql', 'the command (do.argv.0)'],
    ['do/argv/0', '//tmp/psql', 'the command (do.argv.0)'],
    ['do/argv/0', '/usr/bin/psql/', 'the command (do.argv.0)'],
    ['do/argv/0', ['psql'], 'the command (do.argv.0)'],
    ['do/kind', 'backup', 'the command (do.kind)'],
    ['do/shell', true, 'the command (do.shell)'],
    ['do', null, 'the command (do)'],
    ['action', null, 'action'],
    ['action/eyes', 4, 'action.eyes'],
    ['action/eyes', '6', 'action.eyes'],
    ['action/by', ['reviewer'], 'action.by'],
    ['action/by/0', '/x/reviewer', 'action.by.0'],
    ['action/challenge/0/equals', 'probes.lag', 'action.challenge.0.equals'],
    ['action/challenge/1/within', '50%', 'action.challenge.1.within'],
    ['action/cwd', '/tmp', 'action.cwd'],
    ['action/data', { toString: 1 }, 'action.data'],
    ['action/data', undefined, 'action.data'],
    ['action/drift/host', 'expect', 'action.drift.host'],
    ['action/drift/rows/within', '99%', 'action.drift.rows.within'],
    ['action/env/PGDATABASE', 'other', 'the environment (action.env.PGDATABASE)'],
    ['action/env/PGDATABASE', undefined, 'the environment (action.env.PGDATABASE)'],
    ['action/env/LD_PRELOAD', '/tmp/x.so', 'the environment (action.env.LD_PRELOAD)'],
    ['action/env/PATH', 5, 'the environment (action.env.PATH)'],
    ['action/limit', {}, 'action.limit'],
    ['action/limit', undefined, 'action.limit'],
    ['action/more', null, 'action.more'],
    ['action/probes/rows', undefined, 'action.probes.rows'],
    ['action/probes/extra', {}, 'action.probes.extra'],
    ['action/probes/rows/run/0', '/usr/bin/count', 'action.probes.rows.run.0'],
    ['action/probes/host/run/0', '/bin/hostname2', 'action.probes.host.run.0'],
    ['action/probes/api/http/url', 'http://localhost:81/', 'action.probes.api.http.url'],
    ['action/probes/lag/expect', null, 'action.probes.lag.expect'],
    ['action/programs', null, 'action.programs'],
    ['action/programs', { psql: `sha256:${'a'.repeat(64)}` }, 'action.programs'],
    ['action/programs', { '/opt/psql': 'a' }, 'action.programs'],
    ['action/secrets', ['PGPASSWORD'], 'action.secrets'],
    ['action/timeout', null, 'action.timeout'],
    ['action/undo', null, 'action.undo'],
    ['action/undo/do/argv/1', '/data/other', 'action.undo.do.argv.1'],
    ['action/undo/do/argv/0', '/bin/true', 'action.undo.do.argv.0'],
    ['action/undo/do/kind', 'shell', 'action.undo.do.kind'],
    ['action/verify/gone/expect', 'true', 'action.verify.gone.expect'],
    ['action/verify/gone/run/0', '/bin/true', 'action.verify.gone.run.0'],
  ];
  for (const [path, value, name] of cases) t.equal(difference(path, value), name, path);
  t.equal(
    difference('do/drill/0', '/usr/bin/drill', 'backup'),
    'the command (do.drill.0)',
    'a program of the folder stays relative',
  );
  t.equal(difference('do/artifact/path', '/data/other', 'backup'), 'the command (do.artifact.path)');
  t.equal(difference('action/undo', {}, 'backup'), 'action.undo');
});

t.test('each difference is named, the first ten of many', async (t) => {
  const signed = exchanged('action/eyes', 4);
  const both = { ...signed, target: { agent: 'other' } };
  const match = matchesRendered(rendered('drop'), both);
  t.equal(
    match.ok ? '' : match.refusal.sentence,
    'the target (target.agent), action.eyes is not what the runbook and the inputs say.',
  );
  const none = matchesRendered(rendered('drop'), { ...signed, action: {} as Rendered['action'] });
  t.match(none.ok ? '' : none.refusal.sentence, /^(?:[^,]+, ){9}[^,]+ and more is not/);
});

t.test('a declared variable is not the agent’s to set', async (t) => {
  const own = rendered('drop');
  const declared = { ...own, action: { ...own.action, env: { PATH: '/opt/bin' } } };
  t.ok(matchesRendered(declared, declared).ok);
  t.notOk(matchesRendered(declared, { ...declared, action: { ...declared.action, env: { PATH: '/usr/bin' } } }).ok);
});

/** The wide runbook’s steps in a run of some mode. */
function wide(step: string, more: Partial<Scope> = {}, mode = 'live'): Rendered {
  const done = render(WIDE_RUNBOOK, step, { ...WIDE_SCOPE, run: { ...SCOPE.run, mode }, ...more });
  if (!done.ok) throw new Error(done.refusal.sentence);
  return done.value;
}

const WIDE_RUNBOOK = wideRunbook();

const WIDE_SCOPE: Scope = {
  inputs: { database: 'customers', size: 'small', shards: 'eu,us,ap', port: 8080 },
  run: SCOPE.run,
  probes: { host: 'secret-host', rows: '200', lag: '0' },
  steps: { 'move-copy': { path: '/kept' }, notes: { rows: '5', shards: 'a,b' } },
  finished: [],
};

const why = (step: string, more: Partial<Scope> = {}, yaml?: string): string => {
  const done = render(yaml === undefined ? WIDE_RUNBOOK : wideRunbook(yaml), step, { ...WIDE_SCOPE, ...more });
  return done.ok ? 'rendered' : `${done.refusal.code} ${done.refusal.sentence}`;
};

t.test('what every kind does', async (t) => {
  t.same(wide('page').do, { kind: 'manual', text: 'Write that customers is being changed.', by: 'verifier' });
  t.same(wide('look').do, { kind: 'manual', text: 'Look at the graphs.', by: 'lead' });
  t.same(wide('soak').do, { kind: 'wait', for: 900_000, every: 30_000 });
  t.same(wide('rest').do, { kind: 'wait', for: 60_000, every: 10_000 });
  t.same(wide('tidy').do, { kind: 'shell', script: 'rm -f "$FILE"\n' });
  t.equal(wide('tidy').action.env.FILE, '/data//kept');
  t.match(wide('notes'), { action: { retries: { count: 2, delay: 30_000 }, outputs: ['rows', 'shards'] } });
  t.match(wide('drop'), {
    do: { argv: ['psql', '--file=sql/drop.sql', '--set=rows=0'] },
    action: {
      limit: { field: 'rows', within: '5%', probe: 'rows' },
      progress: { from: 'stdout_jsonl', done: 'done', total: 'total' },
      secrets: ['PGPASSWORD'],
      while: ['cold'],
      cwd: '.',
    },
  });
  for (const step of ['aside', 'ready']) t.match(why(step), /^XCK_NOT_NOW .* runs nothing itself/);
});

t.test('the way back is shown with its step, and is a step of its own', async (t) => {
  const undo = {
    do: { kind: 'run', argv: ['pg_restore', '/data/copy'] },
    from: 'backup',
    reason: null,
    takes: 3_300_000,
  };
  t.same(wide('drop').action.undo, undo);
  const own = wide('drop-undo');
  t.same(own.do, undo.do);
  t.match(own, {
    target: { agent: 'db-primary' },
    action: {
      ...{ eyes: 6, by: ['reviewer', 'verifier'], env: { PGDATABASE: 'customers' }, secrets: ['PGPASSWORD'] },
      ...{ undo: null, timeout: 7_200_000, while: ['raw', 'cold'], limit: null, progress: null },
    },
  });
});

t.test('a wave: the canary, then the rest, then what failed of it', async (t) => {
  const items = (finished: string[]) => {
    const { do: does } = wide('shards', { finished });
    return does.kind === 'for_each' ? does.items.map(({ id, value }) => `${id} ${value}`) : [];
  };
  t.same(items([]), ['item-1 eu']);
  t.same(items(['item-1']), ['item-2 us', 'item-3 ap']);
  t.same(items(['item-1', 'item-3']), ['item-2 us']);
  t.same(wide('shards').do, {
    kind: 'for_each',
    items: [{ id: 'item-1', value: 'eu', do: { kind: 'run', argv: ['bin/count', 'eu'] } }],
    of: 3,
    max_parallel: 2,
  });
  t.match(wide('shards'), {
    action: { timeout: 300_000, retries: { count: 1, delay: 10_000 }, limit: { field: 'n' }, verify: { none: {} } },
  });
  t.match(wide('shards').action.undo?.do, { kind: 'for_each', items: [{ value: 'eu', do: { kind: 'shell' } }], of: 3 });
  t.match(wide('hosts').do, { items: [{ value: 'a' }, { value: 'b-customers' }], of: 2 }, 'one single wave');
  t.equal(
    why('shards', { finished: ['item-1', 'item-2', 'item-3'] }),
    'XCK_NOT_NOW An arming cannot follow now: every item of shards is finished.',
  );
  t.same(itemsOf(wideRunbook(), 'shards', WIDE_SCOPE), {
    ok: true,
    value: ['eu', 'us', 'ap'].map((value, index) => ({ id: `item-${index + 1}`, value })),
  });
});

t.test('items that cannot be', async (t) => {
  const shards = (text: string) => why('shards', { inputs: { ...WIDE_SCOPE.inputs, shards: text } });
  const no = (what: string) => `XCK_EXPRESSION The expression items of shards has no value: ${what}.`;
  t.equal(shards('eu,us,eu'), no('the item “eu” stands twice'));
  t.equal(shards('eu, ,us'), no('an item is empty'));
  t.equal(shards('x'.repeat(1001)), no('an item has more than 1000 characters'));
  t.equal(shards(Array.from({ length: 501 }, (_, n) => n).join()), no('it gives more than 500 items'));
  t.match(shards('eu,u\u202es'), /^XCK_EXPRESSION .*invisible character U\+202E/);
});

t.test('steps of a used runbook have its folder, its inputs and its own names', async (t) => {
  const move = wide('move-move');
  t.same(move.do, { kind: 'run', argv: ['psql', '--file=sql/move.sql', '--set=path=/kept'] });
  t.match(move.action, {
    cwd: 'use/other',
    env: { BATCH: '50' },
    undo: { from: 'move-copy', do: { argv: ['bin/back', 'customers'] } },
  });
  t.match(wide('move-copy').do, { run: ['pg_dump', '--table=customers'] });
  t.match(
    why('move-move', { inputs: { ...WIDE_SCOPE.inputs, database: 'Customers1' } }),
    /^XCK_INPUT input table of move: does not match \[a-z\]\+ as a whole/,
    'what it is given is checked like what people give',
  );
  t.match(why('move-move', { steps: {} }), /^XCK_EXPRESSION The expression steps\.copy\.outputs\.path has no value/);
});

t.test('a blind value resolves nowhere, even where it is given', async (t) => {
  const runbook = wideRunbook();
  const told = {
    ...runbook,
    steps: runbook.steps.map((step) => (step.id === 'drop' ? { ...step, run: ['psql', `\${{ probes.host }}`] } : step)),
  };
  const done = render(told, 'drop', WIDE_SCOPE);
  t.match(done, { ok: false, refusal: { code: 'XCK_EXPRESSION' } });
});

t.test('probes and surroundings are there before anything is measured', async (t) => {
  const runbook = wideRunbook();
  const before = { ...WIDE_SCOPE, probes: {} };
  const probes = renderProbes(runbook, 'drop', before);
  t.same(probes.ok && probes.value, wide('drop').action.probes);
  t.same(renderSurroundings(runbook, 'drop', before), {
    ok: true,
    value: { cwd: '.', env: { PGDATABASE: 'customers' }, secrets: ['PGPASSWORD'] },
  });
  t.match(why('drop', { probes: {} }), /^XCK_EXPRESSION The expression probes\.lag has no value/);
  t.same(renderProbes(runbook, 'nope', before).ok, false);
});

t.test('a rehearsal replaces target, input and action, or refuses', async (t) => {
  t.match(wide('drop', {}, 'rehearsal'), {
    target: { agent: 'db-staging' },
    action: { env: { PGDATABASE: 'staging' } },
  });
  t.match(wide('notes', {}, 'rehearsal').do, { kind: 'run', argv: ['bin/count', 'staging'] });
  t.same(wide('tidy', {}, 'rehearsal').do, { kind: 'shell', script: 'echo tidy' });
  t.match(wide('move-copy', {}, 'rehearsal').do, { run: ['pg_dump', '--table=staging'] });
  t.same(locksOf(wideRunbook(), WIDE_SCOPE.inputs, 'rehearsal'), { ok: true, value: ['db:staging', 'release'] });
  const bare = changed('    tidy: {shell: echo tidy}\n', '', WIDE);
  const rehearsal = { run: { ...SCOPE.run, mode: 'rehearsal' } };
  t.equal(
    why('tidy', rehearsal, bare),
    'XCK_REHEARSAL The rehearsal does not fit: nothing of tidy is replaced, and it does not say that it may run as it is.',
  );
  const asIs = changed('    title: Tidy up\n', '    title: Tidy up\n    secrets: [TOKEN]\n    rehearse: as_is\n', bare);
  const done = render(wideRunbook(asIs), 'tidy', { ...WIDE_SCOPE, ...rehearsal });
  t.match(done, { ok: true, value: { do: { script: 'rm -f "$FILE"\n' }, action: { secrets: [] } } });
  t.same(why('tidy', {}, bare), 'rendered', 'live runs need none of it');
});

t.test('an input that a rehearsal replaces covers the steps that name it', async (t) => {
  const bare = changed(`    notes: {run: [bin/count, '\${{ inputs.database }}']}\n`, '', WIDE);
  const rehearsal = { run: { ...SCOPE.run, mode: 'rehearsal' } };
  t.match(why('notes', rehearsal, bare), /^XCK_REHEARSAL /);
  const named = changed('run: [bin/count, rows]', `run: [bin/count, '\${{ inputs.database }}']`, bare);
  t.equal(why('notes', rehearsal, named), 'rendered');
  const used = changed('  targets: {primary: {agent: db-staging}, edge', '  targets: {edge', WIDE);
  t.equal(why('move-copy', rehearsal, used), 'rendered', 'through what a used runbook is given');
  t.match(why('drop-undo', rehearsal, used), /^rendered$/, 'by its environment');
});

t.test('conditions, locks and links', async (t) => {
  const runbook = wideRunbook();
  const holds = (inputs: Scope['inputs']) => whenHolds(runbook, 'notes', { ...WIDE_SCOPE, inputs });
  t.same(holds({ ...WIDE_SCOPE.inputs, size: 'large' }), { ok: true, value: true });
  t.same(holds(WIDE_SCOPE.inputs), { ok: true, value: false });
  t.same(holds({}).ok, false, 'what cannot be answered is no no');
  t.same(whenHolds(runbook, 'drop', WIDE_SCOPE), { ok: true, value: true });
  t.same(whenHolds(runbook, 'nope', WIDE_SCOPE).ok, false);
  t.same(locksOf(runbook, WIDE_SCOPE.inputs), { ok: true, value: ['db:customers', 'release'] });
  t.same(locksOf(runbook, {}).ok, false);
  t.same(linksOf(runbook, WIDE_SCOPE), {
    ok: true,
    value: [{ title: 'Replication', url: 'https://example.org/?from=1790000000000&db=customers' }],
  });
});

t.test('what an agent signs of every kind', async (t) => {
  const own = wide('shards');
  const signed = structuredClone(own) as { do: { items: { do: { argv: string[] } }[]; of: number } } & Rendered;
  t.ok(matchesRendered(own, signed).ok);
  const psql = wide('drop');
  const bare = {
    ...psql,
    do: { kind: 'for_each', items: [{ id: 'item-1', value: 'a', do: psql.do }], of: 1, max_parallel: 1 },
  } as Rendered;
  const resolvedItem = structuredClone(bare) as unknown as { do: { items: { do: { argv: string[] } }[] } };
  (resolvedItem.do.items[0]?.do.argv ?? [])[0] = '/usr/bin/psql';
  t.ok(matchesRendered(bare, resolvedItem as unknown as Rendered).ok, 'a program of an item by its path');
  const differs = (change: (copy: typeof signed) => void): string => {
    const copy = structuredClone(signed);
    change(copy);
    const match = matchesRendered(own, copy);
    return match.ok ? 'none' : match.refusal.sentence.replace(/ is not what the runbook and the inputs say\.$/, '');
  };
  const item = (copy: typeof signed) => copy.do.items[0] ?? { do: { argv: [] } };
  t.equal(
    differs((copy) => Object.assign(item(copy), { value: 'us' })),
    'the command (do.items.0.value)',
  );
  t.equal(
    differs((copy) => Object.assign(item(copy).do, { argv: ['bin/count', 'us'] })),
    'the command (do.items.0.do.argv.1)',
  );
  t.equal(
    differs((copy) => Object.assign(copy.do, { of: 2 })),
    'the command (do.of)',
  );
  t.equal(
    differs((copy) => copy.do.items.push(...copy.do.items)),
    'the command (do.items)',
  );
  t.equal(
    differs((copy) => Object.assign(copy.action, { while: [] })),
    'none',
    'it had none',
  );
  t.equal(
    differs((copy) => Object.assign(copy.action, { retries: { count: 9, delay: 10_000 } })),
    'action.retries.count',
  );
  t.equal(
    differs((copy) => Object.assign(copy.action, { outputs: ['x'] })),
    'action.outputs',
  );
});

t.test('a step that a deviation inserts', async (t) => {
  const presence = { required: ['lead', 'reviewer', 'verifier'], grace_ms: 1 };
  const step = deviationStep({ id: 'fix', title: 'Fix', run: ['a'], critical: false }, presence);
  t.match(step, { critical: true, eyes: 4, by: ['reviewer', 'verifier'], deviation: true, use: null, kind: 'run' });
  const six = deviationStep(
    {
      id: 'fix',
      title: 'Fix',
      shell: 'a',
      cross_check: { eyes: 6, by: ['dba', 'sre'] },
      undo: { reason: 'x', run: ['b'] },
    },
    presence,
  );
  t.match(six, {
    kind: 'shell',
    eyes: 6,
    by: ['dba', 'sre'],
    undo: { step: { id: 'fix-undo', eyes: 6, deviation: true } },
  });
});

t.test('no shape of the signed makes it throw, and none but the rendering’s passes', async (t) => {
  await campaign(
    t,
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('target', 'do', 'action', 'action/probes', 'action/env', 'action/undo', 'action/verify/gone'),
      (value, path) => {
        return difference(path, value) !== 'none';
      },
    ),
    500,
  );
});
