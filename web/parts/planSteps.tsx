/** The steps of a plan with their commands resolved as far as nothing needs measuring, eyes, and how each can be undone. */
import type { PlanView } from '../../core/protocol/frames.ts';
import { render } from '../../core/runbook/render.ts';
import type { Do, Step } from '../../core/runbook/runbook.ts';
import { forwardSteps } from '../../core/runbook/steps.ts';
import { ascii, visible } from '../format.ts';
import { asWritten, inShort } from './argv.tsx';
import { Icon, State } from './icons.tsx';
import { undoWords } from './undoWords.ts';

/** What the step would do with these inputs; as written where a probe or an output comes in. */
function doOf(view: PlanView, step: Step): { readonly does: Do | null; readonly resolved: boolean } {
  const rendered = render(view.runbook_document, step.id, {
    inputs: view.document.inputs,
    run: { id: view.plan, mode: view.mode, started_at_ms: 0, data: '<run.data>' },
    probes: {},
    steps: {},
    finished: [],
  });
  return rendered.ok ? { does: rendered.value.do, resolved: true } : { does: asWritten(step), resolved: false };
}

const eyesOf = (step: Step): string =>
  step.kind === 'gate'
    ? `polls ${step.gate?.join(', ')}`
    : step.eyes === 2
      ? 'no confirmation'
      : `${step.eyes} eyes: ${step.by.join(', ')}`;

export function PlanSteps({ view }: { readonly view: PlanView }) {
  const steps = forwardSteps(view.runbook_document);
  const wall = steps.find((step) => step.irreversible)?.id;
  return (
    <section>
      <h2>Steps</h2>
      <ol class="plan-steps">
        {steps.map((step) => {
          const { does, resolved } = doOf(view, step);
          const trouble = view.preflight.some((one) => one.step === step.id);
          return (
            <li key={step.id}>
              {step.id === wall ? (
                <p class="wall">
                  <Icon name="irreversible" />{' '}
                  {view.mode === 'rehearsal' ? 'Irreversible in the real run' : 'Irreversible from here'}
                </p>
              ) : null}
              <h3 class="break">
                {visible(step.title)} <span class="dim">{visible(step.id)}</span>
              </h3>
              {does ? (
                <p class="break">
                  <code>{ascii(inShort(does))}</code>{' '}
                  {resolved ? null : <span class="dim small">as written; the rest comes in when it is armed</span>}
                </p>
              ) : null}
              <p class="dim small break">
                on {visible(step.target)} · {visible(eyesOf(step))} · <b>{visible(undoWords(step))}</b>
                {step.while.length > 0 ? ` · only while ${step.while.map(visible).join(', ')} runs` : ''}
              </p>
              {trouble ? <State is="failed" word="see preflight" /> : null}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
