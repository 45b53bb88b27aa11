/** Clocks with their ticks at 50, 80 and 95 per cent: amber from 80, red from 95, ended; and the time in figures beside it. */

import { ALARMS, type ClockView } from '../../core/release/clocks.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { useApp } from '../app.ts';
import { about, local, span, utcMinute, visible } from '../format.ts';
import { Icon } from './icons.tsx';

const TONE = { normal: 'c-act', amber: 'c-hold', red: 'c-bad', ended: 'c-bad' } as const;
export type ClockState = keyof typeof TONE;

interface GaugeProps {
  readonly name: string;
  /** From 0 to 1. */
  readonly gone: number;
  readonly state: ClockState;
  readonly left: string;
  readonly note?: string;
}

/** Per cent without its count would say nothing: the time that is left always stands beside it. */
export const Gauge = ({ name, gone, state, left, note }: GaugeProps) => (
  <div class="gauge">
    <div class="head">
      <span>
        {visible(name)}{' '}
        {state === 'amber' || state === 'red' ? (
          <b class={`mark ${TONE[state]}`}>
            <Icon name="clock" /> {Math.floor(gone * 100)} % gone
          </b>
        ) : null}
        {state === 'ended' ? (
          <b class={`mark ${TONE[state]}`}>
            <Icon name="irreversible" /> ended
          </b>
        ) : null}
      </span>
      <b class={state === 'normal' ? '' : TONE[state]}>{left}</b>
    </div>
    <div class={`track ${TONE[state]}`}>
      <i style={{ width: `${Math.min(100, gone * 100)}%` }} />
      <u style={{ left: '50%' }} />
      <u style={{ left: '80%' }} />
      <u style={{ left: '95%' }} />
    </div>
    {note ? <p class="dim small break">{note}</p> : null}
  </div>
);

/** How far a clock is and how it looks then; the alarms are core's. */
export function gaugeState(
  since: number,
  ends: number,
  now: number,
): { readonly gone: number; readonly state: ClockState } {
  const gone = Math.min(1, Math.max(0, (now - since) / (ends - since)));
  const [, amber, red] = ALARMS;
  const state = now >= ends ? 'ended' : gone * 100 >= red ? 'red' : gone * 100 >= amber ? 'amber' : 'normal';
  return { gone, state };
}

const DAY_MS = 86_400_000;

/** `23:15:51` under two days, `13 d 23 h` above. */
export const remaining = (ms: number): string =>
  ms < 2 * DAY_MS ? span(ms) : `${Math.floor(ms / DAY_MS)} d ${Math.floor((ms % DAY_MS) / 3_600_000)} h`;

/** An undo window: what becomes impossible, and when. */
export function UndoGauge({ clock }: { readonly clock: ClockView }) {
  const now = useApp().clock.value;
  const ended = clock.state === 'ended';
  const when = `${utcMinute(clock.ends)} UTC, ${local(clock.ends)}`;
  return (
    <Gauge
      name={clock.id}
      gone={clock.fraction}
      state={clock.state}
      left={ended ? 'never' : remaining(clock.ends - now)}
      note={
        ended ? `ended ${when}; no longer: ${visible(clock.means)}` : `ends ${when}; until then ${visible(clock.means)}`
      }
    />
  );
}

/** Windows that have not begun: what their step's start will begin. */
export function ClocksToCome({
  runbook,
  running,
  rehearsal,
  nameOf,
}: {
  readonly runbook: Runbook;
  readonly running: Readonly<Record<string, unknown>>;
  readonly rehearsal: boolean;
  readonly nameOf: (step: string) => string;
}) {
  const open = Object.entries(runbook.clocks).filter(([id]) => running[id] === undefined);
  if (open.length === 0) return null;
  return (
    <>
      {open.map(([id, { lasts_ms, means, starts }]) => (
        <div class="gauge" key={id}>
          <div class="head">
            <span>{visible(id)}</span>
            <b>{about(lasts_ms)}</b>
          </div>
          <p class="dim small break">
            {rehearsal ? 'would run in the real run, ' : ''}from the start of {nameOf(starts)}; {visible(means)}
          </p>
        </div>
      ))}
    </>
  );
}
