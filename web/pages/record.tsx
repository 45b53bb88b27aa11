/** The record: is it proved? Verified in this browser with the trust root that the reader opens; nothing leaves the page. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fromUtf8 } from '../../core/bytes/encoding.ts';
import { parseTrust, type Trust } from '../../core/record/trust.ts';
import { lessOf, type Reason, type Verdict } from '../../core/verify/verify.ts';
import { type FileVerdict, verifyAny } from '../../core/verify/whole.ts';
import type { Problem } from '../api.ts';
import { useApp } from '../app.ts';
import { visible } from '../format.ts';
import { canVerify, webVerify } from '../keys/verify.ts';
import { Refusal } from '../parts/basics.tsx';
import { Icon, type IconName, type Tone } from '../parts/icons.tsx';
import { Pane } from '../parts/pane.tsx';
import { Duties, Proved, Redacted, Signatures, Summary, Suspended, Timeline } from '../parts/record.tsx';
import { WholeLog } from '../parts/wholeRecord.tsx';
import type { Room } from '../room/state.ts';

interface File_ {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Checked {
  readonly judged: FileVerdict;
  readonly seconds: number;
  readonly trusted: boolean;
}

/** The run's record, fetched from the server and verified here. */
export function RecordPage({ room }: { readonly room: Room }) {
  const app = useApp();
  const file = useSignal<File_ | null>(null);
  const found = useSignal<Problem | null>(null);
  const load = async () => {
    const got = await app.api.bytes(`/api/runs/${encodeURIComponent(room.run)}/record`);
    if (got.ok) file.value = { name: `${room.run}.crosscheck.tar`, bytes: got.value };
    found.value = got.ok ? null : got.problem;
  };
  useEffect(() => void load(), [room.run, room.folded.value?.entries.length]);
  if (!file.value)
    return (
      <main class="plain">
        {found.value ? <Refusal problem={found.value} /> : <p role="status">The record is being fetched.</p>}
      </main>
    );
  return <Checker file={file.value} name={room.name} onAgain={load} />;
}

/** Any record, from a file; the server is not asked. */
export function VerifyPage() {
  const file = useSignal<File_ | null>(null);
  if (file.value) return <Checker file={file.value} name={(person) => person} onAgain={() => undefined} />;
  return (
    <main class="plain">
      <div>
        <h1>Verify a record</h1>
        <p>Open a bundle that somebody exported. It is verified in this browser; nothing leaves this page.</p>
      </div>
      <FilePick id="bundle" label="Bundle, a .crosscheck.tar" onFile={(picked) => (file.value = picked)} />
    </main>
  );
}

