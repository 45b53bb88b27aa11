/** Roll back and roll forward on a terminal, the same rows for both. */
import type { Deed, Reason, Way } from '../../core/release/ways.ts';
import { lasting, utc } from '../../core/release/words.ts';
import { clean } from './terminal.ts';

const DEED: Readonly<Record<Deed['what'], string>> = {
  pass: 'passes',
  patch: 'inserts',
  run: 'runs',
  undo: 'undoes by',
};

const reasonText = ({ sentence, since }: Reason): string =>
  `${clean(sentence)}${since === null ? '' : ` Since ${utc(since)}.`}`;

const deedText = ({ what, step, title, takes }: Deed): string =>
  `${DEED[what]} ${step ?? ''}${step === null ? '' : ': '}${clean(title)}${takes === null ? '' : ` (${lasting(takes.ms)}, ${takes.from})`}`;

const lengthText = ({ ms, whole }: Way['takes']): string =>
  whole ? lasting(ms) : ms > 0 ? `more than ${lasting(ms)}` : 'not known';

/** Each row with what it says of both ways. */
export function waysLines({ back, forward }: { readonly back: Way; readonly forward: Way }, now: number): string[] {
  const rows: readonly (readonly [label: string, of: (way: Way) => readonly string[]])[] = [
    ['possible', ({ possible, why }) => (possible ? ['yes'] : ['NO', ...why.map(reasonText)])],
    ['does', ({ does }) => does.map(deedText)],
    ['takes', ({ takes }) => [lengthText(takes)]],
    ['lost', ({ lost }) => (lost.length > 0 ? lost.map(clean) : ['nothing that is known'])],
    [
      'undo windows left',
      ({ left }) => left.map(({ clock, ends, means }) => `${clock}: ${lasting(ends - now)}, ${clean(means)}`),
    ],
    ['must stay', ({ stay }) => [stay.join(', ')]],
    [
      'last drilled',
      ({ drilled }) => drilled.map(({ step, at }) => `${step}: ${at === null ? 'never with success' : utc(at)}`),
    ],
  ];
  return rows.flatMap(([label, of]) => [
    label.toUpperCase(),
    ...pair('back', of(back)),
    ...pair('forward', of(forward)),
  ]);
}

const pair = (way: string, lines: readonly string[]): string[] =>
  (lines.length > 0 ? lines : ['–']).map((line, index) => `  ${(index === 0 ? way : '').padEnd(8)} ${line}`);
