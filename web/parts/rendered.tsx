/** A runbook as people read it: what it is, who is needed, what is asked, what runs in which order. Read-only; it is edited in git. */
import type { Clock, Question, Runbook, Step } from '../../core/runbook/runbook.ts';
import { about, ascii, visible } from '../format.ts';
import { asWritten, inShort } from './argv.tsx';
import { Icon } from './icons.tsx';
import { undoWords } from './undoWords.ts';

export function Rendered({ runbook }: { readonly runbook: Runbook }) {
  return (
    <>
      <About runbook={runbook} />
      <CrewOf runbook={runbook} />
      <Asked title="Asked before the first step" questions={runbook.briefing} />
      {runbook.go_no_go.length > 0 ? (
        <section>
          <h2>Go or no go before the first step</h2>
          <p>{runbook.go_no_go.map(visible).join(', ')}; one no go is a hold.</p>
        </section>
      ) : null}
      <section>
        <h2>Steps</h2>
        <ol class="plan-steps">
          {runbook.steps.map((step, index) => (
            <OneStep key={step.id} step={step} label={String(index + 1)} />
          ))}
        </ol>
      </section>
      <Asked title="Asked after the last step" questions={runbook.debrief} />
      <Clocks clocks={runbook.clocks} />
    </>
  );
}

function About({ runbook }: { readonly runbook: Runbook }) {
  const { owner, window, locks, rehearsal, inputs, secrets, targets } = runbook;
  const rows: readonly (readonly [string, string])[] = [
    ['owner', owner ?? 'nobody is named'],
    [
      'inputs',
      Object.entries(inputs)
        .map(([name, { type }]) => `${name} (${type})`)
        .join(', ') || 'none',
    ],
    ['secrets', Object.keys(secrets).join(', ') || 'none'],
    [
      'targets',
      Object.entries(targets)
        .map(([name, { agent }]) => `${name} → ${agent}`)
        .join(', '),
    ],
    ['window', window ? `${window.days.join(', ')}, ${window.from} to ${window.to}, ${window.timezone}` : 'any time'],
    ['locks', locks.join(', ') || 'none'],
    [
      'rehearsal',
      rehearsal
        ? `${rehearsal.required ? 'required' : 'not required'}${rehearsal.max_age_ms === null ? '' : `, not older than ${about(rehearsal.max_age_ms)}`}`
        : 'none is written',
    ],
  ];
  return (
    <section>
      <p class="break">{visible(runbook.description ?? '')}</p>
      <dl class="facts">
        {rows.map(([name, value]) => [
          <dt key={name}>{name}</dt>,
          <dd key={`${name} value`} class="break">
            {visible(value)}
          </dd>,
        ])}
      </dl>
    </section>
  );
}

const CrewOf = ({ runbook }: { readonly runbook: Runbook }) => (
  <section>
    <h2>Seats</h2>
    <ul>
      {Object.entries(runbook.crew).map(([seat, { roles, optional }]) => (
        <li key={seat}>
          <b>{visible(seat)}</b>: {roles.map(visible).join(' or ')}
          {optional ? ', optional' : ''}
          {runbook.presence.required.includes(seat)
            ? `, must be present; gone for ${about(runbook.presence.grace_ms)} is a hold`
            : ''}
        </li>
      ))}
    </ul>
  </section>
);

const Asked = ({ title, questions }: { readonly title: string; readonly questions: readonly Question[] }) =>
  questions.length === 0 ? null : (
    <section>
      <h2>{title}</h2>
      <ol>
        {questions.map(({ id, ask, answer, by }, index) => (
          <li key={id} class="break">
            {index + 1} · {visible(ask)}{' '}
            <span class="dim">
              {answer}, by {visible(by)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );

const badges = (step: Step): readonly string[] => [
  step.kind,
  step.eyes === 2 ? 'no confirmation' : `${step.eyes} eyes: ${step.by.join(', ')}`,
  ...(step.critical ? ['critical'] : []),
  ...(step.timeout_ms === null ? [] : [`at most ${about(step.timeout_ms)}`]),
  ...(step.retries > 0 ? [`tries again ${step.retries} times`] : []),
  ...(step.when === null ? [] : [`only when ${step.when}`]),
  ...(step.while.length > 0 ? [`only while ${step.while.join(', ')} runs`] : []),
  ...(step.on_failure === 'decide' ? ['on failure: decide'] : []),
  ...(step.use === null ? [] : [`from ${step.use.folder}`]),
];

function OneStep({ step, label }: { readonly step: Step; readonly label: string }) {
  const does = asWritten(step);
  return (
    <li>
      <h3 class="break">
        {label} · {visible(step.title)} <span class="dim">{visible(step.id)}</span>
        {step.irreversible ? (
          <b class="mark c-bad">
            {' '}
            <Icon name="irreversible" /> irreversible
          </b>
        ) : null}
      </h3>
      {does ? (
        <p class="break">
          <code>{ascii(inShort(does))}</code> <span class="dim">on {visible(step.target)}</span>
        </p>
      ) : null}
      {step.gate ? <p>Polls {step.gate.map(visible).join(', ')}.</p> : null}
      <p class="dim small break">
        {visible(badges(step).join(' · '))} · <b>{visible(undoWords(step))}</b>
      </p>
      {Object.values(step.probes).length > 0 ? (
        <p class="dim small break">
          measured:{' '}
          {Object.values(step.probes)
            .map(({ title }) => visible(title))
            .join('; ')}
        </p>
      ) : null}
      {step.challenge.length > 0 ? (
        <p class="dim small break">
          asked blind: {step.challenge.map(({ ask, by }) => `${visible(ask)} (${visible(by)})`).join(' ')}
        </p>
      ) : null}
      {step.children.length > 0 ? (
        <ol class="plan-steps">
          {step.children.map((child, index) => (
            <OneStep key={child.id} step={child} label={`${label}.${index + 1}`} />
          ))}
        </ol>
      ) : null}
    </li>
  );
}

const Clocks = ({ clocks }: { readonly clocks: Readonly<Record<string, Clock>> }) =>
  Object.keys(clocks).length === 0 ? null : (
    <section>
      <h2>Undo windows</h2>
      <ul>
        {Object.entries(clocks).map(([id, { lasts_ms, starts, means }]) => (
          <li key={id} class="break">
            <b>{visible(id)}</b>: {about(lasts_ms)} from the start of {visible(starts)}; {visible(means)}
          </li>
        ))}
      </ul>
    </section>
  );
