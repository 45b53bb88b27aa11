/** The outputs of a run that somebody looks at: fetched once, then followed; each is bounded. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import type { App } from '../app.ts';
import { type OutputBuffer, type OutputText, outputBuffer } from './output.ts';

interface Watched {
  readonly buffer: OutputBuffer;
  readonly text: Signal<OutputText>;
  /** What the socket brought while the beginning was still being fetched; null once that is over. */
  waiting: { readonly offset: number; readonly bytes: Uint8Array }[] | null;
}

/** Whose output: one start of one attempt; `item` is '' where the step has no waves. */
interface Place {
  readonly step: string;
  readonly attempt: number;
  readonly item: string;
}

const FROM_END = 256 * 1024;

/** The outputs that somebody looks at: first what is there already is fetched, then what the socket brings is added. */
export function outputsOf(app: App, run: string) {
  const known = new Map<string, Watched>();
  const query = ({ step, attempt, item }: Place, offset: number) =>
    `/api/runs/${encodeURIComponent(run)}/output?step=${encodeURIComponent(step)}&attempt=${attempt}${
      item === '' ? '' : `&item=${encodeURIComponent(item)}`
    }&offset=${offset}`;
  const add = (made: Watched, offset: number, bytes: Uint8Array) => {
    made.buffer.take(offset, bytes);
    made.text.value = made.buffer.text();
  };
  async function fetchAll(place: Place, made: Watched): Promise<void> {
    for (let offset = 0; ; ) {
      const got = await app.api.get<{ offset: number; bytes: string; total: number }>(query(place, offset));
      if (!got.ok) return;
      const bytes = fromBase64(got.value.bytes) ?? new Uint8Array(0);
      add(made, got.value.offset, bytes);
      const end = got.value.offset + bytes.length;
      if (bytes.length === 0 || end >= got.value.total) return;
      offset = Math.max(end, got.value.total - FROM_END);
    }
  }
  function watch({ step, attempt, item }: Place): Watched {
    const at = `${step} ${attempt} ${item}`;
    const found = known.get(at);
    if (found) return found;
    const buffer = outputBuffer();
    const made: Watched = { buffer, text: signal(buffer.text()), waiting: [] };
    known.set(at, made);
    void fetchAll({ step, attempt, item }, made).finally(() => {
      const waiting = made.waiting ?? [];
      made.waiting = null;
      for (const { offset, bytes } of waiting) add(made, offset, bytes);
    });
    return made;
  }
  return {
    of: (step: string, attempt: number, item: string): ReadonlySignal<OutputText> =>
      watch({ step, attempt, item }).text,
    take({ step, attempt, item }: Place, offset: number, bytes: Uint8Array) {
      const made = watch({ step, attempt, item });
      if (made.waiting) made.waiting.push({ offset, bytes });
      else add(made, offset, bytes);
    },
  };
}
