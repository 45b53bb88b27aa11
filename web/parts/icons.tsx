/** Our own 16 px line shapes: every state has one, so that a page printed in black and white still reads. */
import type { ComponentChildren } from 'preact';

const octagon = 'M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2L1.5 10.8V5.2z';
const tick = 'M4.8 8.2l2.2 2.2 4.2-4.6';

const SHAPES = {
  live: <path class="fill" d="M3 3h10v10H3z" />,
  rehearsal: <path stroke-dasharray="3 2" d="M2.5 2.5h11v11h-11z" />,
  solo: (
    <>
      <circle cx="8" cy="8" r="6" />
      <circle class="fill" cx="8" cy="8" r="1.6" />
    </>
  ),
  todo: <circle cx="8" cy="8" r="4" />,
  waiting: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path class="fill" stroke="none" d="M8 2a6 6 0 0 0 0 12z" />
    </>
  ),
  reading: (
    <>
      <path d="M1 8c3.6-5.2 10.4-5.2 14 0-3.6 5.2-10.4 5.2-14 0z" />
      <circle class="fill" cx="8" cy="8" r="2" />
    </>
  ),
  running: <path class="fill" d="M4 2.5l9 5.5-9 5.5z" />,
  done: (
    <>
      <circle class="fill" cx="8" cy="8" r="6.4" />
      <path class="cut" d={tick} />
    </>
  ),
  held: (
    <>
      <path class="fill" d={octagon} />
      <path class="cut" d="M6.4 5v6M9.6 5v6" />
    </>
  ),
  void: (
    <>
      <circle cx="8" cy="8" r="6" stroke-dasharray="3 2" />
      <path d="M4.5 11.5l7-7" />
    </>
  ),
  refused: (
    <>
      <path d={octagon} />
      <path d="M5 8h6" />
    </>
  ),
  failed: (
    <>
      <path class="fill" d="M8 2l6.6 11.6H1.4z" />
      <path class="cut" d="M8 6v3.6M8 11v1.4" />
    </>
  ),
  unknown: (
    <>
      <path d="M8 1.2L14.8 8 8 14.8 1.2 8z" />
      <path d="M6.4 6.4c.2-2.2 3.4-2 3.2-.1C9.5 7.5 8 7.5 8 8.8M8 10.4v1" />
    </>
  ),
  aborted: (
    <>
      <path class="fill" d="M2.5 2.5h11v11h-11z" />
      <path class="cut" d="M5.5 5.5l5 5M10.5 5.5l-5 5" />
    </>
  ),
  irreversible: <path d="M1 8h10M8 4.5L11.5 8 8 11.5M14 2v12" />,
  skipped: <path d="M3 3.5L7.5 8 3 12.5M8.5 3.5L13 8l-4.5 4.5" />,
  back: <path d="M6.5 2.5L2.5 6l4 3.5M2.5 6H10a3.5 3.5 0 0 1 0 7.5H8" />,
  forward: <path d="M2 8h11.5M9 3.5L13.5 8 9 12.5" />,
  blind: <path d="M1 6c3.6 4.8 10.4 4.8 14 0M3 8.6L1.8 10.4M8 9.6V12M13 8.6l1.2 1.8" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.6 1.6" />
    </>
  ),
  connected: <path d="M2.5 13.5v-3M6.2 13.5v-5.5M9.8 13.5v-8M13.5 13.5v-11" />,
  here: <circle class="fill" cx="8" cy="8" r="4.6" />,
  away: <circle cx="8" cy="8" r="4.6" />,
  lost: <circle cx="8" cy="8" r="4.6" stroke-dasharray="2 2" />,
  anchored: <path d="M8 5.5V14M4.5 8h7M2 9.5c0 6 12 6 12 0M8 5.5a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8z" />,
  open: <path d="M13 4.5a6 6 0 1 0 0 7M8 8h6" />,
  consistent: (
    <>
      <circle cx="8" cy="8" r="6" />
      <circle cx="8" cy="8" r="2.8" />
    </>
  ),
  diverged: <path d="M8 15V9L3 4M8 9l5-5M3 8V3.5h4.5M13 8V3.5H8.5" />,
  key: <path d="M1.8 8a2.6 2.6 0 1 0 5.2 0 2.6 2.6 0 0 0-5.2 0zM7 8h7.5v2.6M11.5 8v2" />,
  copy: <path d="M2 2h8.5v8.5H2zM5.5 10.5V14H14V5.5h-3.5" />,
  pencil: <path d="M2.5 13.5l.800-3.3 7.7-7.7 2.5 2.5-7.7 7.7z" />,
} as const satisfies Record<string, ComponentChildren>;

