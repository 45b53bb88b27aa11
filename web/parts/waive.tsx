/** Waiving a question: lead and quorum accept, by signing, that it stays without the answer it asks for. */
import { useSignal } from '@preact/signals';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { visible } from '../format.ts';
import type { Room } from '../room/state.ts';
import { Refusal } from './basics.tsx';
import { actText, Bytes, Sign, Signatures, soFar } from './collect.tsx';
import { TextField } from './fields.tsx';
import { demandOfRun } from './lifting.ts';

interface Props {
  readonly room: Room;
  readonly state: RunState;
  readonly question: string;
}

export function Waive({ room, state, question }: Props) {
  const open = useSignal(false);
  const reason = useSignal('');
  const context = contextOf(state);
  const { signers, content } = soFar(state, 'waive', context.opened);
  const begun = content?.['question'] === question;
  if (room.seat() === null) return null;
  if (!open.value && !begun)
    return (
      <p>
        <button type="button" class="plain-link" onClick={() => (open.value = true)}>
          Waive it<span class="hide">: {question}</span>
        </button>
      </p>
    );
  const own = begun ? content : reason.value.trim() === '' ? null : { question, reason: reason.value.trim() };
  const demand = demandOfRun(context);
  const place = `waive ${question}`;
  return (
    <div class="form boxed">
      {begun ? (
        <p class="break">
          <b>Waived because:</b> {visible(String(content?.['reason'] ?? ''))}
        </p>
      ) : (
        <TextField
          id={`waive-${question}`}
          label="Why it stays without its answer"
          note="It stands in the record beside the names of who accepts it."
          value={reason}
        />
      )}
      <Signatures
        room={room}
        state={state}
        head="Waived when signed by"
        signers={begun ? signers : []}
        demand={demand}
      />
      {own ? <Bytes room={room} text={actText(state, 'waive', context.opened, own)} verb="Sign the waiver" /> : null}
      <div class="row spread">
        {begun ? null : (
          <button type="button" onClick={() => (open.value = false)}>
            Back
          </button>
        )}
        <Sign
          room={room}
          state={state}
          act="waive"
          about={context.opened}
          content={own}
          demand={demand}
          verb="Sign the waiver"
          word={`run waive ${room.run}`}
          blocked={null}
          calm={own ? 'A waived question is not asked again.' : 'It waits for the reason.'}
          place={place}
        />
      </div>
      <Refusal problem={room.answers.value[place]} />
    </div>
  );
}
