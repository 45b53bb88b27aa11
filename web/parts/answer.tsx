/** The two equal answers of a cross-check: what would be signed, Refuse with its reason, Confirm with what it waits for. */

import { useSignal } from '@preact/signals';
import { statementText, statementTime } from '../../core/approval/statement.ts';
import { armingOf } from '../../core/run/context.ts';
import { confirmLines, refuseLines, type Seat, type Signing } from '../../core/run/lines.ts';
import { contextOf, type RunState } from '../../core/run/state.ts';
import { useApp } from '../app.ts';
import { counted, visible } from '../format.ts';
import type { Attempt } from '../room/attempts.ts';
import type { ArmedFacts } from '../room/facts.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { Copy, Countdown, type Missing, Refusal, Why } from './basics.tsx';
import { Icon } from './icons.tsx';
import { Well, wellLines } from './well.tsx';

export interface CheckProps {
  readonly room: Room;
  readonly of: StepStory;
  readonly attempt: Attempt;
  readonly seat: Seat;
  readonly state: RunState;
  readonly facts: ArmedFacts;
  /** The challenge to which my last answer differed. */
  readonly differed: string | null;
}

interface StatementProps extends CheckProps {
  readonly signing: Signing | null;
  readonly given: Readonly<Record<string, string>>;
  readonly fixed: string | null;
  readonly onSeen: (left: number) => void;
  readonly section: number;
}

export function Statement({ state, of, seat, signing, given, fixed, onSeen, section }: StatementProps) {
  if (!signing) return null;
  const lines = confirmLines(state, of.step.id, { ...signing, ...seat, ...(fixed ? { signedAt: fixed } : {}) }, given);
  if (!lines.ok) return null;
  const shown = wellLines(statementText('confirm', lines.value));
  const blanks = {
    ...(fixed ? {} : { 'signed-at': <span class="blank">set when you press Confirm</span> }),
    ...(Object.values(given).includes('') ? { 'read-back': <ReadBack given={given} /> } : {}),
  };
  return (
    <section>
      <div class="head">
        <h2>{section} · What you will sign</h2>
        <span class="dim small">{shown.length} lines, byte for byte</span>
      </div>
      <Well lines={shown} blanks={blanks} onSeen={onSeen} final={fixed !== null} />
    </section>
  );
}

const ReadBack = ({ given }: { readonly given: Readonly<Record<string, string>> }) => (
  <>
    {'{'}
    {Object.entries(given)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, answer], index) => (
        <span key={id}>
          {index > 0 ? ',' : ''}"{id}":
          {answer === '' ? (
            <>
              "<span class="blank">not answered</span>"
            </>
          ) : (
            JSON.stringify(visible(answer))
          )}
        </span>
      ))}
    {'}'}
  </>
);

interface BarProps extends CheckProps {
  readonly missing: readonly Missing[];
  readonly stop: string | null;
  readonly signing: Signing | null;
  readonly busy: boolean;
  readonly onConfirm: () => void;
}

export function Bar({ room, of, state, seat, missing, stop, signing, busy, onConfirm }: BarProps) {
  const app = useApp();
  const open = useSignal(false);
  const reason = useSignal('');
  const arming = armingOf(contextOf(state), of.step.id);
  const refuse = async () => {
    if (!open.value) {
      open.value = true;
      return;
    }
    const fresh = signing && { ...signing, ...seat, signedAt: statementTime(app.clock.value) };
    const lines =
      fresh && reason.value.trim() !== '' ? refuseLines(state, of.step.id, fresh, reason.value.trim()) : null;
    if (lines?.ok) await room.sign('refuse', 'refuse', lines.value);
  };
  const ready = missing.length === 0 && stop === null;
  const head = ready ? 'Nothing is missing.' : `Confirm waits for ${counted(missing.length, 'thing', 'things')}`;
  const asking = open.value;
  const cli = `crosscheck step check ${room.run}`;
  return (
    <footer class={asking ? 'actions halves asking' : 'actions halves'}>
      <div>
        <button
          type="button"
          class="big outline-bad"
          disabled={busy || stop !== null || (asking && reason.value.trim() === '')}
          onClick={refuse}
        >
          <Icon name="refused" /> {asking ? 'Send refusal' : 'Refuse'}
        </button>
        <div class={asking ? 'grow open' : 'grow'}>
          <label class={asking ? '' : 'hide'} for="reason">
            <b>Refuse: what is wrong?</b> <span class="dim small">one sentence, for the record</span>
          </label>
          <textarea
            id="reason"
            maxLength={500}
            placeholder="Reason, one sentence"
            value={reason.value}
            onFocus={() => (open.value = true)}
            onInput={(event) => (reason.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') open.value = false;
            }}
          />
          <p class="dim small">Nothing runs. This arming cannot be asked again.</p>
          <Refusal problem={room.answers.value['refuse']} />
        </div>
      </div>
      <div>
        {stop !== null ? (
          <div class="why" role="status">
            <b>{visible(stop)}</b>
            <p class="row">
              Sign with: <code class="break">{cli}</code> <Copy text={cli} what="Copy" />
            </p>
          </div>
        ) : (
          <Why head={head} missing={missing} id="why-confirm" />
        )}
        <div class="clock">
          <Countdown until={arming?.notAfter ?? 0} says="until" />
        </div>
        {asking ? (
          <button type="button" class="big only-phone" onClick={() => (open.value = false)}>
            Back
          </button>
        ) : null}
        <button
          type="button"
          class={`big${ready ? ' outline-act' : ''}${asking ? ' not-phone' : ''}`}
          disabled={!ready || busy}
          aria-describedby="why-confirm"
          onClick={onConfirm}
        >
          {ready ? <Icon name="key" /> : null} {busy ? 'Signing' : 'Confirm'}
        </button>
      </div>
      <ConfirmRefusal room={room} />
    </footer>
  );
}

function ConfirmRefusal({ room }: { readonly room: Room }) {
  const found = room.answers.value['confirm'];
  return found && found.code !== 'XCK_DIFFERED' ? <Refusal problem={found} /> : null;
}
