/** What a page outside any run is made of: documents of the API, commands, and what the page is about. It never guesses a document. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Problem } from '../api.ts';
import { type Subject, useApp } from '../app.ts';

export interface Document<T> {
  readonly value: T | null;
  readonly problem: Problem | null;
  readonly reload: () => Promise<void>;
}

/** `path` null asks for nothing; `every` is in milliseconds. */
export function useDocument<T>(path: string | null, every: number | null = null): Document<T> {
  const app = useApp();
  const got = useSignal<{ readonly path: string; readonly value: T } | null>(null);
  const found = useSignal<Problem | null>(null);
  const load = async () => {
    if (path === null) return;
    const answer = await app.api.get<T>(path);
    if (answer.ok) got.value = { path, value: answer.value };
    found.value = answer.ok ? null : answer.problem;
  };
  useEffect(() => {
    void load();
    return every === null ? undefined : app.deps.every(every, load);
  }, [path]);
  return { value: got.value?.path === path ? got.value.value : null, problem: found.value, reload: load };
}

/** A command of the site: busy while it is sent, and what it was answered. */
export function useAsk() {
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  /** Does the work unless it is being done; what it returns is shown as the problem. */
  const ask = async (work: () => Promise<Problem | null>): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    problem.value = await work().catch((error: unknown) => ({
      code: 'XCK_PAGE',
      sentence: `This page failed: ${String(error)}.`,
      hint: 'Nothing was sent.',
    }));
    busy.value = false;
    return problem.value === null;
  };
  return { busy: busy.value, problem: problem.value, ask };
}

/** Says what the page is about while it is open: the frame shows its mode, and a hold would be called on it. */
export function useSubject(subject: Subject | null, on: readonly unknown[]): void {
  const app = useApp();
  useEffect(() => {
    app.subject.value = subject;
  }, on);
  useEffect(
    () => () => {
      app.subject.value = null;
    },
    [],
  );
}
