/** The probes of a step as a table: what was measured, by which rule it is looked at again, and its age. A blind value is never here. */
import { blindProbes } from '../../core/runbook/blind.ts';
import type { Step } from '../../core/runbook/runbook.ts';
import { ascii, span, visible } from '../format.ts';
import type { Attempt } from '../room/attempts.ts';
import type { ArmedFacts } from '../room/facts.ts';
import { Since } from './basics.tsx';
import { Icon, State } from './icons.tsx';

type Drift = ArmedFacts['action']['drift'][string];
export const ruleText = (drift: Drift | undefined, expect: string | null): string =>
  drift === 'expect' && expect !== null ? expect : typeof drift === 'object' ? `within ${drift.within}` : 'exact';

interface ProbesProps {
  readonly step: Step;
  readonly attempt: Attempt | undefined;
  readonly facts: ArmedFacts | undefined;
}

/** A blind value has no text here at all: not its length, not a digest. */
export function Probes({ step, attempt, facts }: ProbesProps) {
  const ids = Object.keys(step.probes);
  if (ids.length === 0) return null;
  const blind = blindProbes(step);
  return (
    <table class="probes">
      <thead>
        <tr>
          <th scope="col">Probe</th>
          <th scope="col">As armed</th>
          <th scope="col" class="rule">
            Rule, again at T-0
          </th>
          <th scope="col">State</th>
          <th scope="col" class="num">
            Age
          </th>
        </tr>
      </thead>
      <tbody>
        {ids.map((id) => (
          <ProbeRow key={id} id={id} step={step} attempt={attempt} facts={facts} blind={blind.has(id)} />
        ))}
      </tbody>
    </table>
  );
}

function ProbeRow({ id, step, attempt, facts, blind }: ProbesProps & { readonly id: string; readonly blind: boolean }) {
  const spec = step.probes[id];
  const measured = attempt?.armed.entry.probes[id];
  const value = facts?.values[id];
  return (
    <tr>
      <td>{visible(spec?.title ?? id)}</td>
      <td>
        {value !== undefined ? (
          <code>{visible(value)}</code>
        ) : blind ? (
          <span class="dim">
            <Icon name="blind" /> blind until the start
          </span>
        ) : (
          <span class="dim">{measured ? 'not shown to you' : 'not measured yet'}</span>
        )}
      </td>
      <td class="rule">
        <code>{facts ? ascii(ruleText(facts.action.drift[id], facts.action.probes[id]?.expect ?? null)) : ''}</code>
      </td>
      <td>{measured ? <ProbeState ok={measured.ok} /> : null}</td>
      <td class="num">
        {attempt?.startedAt ? span(attempt.startedAt - attempt.armedAt) : attempt ? <Since at={attempt.armedAt} /> : ''}
      </td>
    </tr>
  );
}

/** A probe without an expectation is measured, and nobody may read that as good. */
const ProbeState = ({ ok }: { readonly ok: boolean | null }) =>
  ok === null ? <span class="dim">measured</span> : <State is={ok ? 'ok' : 'drift'} />;
