/** A page, or a part of one, that is fetched only when somebody needs it. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

interface LaterProps<P> {
  readonly load: () => Promise<ComponentType<P>>;
  readonly with: P;
  /** A part of a page: it says nothing while it is fetched. */
  readonly part?: boolean;
}

export function Later<P extends object>({ load, with: props, part = false }: LaterProps<P>) {
  const page = useSignal<{ readonly Page: ComponentType<P> } | 'failed' | null>(null);
  useEffect(() => {
    load().then(
      (Page) => (page.value = { Page }),
      () => (page.value = 'failed'),
    );
  }, [load]);
  const now = page.value;
  if (now === null && part) return null;
  if (now === null || now === 'failed')
    return (
      <main class="plain">
        <p role="status">
          {now === null ? 'This page is being fetched.' : 'This page could not be fetched. Load it again.'}
        </p>
      </main>
    );
  return <now.Page {...props} />;
}
