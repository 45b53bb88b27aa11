/** A go / no-go poll of seats: each with its vote, its objection, and my own two equal answers. One no go is a hold. */
import { useSignal } from '@preact/signals';
import type { RunContext } from '../../core/run/context.ts';
import { utc, visible } from '../format.ts';
import { votesGiven } from '../room/answers.ts';
import type { Room } from '../room/state.ts';
import { Refusal } from './basics.tsx';
import { type Mark, State } from './icons.tsx';

interface Props {
  readonly room: Room;
  readonly context: RunContext;
  /** The gate's step, or the gate before the first step. */
  readonly gate: string;
  readonly seats: readonly string[];
  /** Whether it may be voted at now. */
  readonly open: boolean;
}

export function Poll({ room, context, gate, seats, open }: Props) {
  const said = votesGiven(room.folded.value?.entries ?? [], gate);
  const votes = context.votes[gate] ?? {};
  const agreed = seats.filter((seat) => votes[seat] === 'go' || votes[seat] === 'overridden').length;
  const mine = room.seat();
  const asked = open && mine !== null && seats.includes(mine) && votes[mine] !== 'go';
  return (
    <section>
      <div class="head">
        <h2>Go or no go</h2>
        <span class="dim small">
          {agreed} of {seats.length} go
        </span>
      </div>
      <table>
        <tbody>
          {seats.map((seat) => {
            const vote = votes[seat];
            const words = said.get(seat);
            const person = words?.by ?? context.seats[seat]?.person;
            const mark: Mark = vote ?? 'unmet';
            return (
              <tr key={seat}>
                <td>
                  <State is={mark} {...(vote ? {} : { word: 'not polled' })} />
                </td>
                <td>{visible(seat)}</td>
                <td>
                  {person === undefined ? 'seat is empty' : visible(room.name(person))}
                  {words?.text ? <span class="break">: “{visible(words.text)}”</span> : null}
                </td>
                <td class="num">{words ? utc(words.at) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {asked ? <Vote room={room} gate={gate} /> : null}
    </section>
  );
}

function Vote({ room, gate }: { readonly room: Room; readonly gate: string }) {
  const text = useSignal('');
  const why = text.value.trim();
  const place = `poll ${gate}`;
  const vote = (to: 'go' | 'no-go') =>
    room.ask(place, { type: 'poll', run: room.run, gate, vote: to, text: to === 'go' ? null : why });
  return (
    <div class="vote">
      <label class="field" for={`objection-${gate}`}>
        <b>If no go: what stands against it?</b> <span class="dim small">one sentence, for the record</span>
        <input
          type="text"
          id={`objection-${gate}`}
          maxLength={500}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      <div class="row apart">
        <button
          type="button"
          class="big"
          disabled={why === '' || room.busy.value !== null}
          aria-describedby={`no-go-${gate}`}
          onClick={() => vote('no-go')}
        >
          Say no go
        </button>
        <button type="button" class="big" disabled={room.busy.value !== null} onClick={() => vote('go')}>
          Say go
        </button>
        <span id={`no-go-${gate}`} class="dim small">
          {why === '' ? 'No go waits for its sentence. It raises a hold.' : 'No go raises a hold.'}
        </span>
      </div>
      <Refusal problem={room.answers.value[place]} />
    </div>
  );
}