function FilePick({
  id,
  label,
  onFile,
}: {
  readonly id: string;
  readonly label: string;
  readonly onFile: (file: File_) => void;
}) {
  const take = async (file: File | undefined) => {
    if (file) onFile({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the field inside is the first
    <div
      class="field"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <label for={id}>{label}</label>
      <input id={id} type="file" onChange={(event) => take(event.currentTarget.files?.[0])} />
    </div>
  );
}

interface CheckerProps {
  readonly file: File_;
  readonly name: (person: string) => string;
  readonly onAgain: () => void;
}

function Checker({ file, name, onAgain }: CheckerProps) {
  const app = useApp();
  const trust = useSignal<Trust | null>(null);
  const found = useSignal<Problem | null>(null);
  const checked = useSignal<Checked | null>(null);
  const check = async () => {
    checked.value = null;
    if (!(await canVerify(app.deps.crypto))) {
      found.value = {
        code: 'XCK_LOG',
        sentence: 'This browser cannot check Ed25519 signatures.',
        hint: 'Use another browser, or: crosscheck record verify',
      };
      return;
    }
    const begun = app.deps.now();
    const judged = await verifyAny(file.bytes, trust.value, webVerify(app.deps.crypto));
    checked.value = { judged, seconds: (app.deps.now() - begun) / 1000, trusted: trust.value !== null };
  };
  useEffect(() => void check(), [file, trust.value]);
  const again = () => {
    onAgain();
    void check();
  };
  const take = (picked: File_) => {
    const read = parseTrust(fromUtf8(picked.bytes) ?? '');
    found.value = read.ok ? null : read.refusal;
    if (read.ok) trust.value = read.value;
  };
  const now = checked.value;
  const verdict = now?.judged.kind === 'run' ? now.judged.run : null;
  const log = now?.judged.kind === 'log' ? now.judged.log : null;
  const facts = verdict?.facts;
  return (
    <main class="cols">
      <Pane class="sheet" label="Record">
        <div class="row spread">
          {now ? <Plaque {...now} /> : <p role="status">The record is being verified.</p>}
          <Means file={file} onAgain={again} />
        </div>
        <Refusal problem={found.value} />
        <Reasons reasons={(verdict ?? log)?.reasons ?? []} />
        {log ? <WholeLog log={log} /> : null}
        {facts ? (
          <>
            <Summary facts={facts} />
            <Suspended facts={facts} name={name} />
            <Redacted facts={facts} name={name} />
            <Signatures facts={facts} name={name} />
            <Timeline facts={facts} name={name} />
          </>
        ) : null}
      </Pane>
      <Pane as="aside" class="side" label="What was proved">
        {now && verdict ? <Proved verdict={verdict} trusted={now.trusted} /> : null}
        <section class="noprint">
          <h2>Trust root</h2>
          <p class="small dim">
            {trust.value
              ? `Opened: ${visible(trust.value.origin)}`
              : 'Without the trust-root file, given to you by hand, a record can only be consistent with itself.'}
          </p>
          <FilePick id="trust" label="Trust-root file" onFile={take} />
        </section>
        {facts ? <Duties facts={facts} name={name} /> : null}
        <section>
          <h2>Check it without us</h2>
          <p>
            <code class="break">crosscheck record verify {visible(file.name)} --trust trust.txt</code>
          </p>
          <p class="small dim">Or tar, sha256sum, ssh-keygen and openssl: see README.txt inside.</p>
        </section>
      </Pane>
    </main>
  );
}

function Means({ file, onAgain }: { readonly file: File_; readonly onAgain: () => void }) {
  const app = useApp();
  const save = () => {
    const { document, URL } = app.deps.window as Window & typeof globalThis;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([new Uint8Array(file.bytes)], { type: 'application/x-tar' }));
    link.download = file.name;
    link.click();
    app.deps.later(60_000, () => URL.revokeObjectURL(link.href));
  };
  return (
    <p class="row noprint">
      <button type="button" onClick={onAgain}>
        Verify again
      </button>
      <button type="button" onClick={save}>
        Export
      </button>
      <button type="button" onClick={() => app.deps.window.print()}>
        Print
      </button>
    </p>
  );
}

const PLAQUES: Readonly<Record<Verdict['verdict'], readonly [IconName, Tone, string]>> = {
  ANCHORED: ['anchored', 'ok', 'The required people signed exactly what ran, before it ran.'],
  OPEN: ['open', 'act', 'The run is not closed yet; what is there so far holds.'],
  'SELF-CONSISTENT': [
    'consistent',
    'hold',
    'The record agrees with itself. Without a trust root nobody knows whose it is.',
  ],
  INVALID: ['failed', 'bad', 'This record proves nothing: something in it does not hold.'],
  DIVERGED: ['diverged', 'bad', 'The log has two histories.'],
  UNREADABLE: ['failed', 'bad', 'This file is not a record.'],
};

const LESS_SAYS: Readonly<Record<string, string>> = {
  solo: 'One keeper was enough here: this is not four-eye.',
  rehearsal: 'This was a rehearsal: nothing real was run.',
};

/** What the plaque says of a whole log: the worst of it, every run of the period included. */
const LOG_SAYS = 'The log is one history, and every run of the period was judged by itself.';

function Plaque({ judged, seconds, trusted }: Checked) {
  const run = judged.kind === 'run' ? judged.run : null;
  const verdict = judged.kind === 'run' ? judged.run.verdict : judged.log.verdict;
  const entries = (judged.kind === 'run' ? judged.run.facts : judged.log.log)?.entries.length;
  const [icon, tone, said] = PLAQUES[verdict];
  const anchored = run && verdict === 'ANCHORED' ? run : null;
  const says = judged.kind === 'log' && judged.log.log ? LOG_SAYS : said;
  const less = anchored ? lessOf(anchored) : [];
  const word = [verdict, ...less.map((one) => `(${one})`)].join(' ');
  const weak = anchored && (less.length > 0 || anchored.assurance === 'page-only');
  return (
    <div class="row" role="status">
      <h1 class={`plaque c-${less.length > 0 ? 'hold' : tone}${weak ? ' page-only' : ''}`}>
        <Icon name={icon} /> {word}
        {anchored ? ` · ${anchored.assurance}` : ''}
      </h1>
      <div>
        <p>
          <b>{LESS_SAYS[less[0] ?? ''] ?? says}</b>
        </p>
        <p class="dim small">
          Computed in this browser in {seconds.toFixed(2)} s{entries === undefined ? '' : ` from ${entries} entries`},{' '}
          {trusted ? 'with the trust root that you opened' : 'without a trust root'}. Nothing left this page.
          {run ? ` Executor: ${run.executor}.` : ''}
        </p>
      </div>
    </div>
  );
}

const Reasons = ({ reasons }: { readonly reasons: readonly Reason[] }) =>
  reasons.length === 0 ? null : (
    <section class="notice bad">
      <h2>What does not hold</h2>
      <ul>
        {reasons.map(({ sentence, seq, invariant }, index) => (
          <li key={index} class="break">
            {visible(sentence)}{' '}
            <span class="dim">{[seq === null ? null : `seq ${seq}`, invariant].filter(Boolean).join(', ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
