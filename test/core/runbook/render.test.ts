/** Rendering a step, and what may differ between the rendering and what an agent signed: I17, each difference by name. */
import fc from 'fast-check';
import t from 'tap';
import { matchesRendered, render } from '../../../core/runbook/render.ts';
import type { Do, Rendered } from '../../../core/runbook/runbook.ts';
import { campaign } from '../bytes/campaign.ts';
import { soundRunbook } from './fixtures.ts';

const SCOPE = {
  inputs: { database: 'customers', port: 8080 },
  run: { id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', mode: 'live', started_at_ms: 1_790_000_000_000, data: '/data' },
  probes: {},
  steps: {},
  finished: [],
};

function rendered(step: string): Rendered {
  const done = render(soundRunbook(), step, SCOPE);
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
