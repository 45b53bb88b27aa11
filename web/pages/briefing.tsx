/** The pause points: before the first step and after the last. Who is here, what each seat is asked, go or no go; an answer states a value. */
import { type Asked, asked as askedOf } from '../../core/release/briefing.ts';
import { OPENING_GATE, type RunContext } from '../../core/run/context.ts';
import { allDone, underWay } from '../../core/run/progress.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import type { Question } from '../../core/runbook/runbook.ts';
import { counted, sentence, utc, utcMinute, visible } from '../format.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { Crew } from '../parts/crew.tsx';
import { type Mark, State } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { Poll } from '../parts/poll.tsx';
import { QuestionForm } from '../parts/question.tsx';
import { Receipts } from '../parts/rail.tsx';
import { Waive } from '../parts/waive.tsx';
import { answersGiven, type GivenAnswer } from '../room/answers.ts';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';

const MARKS: Readonly<Record<Asked['status'], Mark>> = {
  PASS: 'pass',
  FAIL: 'fail',
  'NOT RUN': 'not-run',
  WAIVED: 'waived',
};

type Part = 'briefing' | 'debrief';

export function BriefingPage({ room }: { readonly room: Room }) {
  const now = room.folded.value;
  if (!now) return null;
  const { state } = now;
  const context = contextOf(state);
  const { briefing, debrief, go_no_go } = context.runbook;
  const open: Part | null =
    context.closed !== null ? null : allDone(context) ? 'debrief' : underWay(context) ? null : 'briefing';
  const asked = briefing.length + debrief.length + go_no_go.length > 0;
  return (
    <main class="room">
      <Pane class="panes" label="Briefing">
        <Pane class="work spans" label="Questions">
          <div>
            <h1>{headOf(context, open)}</h1>
            <p class="dim">
              An answer states a value: a link, a time, a name, a number. A FAIL blocks like no answer until it passes
              or is waived by signatures.
            </p>
          </div>
          {asked ? null : (
            <div>
              <p>This runbook asks nothing.</p>
            </div>
          )}
          <Questions room={room} state={state} part="briefing" open={open === 'briefing'} questions={briefing} />
          {go_no_go.length > 0 ? (
            <Poll room={room} context={context} gate={OPENING_GATE} seats={go_no_go} open={open === 'briefing'} />
          ) : null}
          <Questions room={room} state={state} part="debrief" open={open === 'debrief'} questions={debrief} />
        </Pane>
        <Pane as="aside" class="crew" label="Roll call">
          <Crew room={room} />
          <Receipts room={room} />
        </Pane>
      </Pane>
      <footer class="actions">
        <div class="back">
          <Link class="button big" to={paths.room(room.run)}>
            Back to the room
          </Link>
        </div>
        <div class="on">
          <p class="why" role="status">
            <b>{whatIsMissing(context, open)}</b>
          </p>
        </div>
      </footer>
    </main>
  );
}

function headOf(context: RunContext, open: Part | null): string {
  if (open === 'briefing') return 'Before the first step: who is here, what is known, go or no go.';
  if (open === 'debrief') return 'After the last step: what is known now. Then the close-out is signed.';
  return context.closed !== null ? 'The run is closed.' : 'The briefing is over: the run is under way.';
}

function whatIsMissing(context: RunContext, open: Part | null): string {
  if (open === null) return 'Nothing is asked now.';
  const questions = open === 'briefing' ? context.runbook.briefing : context.runbook.debrief;
  const missing = askedOf(context, questions).filter(({ status }) => status === 'NOT RUN' || status === 'FAIL');
  const votes = open === 'briefing' ? context.runbook.go_no_go : [];
  const silent = votes.filter((seat) => !['go', 'overridden'].includes(context.votes[OPENING_GATE]?.[seat] ?? ''));
  if (missing.length + silent.length === 0)
    return open === 'briefing' ? 'Everything is answered. The lead may arm.' : 'Everything is answered.';
  const seats = [...new Set([...missing.map(({ seat }) => seat), ...silent])].map(visible).join(', ');
  const parts = [
    missing.length > 0 ? counted(missing.length, 'answer', 'answers') : '',
    silent.length > 0 ? counted(silent.length, 'go', 'go') : '',
  ].filter((one) => one !== '');
  return `${sentence(parts.join(' and '))} missing: ${seats}.`;
}

