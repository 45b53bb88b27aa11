/** Who leads from here: taking over from a lead who is gone, or handing over. It voids what is armed and lifts nothing. */
import { useSignal } from '@preact/signals';
import type { RunContext } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { visible } from '../format.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { actText, Bytes, type Props, SignerRows, soFar } from '../parts/collect.tsx';
import { Select } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { CrewAside } from '../parts/rail.tsx';
import type { Room } from '../room/state.ts';
import { paths } from '../router.ts';

export function LeadPage({ room }: { readonly room: Room }) {
  const state = room.folded.value?.state;
  return state ? <Lead room={room} state={state} /> : null;
}

interface Content {
  readonly from: string;
  readonly person: string;
  readonly role: string;
}

/** People who may lead: by a role of the seat, and without a confirmation of theirs in this run. */
const mayLead = (context: RunContext): readonly (readonly [string, string])[] =>
  Object.entries(context.roles).flatMap(([person, roles]) => {
    const role = roles.find((one) => context.runbook.crew['lead']?.roles.includes(one));
    const may = role !== undefined && !context.confirmed.includes(person) && context.seats['lead']?.person !== person;
    return may ? [[person, role] as const] : [];
  });

function Lead({ room, state }: Props) {
  const me = useApp().me.value?.person ?? '';
  const chosen = useSignal('');
  const context = contextOf(state);
  const from = context.lead;
  const able = mayLead(context);
  const { signers, content } = soFar(state, 'lead', context.last);
  const begun = content as unknown as Content | null;
  const person = begun?.person ?? (able.some(([one]) => one === me) ? me : chosen.value);
  const role = begun?.role ?? able.find(([one]) => one === person)?.[1];
  const own = person !== '' && role !== undefined ? { from, person, role } : null;
  const seat = room.seat();
  const required = context.runbook.presence.required;
  const others = required.filter((one) => context.seats[one] && context.seats[one]?.person !== own?.person);
  const mine = signers.some((one) => one.person === me);
  const stop = room.unsignable();
  const asked = me === own?.person || (seat !== null && others.includes(seat));
  const why = context.closed
    ? 'The run is closed.'
    : own === null
      ? 'It waits for who takes the lead.'
      : mine
        ? 'You have signed. The other person signs, too.'
        : !asked
          ? 'Your seat is not asked here.'
          : stop
            ? stop.sentence
            : 'Both sign; what is armed is void then.';
  const ready = own !== null && asked && !mine && stop === null && context.closed === null;
  const verb = from === me ? 'Sign the hand-over' : 'Sign the change of the lead';
  return (
    <main class="room">
      <Pane class="panes" label="Lead">
        <Pane class="work spans" label="Who leads from here">
          <div>
            <h1 class="break">
              {own
                ? `${visible(room.name(own.person))} leads from here, instead of ${visible(room.name(from))}.`
                : 'Who leads from here?'}
            </h1>
            <p>
              Whoever takes the lead leaves the seat that they had, and can never confirm in this run. It voids what is
              armed and lifts no hold.
            </p>
          </div>
          {begun || able.some(([one]) => one === me) ? null : (
            <div class="form">
              <Select
                id="taker"
                label="Who takes the lead"
                value={chosen}
                options={able.map(([one, as]) => [one, `${room.name(one)}, ${as}`])}
              />
              {able.length === 0 ? (
                <p class="dim">Nobody of the roster may: by role, or because they confirmed.</p>
              ) : null}
            </div>
          )}
          {own ? (
            <>
              <section>
                <div class="head">
                  <h2>Signed by</h2>
                  <span class="dim small">
                    who takes it, and one present holder of: {required.map(visible).join(', ')}
                  </span>
                </div>
                <SignerRows
                  rows={[
                    {
                      seat: 'takes the lead',
                      signed: signers.some((one) => one.person === own.person),
                      name: room.name(own.person),
                    },
                    ...others.map((one) => ({
                      seat: one,
                      signed: signers.some((signer) => signer.seat === one && signer.person !== own.person),
                      name: room.name(context.seats[one]?.person ?? ''),
                    })),
                  ]}
                />
              </section>
              {asked ? <Bytes room={room} text={actText(state, 'lead', context.last, own)} verb={verb} /> : null}
            </>
          ) : null}
        </Pane>
        <CrewAside room={room} />
      </Pane>
      <footer class="actions">
        <Refusal problem={room.answers.value['lead']} />
        <div class="back">
          <Link class="button big" to={paths.room(room.run)}>
            Back to the room
          </Link>
        </div>
        <div class="on">
          <p class="why" id="why-lead" role="status">
            <b>{visible(why)}</b>
          </p>
          <button
            type="button"
            class={ready ? 'big outline-act' : 'big'}
            disabled={!ready || room.busy.value !== null}
            aria-describedby="why-lead"
            onClick={() => own && room.collect('lead', 'lead', context.last, own)}
          >
            <Icon name="key" /> {room.busy.value === 'lead' ? 'Signing' : verb}
          </button>
        </div>
      </footer>
    </main>
  );
}