export type IconName = keyof typeof SHAPES;

/** A shape is never alone: the word stands beside it, so the shape itself is hidden from readers. */
export const Icon = ({ name, tone }: { readonly name: IconName; readonly tone?: Tone }) => (
  <svg class={`icon${tone ? ` c-${tone}` : ''}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    {SHAPES[name]}
  </svg>
);

export type Tone = 'act' | 'ok' | 'hold' | 'bad' | 'dim' | 'reh';

/** Word, shape and colour of every state; the three are given together or not at all. */
const STATES = {
  todo: ['to do', 'todo', 'dim'],
  waiting: ['waiting', 'waiting', 'act'],
  reading: ['reading', 'reading', 'act'],
  running: ['running', 'running', 'act'],
  done: ['done', 'done', 'ok'],
  ok: ['ok', 'done', 'ok'],
  armed: ['armed', 'done', 'ok'],
  confirmed: ['confirmed', 'done', 'ok'],
  signed: ['signed', 'done', 'ok'],
  held: ['on hold', 'held', 'hold'],
  void: ['void', 'void', 'dim'],
  refused: ['refused', 'refused', 'bad'],
  failed: ['failed', 'failed', 'bad'],
  invalid: ['invalid', 'failed', 'bad'],
  drift: ['does not hold', 'failed', 'bad'],
  unknown: ['unknown', 'unknown', 'bad'],
  skipped: ['skipped', 'skipped', 'dim'],
  passed: ['decided past', 'skipped', 'dim'],
  met: ['met', 'done', 'ok'],
  unmet: ['not yet', 'todo', 'dim'],
  go: ['go', 'done', 'ok'],
  'no-go': ['no go', 'refused', 'bad'],
  overridden: ['no go, overridden', 'refused', 'hold'],
  pass: ['pass', 'done', 'ok'],
  fail: ['fail', 'failed', 'bad'],
  'not-run': ['not run', 'todo', 'dim'],
  waived: ['waived', 'skipped', 'hold'],
  no: ['no', 'void', 'dim'],
  overdue: ['overdue', 'clock', 'bad'],
  gone: ['ended', 'irreversible', 'bad'],
  rehearsal: ['rehearsal', 'rehearsal', 'reh'],
  aborted: ['aborted', 'aborted', 'bad'],
  empty: ['not here', 'away', 'dim'],
  soon: ['ends soon', 'clock', 'hold'],
} as const satisfies Record<string, readonly [string, IconName, Tone]>;

export type Mark = keyof typeof STATES;

export const State = ({ is, word }: { readonly is: Mark; readonly word?: string }) => {
  const [own, icon, tone] = STATES[is];
  return (
    <span class={`mark c-${tone}`}>
      <Icon name={icon} />
      {word ?? own}
    </span>
  );
};

/** The word alone, where the shape stands elsewhere in the same row. */
export const Word = ({ is }: { readonly is: Mark }) => <span class={`mark c-${STATES[is][2]}`}>{STATES[is][0]}</span>;

export const iconOf = (is: Mark) => {
  const [, icon, tone] = STATES[is];
  return <Icon name={icon} tone={tone} />;
};
