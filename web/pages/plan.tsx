/** A plan: what would run, with which inputs, who is invited, what stands against it; a run is opened from here and nowhere else. */
import { useSignal } from '@preact/signals';
import type { FolderDocument, Home, PlanView } from '../../core/protocol/frames.ts';
import { checkInputs } from '../../core/runbook/inputs.ts';
import { useApp } from '../app.ts';
import { utcMinute, visible } from '../format.ts';
import { closeRef, openRun } from '../keys/opening.ts';
import { Link, Refusal, Text } from '../parts/basics.tsx';
import { type Document, useAsk, useDocument, useSubject } from '../parts/document.ts';
import { TextField } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { PlanForm } from '../parts/planForm.tsx';
import { Changed, Invited, PlanInputs, Preflight } from '../parts/planSays.tsx';
import { PlanSteps } from '../parts/planSteps.tsx';
import { Unvouched } from '../parts/unvouched.tsx';
import { paths } from '../router.ts';

interface Asked {
  readonly plan: string | null;
  readonly runbook: string | null;
  readonly from: string | null;
  readonly follows: string | null;
}

const REFRESH_MS = 10_000;

export function PlanPage(asked: Asked) {
  return asked.plan === null ? <NewPlan {...asked} /> : <SavedPlan plan={asked.plan} follows={asked.follows} />;
}

const Waits = ({ of, what }: { readonly of: Document<unknown>; readonly what: string }) => (
  <main class="plain">
    {of.problem ? <Refusal problem={of.problem} /> : <p role="status">{what} is being fetched.</p>}
  </main>
);

function NewPlan({ runbook, from, follows }: Asked) {
  const home = useDocument<Home>('/api/home');
  const before = useDocument<PlanView>(from === null ? null : `/api/plans/${encodeURIComponent(from)}`);
  const digest = runbook ?? before.value?.runbook ?? null;
  const folder = useDocument<FolderDocument>(digest === null ? null : `/api/runbooks/${encodeURIComponent(digest)}`);
  if (!home.value) return <Waits of={home} what="The list" />;
  if (from !== null && !before.value) return <Waits of={before} what="The plan" />;
  if (digest === null) return <Choose home={home.value} follows={follows} />;
  if (!folder.value) return <Waits of={folder} what="The runbook" />;
  return (
    <PlanForm
      key={`${digest} ${from ?? ''}`}
      folder={folder.value}
      names={home.value.names}
      before={before.value}
      follows={follows}
    />
  );
}

/** A plan begins with a runbook. */
const Choose = ({ home, follows }: { readonly home: Home; readonly follows: string | null }) => (
  <main class="plain">
    <div>
      <h1>Which runbook is planned?</h1>
      {follows === null ? null : (
        <p>
          It follows the run <code>{visible(follows)}</code>, while its undo windows run.
        </p>
      )}
    </div>
    <section>
      <ul class="list">
        {home.runbooks
          .filter((one) => one.approved !== null)
          .map((one) => (
            <li key={one.runbook}>
              <span class="what">
                <b>
                  <Text of={one.title} />
                </b>{' '}
                <span class="dim">
                  <Text of={one.id} />
                </span>
              </span>
              <Link class="button" to={paths.newPlan({ runbook: one.runbook, follows })}>
                Plan it<span class="hide">: {visible(one.title)}</span>
              </Link>
            </li>
          ))}
      </ul>
    </section>
  </main>
);

function SavedPlan({ plan, follows }: { readonly plan: string; readonly follows: string | null }) {
  const view = useDocument<PlanView>(`/api/plans/${encodeURIComponent(plan)}`, REFRESH_MS);
  const home = useDocument<Home>('/api/home');
  const now = view.value;
  const subject = now && {
    title: `${now.runbook_id}, planned`,
    mode: now.mode,
    thing: now.opened ? null : { plan },
    holds: now.holds,
    reload: view.reload,
  };
  useSubject(subject, [now]);
  if (!now) return <Waits of={view} what="The plan" />;
  return <Plan view={now} names={home.value?.names ?? {}} follows={follows} />;
}

interface PlanProps {
  readonly view: PlanView;
  readonly names: Readonly<Record<string, string>>;
  readonly follows: string | null;
}

