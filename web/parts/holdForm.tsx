/** Writing an update: everything that is asked calmly, in order, over what the hold says already; and the raiser's own word. */
import { type Signal, useSignal } from '@preact/signals';
import { type HoldDocument, readHold } from '../../core/release/holdDocument.ts';
import { useApp } from '../app.ts';
import { instantOf, utcMinute, visible } from '../format.ts';
import type { Desk } from '../room/desk.ts';
import { Refusal } from './basics.tsx';
import { Select, TextField, TimeField } from './fields.tsx';

interface Alternative {
  readonly what: string;
  readonly why_not: string;
}
interface Condition {
  readonly id: string;
  readonly text: string;
  readonly seat: string;
}

const line = (signal: Signal<string>): string | null => (signal.value.trim() === '' ? null : signal.value.trim());

/** The fields of the form, begun with what the hold says now; what this update says itself is blank. */
function useDraft({ hold }: Desk) {
  const { document } = hold;
  const time = (ms: number | null) => (ms === null ? '' : utcMinute(ms));
  return {
    text: useSignal(''),
    bluf: useSignal(document.bluf ?? ''),
    number: useSignal(document.impact ? String(document.impact.number) : ''),
    unit: useSignal(document.impact?.unit ?? ''),
    whom: useSignal(document.impact?.whom ?? ''),
    cause: useSignal(document.cause ?? ''),
    remediation: useSignal(document.remediation ?? ''),
    eta: useSignal(time(document.eta)),
    newDate: useSignal(document.new_date ?? ''),
    told: useSignal(document.told ?? ''),
    next: useSignal(''),
    escalation: useSignal(document.escalation ?? ''),
    alternatives: useSignal<readonly Alternative[]>(document.alternatives),
    conditions: useSignal<readonly Condition[]>(
      Object.entries(hold.conditions).map(([id, seat]) => ({ id, seat, text: document.conditions[id] ?? id })),
    ),
  };
}

type Draft = ReturnType<typeof useDraft>;

function documentOf(draft: Draft, hold: Desk['hold'], now: number): HoldDocument {
  const impact = [draft.number, draft.unit, draft.whom].every((one) => line(one) !== null)
    ? { number: Number(draft.number.value), unit: line(draft.unit) ?? '', whom: line(draft.whom) ?? '' }
    : null;
  const at = (signal: Signal<string>) => instantOf(signal.value, now) ?? null;
  return {
    bluf: line(draft.bluf),
    impact,
    cause: line(draft.cause),
    alternatives: draft.alternatives.value.filter(({ what, why_not }) => what.trim() !== '' && why_not.trim() !== ''),
    remediation: line(draft.remediation),
    eta: at(draft.eta),
    new_date: line(draft.newDate),
    told: line(draft.told),
    next_update: at(draft.next) ?? hold.document.next_update,
    escalation: line(draft.escalation),
    conditions: Object.fromEntries(
      draft.conditions.value
        .filter(({ text, seat }) => text.trim() !== '' && seat !== '')
        .map(({ id, text }) => [id, text.trim()]),
    ),
    text: line(draft.text),
  };
}

export function UpdateForm({ desk, onDone }: { readonly desk: Desk; readonly onDone: () => void }) {
  const app = useApp();
  const draft = useDraft(desk);
  const tried = useSignal<string | null>(null);
  const send = async (event: Event) => {
    event.preventDefault();
    const document = documentOf(draft, desk.hold, app.clock.value);
    const read = readHold(document);
    tried.value = read.ok ? null : read.refusal.sentence;
    if (!read.ok) return;
    const owners = Object.fromEntries(
      draft.conditions.value.flatMap(({ id, seat }) => (document.conditions[id] === undefined ? [] : [[id, seat]])),
    );
    const changed = JSON.stringify(owners) !== JSON.stringify(desk.hold.conditions);
    const sent = await desk.send({
      document: desk.maySetConditions ? document : { ...document, conditions: desk.hold.document.conditions },
      conditions: desk.maySetConditions && changed ? owners : null,
      met: [],
      stance: null,
    });
    if (sent) onDone();
  };
  const blank = draft.text.value.trim() === '';
  return (
    <form class="form" id="update" onSubmit={send}>
      <h2>Write an update</h2>
      <TextField id="update-text" label="What is new, in one sentence" value={draft.text} lines={2} />
      <TimeField id="update-next" label="Next update at" value={draft.next} soon={[10, 20, 30, 60]} />
      <TextField
        id="update-bluf"
        label="Bottom line: what is wrong, and what does it mean"
        value={draft.bluf}
        lines={2}
      />
      <div class="three">
        <TextField id="update-number" label="How many" value={draft.number} max={20} />
        <TextField id="update-unit" label="of what" value={draft.unit} note="orders without a receipt" />
        <TextField id="update-whom" label="who they are" value={draft.whom} note="guests at checkout" />
      </div>
      <TextField id="update-cause" label="Technical cause, as far as it is known" value={draft.cause} lines={2} />
      <TextField id="update-remediation" label="What is being done" value={draft.remediation} lines={2} />
      <div class="three">
        <TimeField id="update-eta" label="Expected end" value={draft.eta} />
        <TextField id="update-date" label="New date of the release" value={draft.newDate} />
        <TextField id="update-told" label="Who was told, and where" value={draft.told} />
      </div>
      <TextField
        id="update-escalation"
        label="Who is called when the next update does not come"
        value={draft.escalation}
      />
      <Alternatives rows={draft.alternatives} />
      {desk.maySetConditions ? (
        <ConditionRows rows={draft.conditions} seats={desk.seats} />
      ) : (
        <p class="dim small">Conditions are set by who raised the hold, or by the lead.</p>
      )}
      <div class="row">
        <button type="submit" class={blank ? 'big' : 'big outline-act'} disabled={blank || desk.busy}>
          Send the update
        </button>
        <button type="button" class="big" onClick={onDone}>
          Back
        </button>
        <span class="dim small">{blank ? 'It waits for what is new.' : 'Everybody sees it at once.'}</span>
      </div>
      {tried.value === null ? null : <p class="notice bad">{visible(tried.value)}</p>}
      <Refusal problem={desk.problem} />
    </form>
  );
}

