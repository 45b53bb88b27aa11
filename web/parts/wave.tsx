/** The items of a step over shards or hosts: canary first, then the rest, each with its own start and outcome. */
import { useSignal } from '@preact/signals';
import type { RunContext } from '../../core/run/context.ts';
import { itemIds, waveIds } from '../../core/runbook/wave.ts';
import { ascii, span, utc } from '../format.ts';
import type { Attempt } from '../room/attempts.ts';
import { armedFacts } from '../room/facts.ts';
import type { Room } from '../room/state.ts';
import type { StepStory } from '../room/story.ts';
import { type Mark, State } from './icons.tsx';
import { Output } from './output.tsx';

interface Props {
  readonly room: Room;
  readonly of: StepStory;
  readonly context: RunContext;
}

interface Row {
  readonly id: string;
  readonly value: string | null;
  readonly wave: string;
  readonly mark: Mark;
  readonly word: string | null;
  readonly at: number | null;
  readonly took: number | null;
  readonly attempt: Attempt | null;
}

/** The values of items, as the armings say them. */
function valuesOf(attempts: readonly Attempt[]): ReadonlyMap<string, string> {
  return new Map(
    attempts.flatMap((attempt) => {
      const does = armedFacts(attempt.armed)?.does;
      return does?.kind === 'for_each' ? does.items.map(({ id, value }) => [id, value] as const) : [];
    }),
  );
}

function rowsOf({ of, context }: Props): readonly Row[] {
  const { step, attempts } = of;
  const size = context.sizes[step.id] ?? 0;
  const canary = waveIds(size, step.for_each?.canary ?? 1, []);
  const values = valuesOf(attempts);
  const open = context.armings[step.id];
  return itemIds(size).map((id) => {
    const attempt = attempts.findLast((one) => one.starts[id] !== undefined) ?? null;
    const start = attempt?.starts[id];
    const wave = canary.length === size ? 'one wave' : canary.includes(id) ? 'canary' : 'the rest';
    const own = { id, value: values.get(id) ?? null, wave, attempt };
    if (!start) {
      const armed = open?.items.includes(id) && !open.stopped;
      return { ...own, mark: armed ? 'waiting' : 'todo', word: armed ? 'armed' : null, at: null, took: null };
    }
    const result = start.resolved?.as ?? start.ended?.result;
    const mark: Mark = !result
      ? 'running'
      : result === 'finished'
        ? 'done'
        : result === 'unknown'
          ? 'unknown'
          : 'failed';
    const word = result === 'not-started' ? 'not started' : start.resolved ? `resolved: ${start.resolved.as}` : null;
    return { ...own, mark, word, at: start.at, took: start.ended ? start.ended.ts - start.at : null };
  });
}

export function Wave(props: Props) {
  const { room, of } = props;
  const chosen = useSignal<string | null>(null);
  const rows = rowsOf(props);
  if (rows.length === 0) return null;
  const shown =
    rows.find(({ id }) => id === chosen.value) ??
    rows.find(({ mark }) => mark === 'running') ??
    rows.findLast(({ attempt }) => attempt !== null);
  const finished = rows.filter(({ mark }) => mark === 'done').length;
  return (
    <>
      <div>
        <div class="head">
          <h2>Items</h2>
          <span class="dim small">
            {finished} of {rows.length} finished
          </span>
        </div>
        <table class="wave">
          <thead>
            <tr>
              <th scope="col">Item</th>
              <th scope="col">State</th>
              <th scope="col" class="wide">
                Wave
              </th>
              <th scope="col" class="num">
                Started
              </th>
              <th scope="col" class="num">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>
                  {row.id} <code>{row.value === null ? '' : ascii(row.value)}</code>{' '}
                  {row.attempt ? (
                    <button
                      type="button"
                      class="plain-link"
                      aria-pressed={shown?.id === row.id}
                      onClick={() => (chosen.value = row.id)}
                    >
                      output<span class="hide"> of {row.id}</span>
                    </button>
                  ) : null}
                </td>
                <td>
                  <State is={row.mark} {...(row.word ? { word: row.word } : {})} />
                </td>
                <td class="wide">{row.wave}</td>
                <td class="num">{row.at === null ? '' : utc(row.at)}</td>
                <td class="num">{row.took === null ? '' : span(row.took)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown?.attempt ? (
        <Output
          key={`${shown.id} ${shown.attempt.number}`}
          room={room}
          step={of.step.id}
          attempt={shown.attempt.number}
          item={shown.id}
          started
        />
      ) : null}
    </>
  );
}
