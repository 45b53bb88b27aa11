/** Form fields with their label, note and trouble in words; nothing in them is ever filled in for the person. */
import type { Signal } from '@preact/signals';
import { useApp } from '../app.ts';
import { instantOf, utcMinute, visible } from '../format.ts';

type Text = Pick<Signal<string>, 'value'>;

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  readonly value: Text;
  /** Why what stands there cannot be taken; null where it can. */
  readonly wrong?: string | null;
}

interface TextProps extends FieldProps {
  /** More than one makes a field of several lines. */
  readonly lines?: number;
  readonly mono?: boolean;
  readonly max?: number;
  readonly list?: string;
  readonly readOnly?: boolean;
}

const Notes = ({ id, note, wrong }: Pick<FieldProps, 'id' | 'note' | 'wrong'>) =>
  note || wrong ? (
    <p class="dim small break" id={`${id}-note`}>
      {wrong ? <b class="c-bad">{visible(wrong)} </b> : null}
      {note}
    </p>
  ) : null;

export function TextField({ id, label, note, value, wrong, lines = 1, mono, max = 2000, list, readOnly }: TextProps) {
  const shared = {
    id,
    maxLength: max,
    autocomplete: 'off',
    spellcheck: false,
    readOnly: readOnly ?? false,
    'aria-invalid': Boolean(wrong),
    ...(note || wrong ? { 'aria-describedby': `${id}-note` } : {}),
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {lines > 1 ? (
        <textarea
          {...shared}
          class={mono ? 'mono' : ''}
          rows={lines}
          value={value.value}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
      ) : (
        <input
          {...shared}
          type="text"
          class={mono ? 'mono' : ''}
          {...(list ? { list } : {})}
          value={value.value}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
      )}
      <Notes id={id} note={note ?? ''} wrong={wrong ?? null} />
    </div>
  );
}

/** An instant as UTC text, with what it means in the reader's zone said beside it. */
export function TimeField({ id, label, note, value, soon = [] }: FieldProps & { readonly soon?: readonly number[] }) {
  const now = useApp().clock.value;
  const given = value.value.trim();
  const at = given === '' ? undefined : instantOf(given, now);
  const wrong = given !== '' && at === undefined ? 'This is no time: write 13:55 or 2026-11-19 13:55, in UTC.' : null;
  return (
    <div class="time-field">
      <TextField
        id={id}
        label={`${label} (UTC)`}
        note={at === undefined ? (note ?? 'As 13:55, or 2026-11-19 13:55.') : `${utcMinute(at)} UTC`}
        value={value}
        wrong={wrong}
        mono
        max={20}
      />
      {soon.length > 0 ? (
        <p class="row">
          {soon.map((minutes) => (
            <button
              key={minutes}
              type="button"
              onClick={() => (value.value = utcMinute(now + minutes * 60_000 + 59_999))}
            >
              in {minutes} min
            </button>
          ))}
        </p>
      ) : null}
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly legend: string;
  readonly value: Text;
  readonly options: readonly (readonly [string, string])[];
  readonly disabled?: boolean;
}

/** One of few; none of them is chosen before the person chooses, but where the page recommends one. */
export const Choice = ({ name, legend, value, options, disabled = false }: ChoiceProps) => (
  <fieldset class="field choice" disabled={disabled}>
    <legend>{legend}</legend>
    {options.map(([id, text]) => (
      <label key={id}>
        <input
          type="radio"
          name={name}
          value={id}
          checked={value.value === id}
          onChange={() => {
            value.value = id;
          }}
        />{' '}
        {text}
      </label>
    ))}
  </fieldset>
);

/** One of many; the first line says that nothing is chosen. */
export const Select = ({
  id,
  label,
  value,
  options,
  none = 'choose',
}: {
  readonly id: string;
  readonly label: string;
  readonly value: Text;
  readonly options: readonly (readonly [string, string])[];
  readonly none?: string;
}) => (
  <div class="field">
    <label for={id}>{label}</label>
    <select id={id} value={value.value} onChange={(event) => (value.value = event.currentTarget.value)}>
      <option value="">{none}</option>
      {options.map(([one, text]) => (
        <option key={one} value={one}>
          {visible(text)}
        </option>
      ))}
    </select>
  </div>
);
