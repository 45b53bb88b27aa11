/** The palette: every page by its name; and the sheet of keys. Both lie in the flow of the page, so that they cover nothing. */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Home } from '../../core/protocol/frames.ts';
import { type App, useApp } from '../app.ts';
import { visible } from '../format.ts';
import { paths } from '../router.ts';
import type { SheetProps } from './keys.tsx';

interface Place {
  readonly title: string;
  readonly note: string;
  readonly to: string;
}

const SITE: readonly Place[] = [
  { title: 'Home', note: 'what waits for you', to: paths.home },
  { title: 'Undo windows', note: 'of every run', to: paths.windows },
  { title: 'People and keys', note: 'keepers, roster, your keys and receipts', to: paths.people },
  { title: 'Verify a record', note: 'nothing leaves the browser', to: paths.verify },
];

const PAGES = [
  ['Brief me: where this run stands', 'brief'],
  ['Briefing', 'briefing'],
  ['Cross-check', 'check'],
  ['Hold', 'hold'],
  ['Back or forward', 'decide'],
  ['Change this run: a deviation', 'deviate'],
  ['Say what became of a step', 'resolve'],
  ['Lead: take over or hand over', 'lead'],
  ['Undo windows of this run', 'windows'],
  ['Close-out', 'close'],
  ['Log', 'log'],
  ['Record', 'record'],
  ['Postmortem', 'postmortem'],
] as const;

function ofRun({ room }: App): readonly Place[] {
  const now = room.value;
  if (!now) return [];
  const steps = (now.story.value?.steps ?? []).map(({ label, step, state, name }) => ({
    title: `${label} · ${step.title}`,
    note: `${name}, ${state}`,
    to: paths.step(now.run, step.id),
  }));
  const pages = PAGES.map(([title, page]) => ({ title, note: 'this run', to: paths.of(page, now.run) }));
  return [{ title: 'Room', note: 'this run', to: paths.room(now.run) }, ...pages, ...steps];
}

const ofHome = (home: Home | null): readonly Place[] =>
  home === null
    ? []
    : [
        ...home.runs.map((run) => ({ title: run.title, note: `run, ${run.state}`, to: paths.room(run.run) })),
        ...home.plans.map((plan) => ({ title: plan.title, note: 'plan', to: paths.plan(plan.plan) })),
        ...home.runbooks.map((one) => ({ title: one.title, note: 'runbook', to: paths.runbook(one.runbook) })),
        ...home.holds.map((one) => ({ title: one.text, note: 'hold', to: paths.siteHold(one.hold) })),
      ];

const MOST = 12;

function matching(places: readonly Place[], text: string): readonly Place[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ title, note }: Place) => words.every((word) => `${title} ${note}`.toLowerCase().includes(word));
  return places.filter(fits).slice(0, MOST);
}

export function Palette({ onDone }: SheetProps) {
  const app = useApp();
  const home = useSignal<Home | null>(null);
  const text = useSignal('');
  const at = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  // Before anything is drawn: whoever types right after the key types here.
  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => {
    void app.api.get<Home>('/api/home').then((got) => {
      if (got.ok) home.value = got.value;
    });
  }, []);
  const found = matching([...ofRun(app), ...SITE, ...ofHome(home.value)], text.value);
  const chosen = Math.min(at.value, Math.max(0, found.length - 1));
  const go = (to: string | undefined) => {
    onDone();
    if (to !== undefined) app.go(to);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onDone();
    else if (event.key === 'Enter') go(found[chosen]?.to);
    else if (event.key === 'ArrowDown') at.value = Math.min(found.length - 1, chosen + 1);
    else if (event.key === 'ArrowUp') at.value = Math.max(0, chosen - 1);
    else return;
    event.preventDefault();
  };
  return (
    <search class="strip sheet-keys">
      <label for="palette">
        <b>Go to</b> <span class="dim small">a page, a step, a run, a runbook; Escape leaves</span>
      </label>
      <input
        id="palette"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `place-${chosen}` : undefined}
        autocomplete="off"
        spellcheck={false}
        ref={field}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={pressed}
      />
      <div id="palette-list" role="listbox" aria-label="Places">
        {found.map(({ title, note, to }, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the chosen place
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's
          <div
            key={`${to} ${title}`}
            id={`place-${index}`}
            role="option"
            class={index === chosen ? 'place chosen' : 'place'}
            aria-selected={index === chosen}
            onClick={() => go(to)}
          >
            <span class="break">{visible(title)}</span> <span class="dim small">{visible(note)}</span>
          </div>
        ))}
      </div>
      {found.length === 0 ? <p class="dim">There is no such place.</p> : null}
    </search>
  );
}

const KEYS = [
  ['Ctrl K, ⌘ K', 'go to a page, a step, a run'],
  ['J', 'the next step'],
  ['K', 'the step before'],
  ['F', 'follow the output, or stop following'],
  ['?', 'this sheet'],
  ['Escape', 'leave this sheet, a hold that is being written, the palette'],
] as const;

export function Help({ onDone }: SheetProps) {
  return (
    <section class="strip sheet-keys" aria-labelledby="keys-head">
      <div class="head">
        <h2 id="keys-head">Keys</h2>
        <button type="button" onClick={onDone}>
          Close the sheet
        </button>
      </div>
      <dl class="facts">
        {KEYS.map(([key, says]) => [
          <dt key={key}>
            <kbd>{key}</kbd>
          </dt>,
          <dd key={says}>{says}</dd>,
        ])}
      </dl>
      <p class="dim small">No key confirms, refuses, turns a key or signs.</p>
    </section>
  );
}
