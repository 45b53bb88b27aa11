/** A hold on a plan or on a runbook, before anything has started: the same page as a run's, signed by the people of the roster. */
import { useSignal } from '@preact/signals';
import { jcs } from '../../core/bytes/jcs.ts';
import type { FolderDocument, Home, PlanView, SiteHoldSummary } from '../../core/protocol/frames.ts';
import type { Content } from '../../core/run/collected.ts';
import { actLines } from '../../core/run/lines.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { useApp } from '../app.ts';
import { utc, visible } from '../format.ts';
import { signAtSite } from '../keys/site.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { useAsk, useDocument, useSubject } from '../parts/document.ts';
import { Stance, UpdateForm } from '../parts/holdForm.tsx';
import { Bluf, Cause, Conditions, Considered, Impact, NextUpdate, Updates } from '../parts/holdSays.tsx';
import { Icon, State } from '../parts/icons.tsx';
import { unmetWords } from '../parts/lifting.ts';
import { Pane } from '../parts/pane.tsx';
import { Risk, riskOf } from '../parts/risk.tsx';
import { type Desk, openSiteHold } from '../room/desk.ts';
import { paths } from '../router.ts';

const REFRESH_MS = 5000;

export function SiteHoldPage({ seq }: { readonly seq: number }) {
  const home = useDocument<Home>('/api/home', REFRESH_MS);
  const one = home.value?.holds.find(({ hold }) => hold.startsWith(`${seq} `));
  const plan = useDocument<PlanView>(one?.plan ? `/api/plans/${encodeURIComponent(one.plan)}` : null);
  const folder = useDocument<FolderDocument>(one?.runbook ? `/api/runbooks/${encodeURIComponent(one.runbook)}` : null);
  const runbook = plan.value?.runbook_document ?? folder.value?.document;
  const title = one?.plan ? 'A plan is held' : 'A runbook is held';
  const thing = one?.plan ? { plan: one.plan } : { runbook: one?.runbook ?? '' };
  const mode = plan.value?.mode ?? null;
  const subject = one ? { title: runbook?.id ?? title, mode, thing, holds: [one], reload: home.reload } : null;
  useSubject(subject, [one, runbook]);
  if (!home.value)
    return (
      <main class="plain">
        {home.problem ? <Refusal problem={home.problem} /> : <p role="status">The hold is being fetched.</p>}
      </main>
    );
  if (!one)
    return (
      <main class="plain">
        <div>
          <h1>This hold is not open.</h1>
          <p>
            It was lifted, or there never was one. <Link to={paths.home}>Home</Link>
          </p>
        </div>
      </main>
    );
  return <Held key={one.hold} one={one} runbook={runbook ?? null} names={home.value.names} reload={home.reload} />;
}

interface HeldProps {
  readonly one: SiteHoldSummary;
  /** The runbook that is held, or whose plan is. */
  readonly runbook: Runbook | null;
  readonly names: Readonly<Record<string, string>>;
  readonly reload: () => Promise<void>;
}

/** Without seats, who speaks for one is whoever holds a role of it. */
const speaksFor = (runbook: Runbook | null, roles: readonly string[], seat: string): boolean =>
  (runbook?.crew[seat]?.roles ?? []).some((role) => roles.includes(role));

function useDesk({ one, runbook, names, reload }: HeldProps): Desk {
  const app = useApp();
  const { busy, problem, ask } = useAsk();
  const me = app.me.value;
  const roles = me?.roles ?? [];
  return {
    hold: openSiteHold(one),
    name: (person) => names[person] ?? person,
    holderOf: () => null,
    seats: Object.keys(runbook?.crew ?? {}),
    raisedIt: one.by === me?.person,
    maySetConditions: one.by === me?.person || speaksFor(runbook, roles, 'lead'),
    mayMeet: (seat) => speaksFor(runbook, roles, seat),
    send: (update) =>
      ask(async () => {
        const answer = await app.api.command({
          type: 'update',
          run: null,
          hold: one.hold,
          ...update,
          document: { ...update.document },
        });
        if (answer.ok) await reload();
        return answer.ok ? null : answer.problem;
      }),
    busy,
    problem,
  };
}

function Held(props: HeldProps) {
  const { one, names } = props;
  const desk = useDesk(props);
  const writing = useSignal(false);
  const risk = useSignal('');
  return (
    <main class="held-page">
      <Pane class="panes" label="Hold">
        <Pane class="work" label="What is held">
          {writing.value ? <UpdateForm desk={desk} onDone={() => (writing.value = false)} /> : null}
          <Bluf desk={desk} />
          <Impact hold={desk.hold} />
          <div>
            <p>
              {one.plan === null
                ? 'Held. No run of this runbook opens, and its open runs are held, too.'
                : 'Held. The run that is planned is not opened.'}{' '}
              <Link to={one.plan === null ? paths.runbook(one.runbook ?? '') : paths.plan(one.plan)}>
                {one.plan === null ? 'Read the runbook' : 'See the plan'}
              </Link>
            </p>
          </div>
          <Cause hold={desk.hold} />
          <Considered hold={desk.hold} />
          <Updates desk={desk} />
        </Pane>
        <Pane as="aside" class="crew" label="Next update, conditions, signatures">
          <NextUpdate hold={desk.hold} />
          <Conditions desk={desk} />
          <Refusal problem={writing.value ? null : desk.problem} />
          <Stance desk={desk} />
          <section>
            <h2>Lifted when signed</h2>
            <p>{visible(one.needed)}</p>
            <ul>
              {one.signers.map(({ person, role }) => (
                <li key={person}>
                  <State is="signed" /> {visible(names[person] ?? person)}, {visible(role)}
                </li>
              ))}
            </ul>
            <Risk risk={risk} fixed={one.content} asked={true} />
          </section>
        </Pane>
      </Pane>
      <footer class="actions">
        <div class="back">
          <button
            type="button"
            class="big"
            aria-expanded={writing.value}
            onClick={() => (writing.value = !writing.value)}
          >
            <Icon name="pencil" /> Write update
          </button>
        </div>
        <Lift {...props} desk={desk} content={one.content ?? riskOf(risk.value)} />
      </footer>
    </main>
  );
}

function Lift({ one, reload, desk, content }: HeldProps & { readonly desk: Desk; readonly content: Content }) {
  const app = useApp();
  const { busy, problem, ask } = useAsk();
  const me = app.me.value;
  const mine = one.signers.some(({ person }) => person === me?.person);
  const stop = app.unsignable();
  const why = unmetWords(desk.hold) ?? (mine ? 'You have signed.' : null) ?? (stop ? stop.sentence : null);
  const lift = () =>
    ask(async () => {
      if (!me) return null;
      const about = { origin: me.origin, run: null, mode: null, about: one.hold, content };
      const answer = await signAtSite(
        app,
        'lift',
        (signing) => actLines('lift', about, signing),
        (signed) => ({ type: 'lift_on', content: jcs(content), ...signed }),
      );
      if (answer.ok) await reload();
      return answer.ok ? null : answer.problem;
    });
  return (
    <>
      <div class="on">
        <p class="why" id="why-lift" role="status">
          <b>{visible(why ?? 'Silence lifts nothing.')}</b> Since {utc(one.raised_at)} UTC.
        </p>
        <button
          type="button"
          class={why === null ? 'big outline-act' : 'big'}
          disabled={why !== null || busy}
          aria-describedby="why-lift"
          onClick={lift}
        >
          <Icon name="key" /> {busy ? 'Signing' : 'Sign the lift'}
        </button>
      </div>
      <Refusal problem={problem} />
    </>
  );
}
