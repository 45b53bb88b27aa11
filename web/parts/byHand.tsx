/** The word of whoever did a manual step, with evidence; the agent looks at the post-checks afterwards. */
import { useSignal } from '@preact/signals';
import { statementText } from '../../core/approval/statement.ts';
import { armingOf } from '../../core/run/context.ts';
import { runActLines } from '../../core/run/lines.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { utc, visible } from '../format.ts';
import type { Attempt } from '../room/attempts.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { Refusal } from './basics.tsx';
import { Choice, TextField } from './fields.tsx';
import { State } from './icons.tsx';
import { Well, wellLines } from './well.tsx';

interface Props {
  readonly room: Room;
  readonly of: StepStory;
  readonly state: RunState;
}

const BLANK = { 'signed-at': <span class="blank">set when you sign</span> };

export function ByHand({ room, of, state }: Props) {
  const { manual } = of.step;
  const last = of.attempts.at(-1);
  if (!manual || !last || last.startedAt === null) return null;
  if (last.attested) return <Said room={room} attested={last.attested} />;
  const start = armingOf(contextOf(state), of.step.id)?.starts['']?.ref;
  if (start === undefined) return null;
  if (room.seat() !== manual.by)
    return (
      <div>
        <h2>Attested by the {visible(manual.by)}</h2>
        <p class="dim">Not yet. Whoever holds that seat does it, or sees it done, and signs.</p>
      </div>
    );
  return <Attest room={room} state={state} start={start} by={manual.by} />;
}

const Said = ({ room, attested }: { readonly room: Room; readonly attested: NonNullable<Attempt['attested']> }) => (
  <div>
    <h2>
      <State is={attested.result} /> attested by {visible(room.name(attested.person))} ({visible(attested.seat)}),{' '}
      {utc(attested.at)} UTC
    </h2>
    <p class="break">{visible(attested.evidence)}</p>
  </div>
);

function Attest({
  room,
  state,
  start,
  by,
}: {
  readonly room: Room;
  readonly state: RunState;
  readonly start: string;
  readonly by: string;
}) {
  const result = useSignal('');
  const evidence = useSignal('');
  const signing = room.signing(0);
  const content = { evidence: evidence.value.trim(), result: result.value };
  const ready = content.evidence !== '' && content.result !== '';
  const stop = room.unsignable();
  return (
    <section id="attest" class="form">
      <h2>Attest as the {visible(by)}</h2>
      <Choice
        name="attested"
        legend="How did it go?"
        value={result}
        options={[
          ['pass', 'PASS: it is done'],
          ['fail', 'FAIL: it is not done'],
        ]}
      />
      <TextField
        id="attest-evidence"
        label="Evidence"
        note="Where somebody else can look it up: a link, a path, a digest, a number."
        value={evidence}
        lines={2}
      />
      {ready && signing ? (
        <Well
          lines={wellLines(statementText('attest', runActLines(state, 'attest', signing, start, content)))}
          blanks={BLANK}
        />
      ) : null}
      <div class="row">
        <button
          type="button"
          class={ready && !stop ? 'big outline-act' : 'big'}
          disabled={!ready || stop !== null || room.busy.value !== null}
          aria-describedby="why-attest"
          onClick={() => room.attest('attest', start, content)}
        >
          {room.busy.value === 'attest' ? 'Signing' : 'Sign the attestation'}
        </button>
        <span id="why-attest" class="dim small">
          {stop ? visible(stop.sentence) : ready ? '' : 'It waits for PASS or FAIL, and for evidence.'}
        </span>
      </div>
      <Refusal problem={room.answers.value['attest']} />
    </section>
  );
}
