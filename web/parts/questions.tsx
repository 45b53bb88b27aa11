/** The blind questions of one seat, blank until the reviewer types; an answer is never judged before it is signed. */
import type { ChallengeSpec } from '../../core/runbook/runbook.ts';
import { visible } from '../format.ts';
import { Copy } from './basics.tsx';
import { Icon } from './icons.tsx';

/** `a`, `b` … as items are named on the page. */
export const letter = (index: number): string => String.fromCharCode(97 + index);

interface QuestionsProps {
  readonly questions: readonly ChallengeSpec[];
  readonly answers: { value: Readonly<Record<string, string>> };
  readonly differed: string | null;
  readonly locked: boolean;
  readonly section: number;
}

export function Questions({ questions, answers, differed, locked, section }: QuestionsProps) {
  return (
    <section>
      <h2>{section} · Check it yourself</h2>
      <p class="dim small">
        <Icon name="blind" /> Use a session of your own. The answers are on nobody's screen.
      </p>
      {differed !== null ? (
        <p class="notice bad" role="alert">
          <b>Your answer differs.</b> Look again; a second time holds the run.
        </p>
      ) : null}
      {questions.length === 0 ? <p>The runbook asks your seat nothing. Look at what runs and where.</p> : null}
      {questions.map((one, index) => (
        <Question
          key={one.id}
          one={one}
          index={index}
          answers={answers}
          differs={differed === one.id}
          locked={locked}
        />
      ))}
    </section>
  );
}

function Question({
  one,
  index,
  answers,
  differs,
  locked,
}: Pick<QuestionsProps, 'answers' | 'locked'> & {
  readonly one: ChallengeSpec;
  readonly index: number;
  readonly differs: boolean;
}) {
  const value = answers.value[one.id] ?? '';
  const is = value.trim() !== '' ? 'answered' : differs ? 'differs' : 'blank-item';
  const id = `answer-${one.id}`;
  return (
    <div class="blind">
      <span class={`letter ${is}`} aria-hidden="true">
        {letter(index)}
      </span>
      <label for={id}>
        {visible(one.ask)} {one.within === null ? '' : <span class="dim">within {visible(one.within)}</span>}
      </label>
      {one.hint === null ? null : (
        <div class="hint">
          <code>{visible(one.hint)}</code>
          <Copy text={one.hint} what="Copy" />
        </div>
      )}
      <input
        id={id}
        class="mono"
        autocomplete="off"
        spellcheck={false}
        maxLength={1000}
        placeholder="Type what your session shows"
        readOnly={locked}
        aria-invalid={differs && value.trim() === ''}
        aria-describedby={`${id}-note`}
        value={value}
        onInput={(event) => {
          answers.value = { ...answers.value, [one.id]: event.currentTarget.value };
        }}
      />
      <p class="dim small" id={`${id}-note`}>
        {is === 'answered' ? (
          <>
            <b>Answered.</b> Nobody knows yet whether it fits; it is compared when you sign.
          </>
        ) : (
          'Blank.'
        )}
      </p>
    </div>
  );
}
