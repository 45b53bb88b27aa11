/** Plans on a terminal: what is planned, what stands against it, what has changed since the last rehearsal. */
import type { PlanView, PreflightFinding } from '../../core/protocol/frames.ts';
import { utc } from '../../core/release/words.ts';
import { clean } from './terminal.ts';

const findingLine = ({ step, seat, sentence }: PreflightFinding): string =>
  `  ${[step, seat].filter((one) => one !== null).join(' ')}${(step ?? seat) ? ': ' : ''}${clean(sentence)}`;

/** What a plan says, a line each. */
export function planLines({ plan, mode, title, planned_for, preflight, holds, changes, approved }: PlanView): string[] {
  return [
    `${mode === 'live' ? 'LIVE' : 'REHEARSAL'} plan ${plan}: ${clean(title)}${planned_for === null ? '' : `, for ${utc(planned_for)}`}`,
    ...(approved === null ? ['  The runbook is not approved yet.'] : []),
    ...holds.map(({ text }) => `  HELD: ${clean(text)}`),
    preflight.length === 0 ? 'Preflight: nothing stands against it.' : 'Preflight: this stands against it.',
    ...preflight.map(findingLine),
    ...(changes === null ? ['Never rehearsed in this text.'] : []),
    ...(changes !== null && changes.length > 0 ? ['Changed since the last rehearsal'] : []),
    ...(changes ?? []).map((change) => `  ${clean(change)}`),
  ];
}
