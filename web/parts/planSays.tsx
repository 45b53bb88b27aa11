/** What a plan says: the verdict of preflight, its inputs, who is invited, and what changed since the last rehearsal. */
import type { PlanView, PreflightFinding } from '../../core/protocol/frames.ts';
import { ascii, visible } from '../format.ts';
import { State } from './icons.tsx';

interface Props {
  readonly view: PlanView;
}

const placeOf = ({ step, seat }: PreflightFinding): string =>
  [step === null ? '' : `step ${step}`, seat === null ? '' : `${seat} seat`].filter((one) => one !== '').join(', ');

/** Each finding names the step and the seat where it stands; none is no proof, only nothing known. */
export function Preflight({ view }: Props) {
  const { preflight } = view;
  return (
    <section>
      <div class="head">
        <h2>Preflight</h2>
        <span class="dim small">{preflight.length === 0 ? 'nothing found' : `${preflight.length} found`}</span>
      </div>
      {preflight.length === 0 ? (
        <p>
          <State is="ok" word="ready" /> Every quorum can be filled by the people invited; targets, window, locks and
          rehearsal fit.
        </p>
      ) : (
        <ul class="findings">
          {preflight.map((one) => (
            <li key={`${one.code} ${one.step} ${one.seat} ${one.sentence}`}>
              <State is="failed" word="stands against it" />
              <span class="break">
                {visible(one.sentence)} <span class="dim small">{visible(placeOf(one))}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function PlanInputs({ view }: Props) {
  const inputs = Object.entries(view.document.inputs);
  const instead = view.mode === 'rehearsal' ? (view.runbook_document.rehearsal?.inputs ?? {}) : {};
  if (inputs.length === 0) return null;
  return (
    <section>
      <h2>Inputs</h2>
      <dl class="facts">
        {inputs.map(([name, value]) => [
          <dt key={name}>{visible(name)}</dt>,
          <dd key={`${name} value`}>
            <code>{ascii(String(instead[name] ?? value))}</code>{' '}
            {instead[name] === undefined ? null : <span class="dim">instead of {visible(String(value))}</span>}
          </dd>,
        ])}
      </dl>
    </section>
  );
}

export function Invited({ view, names }: Props & { readonly names: Readonly<Record<string, string>> }) {
  const { crew } = view.runbook_document;
  const trouble = new Set(view.preflight.map(({ seat }) => seat));
  return (
    <section>
      <h2>Invited</h2>
      <ul>
        {Object.entries(crew).map(([seat, { roles, optional }]) => {
          const person = view.document.crew[seat];
          return (
            <li key={seat} class="seat plain-seat">
              <span class="break">{person === undefined ? 'nobody yet' : visible(names[person] ?? person)}</span>
              <span class="what">{visible(seat)}</span>
              <span class="small">
                {roles.map(visible).join(' or ')}
                {optional ? ', optional' : ''}
                {trouble.has(seat) ? <b class="c-bad"> · see preflight</b> : null}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function Changed({ view }: Props) {
  const { changes } = view;
  return (
    <section>
      <h2>Changed since the last rehearsal</h2>
      {changes === null ? <p class="dim">Nobody has rehearsed this runbook to its end.</p> : null}
      {changes?.length === 0 ? <p>Nothing that is compared.</p> : null}
      <ul>
        {(changes ?? []).map((line) => (
          <li key={line} class="break">
            {visible(line)}
          </li>
        ))}
      </ul>
    </section>
  );
}
