/** Writing a plan: mode, inputs out of the schema, people for the seats, when. It opens nothing. */
import { type Signal, useSignal } from '@preact/signals';
import type { FolderDocument, PlanView } from '../../core/protocol/frames.ts';
import { checkInput, checkInputs } from '../../core/runbook/inputs.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { useApp } from '../app.ts';
import { instantOf, visible } from '../format.ts';
import { newUlid } from '../keys/opening.ts';
import { paths } from '../router.ts';
import { Link, Refusal } from './basics.tsx';
import { useAsk, useSubject } from './document.ts';
import { Choice, Select, TextField, TimeField } from './fields.tsx';
import { Inputs, type Typed, typedInputs } from './inputs.tsx';
import { Pane } from './pane.tsx';

interface Props {
  readonly folder: FolderDocument;
  readonly names: Readonly<Record<string, string>>;
  /** The plan that this one is written after. */
  readonly before: PlanView | null;
  readonly follows: string | null;
}

type Mode = 'live' | 'rehearsal';

function useDraft({ before }: Props) {
  return {
    mode: useSignal<string>(before?.mode ?? ''),
    values: useSignal<Typed>(
      Object.fromEntries(
        Object.entries(before?.document.inputs ?? {}).map(([name, value]) => [
          name,
          typeof value === 'number' ? String(value) : value,
        ]),
      ),
    ),
    crew: useSignal<Readonly<Record<string, string>>>(before?.document.crew ?? {}),
    when: useSignal(''),
    note: useSignal(before?.document.note ?? ''),
    tried: useSignal(false),
  };
}

export function PlanForm(props: Props) {
  const { folder, names, follows } = props;
  const runbook = folder.document;
  const app = useApp();
  const draft = useDraft(props);
  const { busy, problem, ask } = useAsk();
  const chosen = draft.mode.value === 'live' || draft.mode.value === 'rehearsal' ? draft.mode.value : null;
  // While it is written, the page already looks like the mode that is chosen.
  useSubject(
    { title: `${runbook.id}, a new plan`, mode: chosen, thing: null, holds: [], reload: async () => undefined },
    [chosen],
  );
  const typed = typedInputs(runbook.inputs, draft.values.value);
  const wrong = draft.tried.value ? wrongInputs(runbook, typed) : {};
  const save = (event: Event) => {
    event.preventDefault();
    draft.tried.value = true;
    const inputs = checkInputs(runbook, typed);
    if (!inputs.ok || draft.mode.value === '') return;
    const plan = newUlid(app);
    const crew = Object.fromEntries(Object.entries(draft.crew.value).filter(([, person]) => person !== ''));
    void ask(async () => {
      const answer = await app.api.command({
        type: 'plan',
        plan,
        runbook: folder.runbook,
        mode: draft.mode.value as Mode,
        planned_for: instantOf(draft.when.value, app.clock.value) ?? null,
        document: { inputs: inputs.value, crew, note: draft.note.value.trim() === '' ? null : draft.note.value.trim() },
      });
      return answer.ok ? null : answer.problem;
    }).then((saved) => saved && app.go(paths.plan(plan, follows)));
  };
  return (
    <form class="held-page" onSubmit={save}>
      <main class="panes">
        <Pane class="work" label="Plan">
          <div>
            <h1 class="break">Plan: {visible(runbook.title)}</h1>
            <p class="dim">
              A plan starts nothing. It says what would run, with whom, and what stands against it; the run is opened
              from it by a signature.
            </p>
          </div>
          <section>
            <h2>Mode</h2>
            <Choice
              name="mode"
              legend="Is it the real thing?"
              value={draft.mode}
              options={[
                ['live', 'Live: it runs on the real targets'],
                ['rehearsal', 'Rehearsal: it runs on the rehearsal’s targets, nothing real is touched'],
              ]}
            />
            {draft.tried.value && draft.mode.value === '' ? <p class="c-bad">Choose the mode.</p> : null}
          </section>
          <section>
            <h2>Inputs</h2>
            {Object.keys(runbook.inputs).length === 0 ? <p class="dim">This runbook asks for none.</p> : null}
            <Inputs specs={runbook.inputs} values={draft.values} wrong={wrong} />
          </section>
        </Pane>
        <Pane as="aside" class="crew" label="People and time">
          <People runbook={runbook} names={names} crew={draft.crew} />
          <section>
            <h2>When</h2>
            <TimeField id="planned-for" label="Planned for" value={draft.when} note="Blank for no fixed time." />
          </section>
          <section>
            <TextField id="plan-note" label="Note" value={draft.note} lines={2} />
          </section>
        </Pane>
      </main>
      <footer class="actions">
        <Refusal problem={problem} />
        <div class="back">
          <Link class="button big" to={paths.runbook(folder.runbook)}>
            Back to the runbook
          </Link>
        </div>
        <div class="on">
          <p class="why" id="why-save" role="status">
            <b>Saved, it shows what stands against it.</b>
          </p>
          <button type="submit" class="big outline-act" disabled={busy} aria-describedby="why-save">
            {busy ? 'Saving' : 'Save the plan'}
          </button>
        </div>
      </footer>
    </form>
  );
}

const wrongInputs = (runbook: Runbook, typed: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(runbook.inputs).flatMap(([name, spec]) => {
      const why = checkInput(spec, typed[name]);
      return why === undefined ? [] : [[name, `It ${why}.`] as const];
    }),
  );

function People({
  runbook,
  names,
  crew,
}: {
  readonly runbook: Runbook;
  readonly names: Props['names'];
  readonly crew: Signal<Readonly<Record<string, string>>>;
}) {
  const people = Object.entries(names).filter(([id]) => id.startsWith('p-'));
  return (
    <section>
      <h2>Who is invited</h2>
      <p class="dim small">A seat holds one person, a person one seat. Whoever opens the run takes the lead.</p>
      {Object.entries(runbook.crew).map(([seat, { roles, optional }]) => (
        <Select
          key={seat}
          id={`seat-${seat}`}
          label={`${visible(seat)}: ${roles.map(visible).join(' or ')}${optional ? ', optional' : ''}`}
          none="nobody yet"
          value={{
            get value() {
              return crew.value[seat] ?? '';
            },
            set value(person: string) {
              crew.value = { ...crew.value, [seat]: person };
            },
          }}
          options={people}
        />
      ))}
    </section>
  );
}
