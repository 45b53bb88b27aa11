/** Registering a folder as its author, or approving what somebody else wrote: what is signed is the folder whose bytes were shown. */
import { useSignal } from '@preact/signals';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import type { FolderDocument } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import { folderDigest } from '../../core/runbook/folder.ts';
import type { Problem } from '../api.ts';
import { type App, useApp } from '../app.ts';
import { signAtSite } from '../keys/site.ts';
import { paths } from '../router.ts';
import { Link, Refusal } from './basics.tsx';
import { State } from './icons.tsx';

/** The digest of the bytes that are shown. */
export function shownDigest(doc: FolderDocument): string | null {
  const own = folderDigest(
    doc.files.map(({ path, mode, bytes }) => ({ path, mode, bytes: fromBase64(bytes) ?? new Uint8Array(0) })),
  );
  return own.ok ? own.value : null;
}

interface Props {
  readonly doc: FolderDocument;
  readonly onDone: () => Promise<void>;
}

export function Register({ doc, onDone }: Props) {
  const app = useApp();
  const found = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const { summary } = doc;
  if (shownDigest(doc) !== doc.runbook)
    return <p class="notice bad">These files are not the folder that the server names. Nothing can be signed.</p>;
  const act = async () => {
    busy.value = true;
    found.value = await (summary ? approve(app, doc) : register(app, doc));
    busy.value = false;
    if (!found.value) await onDone();
  };
  if (summary?.approved)
    return (
      <p class="row">
        <State is="ok" word="approved" /> entry {summary.approved.split(' ')[0]}.{' '}
        <Link class="button" to={paths.newPlan({ runbook: doc.runbook })}>
          Plan a run
        </Link>
      </p>
    );
  const { able, why } = standing(app, doc);
  const stop = app.unsignable();
  return (
    <div>
      <p class="row">
        <button
          type="button"
          class="big outline-act"
          disabled={!able || busy.value}
          aria-describedby="why-sign"
          onClick={act}
        >
          {busy.value ? 'Signing' : summary ? 'Approve this folder' : 'Register this folder'}
        </button>
        <span id="why-sign">{why}</span>
      </p>
      {stop ? (
        <p class="small">
          Sign with: <code class="break">crosscheck runbook {summary ? `approve ${doc.runbook}` : 'register DIR'}</code>
        </p>
      ) : null}
      <Refusal problem={found.value} />
    </div>
  );
}

/** Whether I may sign, and what it means or why not. */
function standing(
  app: App,
  { summary, yaml_problems }: FolderDocument,
): { readonly able: boolean; readonly why: string } {
  const stop = app.unsignable();
  if (summary?.authors.includes(app.me.value?.person ?? ''))
    return { able: false, why: 'You are an author of this folder; somebody else approves it.' };
  if (yaml_problems.length > 0 && !summary) return { able: false, why: 'It has problems.' };
  if (stop) return { able: false, why: stop.sentence };
  return summary
    ? { able: true, why: 'You read every file below, did not write it, and approve it for live runs.' }
    : { able: true, why: 'You register it as its author; somebody else approves it.' };
}

async function register(app: App, doc: FolderDocument): Promise<Problem | null> {
  const me = app.me.value;
  if (!me) return null;
  const content = { authors: [me.person], id: doc.document.id, runbook: doc.runbook };
  const about = { origin: me.origin, run: null, mode: null, about: me.genesis, content };
  const answer = await signAtSite(
    app,
    'runbook',
    (signing) => actLines('runbook', about, signing),
    (signed) => ({ type: 'register', files: doc.files, ...signed }),
  );
  return answer.ok ? null : answer.problem;
}

async function approve(app: App, doc: FolderDocument): Promise<Problem | null> {
  const me = app.me.value;
  const registered = doc.summary?.registered;
  if (!me || registered === undefined) return null;
  const about = { origin: me.origin, run: null, mode: null, about: registered, content: { runbook: doc.runbook } };
  const answer = await signAtSite(
    app,
    'approve',
    (signing) => actLines('approve', about, signing),
    (signed) => ({ type: 'approve', ...signed }),
  );
  return answer.ok ? null : answer.problem;
}
