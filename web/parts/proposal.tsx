/** What is proposed by a decision: the test, the steps of the patch, the objection that is overridden; as a form for the lead, then as it stands. */
import { useSignal } from '@preact/signals';
import type { Hold, RunContext } from '../../core/run/context.ts';
import type { Decision, Deviation } from '../../core/run/deviation.ts';
import { turnOf } from '../../core/run/progress.ts';
import { visible } from '../format.ts';
import { inputsNow } from '../room/inputs.ts';
import type { Room } from '../room/state.ts';
import { TextField } from './fields.tsx';
import { Diff, type StepRow, StepRows, stepSources, stepsLack, useSteps } from './stepForm.tsx';

/** The run as it will stand once the failed step is passed: there the patch comes in. */
function passedBy(context: RunContext, { step }: Hold): RunContext {
  const failed = step !== null && context.outcomes[step] === 'failed';
  return failed ? { ...context, outcomes: { ...context.outcomes, [step]: 'passed' } } : context;
}

export function useDraft() {
  return { rows: useSteps(), test: useSignal(''), reason: useSignal(''), dissent: useSignal('') };
}
export type Draft = ReturnType<typeof useDraft>;

const said = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function backOf(draft: Draft): Decision {
  return { deviation: null, dissent: said(draft.dissent.value), test: null, way: 'back' };
}

function patchOf(context: RunContext, hold: Hold, rows: readonly StepRow[], reason: string): Deviation | null {
  if (rows.length === 0) return null;
  const before = turnOf(passedBy(context, hold))?.id ?? null;
  return { before, inputs: null, reason, steps: stepSources(rows, context) };
}

/** Rolling forward as it would be signed, or what it still waits for. */
export function forwardOf(
  context: RunContext,
  hold: Hold,
  draft: Draft,
): { readonly content: Decision | null; readonly why: string } {
  const rows = draft.rows.value;
  const lack = stepsLack(rows);
  const test = draft.test.value.trim();
  const no = (why: string) => ({ content: null, why });
  if (!/^https?:\/\/\S+$/.test(test)) return no('It waits for the test that shows the defect.');
  if (lack !== null) return no(lack);
  if (rows.length > 0 && draft.reason.value.trim() === '') return no('It waits for the reason of its steps.');
  const deviation = patchOf(context, hold, rows, draft.reason.value.trim());
  return { content: { deviation, dissent: said(draft.dissent.value), test, way: 'forward' }, why: '' };
}

/** What only the lead writes, before anybody has signed: the test, the steps of the patch, the objection that is overridden. */
export function Propose({
  context,
  draft,
  lead,
}: {
  readonly context: RunContext;
  readonly draft: Draft;
  readonly lead: boolean;
}) {
  if (!lead)
    return (
      <section>
        <h2>The lead proposes</h2>
        <p class="dim">
          By signing one way first. Say now what stands against it; an objection that is overridden stays.
        </p>
      </section>
    );
  return (
    <div class="two">
      <section class="form">
        <h2>For rolling forward</h2>
        <TextField
          id="decide-test"
          label="The test that shows the defect"
          note="A link. It fails before the patch and passes after it."
          value={draft.test}
        />
        <StepRows rows={draft.rows} context={context} />
        {draft.rows.value.length > 0 ? (
          <TextField id="decide-reason" label="Why these steps" value={draft.reason} lines={2} />
        ) : null}
      </section>
      <section class="form">
        <h2>For either way</h2>
        <TextField
          id="decide-dissent"
          label="An objection that is overridden: whose, and what it says"
          note="Blank where nobody objects. Who signs accepts the risk by name."
          value={draft.dissent}
          lines={3}
        />
      </section>
    </div>
  );
}

/** What the first signer has proposed: everybody after signs exactly this. */
export function Proposed({
  room,
  context,
  decision,
}: {
  readonly room: Room;
  readonly context: RunContext;
  readonly decision: Decision;
}) {
  const { deviation, dissent, test, way } = decision;
  return (
    <section>
      <h2>Proposed: roll {way}</h2>
      {test === null ? null : (
        <p class="break">
          The test that shows the defect: <a href={/^https?:/.test(test) ? test : '#'}>{visible(test)}</a>
        </p>
      )}
      {dissent === null ? null : (
        <p class="break">
          <b>Overridden:</b> {visible(dissent)}
        </p>
      )}
      {deviation ? (
        <>
          <Diff
            steps={deviation.steps}
            inputs={deviation.inputs}
            before={deviation.before}
            given={inputsNow(room.folded.value?.entries ?? [], context)}
          />
          <p class="break">
            <b>Reason:</b> {visible(deviation.reason)}
          </p>
        </>
      ) : null}
    </section>
  );
}
