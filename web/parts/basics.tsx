/** The smallest parts: links that stay in the page, copying, countdowns, refusals in words, why a button is disabled. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Problem } from '../api.ts';
import { useApp } from '../app.ts';
import { span, utc, visible } from '../format.ts';
import { Icon } from './icons.tsx';

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

/** An ordinary link; a plain click changes the page without loading it anew. */
export function Link({ to, current, children, class: name }: LinkProps) {
  const app = useApp();
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    app.go(to);
  };
  return (
    <a
      href={to}
      {...(name ? { class: name } : {})}
      {...(current ? { 'aria-current': 'page' as const } : {})}
      onClick={follow}
    >
      {children}
    </a>
  );
}

/** In an action bar: why, and the page where it goes on. */
export const Toward = ({
  to,
  verb,
  act = false,
  children,
}: {
  readonly to: string;
  readonly verb: string;
  readonly act?: boolean;
  readonly children: ComponentChildren;
}) => (
  <>
    <p class="why" id="why">
      {children}
    </p>
    <Link class={act ? 'button big outline-act' : 'button big'} to={to}>
      {verb}
    </Link>
  </>
);

/** Foreign text, with everything invisible written out. */
export const Text = ({ of }: { readonly of: string }) => <bdi class="break">{visible(of)}</bdi>;

export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const app = useApp();
  const copied = useSignal(false);
  const copy = async () => {
    await app.deps.window.navigator.clipboard?.writeText(text);
    copied.value = true;
    app.deps.later(2000, () => {
      copied.value = false;
    });
  };
  return (
    <button type="button" onClick={copy}>
      <Icon name="copy" />
      {copied.value ? 'Copied' : what}
    </button>
  );
}

/** Time left; amber and named under a minute. */
export function Countdown({ until, says }: { readonly until: number; readonly says: string }) {
  const app = useApp();
  const left = until - app.clock.value;
  const tone = left <= 0 ? ' over' : left < 60_000 ? ' soon' : '';
  return (
    <p class={`count${tone}`} role="timer">
      {left <= 0 ? 'over' : span(left)}
      <small>
        {left > 0 && left < 60_000 ? 'ends soon, ' : ''}
        {says} {utc(until)} UTC
      </small>
    </p>
  );
}

/** Time since; ticks. */
export function Since({ at }: { readonly at: number }) {
  return <>{span(useApp().clock.value - at)}</>;
}

export const Refusal = ({ problem }: { readonly problem: Problem | null | undefined }) =>
  problem ? (
    <div class="notice bad" role="alert">
      <p>
        <b>{visible(problem.sentence)}</b>
      </p>
      <p>{visible(problem.hint)}</p>
    </div>
  ) : null;

export interface Missing {
  readonly text: string;
  /** Id of the element that is missing. */
  readonly at: string | null;
}

/** Beside a disabled button: what it waits for, as links to what is missing. */
export function Why({
  head,
  missing,
  id,
}: {
  readonly head: string;
  readonly missing: readonly Missing[];
  readonly id: string;
}) {
  const jump = (event: MouseEvent, at: string) => {
    event.preventDefault();
    const found = (event.currentTarget as HTMLElement).ownerDocument.getElementById(at);
    found?.scrollIntoView({ block: 'nearest' });
    found?.focus();
  };
  return (
    <div class="why" id={id} role="status">
      <b>{head}</b>
      <ul>
        {missing.map(({ text, at }) => (
          <li key={text}>
            <Icon name="todo" tone="act" />
            {at === null ? (
              <span>{text}</span>
            ) : (
              <a href={`#${at}`} onClick={(event) => jump(event, at)}>
                {text}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
