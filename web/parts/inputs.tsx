/** The form of a runbook's inputs, out of their schema; nothing is filled in but the defaults that the runbook writes. */
import type { InputSpec } from '../../core/runbook/runbook.ts';
import { visible } from '../format.ts';

export type Typed = Readonly<Record<string, string | boolean>>;

/** What was typed, in the type that the input has; what is no number stays text and is refused by the check. */
export function typedInputs(specs: Readonly<Record<string, InputSpec>>, values: Typed): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(specs).flatMap(([name, spec]) => {
      const value = values[name] ?? (spec.default === null ? '' : spec.default);
      if (value === '' && spec.type !== 'string') return [];
      const number = spec.type === 'integer' || spec.type === 'number';
      return [[name, number && typeof value === 'string' && value.trim() !== '' ? Number(value) : value] as const];
    }),
  );
}

interface Props {
  readonly specs: Readonly<Record<string, InputSpec>>;
  readonly values: { value: Typed };
  /** Why a value does not fit, by name. */
  readonly wrong: Readonly<Record<string, string>>;
}

export const Inputs = ({ specs, values, wrong }: Props) => (
  <>
    {Object.entries(specs).map(([name, spec]) => (
      <Field key={name} name={name} spec={spec} values={values} wrong={wrong[name] ?? null} />
    ))}
  </>
);

const rulesOf = (spec: InputSpec): string =>
  [
    spec.type,
    spec.pattern && `must match ${spec.pattern}`,
    spec.minimum !== null && `at least ${spec.minimum}`,
    spec.maximum !== null && `at most ${spec.maximum}`,
  ]
    .filter(Boolean)
    .join(', ');

function Field({
  name,
  spec,
  values,
  wrong,
}: {
  readonly name: string;
  readonly spec: InputSpec;
  readonly values: Props['values'];
  readonly wrong: string | null;
}) {
  const given = values.value[name];
  const value = given ?? (spec.default === null ? '' : String(spec.default));
  const set = (next: string | boolean) => {
    values.value = { ...values.value, [name]: next };
  };
  const shared = { id: `input-${name}`, 'aria-describedby': `input-${name}-note`, 'aria-invalid': wrong !== null };
  return (
    <div class="field">
      <label for={shared.id}>{visible(name)}</label>
      {spec.enum ? (
        <select {...shared} value={String(value)} onChange={(event) => set(event.currentTarget.value)}>
          {spec.default === null ? <option value="">choose</option> : null}
          {spec.enum.map((one) => (
            <option key={one} value={one}>
              {visible(String(one))}
            </option>
          ))}
        </select>
      ) : spec.type === 'boolean' ? (
        <input
          {...shared}
          type="checkbox"
          checked={given === true || (given === undefined && spec.default === true)}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      ) : (
        <input
          {...shared}
          class="mono"
          autocomplete="off"
          spellcheck={false}
          value={String(value)}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
      <p class="dim small break" id={`${shared.id}-note`}>
        {wrong === null ? null : <b class="c-bad">{visible(wrong)} </b>}
        {spec.description === null ? '' : `${visible(spec.description)} · `}
        {visible(rulesOf(spec))}
      </p>
    </div>
  );
}
