/** A pane that scrolls by itself; it takes the focus, so that the keyboard can scroll it too. */
import type { ComponentChildren } from 'preact';

interface PaneProps {
  readonly class: string;
  readonly label: string;
  readonly id?: string;
  readonly as?: 'section' | 'nav' | 'aside' | 'main';
  readonly children: ComponentChildren;
}

export const Pane = ({ as: Element = 'section', class: name, label, id, children }: PaneProps) => (
  <Element class={name} aria-label={label} tabIndex={0} {...(id ? { id } : {})}>
    {children}
  </Element>
);
