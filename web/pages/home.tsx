/** Home: what waits for me, what is live, what is held, what is next, which ways back still run, what ran last. */
import type { ComponentChildren } from 'preact';
import type { Home, RunSummary } from '../../core/protocol/frames.ts';
import { useApp } from '../app.ts';
import { utcMinute, visible } from '../format.ts';
import { Link, Refusal, Text } from '../parts/basics.tsx';
import { Gauge, gaugeState, remaining } from '../parts/clocks.tsx';
import { useDocument } from '../parts/document.ts';
import { HoldRow, PlanRow, RunRow } from '../parts/homeRows.tsx';
import { State } from '../parts/icons.tsx';
import { Unvouched } from '../parts/unvouched.tsx';
import { paths } from '../router.ts';

const REFRESH_MS = 4000;

export function HomePage() {
  const app = useApp();
  const home = useDocument<Home>('/api/home', REFRESH_MS);
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
        <span class="row">
          <Link class="button" to={paths.people}>
            People and keys
          </Link>
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </span>
      </div>
      <Unvouched />
      <Refusal problem={home.problem} />
      <Reader />
      {home.value ? <Lists home={home.value} /> : <p role="status">The list is being fetched.</p>}
    </main>
  );
}

const isOpen = ({ state }: RunSummary): boolean => state === 'open' || state === 'held';

function Lists({ home }: { readonly home: Home }) {
  const mine = home.runs.filter((run) => run.waiting && isOpen(run));
  const live = home.runs.filter((run) => !run.waiting && isOpen(run));
  const over = home.runs.filter((run) => !isOpen(run));
  return (
    <>
      <Section title="Waiting on you" none="Nobody waits for your answer.">
        {mine.map((run) => (
          <RunRow key={run.run} run={run} home={home} to={paths.of('check', run.run)} verb="Open the cross-check" />
        ))}
      </Section>
      <Section title="Open now" none="No run is open.">
        {live.map((run) => (
          <RunRow key={run.run} run={run} home={home} to={paths.room(run.run)} verb="Enter the room" />
        ))}
      </Section>
      {home.holds.length > 0 ? (
        <Section title="Held, before anything has started" none="">
          {home.holds.map((one) => (
            <HoldRow key={one.hold} one={one} home={home} />
          ))}
        </Section>
      ) : null}
      <Section title="Next" none="Nothing is planned.">
        {home.plans
          .filter(({ opened }) => !opened)
          .map((plan) => (
            <PlanRow key={plan.plan} plan={plan} home={home} />
          ))}
      </Section>
      <Ways home={home} />
      <Runbooks home={home} />
      <Section title="Last runs" none="No run is closed yet.">
        {over.slice(0, 10).map((run) => (
          <RunRow key={run.run} run={run} home={home} to={paths.of('record', run.run)} verb="See the record" />
        ))}
      </Section>
    </>
  );
}

const Section = ({
  title,
  none,
  children,
}: {
  readonly title: string;
  readonly none: string;
  readonly children: readonly ComponentChildren[];
}) => (
  <section>
    <h2>{title}</h2>
    <ul class="list">{children}</ul>
    {children.length === 0 ? <p class="dim">{none}</p> : null}
  </section>
);

/** The ways back that still run, the first to end first, and copies whose deletion is due. */
function Ways({ home }: { readonly home: Home }) {
  const now = useApp().clock.value;
  const running = home.clocks.filter(({ ends }) => ends > now).toSorted((a, b) => a.ends - b.ends);
  const due = home.duties.filter((one) => one.done === null && one.due <= now);
  if (running.length + due.length === 0) return null;
  return (
    <section>
      <div class="head">
        <h2>Undo windows</h2>
        <Link to={paths.windows}>All of them, and copies to delete</Link>
      </div>
      <ul class="windows short-list">
        {running.slice(0, 4).map((one) => (
          <li key={`${one.run} ${one.clock}`}>
            <Gauge
              name={`${one.clock} of ${one.runbook_id}`}
              {...gaugeState(one.since, one.ends, now)}
              left={remaining(one.ends - now)}
              note={`ends ${utcMinute(one.ends)} UTC; ${visible(one.means)}`}
            />
          </li>
        ))}
      </ul>
      {due.length > 0 ? (
        <p>
          <State is="overdue" word="deletion is due" /> {due.map((one) => visible(one.artifact)).join(', ')}
        </p>
      ) : null}
    </section>
  );
}

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
                <span class="hide"> {visible(one.title)}</span>
              </Link>
              {one.approved ? (
                <Link class="button" to={paths.newPlan({ runbook: one.runbook })}>
                  Plan a run<span class="hide"> of {visible(one.title)}</span>
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
              Read and register<span class="hide"> {visible(one.name)}</span>
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
  const ssh = me.keys.some(({ kind }) => kind === 'ssh' || kind === 'sk-ssh');
  return (
    <p class="notice">
      {ssh
        ? 'Your signing key is an SSH key: follow and stop things here, sign with the command line.'
        : 'Your signing key is in another browser: follow and stop things here, sign there.'}
    </p>
  );
}
