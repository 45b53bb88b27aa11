/** What would run, where and with what: argv one element per numbered line, files in full, what cannot be undone. */

import { fromBase64, fromUtf8 } from '../../core/bytes/encoding.ts';
import type { FileText } from '../../core/protocol/frames.ts';
import type { Action, Do, Step } from '../../core/runbook/runbook.ts';
import { about, ascii, bytes, utc, visible } from '../format.ts';
import { escaped } from '../room/output.ts';
import type { ArmedFacts, Story } from '../room/story.ts';
import { Copy } from './basics.tsx';
import { Icon } from './icons.tsx';
import { Pane } from './pane.tsx';

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

/** The commands of an action by what they are for. */
const commands = (does: Do): readonly (readonly [string, readonly string[]])[] =>
  does.kind === 'run'
    ? [['What runs', does.argv]]
    : [
        ['What runs', does.run],
        ['Then, to prove it', does.drill],
      ];

export const allArgv = (does: Do): readonly string[] => commands(does).flatMap(([, argv]) => argv);

export function WhatRuns({ does, section }: { readonly does: Do; readonly section?: string }) {
  return (
    <>
      {commands(does).map(([title, argv], index) => (
        <div key={title} class="runs">
          <div class="head">
            {index === 0 ? <h2>{section ? `${section} · ${title}` : title}</h2> : <h3 class="dim">{title}</h3>}
            <Copy text={shellWords(argv)} what="Copy argv" />
          </div>
          <Argv argv={argv} />
        </div>
      ))}
    </>
  );
}

/** What a step that is not armed yet would run, as the runbook says it, blanks and all. */
export const asWritten = (step: Step): Do =>
  step.backup
    ? {
        kind: 'backup',
        run: step.backup.run,
        artifact: {
          path: step.backup.artifact.path,
          min_size: step.backup.artifact.min_size,
          max_age: step.backup.artifact.max_age_ms,
        },
        drill: step.backup.drill,
      }
    : { kind: 'run', argv: step.run };

export function Where({ step, facts }: { readonly step: Step; readonly facts: ArmedFacts | undefined }) {
  const env = Object.entries(facts?.action.env ?? step.env);
  const timeout = facts ? facts.action.timeout : step.timeout_ms;
  const artifact = facts?.does.kind === 'backup' ? facts.does.artifact : undefined;
  return (
    <dl class="facts">
      <dt>target</dt>
      <dd>
        <b>{visible(step.target)}</b>
        {facts ? (
          <>
            {' '}
            → agent <code>{ascii(facts.lines.agent)}</code> <span class="dim">{ascii(facts.lines.target)}</span>
          </>
        ) : null}
      </dd>
      <dt>in</dt>
      <dd>
        <code>{ascii(facts?.action.cwd ?? '.')}</code> <span class="dim">a read-only copy of the runbook folder</span>
      </dd>
      <dt>with</dt>
      <dd>
        {env.length === 0 ? 'no environment of its own' : null}
        {env.map(([name, value]) => (
          <div key={name}>
            <code>
              {ascii(name)}={ascii(value)}
            </code>
          </div>
        ))}
      </dd>
      {artifact ? (
        <>
          <dt>makes</dt>
          <dd>
            <code>{ascii(artifact.path)}</code>
            {artifact.min_size === null ? '' : `, at least ${bytes(artifact.min_size)}`}
          </dd>
        </>
      ) : null}
      <dt>stops itself</dt>
      <dd>{timeout === null ? 'never' : `after ${about(timeout)}`}</dd>
    </dl>
  );
}

/** When the newest restore drill was over, by its step's outcome. */
function drilled(story: Story | null): { readonly at: number; readonly title: string } | null {
  const backup = story?.steps.findLast(({ step, state }) => step.kind === 'backup' && state === 'done');
  const ended = backup?.attempts.at(-1)?.ended;
  return backup && ended ? { at: ended.ts, title: backup.step.title } : null;
}

interface UndoProps {
  readonly step: Step;
  readonly action: Action | undefined;
  readonly story: Story | null;
  readonly section?: string;
}

export function CannotBeUndone({ step, action, story, section }: UndoProps) {
  const undo = action ? action.undo : step.undo;
  const takes = action ? (action.undo?.takes ?? null) : (step.undo?.takes_ms ?? null);
  const drill = drilled(story);
  if (!step.irreversible) {
    return undo ? (
      <div>
        <h2>{section ? `${section} · Way back` : 'Way back'}</h2>
        <Argv argv={undo.run} />
      </div>
    ) : null;
  }
  return (
    <div class="undoing">
      <h2>
        <Icon name="irreversible" /> {section ? `${section} · What cannot be undone` : 'Cannot be undone'}
      </h2>
      <p>
        From the start, <b>{visible(step.title)}</b> cannot be taken back by stopping it.
      </p>
      <dl class="facts">
        <dt>way back</dt>
        <dd>{undo ? <code>{ascii(shellWords(undo.run))}</code> : 'none'}</dd>
        {undo ? (
          <>
            <dt>takes</dt>
            <dd>{takes === null ? 'not known' : `about ${about(takes)}`}</dd>
            <dt>from</dt>
            <dd>{visible(undo.from ?? undo.reason ?? '')}</dd>
          </>
        ) : null}
        <dt>drilled</dt>
        <dd>
          {drill ? `${utc(drill.at)} UTC, ${visible(drill.title)}` : visible(step.no_backup ?? 'not in this run')}
        </dd>
      </dl>
    </div>
  );
}

/** A file of the runbook folder, every line numbered, nothing invisible. */
export function FileLines({ file }: { readonly file: FileText }) {
  const raw = fromBase64(file.bytes);
  const text = raw && fromUtf8(raw);
  if (text === undefined) return <p class="dim">{bytes(raw?.length ?? 0)} that are not text</p>;
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <Pane class="file" label={`Text of ${visible(file.path)}`}>
      <ol>
        {lines.map((line, index) => (
          <li key={index}>
            <span>{index + 1}</span>
            <span>{escaped(line)}</span>
          </li>
        ))}
      </ol>
    </Pane>
  );
}

/** The files that a command names, alone or behind an equals sign. */
export const filesNamed = (files: readonly FileText[], argv: readonly string[]): FileText[] =>
  files.filter(({ path }) => argv.some((word) => word === path || word === `./${path}` || word.endsWith(`=${path}`)));