/** One text of a row in a list, as a field's signal. */
const cell = <T extends object>(rows: Signal<readonly T[]>, index: number, key: keyof T) => ({
  get value() {
    return String(rows.value[index]?.[key] ?? '');
  },
  set value(next: string) {
    rows.value = rows.value.map((row, at) => (at === index ? { ...row, [key]: next } : row));
  },
});

const Remove = <T,>({ rows, index, what }: { rows: Signal<readonly T[]>; index: number; what: string }) => (
  <button type="button" onClick={() => (rows.value = rows.value.filter((_, at) => at !== index))}>
    Remove<span class="hide"> {what}</span>
  </button>
);

const Alternatives = ({ rows }: { readonly rows: Signal<readonly Alternative[]> }) => (
  <fieldset class="rows">
    <legend>Also considered, and why not</legend>
    {rows.value.map((_, index) => (
      <div class="row-fields" key={index}>
        <TextField id={`what-${index}`} label="What" value={cell(rows, index, 'what')} />
        <TextField id={`why-${index}`} label="Why not" value={cell(rows, index, 'why_not')} />
        <Remove rows={rows} index={index} what={`alternative ${index + 1}`} />
      </div>
    ))}
    <button type="button" onClick={() => (rows.value = [...rows.value, { what: '', why_not: '' }])}>
      Add an alternative
    </button>
  </fieldset>
);

function freshId(rows: readonly Condition[]): string {
  const taken = new Set(rows.map(({ id }) => id));
  let n = rows.length + 1;
  while (taken.has(`c${n}`)) n += 1;
  return `c${n}`;
}

const ConditionRows = ({
  rows,
  seats,
}: {
  readonly rows: Signal<readonly Condition[]>;
  readonly seats: readonly string[];
}) => (
  <fieldset class="rows">
    <legend>Lifted when</legend>
    {rows.value.map(({ id }, index) => (
      <div class="row-fields" key={id}>
        <TextField id={`condition-${id}`} label="What must be true" value={cell(rows, index, 'text')} />
        <Select
          id={`owner-${id}`}
          label="Which seat sees to it"
          value={cell(rows, index, 'seat')}
          options={seats.map((seat) => [seat, seat])}
        />
        <Remove rows={rows} index={index} what={`condition ${index + 1}`} />
      </div>
    ))}
    <button
      type="button"
      onClick={() => (rows.value = [...rows.value, { id: freshId(rows.value), text: '', seat: '' }])}
    >
      Add a condition
    </button>
  </fieldset>
);

/** Whoever raised a hold is asked before it is lifted; they need not sign and have no veto, but their word stays. */
export function Stance({ desk }: { readonly desk: Desk }) {
  const { hold, name, raisedIt, send, busy } = desk;
  const why = useSignal('');
  if (hold.by === 'server') return null;
  if (hold.stance !== null)
    return (
      <section>
        <h2>Who raised it</h2>
        <p>
          {visible(name(hold.by))}{' '}
          {hold.stance === 'agree' ? 'agrees with the lift.' : 'dissents. That stays in the record.'}
        </p>
      </section>
    );
  if (!raisedIt)
    return (
      <section>
        <h2>Who raised it</h2>
        <p class="dim">{visible(name(hold.by))} is asked and has not answered. There is no veto.</p>
      </section>
    );
  const say = (stance: 'agree' | 'dissent') =>
    send({ document: { ...hold.document, text: why.value.trim() }, conditions: null, met: [], stance });
  const blank = why.value.trim() === '';
  return (
    <section class="form">
      <h2>You raised this hold: do you agree with lifting it?</h2>
      <TextField id="stance-why" label="Why, in one sentence" value={why} />
      <div class="row apart">
        <button type="button" class="big" disabled={blank || busy} onClick={() => say('dissent')}>
          I dissent
        </button>
        <button type="button" class="big" disabled={blank || busy} onClick={() => say('agree')}>
          I agree
        </button>
      </div>
    </section>
  );
}
