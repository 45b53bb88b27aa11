/** Home: what waits for me, what is live, which runbooks can start, what ran last. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Home, RunSummary } from '../../core/protocol/frames.ts';
import type { Problem } from '../api.ts';
import { useApp } from '../app.ts';
import { utcDay, visible } from '../format.ts';
import { Link, Refusal, Text } from '../parts/basics.tsx';
import { State } from '../parts/icons.tsx';
import { paths } from '../router.ts';

const REFRESH_MS = 4000;

export function HomePage() {
  const app = useApp();
  const home = useSignal<Home | null>(null);
  const found = useSignal<Problem | null>(null);
  useEffect(() => {
    const load = async () => {
      const got = await app.api.get<Home>('/api/home');
      if (got.ok) home.value = got.value;
      found.value = got.ok ? null : got.problem;
    };
    void load();
    return app.deps.every(REFRESH_MS, load);
  }, []);
  const now = home.value;
  const me = app.me.value;
  const signOut = async () => {
    await app.api.remove('/api/session');
    await app.refresh();
  };
  return (
    <main class="plain">
      <div class="row spread">
        <h1>
          You are <Text of={me?.name ?? ''} />, {me?.roles.map(visible).join(', ') || 'without a role'}.
        </h1>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </div>
      <Refusal problem={found.value} />
      <Reader />
      {now ? <Lists home={now} /> : <p role="status">The list is being fetched.</p>}
    </main>
  );
}

function Lists({ home }: { readonly home: Home }) {
  const mine = home.runs.filter((run) => run.waiting);
  const live = home.runs.filter((run) => !run.waiting && (run.state === 'open' || run.state === 'held'));
  const over = home.runs.filter((run) => run.state === 'done' || run.state === 'aborted');
  return (
    <>
      <section>
        <h2>Waiting on you</h2>
        <ul class="list">
          {mine.map((run) => (
            <RunRow key={run.run} run={run} home={home} to={paths.of('check', run.run)} verb="Open the cross-check" />
          ))}
        </ul>
        {mine.length === 0 ? <p class="dim">Nobody waits for your answer.</p> : null}
      </section>
      <section>
        <h2>Live now</h2>
        <ul class="list">
          {live.map((run) => (
            <RunRow key={run.run} run={run} home={home} to={paths.room(run.run)} verb="Enter the room" />
          ))}
        </ul>
        {live.length === 0 ? <p class="dim">No run is open.</p> : null}
      </section>
      <Runbooks home={home} />
      <section>
        <h2>Last runs</h2>
        <ul class="list">
          {over.slice(0, 10).map((run) => (
            <RunRow key={run.run} run={run} home={home} to={paths.of('record', run.run)} verb="See the record" />
          ))}
        </ul>
        {over.length === 0 ? <p class="dim">No run is closed yet.</p> : null}
      </section>
    </>
  );
}

const MARK = { open: 'running', held: 'held', done: 'done', aborted: 'aborted' } as const;

const RunRow = ({
  run,
  home,
  to,
  verb,
}: {
  readonly run: RunSummary;
  readonly home: Home;
  readonly to: string;
  readonly verb: string;
}) => (
  <li>
    <span class="what">
      <State is={MARK[run.state]} {...(run.state === 'open' ? { word: 'open' } : {})} />{' '}
      <b>
        <Text of={run.title} />
      </b>{' '}
      <span class="dim">
        {run.step ? (
          <>
            step <Text of={run.step} /> ·{' '}
          </>
        ) : (
          ''
        )}
        led by <Text of={home.names[run.lead] ?? run.lead} /> · opened {utcDay(run.opened_at)} UTC
        {run.seats.length > 0 ? <> · empty for you: {run.seats.map(visible).join(', ')}</> : ''}
      </span>
    </span>
    <Link class="button" to={to}>
      {verb}
    </Link>
  </li>
);

function Runbooks({ home }: { readonly home: Home }) {
  const me = useApp().me.value?.person ?? '';
  const registered = new Set(home.runbooks.map((one) => one.runbook));
  const folders = home.folders.filter((one) => one.runbook === null || !registered.has(one.runbook));
  return (
    <section>
      <h2>Runbooks</h2>
      <ul class="list">
        {home.runbooks.map((one) => (
          <li key={one.runbook}>
            <span class="what">
              <State is={one.approved ? 'ok' : 'waiting'} word={one.approved ? 'approved' : 'registered'} />{' '}
              <b>
                <Text of={one.title} />
              </b>{' '}
              <span class="dim">
                <Text of={one.id} /> · by{' '}
                {one.authors.map((author) => visible(home.names[author] ?? author)).join(', ')}
              </span>
            </span>
            <span class="row">
              <Link class="button" to={paths.runbook(one.runbook)}>
                {one.approved || one.authors.includes(me) ? 'Read' : 'Read and approve'}
              </Link>
              {one.approved ? (
                <Link class="button" to={paths.start(one.runbook)}>
                  Start
                </Link>
              ) : null}
            </span>
          </li>
        ))}
        {folders.map((one) => (
          <li key={one.name}>
            <span class="what">
              <State
                is={one.problems > 0 ? 'failed' : 'todo'}
                word={one.problems > 0 ? `${one.problems} problems` : 'not registered'}
              />{' '}
              <b>
                <Text of={one.name} />
              </b>{' '}
              <span class="dim">folder on the server’s disk</span>
            </span>
            <Link class="button" to={paths.folder(one.name)}>
              Read and register
            </Link>
          </li>
        ))}
      </ul>
      {home.runbooks.length + folders.length === 0 ? <Empty /> : null}
    </section>
  );
}

/** The first runbook in three lines. */
const Empty = () => (
  <ol>
    <li>
      1. <code>crosscheck runbook init my-release</code> makes a folder with a runbook.yaml.
    </li>
    <li>
      2. Put in it what runs; <code>crosscheck runbook lint</code> says what is missing.
    </li>
    <li>3. Register it; somebody else reads and approves it.</li>
  </ol>
);

/** People whose keys are SSH keys follow here and sign in a terminal. */
function Reader() {
  const app = useApp();
  const me = app.me.value;
  if (!me || me.keys.length === 0 || app.unsignable() === null) return null;
  const ssh = me.keys.some(({ kind }) => kind === 'ssh');
  return (
    <p class="notice">
      {ssh
        ? 'Your signing key is an SSH key: follow and stop things here, sign with the command line.'
        : 'Your signing key is in another browser: follow and stop things here, sign there.'}
    </p>
  );
}
