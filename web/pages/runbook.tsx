/** A runbook folder: read, as YAML, as a state chart, with its problems, against another digest, file by file; registering and approving it. */
import { useSignal } from '@preact/signals';
import type { FolderDocument, Home } from '../../core/protocol/frames.ts';
import { ascii, visible } from '../format.ts';
import { Link, Refusal } from '../parts/basics.tsx';
import { Chart } from '../parts/chart.tsx';
import { useDocument, useSubject } from '../parts/document.ts';
import { Select } from '../parts/fields.tsx';
import { FolderDiff } from '../parts/folderDiff.tsx';
import { State } from '../parts/icons.tsx';
import { Register, shownDigest } from '../parts/register.tsx';
import { Rendered } from '../parts/rendered.tsx';
import { FileLines } from '../parts/run.tsx';
import { paths, RUNBOOK_VIEWS, type RunbookView } from '../router.ts';

const VIEWS: Readonly<Record<RunbookView, string>> = {
  read: 'Read',
  yaml: 'YAML',
  chart: 'State chart',
  lint: 'Lint',
  diff: 'Compare',
  files: 'Files',
};

/** A folder on the server's disk, which nobody has registered: read in full, then signed for. */
export function FolderPage({ name }: { readonly name: string }) {
  const doc = useDocument<FolderDocument>(`/api/folders/${encodeURIComponent(name)}`);
  if (!doc.value) return <Fetching problem={doc.problem} />;
  return (
    <main class="plain">
      <Head doc={doc.value} />
      <Problems doc={doc.value} />
      <div>
        <Register doc={doc.value} onDone={doc.reload} />
      </div>
      <Rendered runbook={doc.value.document} />
      <Files doc={doc.value} />
    </main>
  );
}

export function RunbookPage({ digest, view }: { readonly digest: string; readonly view: RunbookView }) {
  const doc = useDocument<FolderDocument>(`/api/runbooks/${encodeURIComponent(digest)}`);
  const home = useDocument<Home>('/api/home');
  const reload = async () => {
    await Promise.all([doc.reload(), home.reload()]);
  };
  const holds = (home.value?.holds ?? []).filter((one) => one.runbook === digest);
  const subject = doc.value && { title: doc.value.document.id, mode: null, thing: { runbook: digest }, holds, reload };
  useSubject(subject, [doc.value, home.value, digest]);
  if (!doc.value) return <Fetching problem={doc.problem} />;
  return (
    <main class="plain">
      <Head doc={doc.value} />
      <nav class="views" aria-label="Views of this runbook">
        {RUNBOOK_VIEWS.map((one) => (
          <Link key={one} to={paths.runbook(digest, one)} current={one === view}>
            {VIEWS[one]}
          </Link>
        ))}
      </nav>
      <View doc={doc.value} home={home.value} view={view} reload={reload} />
    </main>
  );
}

const Fetching = ({ problem }: { readonly problem: Parameters<typeof Refusal>[0]['problem'] }) => (
  <main class="plain">
    {problem ? <Refusal problem={problem} /> : <p role="status">The folder is being fetched.</p>}
  </main>
);

const Head = ({ doc }: { readonly doc: FolderDocument }) => (
  <div>
    <h1 class="break">{visible(doc.document.title)}</h1>
    <p class="dim small break">
      {visible(doc.document.id)} · <code>{ascii(shownDigest(doc) ?? 'has no digest')}</code>
    </p>
  </div>
);

interface ViewProps {
  readonly doc: FolderDocument;
  readonly home: Home | null;
  readonly view: RunbookView;
  readonly reload: () => Promise<void>;
}

function View({ doc, home, view, reload }: ViewProps) {
  switch (view) {
    case 'read':
      return (
        <>
          <div>
            <Register doc={doc} onDone={reload} />
          </div>
          <Rendered runbook={doc.document} />
          {doc.summary?.approved ? null : <Files doc={doc} />}
        </>
      );
    case 'yaml':
      return <Yaml doc={doc} />;
    case 'chart':
      return (
        <div>
          <Chart runbook={doc.document} />
        </div>
      );
    case 'lint':
      return doc.yaml_problems.length > 0 ? (
        <Problems doc={doc} />
      ) : (
        <div>
          <State is="ok" word="no problem" /> Lint finds nothing in this folder.
        </div>
      );
    case 'diff':
      return <Compare doc={doc} home={home} />;
    case 'files':
      return <Files doc={doc} />;
  }
}

const Problems = ({ doc }: { readonly doc: FolderDocument }) =>
  doc.yaml_problems.length === 0 ? null : (
    <div class="notice bad" role="alert">
      <b>{doc.summary ? 'Lint finds:' : 'It cannot be registered:'}</b>
      <ul>
        {doc.yaml_problems.map((one) => (
          <li key={one} class="break">
            {visible(one)}
          </li>
        ))}
      </ul>
    </div>
  );

/** Every line has an anchor, so that a finding can be linked to. */
function Yaml({ doc }: { readonly doc: FolderDocument }) {
  const file = doc.files.find(({ path }) => path === 'runbook.yaml');
  return (
    <section>
      <h2>runbook.yaml</h2>
      {file ? <FileLines file={file} anchor="L" /> : <p class="dim">The folder has none.</p>}
    </section>
  );
}

const Files = ({ doc }: { readonly doc: FolderDocument }) => (
  <>
    {doc.files.map((file) => (
      <section key={file.path}>
        <h2 class="break">
          {visible(file.path)} <span class="dim">{file.mode}</span>
        </h2>
        <FileLines file={file} />
      </section>
    ))}
  </>
);

function Compare({ doc, home }: { readonly doc: FolderDocument; readonly home: Home | null }) {
  const others = (home?.runbooks ?? []).filter((one) => one.runbook !== doc.runbook);
  const same = others.filter((one) => one.id === doc.document.id);
  const chosen = useSignal('');
  const with_ = chosen.value === '' ? (same.at(-1)?.runbook ?? null) : chosen.value;
  const other = useDocument<FolderDocument>(with_ === null ? null : `/api/runbooks/${encodeURIComponent(with_)}`);
  return (
    <section>
      <Select
        id="other"
        label="Compare with"
        value={{
          get value() {
            return with_ ?? '';
          },
          set value(next: string) {
            chosen.value = next;
          },
        }}
        options={[...same, ...others.filter((one) => one.id !== doc.document.id)].map((one) => [
          one.runbook,
          `${one.title}, ${one.runbook.slice(0, 19)}…`,
        ])}
      />
      {others.length === 0 ? <p class="dim">There is no other runbook.</p> : null}
      {other.problem ? <Refusal problem={other.problem} /> : null}
      {other.value ? <FolderDiff before={other.value} after={doc} /> : null}
    </section>
  );
}
