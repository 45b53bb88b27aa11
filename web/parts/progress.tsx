/** How far a command is by its own JSON lines, or a soak by its clock, against how long the rehearsal took. Nothing is guessed. */
import type { Step } from '../../core/runbook/runbook.ts';
import { useApp } from '../app.ts';
import { about, span } from '../format.ts';
import type { Attempt } from '../room/attempts.ts';
import type { OutputText } from '../room/output.ts';
import type { Room } from '../room/state.ts';

interface Figures {
  readonly done: number;
  readonly total: number;
}

/** The newest line of the output that names both figures. */
export function figuresOf(progress: NonNullable<Step['progress']>, { lines }: OutputText): Figures | null {
  for (const { text } of lines.toReversed()) {
    if (!text.startsWith('{')) continue;
    try {
      const line = JSON.parse(text) as Record<string, unknown>;
      const [done, total] = [line[progress.done], line[progress.total]];
      if (typeof done === 'number' && typeof total === 'number' && total > 0) return { done, total };
    } catch {
      // Not a line of JSON: the command writes others, too.
    }
  }
  return null;
}

interface Props {
  readonly room: Room;
  readonly step: Step;
  readonly attempt: Attempt;
}

export function Progress({ room, step, attempt }: Props) {
  const now = useApp().clock.value;
  const from = attempt.startedAt;
  if (from === null || (!step.progress && !step.wait)) return null;
  const gone = (attempt.ended?.ts ?? now) - from;
  const rehearsed = room.doc.value?.rehearsed?.[step.id];
  const figures = step.wait
    ? { done: Math.min(gone, step.wait.for_ms), total: step.wait.for_ms }
    : step.progress && figuresOf(step.progress, room.output(step.id, attempt.number, '').value);
  return (
    <div class="progress">
      <div class="head">
        <h2>Progress</h2>
        <span class="dim small">
          {rehearsed === undefined ? 'No rehearsal to compare with.' : `The rehearsal took ${span(rehearsed)} in all.`}
        </span>
      </div>
      {figures ? (
        <Bar figures={figures} soak={step.wait !== null} gone={gone} rehearsed={rehearsed ?? null} />
      ) : (
        <p class="dim">The command has not said how far it is. {span(gone)} since its start.</p>
      )}
    </div>
  );
}

function Bar({
  figures: { done, total },
  soak,
  gone,
  rehearsed,
}: {
  readonly figures: Figures;
  readonly soak: boolean;
  readonly gone: number;
  readonly rehearsed: number | null;
}) {
  const share = Math.min(1, done / total);
  const text = soak ? `${span(done)} of ${about(total)}` : `${done} of ${total} (${Math.floor(share * 100)} %)`;
  const by = rehearsed === null || rehearsed === 0 ? null : Math.min(1, gone / rehearsed);
  return (
    <>
      <p>
        <b>{text}</b>{' '}
        <span class="dim">
          {span(gone)} since the start
          {by === null || soak ? '' : ` · the rehearsal was ${by < 1 ? `${Math.floor(by * 100)} % through` : 'over'}`}
        </span>
      </p>
      <div class="track" aria-hidden="true">
        <i class="c-act" style={{ width: `${share * 100}%` }} />
        {by === null ? null : <u class="then" style={{ left: `${by * 100}%` }} />}
      </div>
    </>
  );
}
