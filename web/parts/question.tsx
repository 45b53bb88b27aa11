/** The form of one question: a field of its type, blank, PASS or FAIL, evidence. It says what does not fit before anything is sent. */
import { type Signal, useSignal } from '@preact/signals';
import { digest } from '../../core/bytes/hash.ts';
import { checkAnswer } from '../../core/release/briefing.ts';
import type { RunContext } from '../../core/run/context.ts';
import type { Question } from '../../core/runbook/runbook.ts';
import { allSteps } from '../../core/runbook/steps.ts';
import { useApp } from '../app.ts';
import { instantOf } from '../format.ts';
import { Choice, Select, TextField, TimeField } from './fields.tsx';

export interface Answer {
  readonly result: 'pass' | 'fail';
  readonly value: string;
  readonly evidence: string | null;
}

interface Props {
  readonly question: Question;
  /** It was answered before; the newest answer counts. */
  readonly again: boolean;
  readonly context: RunContext;
  readonly names: Readonly<Record<string, string>>;
  readonly busy: boolean;
  readonly onAnswer: (answer: Answer) => void;
}

/** What is sent for what was typed: an instant in full, a person's id where the name is known. */
function asSent({ answer }: Question, typed: string, names: Props['names'], now: number): string {
  const value = typed.trim();
  if (answer === 'time') {
    const at = instantOf(value, now);
    return at === undefined ? value : `${new Date(at).toISOString().slice(0, 19)}Z`;
  }
  if (answer !== 'person') return value;
  return Object.keys(names).find((id) => id.startsWith('p-') && names[id] === value) ?? value;
}

export function QuestionForm({ question, again, context, names, busy, onAnswer }: Props) {
  const app = useApp();
  const typed = useSignal('');
  const result = useSignal('');
  const evidence = useSignal('');
  const open = useSignal(!again);
  if (!open.value)
    return (
      <p>
        <button type="button" onClick={() => (open.value = true)}>
          Answer again
        </button>
      </p>
    );
  const value = asSent(question, typed.value, names, app.clock.value);
  const given = { value, evidence: evidence.value.trim() === '' ? null : evidence.value.trim() };
  const chosen = result.value === 'pass' || result.value === 'fail' ? result.value : null;
  const checked = chosen && value !== '' ? checkAnswer(question, chosen, given, context) : null;
  const wrong = checked && !checked.ok ? checked.refusal.sentence : null;
  const missing = [value === '' ? 'a value' : '', chosen === null ? 'PASS or FAIL' : ''].filter((one) => one !== '');
  const send = (event: Event) => {
    event.preventDefault();
    if (chosen !== null && checked?.ok) onAnswer({ result: chosen, ...given });
  };
  return (
    <form class="question" onSubmit={send}>
      <ValueField question={question} typed={typed} names={names} context={context} wrong={wrong} />
      <TextField id={`evidence-${question.id}`} label="Evidence, where there is any" value={evidence} max={500} />
      <Choice
        name={`result-${question.id}`}
        legend="And it is"
        value={result}
        options={[
          ['pass', 'PASS'],
          ['fail', 'FAIL'],
        ]}
      />
      <div class="row">
        <button type="submit" disabled={!checked?.ok || busy}>
          Record the answer
        </button>
        <span class="dim small">{missing.length > 0 ? `It waits for ${missing.join(' and ')}.` : ''}</span>
      </div>
    </form>
  );
}

interface ValueProps {
  readonly question: Question;
  readonly typed: Signal<string>;
  readonly names: Props['names'];
  readonly context: RunContext;
  readonly wrong: string | null;
}

const NOTES: Readonly<Record<Question['answer'], string>> = {
  text: 'A value, never yes or done.',
  link: 'A link that begins with https:// or http://.',
  time: 'As 17:00, or 2026-11-19 17:00.',
  person: 'A name; whoever is in the roster is found by it.',
  file: 'The digest of a file, sha256: and 64 hex digits; or choose the file, it stays in this browser.',
  step: 'PASS needs a finished step.',
};

function ValueField({ question, typed, names, context, wrong }: ValueProps) {
  const id = `value-${question.id}`;
  const shared = { id, label: 'Answer', note: NOTES[question.answer], value: typed, wrong };
  switch (question.answer) {
    case 'time':
      return <TimeField {...shared} />;
    case 'step':
      return (
        <Select
          id={id}
          label="Answer: a step"
          value={typed}
          options={allSteps(context.runbook).map((step) => [step.id, `${step.id}: ${step.title}`])}
        />
      );
    case 'person':
      return (
        <>
          <TextField {...shared} list={`${id}-people`} />
          <datalist id={`${id}-people`}>
            {Object.entries(names).map(([person, name]) =>
              person.startsWith('p-') ? <option key={person} value={name} /> : null,
            )}
          </datalist>
        </>
      );
    case 'file':
      return (
        <>
          <TextField {...shared} mono />
          <FileDigest id={`${id}-file`} typed={typed} />
        </>
      );
    default:
      return <TextField {...shared} lines={question.answer === 'text' ? 2 : 1} />;
  }
}

function FileDigest({ id, typed }: { readonly id: string; readonly typed: Signal<string> }) {
  const take = async (file: File | undefined) => {
    if (file) typed.value = digest(new Uint8Array(await file.arrayBuffer()));
  };
  return (
    <div class="field">
      <label for={id}>The file itself</label>
      <input id={id} type="file" onChange={(event) => take(event.currentTarget.files?.[0])} />
    </div>
  );
}
