/** What a cross-check asks about: who is asked for what until when, what runs with the files that it names, where, and what cannot be undone. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import type { FolderDocument } from '../../core/protocol/frames.ts';
import { armingOf } from '../../core/run/context.ts';
import { contextOf } from '../../core/run/state.ts';
import { folderDigest } from '../../core/runbook/folder.ts';
import { useApp } from '../app.ts';
import { ordinal, utc, visible } from '../format.ts';
import type { CheckProps } from './answer.tsx';
import { allArgv, WhatRuns } from './argv.tsx';
import { Countdown } from './basics.tsx';
import { isRehearsal, MODES, modeOf } from './mode.ts';
import { Pane } from './pane.tsx';
import { Probes } from './probes.tsx';
import { CannotBeUndone, FileLines, filesNamed, Where } from './run.tsx';

/** The folder's files, kept only when they are exactly the folder that the run names. */
function useFolder(digest: string) {
  const app = useApp();
  const folder = useSignal<FolderDocument | string | null>(null);
  useEffect(() => {
    void app.api.get<FolderDocument>(`/api/runbooks/${encodeURIComponent(digest)}`).then((got) => {
      if (!got.ok) {
        folder.value = got.problem.sentence;
        return;
      }
      const files = got.value.files.map((file) => ({
        path: file.path,
        mode: file.mode,
        bytes: fromBase64(file.bytes) ?? new Uint8Array(0),
      }));
      const own = folderDigest(files);
      folder.value =
        own.ok && own.value === digest
          ? got.value
          : 'The files that the server sent are not the folder that this run names.';
    });
  }, [digest]);
  return folder.value;
}

export function LeadIn({ room, of, attempt, state }: CheckProps) {
  const rank = 2 + attempt.confirmed.length;
  const all = ['', 'one', 'two', 'three', 'four'][of.step.eyes / 2] ?? of.step.eyes / 2;
  const title = visible(of.step.title);
  const before = of.attempts.at(-2)?.voided;
  const others = attempt.confirmed.map((one) => `The ${visible(one.seat)} has confirmed.`).join(' ');
  const arming = armingOf(contextOf(state), of.step.id);
  return (
    <div class="lead-in head">
      <div>
        <h1 class="break">
          You are the {ordinal(rank)} of {all} pairs of eyes for {MODES[modeOf(state.facts)].word}:{' '}
          {title.charAt(0).toLowerCase() + title.slice(1)} on {visible(of.step.target)}.
        </h1>
        <p class="dim">
          Called out by {visible(room.name(attempt.askedBy))} (lead), {utc(attempt.armedAt)} UTC. Attempt{' '}
          {attempt.number}
          {before ? `: the one before was void, ${visible(before.reason)}` : ''}. {others}
        </p>
      </div>
      <Countdown until={arming?.notAfter ?? 0} says="to answer, until" />
    </div>
  );
}

export function Sheet({ room, of, attempt, state, facts }: CheckProps) {
  const folder = useFolder(state.facts.runbook);
  const arming = armingOf(contextOf(state), of.step.id);
  return (
    <Pane class="sheet" label="What is asked">
      <div>
        <WhatRuns does={facts.does} section="1" />
        {typeof folder === 'string' ? <p class="notice bad">{visible(folder)}</p> : null}
        {folder && typeof folder !== 'string'
          ? filesNamed(folder.files, allArgv(facts.does)).map((file) => (
              <div key={file.path}>
                <p class="dim small">
                  {visible(file.path)}, part of the runbook that{' '}
                  {folder.summary?.authors.map((one) => visible(room.name(one))).join(', ') ?? 'nobody'} wrote
                </p>
                <FileLines file={file} />
              </div>
            ))
          : null}
      </div>
      <div>
        <h2>2 · Where and when</h2>
        <Where step={of.step} facts={facts} />
        <dl class="facts">
          <dt>when</dt>
          <dd>
            as soon as the lead {isRehearsal(state.facts) ? 'rehearses' : 'turns'} the key, at the latest{' '}
            {utc(arming?.notAfter ?? 0)} UTC
          </dd>
        </dl>
        <Probes step={of.step} attempt={attempt} facts={facts} />
      </div>
      {of.step.irreversible || facts.action.undo ? (
        <div>
          <CannotBeUndone
            step={of.step}
            action={facts.action}
            story={room.story.value}
            rehearsal={isRehearsal(state.facts)}
            section="3"
          />
        </div>
      ) : null}
    </Pane>
  );
}
