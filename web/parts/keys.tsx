/** The keys of every page: palette, sheet of keys, steps, follow. There is never one for Confirm, Refuse, a key or a signature. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { type App, useApp } from '../app.ts';
import { paths } from '../router.ts';

export interface SheetProps {
  readonly onDone: () => void;
}

type Sheet = 'palette' | 'help';

/** Typing is typing: a key means something only where no text is being written, nor is about to be in a palette that still loads. */
const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

/** The step before or after the one that is looked at. */
function stepBy({ room, route, go }: App, by: 1 | -1): void {
  const story = room.value?.story.value;
  if (!story || !room.value) return;
  const here = route.value;
  const at = here.page === 'room' && here.step !== null ? here.step : story.current?.step.id;
  const index = story.steps.findIndex((one) => one.step.id === at);
  const next = story.steps[index + by];
  if (next) go(paths.step(room.value.run, next.step.id));
}

export function Keys() {
  const app = useApp();
  const open = useSignal<Sheet | null>(null);
  const sheets = useSignal<{
    readonly palette: ComponentType<SheetProps>;
    readonly help: ComponentType<SheetProps>;
  } | null>(null);
  useEffect(() => {
    const { document } = app.deps.window;
    const show = async (sheet: Sheet) => {
      open.value = open.value === sheet ? null : sheet;
      if (sheets.value) return;
      const { Palette, Help } = await import('./palette.tsx');
      sheets.value = { palette: Palette, help: Help };
    };
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        void show('palette');
        return;
      }
      if (writes(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === 'Escape') open.value = null;
      else if (open.value === 'palette') return;
      else if (event.key === '?') void show('help');
      else if (event.key === 'j') stepBy(app, 1);
      else if (event.key === 'k') stepBy(app, -1);
      else if (event.key === 'f') document.querySelector<HTMLElement>('[data-follow]')?.click();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  const Shown = open.value && sheets.value?.[open.value];
  return Shown ? <Shown onDone={() => (open.value = null)} /> : null;
}