interface QuestionsProps {
  readonly room: Room;
  readonly state: RunState;
  readonly part: Part;
  readonly open: boolean;
  readonly questions: readonly Question[];
}

function Questions({ room, state, part, open, questions }: QuestionsProps) {
  if (questions.length === 0) return null;
  const context = contextOf(state);
  const asked = askedOf(context, questions);
  const given = answersGiven(room.folded.value?.entries ?? []);
  const passed = asked.filter(({ status }) => status === 'PASS' || status === 'WAIVED').length;
  return (
    <section>
      <div class="head">
        <h2>{part === 'briefing' ? 'Asked before the first step' : 'Asked after the last step'}</h2>
        <span class="dim small">
          {passed} of {asked.length} settled
        </span>
      </div>
      <ol class="asked">
        {asked.map((one) => (
          <li key={`${one.question.id} ${one.seat}`}>
            <OneQuestion
              room={room}
              state={state}
              asked={one}
              given={given.get(`${one.question.id} ${one.seat}`)}
              open={open}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

function OneQuestion({
  room,
  state,
  asked,
  given,
  open,
}: {
  readonly room: Room;
  readonly state: RunState;
  readonly asked: Asked;
  readonly given: GivenAnswer | undefined;
  readonly open: boolean;
}) {
  const context = contextOf(state);
  const { question, seat, status } = asked;
  const person = context.seats[seat]?.person;
  const mine = room.seat() === seat;
  const settled = status === 'PASS' || status === 'WAIVED';
  return (
    <>
      <div class="head">
        <h3 class="break">
          {visible(question.ask)}{' '}
          <span class="dim">
            {visible(seat)}
            {person === undefined ? ', seat is empty' : `, ${visible(room.name(person))}`}
          </span>
        </h3>
        <State is={MARKS[status]} />
      </div>
      {given ? (
        <p class="break">
          <Value room={room} question={question} value={given.value} />{' '}
          {given.evidence === null ? null : <span class="dim">evidence: {visible(given.evidence)} </span>}
          <span class="dim small">
            {visible(room.name(given.by))}, {utc(given.at)} UTC
          </span>
        </p>
      ) : null}
      {open && mine && status !== 'WAIVED' ? (
        <QuestionForm
          key={`${question.id} ${given?.seq ?? ''}`}
          question={question}
          again={given !== undefined}
          context={context}
          names={room.names.value}
          busy={room.busy.value !== null}
          onAnswer={(answer) =>
            room.ask(`answer ${question.id}`, {
              type: 'answer',
              run: room.run,
              question: question.id,
              ...answer,
            })
          }
        />
      ) : null}
      {mine ? <Refusal problem={room.answers.value[`answer ${question.id}`]} /> : null}
      {open && !settled ? <Waive room={room} state={state} question={question.id} /> : null}
    </>
  );
}

/** A value as its type asks for it: people by name, links as links. */
function Value({
  room,
  question,
  value,
}: {
  readonly room: Room;
  readonly question: Question;
  readonly value: string;
}) {
  if (question.answer === 'link' && /^https?:\/\//.test(value))
    return (
      <a href={value} target="_blank" rel="noreferrer">
        {visible(value)}
      </a>
    );
  if (question.answer === 'time') {
    const at = Date.parse(value);
    return <b>{Number.isNaN(at) ? visible(value) : `${utcMinute(at)} UTC`}</b>;
  }
  if (question.answer === 'person') return <b>{visible(room.name(value))}</b>;
  const mono = question.answer === 'file' || question.answer === 'step';
  return mono ? <code>{visible(value)}</code> : <b>{visible(value)}</b>;
}
