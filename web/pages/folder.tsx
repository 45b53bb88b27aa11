/** A runbook folder in full: every file's text, its digest checked here; registering it, or approving what somebody else registered. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fromBase64 } from '../../core/bytes/encoding.ts';
import type { FolderDocument } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import { folderDigest } from '../../core/runbook/folder.ts';
import type { Problem } from '../api.ts';
import { type App, useApp } from '../app.ts';
import { ascii, visible } from '../format.ts';
import { signAtSite } from '../keys/site.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { State } from '../parts/icons.tsx';
import { FileLines } from '../parts/run.tsx';
import { paths } from '../router.ts';

export const FolderPage = ({ name }: { readonly name: string }) => (
  <Folder path={`/api/folders/${encodeURIComponent(name)}`} />
);
export const RunbookPage = ({ digest }: { readonly digest: string }) => (
  <Folder path={`/api/runbooks/${encodeURIComponent(digest)}`} />
);

/** What is registered or approved is the folder that was shown: its digest is computed from the shown bytes. */
function shownDigest(doc: FolderDocument): string | null {
  const own = folderDigest(
    doc.files.map(({ path, mode, bytes }) => ({ path, mode, bytes: fromBase64(bytes) ?? new Uint8Array(0) })),
  );
  return own.ok ? own.value : null;
}

function Folder({ path }: { readonly path: string }) {
  const app = useApp();
  const doc = useSignal<FolderDocument | null>(null);
  const found = useSignal<Problem | null>(null);
  const load = async () => {
    const got = await app.api.get<FolderDocument>(path);
    if (got.ok) doc.value = got.value;
    found.value = got.ok ? null : got.problem;
  };
  useEffect(() => void load(), [path]);
  const now = doc.value;
  if (!now)
    return (
      <main class="plain">
        {found.value ? <Refusal problem={found.value} /> : <p role="status">The folder is being fetched.</p>}
      </main>
    );
  const digest = shownDigest(now);
  return (
    <main class="plain">
      <div>
        <h1 class="break">{visible(now.document.title)}</h1>
        <p>{visible(now.document.description ?? '')}</p>
        <dl class="facts">
          <dt>id</dt>
          <dd>{visible(now.document.id)}</dd>
          <dt>folder</dt>
          <dd>
            <code>{ascii(digest ?? 'has no digest')}</code>
          </dd>
          <dt>steps</dt>
          <dd>
            <ol>
              {now.document.steps.map((step, index) => (
                <li key={step.id}>
                  {index + 1} · {visible(step.title)}{' '}
                  <span class="dim">
                    {step.eyes === 2 ? 'no confirmation' : `${step.eyes} eyes`}
                    {step.irreversible ? ', irreversible' : ''}
                  </span>
                </li>
              ))}
            </ol>
          </dd>
        </dl>
        {now.yaml_problems.length > 0 ? (
          <div class="notice bad" role="alert">
            <b>It cannot be registered:</b>
            <ul>
              {now.yaml_problems.map((one) => (
                <li key={one} class="break">
                  {visible(one)}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
      </div>
      <Sign doc={now} digest={digest} onDone={load} />
      {now.files.map((file) => (
        <section key={file.path}>
          <h2 class="break">
            {visible(file.path)} <span class="dim">{file.mode}</span>
          </h2>
          <FileLines file={file} />
        </section>
      ))}
    </main>
  );
}

function Sign({
  doc,
  digest,
  onDone,
}: {
  readonly doc: FolderDocument;
  readonly digest: string | null;
  readonly onDone: () => Promise<void>;
}) {
  const app = useApp();
  const found = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const { summary } = doc;
  const me = app.me.value?.person ?? '';
  if (digest !== doc.runbook)
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
        <Link to={paths.start(doc.runbook)}>Start a run</Link>
      </p>
    );
  const own = summary?.authors.includes(me) ?? false;
  const bad = doc.yaml_problems.length > 0 && !summary;
  const stop = app.unsignable();
  const why = own
    ? 'You are an author of this folder; somebody else approves it.'
    : bad
      ? 'It has problems.'
      : stop
        ? stop.sentence
        : summary
          ? 'You read every file below, did not write it, and approve it for live runs.'
          : 'You register it as its author; somebody else approves it.';
  return (
    <div>
      <p class="row">
        <button
          type="button"
          class="big outline-act"
          disabled={own || bad || stop !== null || busy.value}
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

async function register(app: App, doc: FolderDocument): Promise<Problem | null> {
  const me = app.me.value;
  if (!me) return null;
  const content = { authors: [me.person], id: doc.document.id, runbook: doc.runbook };
  const answer = await signAtSite(
    app,
    'runbook',
    (signing) => actLines('runbook', { origin: me.origin, run: null, about: me.genesis, content }, signing),
    (signed) => ({ type: 'register', files: doc.files, ...signed }),
  );
  return answer.ok ? null : answer.problem;
}

async function approve(app: App, doc: FolderDocument): Promise<Problem | null> {
  const me = app.me.value;
  const about = doc.summary?.registered;
  if (!me || about === undefined) return null;
  const answer = await signAtSite(
    app,
    'approve',
    (signing) =>
      actLines('approve', { origin: me.origin, run: null, about, content: { runbook: doc.runbook } }, signing),
    (signed) => ({ type: 'approve', ...signed }),
  );
  return answer.ok ? null : answer.problem;
}
