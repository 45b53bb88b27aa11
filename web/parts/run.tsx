/** Where a step runs and with what, what cannot be undone, and the files that it names. */

import { fromBase64, fromUtf8 } from '../../core/bytes/encoding.ts';
import type { FileText } from '../../core/protocol/frames.ts';
import type { Action, Do, Step } from '../../core/runbook/runbook.ts';
import { about, ascii, bytes, utc, visible } from '../format.ts';
import type { ArmedFacts } from '../room/facts.ts';
import { escaped } from '../room/output.ts';
import type { Story } from '../room/story.ts';
import { asWritten, inShort } from './argv.tsx';
import { Icon } from './icons.tsx';
import { Pane } from './pane.tsx';

export function Where({ step, facts }: { readonly step: Step; readonly facts: ArmedFacts | undefined }) {
  const env = Object.entries(facts?.action.env ?? step.env);
  const secrets = facts?.action.secrets ?? step.secrets;
  const timeout = facts ? facts.action.timeout : step.timeout_ms;
  const artifact = facts?.does.kind === 'backup' ? facts.does.artifact : undefined;
  const retries = facts ? facts.action.retries.count : step.retries;
  const limit = facts ? facts.action.limit : step.limit;
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
        <code>{ascii(facts?.action.cwd ?? step.use?.folder ?? '.')}</code>{' '}
        <span class="dim">a read-only copy of the runbook folder</span>
      </dd>
      <dt>with</dt>
      <dd>
        {env.length + secrets.length === 0 ? 'no environment of its own' : null}
        {env.map(([name, value]) => (
          <div key={name}>
            <code>
              {ascii(name)}={ascii(value)}
            </code>
          </div>
        ))}
        {secrets.map((name) => (
          <div key={name}>
            secret <code>{ascii(name)}</code> <span class="dim">masked in the output</span>
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
      {retries > 0 ? (
        <>
          <dt>tries again</dt>
          <dd>
            {retries === 1 ? 'once' : `${retries} times`}, inside this one start{' '}
            <span class="dim">running it twice is as good as once</span>
          </dd>
        </>
      ) : null}
      <dt>stops itself</dt>
      <dd>
        {timeout === null ? 'never' : `after ${about(timeout)}`}
        {limit ? `, or when ${visible(limit.field)} is past ${limit.within} of ${visible(limit.probe)} as armed` : ''}
      </dd>
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
  readonly rehearsal: boolean;
  readonly section?: string;
}

interface WayBack {
  readonly does: Do | null;
  readonly from: string | null;
  readonly reason: string | null;
  readonly takes: number | null;
}

function wayBack({ step, action }: Pick<UndoProps, 'step' | 'action'>): WayBack | null {
  if (action) return action.undo && { ...action.undo, does: action.undo.do };
  const { undo } = step;
  return undo && { does: asWritten(undo.step), from: undo.from, reason: undo.reason, takes: undo.takes_ms };
}

export function CannotBeUndone({ step, action, story, rehearsal, section }: UndoProps) {
  const back = wayBack({ step, action });
  if (!step.irreversible && !back) return null;
  const head = rehearsal
    ? 'Nothing is lost in this rehearsal'
    : step.irreversible
      ? section
        ? 'What cannot be undone'
        : 'Cannot be undone'
      : 'Way back';
  return (
    <div class={rehearsal ? 'undoing rehearsed' : step.irreversible ? 'undoing' : ''}>
      <h2>
        {step.irreversible || rehearsal ? <Icon name="irreversible" /> : null} {section ? `${section} · ${head}` : head}
      </h2>
      <p>
        {rehearsal ? (
          step.irreversible ? (
            <>It runs on a copy. In the real run this step cannot be undone by stopping it.</>
          ) : (
            <>It runs on a copy.</>
          )
        ) : step.irreversible ? (
          <>
            From the start, <b>{visible(step.title)}</b> cannot be taken back by stopping it.
          </>
        ) : (
          <>It is a step of its own: only a decision to roll back brings it up.</>
        )}
      </p>
      <BackFacts step={step} back={back} story={story} />
    </div>
  );
}

function BackFacts({
  step,
  back,
  story,
}: {
  readonly step: Step;
  readonly back: WayBack | null;
  readonly story: Story | null;
}) {
  const drill = drilled(story);
  return (
    <dl class="facts">
      <dt>way back</dt>
      <dd>{back ? <code>{ascii(inShort(back.does))}</code> : 'none'}</dd>
      {back ? (
        <>
          <dt>takes</dt>
          <dd>{back.takes === null ? 'not known' : `about ${about(back.takes)}`}</dd>
          <dt>from</dt>
          <dd>{visible(back.from ?? back.reason ?? '')}</dd>
        </>
      ) : null}
      {step.irreversible ? (
        <>
          <dt>drilled</dt>
          <dd>
            {drill ? `${utc(drill.at)} UTC, ${visible(drill.title)}` : visible(step.no_backup ?? 'not in this run')}
          </dd>
        </>
      ) : null}
    </dl>
  );
}

/** A file of the runbook folder, every line numbered, nothing invisible. */
export function FileLines({ file, anchor }: { readonly file: FileText; readonly anchor?: string }) {
  const raw = fromBase64(file.bytes);
  const text = raw && fromUtf8(raw);
  if (text === undefined) return <p class="dim">{bytes(raw?.length ?? 0)} that are not text</p>;
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <Pane class={anchor ? 'file whole' : 'file'} label={`Text of ${visible(file.path)}`}>
      <ol>
        {lines.map((line, index) => (
          <li key={index} {...(anchor ? { id: `${anchor}${index + 1}` } : {})}>
            {anchor ? <a href={`#${anchor}${index + 1}`}>{index + 1}</a> : <span>{index + 1}</span>}
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
