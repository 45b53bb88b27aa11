/** The state chart of a runbook, drawn: what follows what, what a failure leads to, and which way back each step has. */
import type { Runbook, Step } from '../../core/runbook/runbook.ts';
import { visible } from '../format.ts';
import { Icon } from './icons.tsx';

const inside = ({ kind, eyes, for_each }: Step): string => {
  if (kind === 'gate') return 'polled → go';
  if (kind === 'parallel') return 'side by side';
  const asked = eyes === 2 ? '' : ` → confirmed by ${eyes / 2 - 1} → keyed`;
  return `armed${asked} → started${for_each ? ' item by item' : ''} → finished`;
};

const onFailure = ({ on_failure, kind }: Step): string =>
  kind === 'gate' ? 'no go: hold' : on_failure === 'decide' ? 'failed: hold, back or forward' : 'failed: hold';

export const Chart = ({ runbook }: { readonly runbook: Runbook }) => (
  <ol class="chart" aria-label="State chart">
    {runbook.briefing.length + runbook.go_no_go.length > 0 ? (
      <li>
        <div class="node">
          <b>Briefing</b>
          <span>
            {runbook.briefing.length} questions
            {runbook.go_no_go.length > 0 ? `, go or no go of ${runbook.go_no_go.length}` : ''}
          </span>
        </div>
      </li>
    ) : null}
    {runbook.steps.map((step, index) => (
      <Node key={step.id} step={step} label={String(index + 1)} />
    ))}
    <li>
      <div class="node end">
        <b>Close-out</b>
        <span>
          {runbook.debrief.length > 0 ? `${runbook.debrief.length} questions, then two signatures` : 'two signatures'}
        </span>
      </div>
    </li>
  </ol>
);

const Node = ({ step, label }: { readonly step: Step; readonly label: string }) => (
  <li>
    {step.when === null ? null : <p class="edge break">when {visible(step.when)}; else skipped</p>}
    <div class={step.irreversible ? 'node hard' : 'node'}>
      <b class="break">
        {label} · {visible(step.title)}
      </b>
      <span>{inside(step)}</span>
      <span class="dim">{onFailure(step)}</span>
    </div>
    {step.undo ? (
      <div class="node way-back">
        <b class="break">
          <Icon name="back" /> {visible(step.undo.step.id)}
        </b>
        <span>
          only when decided back
          {step.undo.step.while.length > 0 ? `, while ${step.undo.step.while.map(visible).join(', ')} runs` : ''}
        </span>
      </div>
    ) : null}
    {step.children.length > 0 ? (
      <ol class="beside">
        {step.children.map((child, index) => (
          <Node key={child.id} step={child} label={`${label}.${index + 1}`} />
        ))}
      </ol>
    ) : null}
  </li>
);
