/** A command's output, following: at most 2,000 lines in the page, every escape written out, nothing obeyed. */
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useApp } from '../app.ts';
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
  const wrap = useSignal(true);
  const wanted = useSignal('');
  const box = useRef<HTMLDivElement>(null);
  /** Where following has scrolled to, until the browser tells of it: that is nobody's wish to follow. */
  const own = useRef<number | null>(null);
  const { location } = useApp().deps.window;
  const last = text.lines.at(-1)?.number ?? 0;
  const find = wanted.value.toLowerCase();
  const found = find === '' ? text.lines : text.lines.filter((line) => line.text.toLowerCase().includes(find));
  const shape = wrap.value ? 'output' : 'output unwrapped';
  const name = `${step}-${attempt}${item === '' ? '' : `-${item}`}`;
  const named = text.lines.some((line) => location.hash === `#${name}:${line.number}`);
  useEffect(() => {
    if (!named) return;
    // The lines come after the address: the one that it names is gone to once it is there.
    follow.value = false;
    box.current?.querySelector(`[id="${location.hash.slice(1)}"]`)?.scrollIntoView({ block: 'center' });
  }, [named]);
  useLayoutEffect(() => {
    if (!follow.value || !box.current) return;
    const before = box.current.scrollTop;
    box.current.scrollTop = box.current.scrollHeight;
    if (box.current.scrollTop !== before) own.current = box.current.scrollTop;
    seen.value = last;
  });
  const scrolled = () => {
    const at = box.current;
    const ours = at?.scrollTop === own.current;
    own.current = null;
    if (at && !ours) follow.value = at.scrollHeight - at.scrollTop - at.clientHeight < 24;
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
        <Tools wanted={wanted} found={found.length} wrap={wrap} follow={follow}>
          <a download={`${room.run}-${name}.txt`} href={asText(text)}>
            Save these lines
          </a>
        </Tools>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class={shape} role="log" tabIndex={0} aria-label="Lines of output" ref={box} onScroll={scrolled}>
        {text.dropped > 0 ? (
          <div class="gap">{text.dropped} earlier lines are in the record, not on this page</div>
        ) : null}
        {found.map((line) => (
          <div key={line.number} id={`${name}:${line.number}`} class={line.gap ? 'gap' : ''}>
            <a href={`#${name}:${line.number}`} tabIndex={-1} aria-label={`Address of line ${line.number}`}>
              {line.number}
            </a>
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

const asText = ({ lines }: OutputText): string =>
  `data:text/plain;charset=utf-8,${encodeURIComponent(lines.map(({ text }) => `${text}\n`).join(''))}`;

interface ToolsProps {
  readonly wanted: Signal<string>;
  readonly found: number;
  readonly wrap: Signal<boolean>;
  readonly follow: Signal<boolean>;
  readonly children: ComponentChildren;
}

function Tools({ wanted, found, wrap, follow, children }: ToolsProps) {
  return (
    <div class="tools">
      <input
        type="search"
        aria-label="Find in the output"
        placeholder="Find"
        value={wanted.value}
        onInput={({ currentTarget }) => (wanted.value = currentTarget.value)}
      />
      {wanted.value === '' ? null : <output class="dim">{counted(found, 'line', 'lines')} found</output>}
      <button type="button" aria-pressed={wrap.value} onClick={() => (wrap.value = !wrap.value)}>
        Wrap
      </button>
      <button type="button" data-follow="" aria-pressed={follow.value} onClick={() => (follow.value = !follow.value)}>
        Follow
      </button>
      {children}
    </div>
  );
}
