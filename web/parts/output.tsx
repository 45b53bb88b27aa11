/** A command's output, following: at most 2,000 lines in the page, every escape written out, nothing obeyed. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { counted } from '../format.ts';
import type { OutputText } from '../room/output.ts';
import type { Room } from '../room/state.ts';

const NOTHING: OutputText = { lines: [], dropped: 0, next: 0 };

export function Output({
  room,
  step,
  attempt,
  item,
  started,
}: {
  readonly room: Room;
  readonly step: string;
  readonly attempt: number;
  /** '' where the step has no waves. */
  readonly item: string;
  readonly started: boolean;
}) {
  const text = started ? room.output(step, attempt, item).value : NOTHING;
  const follow = useSignal(true);
  const seen = useSignal(0);
  const box = useRef<HTMLDivElement>(null);
  const last = text.lines.at(-1)?.number ?? 0;
  useLayoutEffect(() => {
    if (!follow.value || !box.current) return;
    box.current.scrollTop = box.current.scrollHeight;
    seen.value = last;
  });
  const scrolled = () => {
    const at = box.current;
    if (at) follow.value = at.scrollHeight - at.scrollTop - at.clientHeight < 24;
  };
  return (
    <section class="grows" aria-label="Output">
      <div class="head">
        <h2>
          Output{' '}
          <span class="dim">
            {item === '' ? '' : `${item} · `}attempt {attempt} · {counted(last, 'line', 'lines')} ·{' '}
            {follow.value ? 'following' : `paused, ${last - seen.value} new`}
          </span>
        </h2>
        <button type="button" data-follow="" aria-pressed={follow.value} onClick={() => (follow.value = !follow.value)}>
          Follow
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="output" role="log" tabIndex={0} aria-label="Lines of output" ref={box} onScroll={scrolled}>
        {text.dropped > 0 ? (
          <div class="gap">{text.dropped} earlier lines are in the record, not on this page</div>
        ) : null}
        {text.lines.map((line) => (
          <div key={line.number} class={line.gap ? 'gap' : ''}>
            {line.text === '' ? ' ' : line.text}
          </div>
        ))}
        {text.lines.length === 0 ? (
          <div class="gap">
            {started ? 'The command has written nothing yet.' : 'The command has written nothing. It starts at T-0.'}
          </div>
        ) : null}
      </div>
    </section>
  );
}
