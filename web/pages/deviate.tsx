/** A deviation: steps inserted before the next one, inputs changed; shown as a diff, signed by the lead first, then by the quorum. */
import { useSignal } from '@preact/signals';
import type { RunContext } from '../../core/run/context.ts';
import { type Deviation, deviated } from '../../core/run/deviation.ts';
import { turnOf } from '../../core/run/progress.ts';
import { contextOf } from '../../core/run/state.ts';
import { checkInput } from '../../core/runbook/inputs.ts';
import { visible } from '../format.ts';
import { actText, Bytes, type Props, Signatures, SignBar, soFar } from '../parts/collect.tsx';
import { TextField } from '../parts/fields.tsx';
import { Inputs, type Typed, typedInputs } from '../parts/inputs.tsx';
import { demandOfRun } from '../parts/lifting.ts';
import { Pane } from '../parts/pane.tsx';
import { CrewAside } from '../parts/rail.tsx';
import { Diff, StepRows, stepSources, stepsLack, useSteps } from '../parts/stepForm.tsx';
import { inputsNow } from '../room/inputs.ts';
import type { Room } from '../room/state.ts';

export function DeviatePage({ room }: { readonly room: Room }) {
  const state = room.folded.value?.state;
  return state ? <Deviate room={room} state={state} /> : null;
}

interface Draft {
  readonly content: Deviation | null;
  /** What it waits for, or why it cannot be. */
  readonly why: string | null;
}

function draftOf(context: RunContext, rows: Parameters<typeof stepSources>[0], values: Typed, reason: string): Draft {
  const no = (why: string) => ({ content: null, why });
  const lack = stepsLack(rows);
  if (lack !== null) return no(lack);
  const specs = Object.fromEntries(
    Object.entries(context.runbook.inputs).filter(([name]) => values[name] !== undefined),
  );
  const typed = typedInputs(specs, values);
  const bad = Object.keys(specs).find((name) => checkInput(specs[name] as never, typed[name]) !== undefined);
  if (bad !== undefined) return no(`The input ${bad} ${checkInput(specs[bad] as never, typed[bad])}.`);
  if (rows.length + Object.keys(typed).length === 0) return no('It waits for a step or an input.');
  if (reason.trim() === '') return no('It waits for the reason.');
  const content: Deviation = {
    before: turnOf(context)?.id ?? null,
    inputs: Object.keys(typed).length === 0 ? null : (typed as Deviation['inputs']),
    reason: reason.trim(),
    steps: rows.length === 0 ? null : stepSources(rows, context),
  };
  const fits = deviated(context, content);
  return fits.ok ? { content, why: null } : no(fits.refusal.sentence);
}

function Deviate({ room, state }: Props) {
  const context = contextOf(state);
  const rows = useSteps();
  const values = useSignal<Typed>({});
  const reason = useSignal('');
  const { signers, content } = soFar(state, 'deviate', context.last);
  const demand = demandOfRun(context);
  const given = inputsNow(room.folded.value?.entries ?? [], context);
  const draft = draftOf(context, rows.value, values.value, reason.value);
  const own = (content as unknown as Deviation | null) ?? draft.content;
  const lead = room.seat() === 'lead';
  const blocked = Object.keys(context.armings).length > 0 ? 'A step is armed or running.' : null;
  return (
    <main class="room">
      <Pane class="panes" label="Deviation">
        <Pane class="work spans" label="Change this run">
          <div>
            <h1>Change this run: a deviation</h1>
            <p>
              Steps go before {turnOf(context) ? <b>{visible(turnOf(context)?.title ?? '')}</b> : 'the end'}; each is
              critical and confirmed like any other. It stands in the record as a deviation from the runbook.
            </p>
          </div>
          {content || !lead ? null : (
            <>
              <section>
                <h2>Steps to insert</h2>
                <StepRows rows={rows} context={context} />
              </section>
              <Changeable context={context} values={values} given={given} />
              <section class="form">
                <TextField
                  id="reason"
                  label="Reason"
                  note="Why the runbook as approved is not enough."
                  value={reason}
                  lines={2}
                />
              </section>
            </>
          )}
          {own ? (
            <section>
              <h2>What changes</h2>
              <Diff steps={own.steps} inputs={own.inputs} before={own.before} given={given} />
              <p class="break">
                <b>Reason:</b> {visible(own.reason)}
              </p>
            </section>
          ) : null}
          {!own && !lead ? <p>Nothing is proposed. The lead proposes a deviation by signing it first.</p> : null}
          <Signatures room={room} state={state} head="Changed when signed by" signers={signers} demand={demand} />
          {own ? (
            <Bytes room={room} text={actText(state, 'deviate', context.last, own)} verb="Sign the deviation" />
          ) : null}
        </Pane>
        <CrewAside room={room} />
      </Pane>
      <SignBar
        room={room}
        state={state}
        act="deviate"
        about={context.last}
        content={own as unknown as Readonly<Record<string, unknown>> | null}
        demand={demand}
        verb="Sign the deviation"
        word={`run deviate ${room.run}`}
        blocked={blocked ?? (content || lead ? null : 'The lead signs first.')}
        calm={
          content ? 'Until all have signed, nothing changes.' : (draft.why ?? 'Until all have signed, nothing changes.')
        }
      />
    </main>
  );
}

/** Inputs can change for steps that have not been armed; one is only touched when somebody asks for it. */
function Changeable({
  context,
  values,
  given,
}: {
  readonly context: RunContext;
  readonly values: { value: Typed };
  readonly given: Readonly<Record<string, unknown>>;
}) {
  const { inputs } = context.runbook;
  const names = Object.keys(inputs);
  if (names.length === 0) return null;
  const chosen = Object.fromEntries(Object.entries(inputs).filter(([name]) => values.value[name] !== undefined));
  return (
    <section>
      <h2>Inputs to change</h2>
      <p class="row">
        {names
          .filter((name) => values.value[name] === undefined)
          .map((name) => (
            <button key={name} type="button" onClick={() => (values.value = { ...values.value, [name]: '' })}>
              Change {visible(name)}, now {visible(String(given[name] ?? 'not set'))}
            </button>
          ))}
      </p>
      <Inputs specs={chosen} values={values} wrong={{}} />
    </section>
  );
}
