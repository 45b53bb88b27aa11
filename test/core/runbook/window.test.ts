/** The window on the clock of a place: summer time, midnight, and the edges of each minute. */
import t from 'tap';
import type { Window } from '../../../core/runbook/runbook.ts';
import { inWindow } from '../../../core/runbook/window.ts';

const open = (window: Window, at: string): boolean | string => {
  const done = inWindow(window, Date.parse(at));
  return done.ok ? done.value : done.refusal.sentence;
};

t.test('a window of the day', async (t) => {
  const window: Window = { days: ['mon', 'thu'], from: '09:00', to: '16:30', timezone: 'Europe/Warsaw' };
  const cases: readonly (readonly [at: string, is: boolean])[] = [
    ['2026-01-05T07:59:59.999Z', false],
    ['2026-01-05T08:00:00Z', true],
    ['2026-01-05T15:29:59.999Z', true],
    ['2026-01-05T15:30:00Z', false],
    ['2026-01-06T08:00:00Z', false],
    ['2026-01-08T08:00:00Z', true],
    ['2026-07-06T06:59:59Z', false],
    ['2026-07-06T07:00:00Z', true],
    ['2026-07-06T14:30:00Z', false],
  ];
  for (const [at, is] of cases) t.equal(open(window, at), is, at);
});

t.test('a window over midnight belongs to the day that it begins on', async (t) => {
  const window: Window = { days: ['sat'], from: '22:00', to: '02:00', timezone: 'America/New_York' };
  const cases: readonly (readonly [at: string, is: boolean])[] = [
    ['2026-03-08T02:59:00Z', false],
    ['2026-03-08T03:00:00Z', true],
    ['2026-03-08T05:30:00Z', true],
    ['2026-03-08T06:59:59Z', true],
    ['2026-03-08T07:00:00Z', false],
    ['2026-03-07T06:00:00Z', false],
    ['2026-03-09T03:00:00Z', false],
  ];
  for (const [at, is] of cases) t.equal(open(window, at), is, at);
});

t.test('midnight is the first minute of its day', async (t) => {
  const window: Window = { days: ['sun'], from: '00:00', to: '00:01', timezone: 'UTC' };
  t.equal(open(window, '2026-03-08T00:00:30Z'), true);
  t.equal(open(window, '2026-03-08T00:01:00Z'), false);
  t.equal(open(window, '2026-03-07T23:59:59Z'), false);
});

t.test('24:00 is the end of the day that the window begins on', async (t) => {
  const window: Window = { days: ['sun'], from: '22:00', to: '24:00', timezone: 'UTC' };
  t.equal(open(window, '2026-03-08T23:59:59.999Z'), true);
  t.equal(open(window, '2026-03-09T00:00:00Z'), false);
  t.equal(open(window, '2026-03-08T00:00:00Z'), false);
});

t.test('the same minute twice, when clocks are set back', async (t) => {
  const window: Window = { days: ['sun'], from: '02:30', to: '02:45', timezone: 'Europe/Warsaw' };
  t.equal(open(window, '2026-10-25T00:35:00Z'), true);
  t.equal(open(window, '2026-10-25T01:35:00Z'), true);
  t.equal(open(window, '2026-10-25T01:50:00Z'), false);
});

t.test('a zone that nobody knows is a refusal', async (t) => {
  const window: Window = { days: ['sun'], from: '00:00', to: '24:00', timezone: 'Europe/Nowhere' };
  t.equal(open(window, '2026-03-08T00:00:30Z'), 'window: the time zone Europe/Nowhere is unknown.');
});
