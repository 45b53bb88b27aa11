/** Commands as they would run: argv one element per numbered line, a script line by line, item by item in a wave. */
import type { ComponentChildren } from 'preact';
import type { Do, DoCommand, Step } from '../../core/runbook/runbook.ts';
import { about, ascii, visible } from '../format.ts';
import { escaped } from '../room/output.ts';
import { Copy } from './basics.tsx';

/** Exactly this is copied: one shell-safe word per element. */
export const shellWords = (argv: readonly string[]): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');

export const Argv = ({ argv }: { readonly argv: readonly string[] }) => (
  <ol class="argv" start={0}>
    {argv.map((word, index) => (
      <li key={index}>
        <span>{index}</span>
        <span>{ascii(word)}</span>
      </li>
    ))}
  </ol>
);

/** A script for `sh -eu`, marked as such: it is more than one command. */
export const Script = ({ text }: { readonly text: string }) => (
  <ol class="argv script">
    {text
      .replace(/\n$/, '')
      .split('\n')
      .map((line, index) => (
        <li key={index}>
          <span>{index + 1}</span>
          <span>{escaped(line)}</span>
        </li>
      ))}
  </ol>
);

export const Command = ({ does }: { readonly does: DoCommand }) =>
  does.kind === 'run' ? <Argv argv={does.argv} /> : <Script text={does.script} />;

/** What is copied of a command. */
export const copied = (does: DoCommand): string => (does.kind === 'run' ? shellWords(does.argv) : does.script);

const asOf = (does: DoCommand): string => (does.kind === 'run' ? 'Copy argv' : 'Copy script');

interface Block {
  readonly title: string;
  readonly does: DoCommand | null;
  readonly body: ComponentChildren;
}

const block = (title: string, does: DoCommand): Block => ({ title, does, body: <Command does={does} /> });

/** The parts of what a step does, by what they are for. */
function blocks(does: Do): readonly Block[] {
  switch (does.kind) {
    case 'run':
    case 'shell':
      return [block('What runs', does)];
    case 'manual':
      return [{ title: `What the ${visible(does.by)} does by hand`, does: null, body: <By text={does.text} /> }];
    case 'wait':
      return [{ title: 'What is waited for', does: null, body: <Soak of={does} /> }];
    case 'backup':
      return [
        block('What runs', { kind: 'run', argv: does.run }),
        block('Then, to prove it', { kind: 'run', argv: does.drill }),
      ];
    case 'for_each':
      return [{ title: 'What runs, item by item', does: null, body: <Items of={does} /> }];
  }
}

const By = ({ text }: { readonly text: string }) => <p class="by-hand break">{visible(text)}</p>;

const Soak = ({ of }: { readonly of: Extract<Do, { kind: 'wait' }> }) => (
  <p>
    Every probe holds for <b>{about(of.for)}</b>; it is looked at every {about(of.every)}. One that does not hold fails
    the step.
  </p>
);

const Items = ({ of }: { readonly of: Extract<Do, { kind: 'for_each' }> }) => (
  <>
    <p class="dim small">
      {of.items.length} of {of.of} items in this wave, at most {of.max_parallel} side by side.
    </p>
    <ul class="items">
      {of.items.map(({ id, value, do: does }) => (
        <li key={id}>
          <div class="head">
            <span>
              <b>{id}</b> <code>{ascii(value)}</code> {does.kind === 'shell' ? <Shell /> : null}
            </span>
            <Copy text={copied(does)} what={asOf(does)} />
          </div>
          <Command does={does} />
        </li>
      ))}
    </ul>
  </>
);

const Shell = () => <b class="mark c-hold">shell</b>;

export function WhatRuns({ does, section }: { readonly does: Do; readonly section?: string }) {
  return (
    <>
      {blocks(does).map(({ title, does: command, body }, index) => (
        <div key={title} class="runs">
          <div class="head">
            {index === 0 ? (
              <h2>
                {section ? `${section} · ${title}` : title} {command?.kind === 'shell' ? <Shell /> : null}
              </h2>
            ) : (
              <h3 class="dim">{title}</h3>
            )}
            {command ? <Copy text={copied(command)} what={asOf(command)} /> : null}
          </div>
          {body}
        </div>
      ))}
    </>
  );
}

/** Every word of every command, so that the files that are named can be shown. */
export function allArgv(does: Do): readonly string[] {
  switch (does.kind) {
    case 'run':
      return does.argv;
    case 'shell':
      return does.script.split(/\s+/);
    case 'backup':
      return [...does.run, ...does.drill];
    case 'for_each':
      return does.items.flatMap((item) => allArgv(item.do));
    default:
      return [];
  }
}

/** What a step that is not armed yet would do, as the runbook says it, blanks and all; null where nothing is done. */
export function asWritten(step: Step): Do | null {
  const command: DoCommand =
    step.shell === null ? { kind: 'run', argv: step.run } : { kind: 'shell', script: step.shell };
  if (step.for_each) {
    const { items, max_parallel } = step.for_each;
    const values = typeof items === 'string' ? [items] : items;
    const shown = values.map((value, index) => ({ id: `item-${index + 1}`, value, do: command }));
    return { kind: 'for_each', items: shown, of: shown.length, max_parallel };
  }
  if (step.manual) return { kind: 'manual', ...step.manual };
  if (step.wait) return { kind: 'wait', for: step.wait.for_ms, every: step.wait.every_ms };
  if (step.backup) {
    const { run, drill, artifact } = step.backup;
    const { path, min_size, max_age_ms } = artifact;
    return { kind: 'backup', run, artifact: { path, min_size, max_age: max_age_ms }, drill };
  }
  return step.gate || step.children.length > 0 ? null : command;
}

/** One line that says what a step does, where there is room for one. */
export function inShort(does: Do | null): string {
  switch (does?.kind) {
    case 'run':
      return shellWords(does.argv);
    case 'shell':
      return `shell: ${does.script.trim().split('\n')[0] ?? ''}`;
    case 'manual':
      return does.text;
    case 'wait':
      return `wait ${about(does.for)}`;
    case 'backup':
      return shellWords(does.run);
    case 'for_each':
      return `${does.of} items: ${inShort(does.items[0]?.do ?? null)}`;
    default:
      return '';
  }
}