function Plan({ view, names, follows }: PlanProps) {
  const rehearsal = view.mode === 'rehearsal';
  const title = visible(view.title);
  return (
    <main class="held-page">
      <Pane class="panes" label="Plan">
        <Pane class="work" label="What is planned">
          {rehearsal ? null : <Unvouched />}
          <div>
            <h1 class="break">
              {rehearsal ? 'Rehearse: ' : ''}
              {title}
            </h1>
            <p class="dim small">
              planned by {visible(names[view.by] ?? view.by)}
              {view.planned_for === null ? ', for no fixed time' : `, for ${utcMinute(view.planned_for)} UTC`} ·{' '}
              <code>{view.plan}</code>
            </p>
            {view.document.note === null ? null : <p class="break">{visible(view.document.note)}</p>}
          </div>
          <Preflight view={view} />
          <PlanInputs view={view} />
          <PlanSteps view={view} />
        </Pane>
        <Pane as="aside" class="crew" label="People and changes">
          <Invited view={view} names={names} />
          <Changed view={view} />
          <section>
            <h2>The runbook</h2>
            <p>
              <Link to={paths.runbook(view.runbook)}>Read it</Link>
            </p>
            <p class="dim small">
              A plan is not changed:{' '}
              <Link to={paths.newPlan({ from: view.plan, follows })}>plan it anew from this one</Link>
            </p>
          </section>
        </Pane>
      </Pane>
      <Open view={view} follows={follows} />
    </main>
  );
}

/** Why the run cannot be opened from here now; null where it can. */
function whyNot(view: PlanView, roles: readonly string[], missing: string | null): string | null {
  const leads = view.runbook_document.crew['lead']?.roles ?? [];
  if (view.opened) return 'The run is open.';
  if (view.approved === null) return 'The runbook is not approved yet: somebody who did not write it reads it.';
  if (view.holds.length > 0) return 'It is held. Silence lifts nothing.';
  if (!leads.some((role) => roles.includes(role)))
    return `Only a ${leads.map(visible).join(' or ')} opens and leads it.`;
  return missing;
}

function Open({ view, follows }: Omit<PlanProps, 'names'>) {
  const app = useApp();
  const { busy, problem, ask } = useAsk();
  const test = useSignal('');
  const rehearsal = useSignal('');
  const linked = /^https?:\/\/\S+$/.test(test.value.trim());
  const missing = follows !== null && !linked ? 'A follow-up names the test that shows the defect.' : null;
  const stop = app.unsignable();
  const no = whyNot(view, app.me.value?.roles ?? [], missing) ?? stop?.sentence ?? null;
  const against = view.preflight.length;
  const open = () =>
    ask(async () => {
      const inputs = checkInputs(view.runbook_document, { ...view.document.inputs });
      if (!inputs.ok) return inputs.refusal;
      const ground = follows === null ? null : await followsOf(follows, test.value.trim(), rehearsal.value.trim());
      if (ground && 'code' in ground) return ground;
      return openRun(app, {
        run: view.plan,
        mode: view.mode,
        approved: view.approved ?? '',
        inputs: inputs.value,
        follows: ground,
      });
    }).then((opened) => opened && app.go(paths.room(view.plan)));
  const followsOf = async (run: string, link: string, rehearsed: string) => {
    const close = await closeRef(app, run);
    if (!close.ok) return close.problem;
    const rests = rehearsed === '' ? null : await closeRef(app, rehearsed);
    if (rests && !rests.ok) return rests.problem;
    return { close: close.value, rehearsal: rests?.value ?? null, test: link };
  };
  return (
    <footer class="actions">
      <Refusal problem={problem} />
      {follows === null ? null : (
        <div class="form wide-form">
          <TextField
            id="follow-test"
            label="The test that shows the defect"
            note="A link; it stands in what you sign."
            value={test}
          />
          <TextField
            id="follow-rehearsal"
            label="The rehearsal that proved the mend"
            note="The run’s id; blank where there is none."
            value={rehearsal}
            mono
          />
        </div>
      )}
      <div class="back">
        <Link class="button big" to={paths.home}>
          Home
        </Link>
      </div>
      <div class="on">
        {view.opened ? (
          <>
            <p class="why">
              <b>The run is open.</b>
            </p>
            <Link class="button big" to={paths.room(view.plan)}>
              Enter the room
            </Link>
          </>
        ) : (
          <>
            <div class="why" id="why-open" role="status">
              <b>
                {no ?? (against > 0 ? `${against} things stand against it.` : 'Nothing is known to stand against it.')}
              </b>
              <p class="dim">
                {stop && no === stop.sentence
                  ? `Sign with: crosscheck run start ${visible(view.runbook_id)}`
                  : 'Whoever opens it leads it, and can then never confirm in it.'}
              </p>
            </div>
            <button
              type="button"
              class={no === null ? 'big outline-act' : 'big'}
              disabled={no !== null || busy}
              aria-describedby="why-open"
              onClick={open}
            >
              <Icon name="key" />{' '}
              {busy ? 'Signing' : view.mode === 'rehearsal' ? 'Sign and open the rehearsal' : 'Sign and open the run'}
            </button>
          </>
        )}
      </div>
    </footer>
  );
}
