/** Undo windows: until when there is a way back, what is impossible afterwards, and which copies have to be deleted. */
import { useSignal } from '@preact/signals';
import { refOf } from '../../core/log/entry.ts';
import type { ClockSummary, DutySummary, Home } from '../../core/protocol/frames.ts';
import { clockViews, duties } from '../../core/release/clocks.ts';
import { ofType } from '../../core/release/entries.ts';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { local, utcMinute, visible } from '../format.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { Gauge, gaugeState, remaining } from '../parts/clocks.tsx';
import { useAsk, useDocument } from '../parts/document.ts';
import { TextField } from '../parts/fields.tsx';
import { State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';

const REFRESH_MS = 10_000;

/** Of every run that the site knows. */
export function ClocksPage() {
  const home = useDocument<Home>('/api/home', REFRESH_MS);
  if (!home.value)
    return (
      <main class="plain">
        {home.problem ? <Refusal problem={home.problem} /> : <p role="status">The windows are being fetched.</p>}
      </main>
    );
  const { clocks, names } = home.value;
  return (
    <Windows
      clocks={clocks}
      duties={home.value.duties}
      name={(person) => names[person] ?? person}
      reload={home.reload}
      ofRun={false}
    />
  );
}

/** Of one run, by its own entries. */
export function RunWindowsPage({ room }: { readonly room: Room }) {
  const now = useApp().clock.value;
  const folded = room.folded.value;
  if (!folded) return null;
  const context = contextOf(folded.state);
  const { runbook, run } = context;
  const closed = folded.entries.find(({ entry }) => entry.type === 'run.closed');
  const all = [...folded.entries, ...room.after.value];
  const passed = new Set(ofType(all, 'clock.passed').map(({ entry }) => entry.clock));
  const running = Object.fromEntries(
    Object.entries(context.clocks).map(([id, clock]) => [id, { ...clock, passed: clock.passed || passed.has(id) }]),
  );
  const clocks = clockViews(runbook, running, now).map(
    ({ id, means, since, ends, owner }): ClockSummary => ({
      run,
      runbook_id: runbook.id,
      clock: id,
      means,
      since,
      ends,
      owner,
      closed: closed ? refOf(closed) : null,
    }),
  );
  const owed = duties(runbook, all, now).map(
    ({ step, title, due, deleted }): DutySummary => ({
      run,
      step,
      artifact: title,
      due,
      done: deleted && { ...deleted, evidence: deleted.evidence ?? '' },
    }),
  );
  return <Windows clocks={clocks} duties={owed} name={room.name} reload={room.reload} ofRun />;
}

interface Props {
  readonly clocks: readonly ClockSummary[];
  readonly duties: readonly DutySummary[];
  readonly name: (person: string) => string;
  readonly reload: () => Promise<void>;
  readonly ofRun: boolean;
}

function Windows({ clocks, duties, name, reload, ofRun }: Props) {
  const now = useApp().clock.value;
  const open = clocks.filter(({ ends }) => ends > now).toSorted((a, b) => a.ends - b.ends);
  const over = clocks.filter(({ ends }) => ends <= now).toSorted((a, b) => b.ends - a.ends);
  const first = open[0];
  return (
    <Pane as="main" class="plain" label="Undo windows">
      <div>
        <h1>
          {first
            ? `The next way back ends in ${remaining(first.ends - now)}: ${visible(first.clock)}.`
            : 'No undo window runs.'}
        </h1>
        <p class="dim">
          Alarms at 50, 80 and 95 per cent, and at the end. A step that needs a window starts only while it runs.
        </p>
      </div>
      <section>
        <div class="head">
          <h2>Running</h2>
          <span class="dim small">{open.length}, the first to end first</span>
        </div>
        <ul class="windows">
          {open.map((one) => (
            <Row key={`${one.run} ${one.clock}`} one={one} ofRun={ofRun} />
          ))}
        </ul>
        {open.length === 0 ? <p class="dim">None.</p> : null}
      </section>
      <section>
        <h2>Copies to delete</h2>
        <ul class="list">
          {duties.map((one) => (
            <Duty key={`${one.run} ${one.step}`} one={one} name={name} reload={reload} ofRun={ofRun} />
          ))}
        </ul>
        {duties.length === 0 ? <p class="dim">No backup is kept for a time.</p> : null}
      </section>
      {over.length > 0 ? (
        <section>
          <h2>Ended</h2>
          <ul class="windows">
            {over.map((one) => (
              <Row key={`${one.run} ${one.clock}`} one={one} ofRun={ofRun} />
            ))}
          </ul>
        </section>
      ) : null}
    </Pane>
  );
}

function Row({ one, ofRun }: { readonly one: ClockSummary; readonly ofRun: boolean }) {
  const now = useApp().clock.value;
  const { gone, state } = gaugeState(one.since, one.ends, now);
  const over = state === 'ended';
  return (
    <li>
      <Gauge name={one.clock} gone={gone} state={state} left={over ? 'never' : remaining(one.ends - now)} />
      <dl class="facts">
        <dt>started</dt>
        <dd>{utcMinute(one.since)} UTC</dd>
        <dt>{over ? 'ended' : 'ends'}</dt>
        <dd>
          {utcMinute(one.ends)} UTC, {local(one.ends)}
        </dd>
        <dt>{over ? 'no longer' : 'until then'}</dt>
        <dd>{visible(one.means)}</dd>
        <dt>owner</dt>
        <dd>{one.owner === null ? 'nobody is named' : visible(one.owner)}</dd>
        {ofRun ? null : (
          <>
            <dt>run</dt>
            <dd>
              <Link to={paths.of('windows', one.run)}>
                {visible(one.runbook_id)} <span class="mono">{one.run.slice(-7)}</span>
              </Link>
            </dd>
          </>
        )}
      </dl>
      {!over && one.closed !== null ? (
        <p class="row">
          <Link class="button" to={paths.newPlan({ follows: one.run })}>
            Open a follow-up
            <span class="hide">
              {' '}
              of {visible(one.runbook_id)}, {visible(one.clock)}
            </span>
          </Link>
          <span class="dim small">
            a run of its own, with the test that shows the defect, while there is a way back
          </span>
        </p>
      ) : null}
    </li>
  );
}

interface DutyProps {
  readonly one: DutySummary;
  readonly name: (person: string) => string;
  readonly reload: () => Promise<void>;
  readonly ofRun: boolean;
}

function Duty({ one, name, reload, ofRun }: DutyProps) {
  const app = useApp();
  const open = useSignal(false);
  const evidence = useSignal('');
  const { busy, problem, ask } = useAsk();
  const due = one.due <= app.clock.value;
  const send = () =>
    ask(async () => {
      const answer = await app.api.command({
        type: 'backup_deleted',
        run: one.run,
        step: one.step,
        evidence: evidence.value.trim(),
      });
      if (answer.ok) await reload();
      return answer.ok ? null : answer.problem;
    });
  return (
    <li>
      <span class="what">
        <State
          is={one.done ? 'done' : due ? 'overdue' : 'todo'}
          word={one.done ? 'deleted' : due ? 'deletion is due' : 'kept'}
        />{' '}
        <b>{visible(one.artifact)}</b>{' '}
        <span class="dim">
          {visible(one.step)}
          {ofRun ? '' : ` of ${one.run.slice(-7)}`} ·{' '}
          {one.done
            ? `${utcMinute(one.done.at)} UTC by ${visible(name(one.done.by))}: ${visible(one.done.evidence)}`
            : `${due ? 'since' : 'until'} ${utcMinute(one.due)} UTC`}
        </span>
      </span>
      {one.done ? null : open.value ? (
        <div class="form">
          <TextField
            id={`deleted-${one.run}-${one.step}`}
            label="Evidence of the deletion"
            note="Where somebody else can look it up."
            value={evidence}
            max={500}
          />
          <p class="row">
            <button type="button" disabled={busy || evidence.value.trim() === ''} onClick={send}>
              Record the deletion
            </button>
            <button type="button" onClick={() => (open.value = false)}>
              Back
            </button>
          </p>
          <Refusal problem={problem} />
        </div>
      ) : (
        <button type="button" onClick={() => (open.value = true)}>
          It is deleted<span class="hide">: {visible(one.artifact)}</span>
        </button>
      )}
    </li>
  );
}
