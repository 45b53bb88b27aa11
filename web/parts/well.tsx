/** The statement that would be signed, byte for byte in its own well, and how much of it has been on screen. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { counted } from '../format.ts';

export interface Seen {
  /** How many lines have not been on screen yet. */
  readonly left: number;
}

interface WellProps {
  /** Lines as they would be signed; header first. */
  readonly lines: readonly (readonly [string, string])[];
  /** What stands in place of a value that is not there yet, by line. */
  readonly blanks?: Readonly<Record<string, ComponentChildren>>;
  readonly onSeen?: (left: number) => void;
  readonly final?: boolean;
}

/** Splits a statement's text into its header and lines. */
export const wellLines = (text: string): (readonly [string, string])[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => {
      const space = line.indexOf(' ');
      return index === 0 || space < 0
        ? (['', line] as const)
        : ([line.slice(0, space), line.slice(space + 1)] as const);
    });

/** Both ends of a line must have been on screen: a long line is not seen by its first row. */
function useSeen(count: number, onSeen: ((left: number) => void) | undefined) {
  const box = useRef<HTMLDListElement>(null);
  const ends = useRef(new Set<string>());
  const view = useSignal({ above: 0, below: count, left: count });
  useEffect(() => {
    const lines = box.current;
    const window = lines?.ownerDocument.defaultView as (Window & typeof globalThis) | null | undefined;
    if (!lines || !window) return undefined;
    const now = new Set<string>();
    const observer = new window.IntersectionObserver((changes) => {
      for (const { target, isIntersecting } of changes) {
        const end = (target as HTMLElement).dataset['end'] ?? '';
        if (isIntersecting) {
          now.add(end);
          ends.current.add(end);
        } else now.delete(end);
      }
      const rows = Array.from({ length: count }, (_, row) => row);
      const shown = rows.filter((row) => now.has(`${row}a`) || now.has(`${row}b`));
      const left = rows.filter((row) => !ends.current.has(`${row}a`) || !ends.current.has(`${row}b`)).length;
      view.value = { above: shown[0] ?? 0, below: count - 1 - (shown.at(-1) ?? count - 1), left };
      onSeen?.(left);
    });
    for (const end of lines.querySelectorAll('[data-end]')) observer.observe(end);
    return () => observer.disconnect();
  }, [count]);
  return { box, view };
}

export function Well({ lines, blanks, onSeen, final }: WellProps) {
  const { box, view } = useSeen(lines.length, onSeen);
  const { above, below, left } = view.value;
  return (
    <div class="well" id="statement" tabIndex={-1}>
      <p class="edge">
        <span>{above > 0 ? `${counted(above, 'line', 'lines')} above` : 'from the first line'}</span>
        <span>{final ? 'final' : above > 0 ? 'seen' : ''}</span>
      </p>
      <dl class="lines" ref={box} tabIndex={0} aria-label="The statement, line by line">
        {lines.map(([key, value], row) => (
          <div key={row}>
            <dt>{key === '' ? <span class="hide">header</span> : key}</dt>
            <dd>
              {blanks?.[key] ?? value}
              <i class="top-end" data-end={`${row}a`} />
              <i class="bottom-end" data-end={`${row}b`} />
            </dd>
          </div>
        ))}
      </dl>
      <p class="edge" role="status">
        <span>{below > 0 ? `${counted(below, 'line', 'lines')} below` : 'to the last line'}</span>
        {left > 0 ? <b>{counted(left, 'line', 'lines')} not seen yet</b> : <span>all seen</span>}
      </p>
    </div>
  );
}
