/** The form of steps that are inserted into a running release, and the same steps shown as a diff. Each is critical, whatever it says. */
import { type Signal, useSignal } from '@preact/signals';
import type { RunContext } from '../../core/run/context.ts';
import type { StepSource } from '../../core/runbook/schema.ts';
import { ascii, visible } from '../format.ts';
import { Argv, Script } from './argv.tsx';
import { Choice, Select, TextField } from './fields.tsx';

export interface StepRow {
  readonly id: string;
  readonly title: string;
  readonly target: string;
  readonly kind: string;
  readonly text: string;
  readonly by: string;
  readonly timeout: string;
}

const BLANK: StepRow = { id: '', title: '', target: '', kind: '', text: '', by: '', timeout: '' };
export const useSteps = () => useSignal<readonly StepRow[]>([]);

/** What a row lacks before it is a step; null where nothing. */
function lacks({ id, title, target, kind, text, by, timeout }: StepRow): string | null {
  if (!/^[a-z][a-z0-9_-]{0,63}$/.test(id.trim())) return 'an id of small letters, digits and dashes';
  if (title.trim() === '') return 'a title';
  if (target === '') return 'a target';
  if (kind === '') return 'what kind it is';
  if (text.trim() === '') return 'what it does';
  if (kind === 'manual' && by === '') return 'the seat that attests';
  return /^\d+(ms|s|m|h|d)$/.test(timeout.trim()) ? null : 'a timeout, as 10m';
}

/** What the rows lack, the first of it; null where each is a step. */
export const stepsLack = (rows: readonly StepRow[]): string | null =>
  rows.flatMap((row, index) => {
    const lack = lacks(row);
    return lack === null ? [] : [`Step ${index + 1} of the change lacks ${lack}.`];
  })[0] ?? null;

const doing = ({ kind, text, by }: StepRow): Partial<StepSource> => {
  if (kind === 'shell') return { shell: text.endsWith('\n') ? text : `${text}\n` };
  if (kind === 'manual') return { manual: { text: text.trim(), by } };
  const argv = text.split('\n').filter((line) => line !== '');
  return { run: argv };
};

/** Nothing of such a step is replaced in a rehearsal unless its target is: then it must say that it runs as it is. */
const rehearsed = ({ mode, runbook }: RunContext, target: string): Partial<StepSource> =>
  mode === 'rehearsal' && runbook.rehearsal?.targets[target] === undefined ? { rehearse: 'as_is' } : {};

export const stepSources = (rows: readonly StepRow[], context: RunContext): StepSource[] =>
  rows.map((row) => ({
    id: row.id.trim(),
    title: row.title.trim(),
    target: row.target,
    ...doing(row),
    timeout: row.timeout.trim(),
    ...rehearsed(context, row.target),
  }));

interface RowsProps {
  readonly rows: Signal<readonly StepRow[]>;
  readonly context: RunContext;
}

export function StepRows({ rows, context }: RowsProps) {
  return (
    <div class="step-rows">
      {rows.value.map((row, index) => (
        <StepFields key={index} rows={rows} row={row} index={index} context={context} />
      ))}
      <button type="button" onClick={() => (rows.value = [...rows.value, BLANK])}>
        Add a step
      </button>
    </div>
  );
}

const WHAT: Readonly<Record<string, readonly [string, string]>> = {
  run: ['Command, one element per line', 'The program first; no shell, no quotes.'],
  shell: ['Script for sh -eu', 'Shown as SHELL in the cross-check; no ${{ }} in it.'],
  manual: ['What is done by hand', 'Somebody attests to it, with evidence.'],
};

function StepFields({ rows, row, index, context }: RowsProps & { readonly row: StepRow; readonly index: number }) {
  const cell = (key: keyof StepRow) => ({
    get value() {
      return row[key];
    },
    set value(next: string) {
      rows.value = rows.value.map((one, at) => (at === index ? { ...one, [key]: next } : one));
    },
  });
  const [label, note] = WHAT[row.kind] ?? [];
  const id = (name: string) => `step-${index}-${name}`;
  return (
    <fieldset class="rows">
      <legend>Step {index + 1} of the change</legend>
      <div class="three">
        <TextField id={id('id')} label="Id" value={cell('id')} mono max={64} />
        <TextField id={id('title')} label="Title" value={cell('title')} max={200} />
        <Select
          id={id('target')}
          label="Target"
          value={cell('target')}
          options={Object.keys(context.runbook.targets).map((name) => [name, name])}
        />
      </div>
      <Choice
        name={id('kind')}
        legend="Kind"
        value={cell('kind')}
        options={[
          ['run', 'command'],
          ['shell', 'shell script'],
          ['manual', 'by hand'],
        ]}
      />
      {label ? <TextField id={id('text')} label={label} note={note ?? ''} value={cell('text')} lines={4} mono /> : null}
      <div class="three">
        {row.kind === 'manual' ? (
          <Select
            id={id('by')}
            label="Seat that attests"
            value={cell('by')}
            options={Object.keys(context.runbook.crew).map((seat) => [seat, seat])}
          />
        ) : null}
        <TextField
          id={id('timeout')}
          label="Stops itself after"
          note="As 30s, 10m, 1h."
          value={cell('timeout')}
          max={10}
        />
      </div>
      <button type="button" onClick={() => (rows.value = rows.value.filter((_, at) => at !== index))}>
        Remove<span class="hide"> step {index + 1}</span>
      </button>
    </fieldset>
  );
}

interface DiffProps {
  readonly steps: readonly StepSource[] | null;
  readonly inputs: Readonly<Record<string, unknown>> | null;
  readonly before: string | null;
  /** Inputs as they are now. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** What is added and what is changed, line by line; nothing is ever taken away by it. */
export const Diff = ({ steps, inputs, before, given }: DiffProps) => (
  <div class="diff">
    {Object.entries(inputs ?? {}).map(([name, value]) => (
      <p key={name} class="break">
        <b class="mark">input</b> {visible(name)}: <del>{ascii(String(given[name] ?? 'not set'))}</del>{' '}
        <ins>{ascii(String(value))}</ins>
      </p>
    ))}
    {(steps ?? []).map((step) => (
      <div key={step.id} class="added">
        <p class="break">
          <b class="mark c-act">+ step</b> <b>{visible(step.title)}</b>{' '}
          <span class="dim">
            {visible(step.id)}, on {visible(step.target ?? 'local')}, before {visible(before ?? 'the end')}, critical,
            stops itself after {step.timeout ?? 'no time'}
          </span>
        </p>
        {step.run ? <Argv argv={step.run} /> : null}
        {step.shell ? <Script text={step.shell} /> : null}
        {step.manual ? (
          <p class="by-hand break">
            {visible(
              typeof step.manual === 'string' ? step.manual : `${step.manual.text} (${step.manual.by ?? 'lead'})`,
            )}
          </p>
        ) : null}
      </div>
    ))}
  </div>
);
