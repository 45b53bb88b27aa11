/** One line of home each: a run, a hold outside any run, a plan. */
import type { Home, PlanSummary, RunSummary, SiteHoldSummary } from '../../core/protocol/frames.ts';
import { useApp } from '../app.ts';
import { about, span, utcDay, utcMinute, visible } from '../format.ts';
import { paths } from '../router.ts';
import { Link, Text } from './basics.tsx';
import { State } from './icons.tsx';

const MARK = { open: 'running', held: 'held', done: 'done', 'rolled-back': 'done', aborted: 'aborted' } as const;

/** A rehearsal is told apart by its word and shape before anything else is read. */
const ModeWord = ({ mode }: { readonly mode: 'live' | 'rehearsal' }) =>
  mode === 'rehearsal' ? <State is="rehearsal" /> : null;

interface RowProps {
  readonly run: RunSummary;
  readonly home: Home;
  readonly to: string;
  readonly verb: string;
}

export const RunRow = ({ run, home, to, verb }: RowProps) => (
  <li>
    <span class="what">
      <State
        is={MARK[run.state]}
        {...(run.state === 'open' || run.state === 'rolled-back' ? { word: run.state.replace('-', ' ') } : {})}
      />{' '}
      <ModeWord mode={run.mode} />{' '}
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
      <span class="hide">: {visible(run.title)}</span>
    </Link>
  </li>
);

export function HoldRow({ one, home }: { readonly one: SiteHoldSummary; readonly home: Home }) {
  const now = useApp().clock.value;
  const late = one.next_update !== null && one.next_update < now;
  return (
    <li>
      <span class="what">
        <State is="held" /> <b>{visible(one.text)}</b>{' '}
        <span class="dim">
          on a {one.plan === null ? 'runbook' : 'plan'} · by {visible(home.names[one.by] ?? one.by)} ·{' '}
          {about(now - one.raised_at)}
        </span>{' '}
        {late ? <State is="overdue" word="update overdue" /> : null}
      </span>
      <Link class="button" to={paths.siteHold(one.hold)}>
        See the hold<span class="hide">: {visible(one.text)}</span>
      </Link>
    </li>
  );
}

export function PlanRow({ plan, home }: { readonly plan: PlanSummary; readonly home: Home }) {
  const now = useApp().clock.value;
  const left = plan.planned_for === null ? null : plan.planned_for - now;
  return (
    <li>
      <span class="what">
        {plan.held ? <State is="held" /> : <State is="todo" word="planned" />} <ModeWord mode={plan.mode} />{' '}
        <b>
          <Text of={plan.title} />
        </b>{' '}
        <span class="dim">
          by {visible(home.names[plan.by] ?? plan.by)} ·{' '}
          {plan.planned_for === null
            ? 'no fixed time'
            : `${utcMinute(plan.planned_for)} UTC${left === null ? '' : left > 0 ? `, in ${about(left)}` : `, ${span(-left)} ago`}`}
        </span>
      </span>
      <Link class="button" to={paths.plan(plan.plan)}>
        See the plan<span class="hide">: {visible(plan.title)}</span>
      </Link>
    </li>
  );
}
