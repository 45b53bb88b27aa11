/** A page that is fetched only when somebody goes there. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

interface LaterProps<P> {
  readonly load: () => Promise<ComponentType<P>>;
  readonly with: P;
}

export function Later<P extends object>({ load, with: props }: LaterProps<P>) {
  const page = useSignal<{ readonly Page: ComponentType<P> } | 'failed' | null>(null);
  useEffect(() => {
    load().then(
      (Page) => (page.value = { Page }),
      () => (page.value = 'failed'),
    );
  }, [load]);
  const now = page.value;
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
