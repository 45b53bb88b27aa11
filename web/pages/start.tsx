/** Opening a run: a form out of the runbook's inputs; the opener signs the salted digest of exactly what was filled in. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { base64, utf8 } from '../../core/bytes/encoding.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import { bodyDigest } from '../../core/log/entry.ts';
import type { FolderDocument } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import { checkInputs, type InputValue } from '../../core/runbook/inputs.ts';
import type { InputSpec } from '../../core/runbook/runbook.ts';
import type { Problem } from '../api.ts';
import { type App, useApp } from '../app.ts';
import { visible } from '../format.ts';
import { signAtSite } from '../keys/site.ts';
import { Refusal } from '../parts/basics.tsx';
import { paths } from '../router.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: 48 bits of time, 80 of chance. */
export function ulid(ms: number, random: Uint8Array): string {
  let time = '';
  for (let left = ms, i = 0; i < 10; i++, left = Math.floor(left / 32)) time = (CROCKFORD[left % 32] ?? '0') + time;
  let bits = 0n;
  for (const byte of random.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let chance = '';
  for (let i = 0; i < 16; i++, bits >>= 5n) chance = (CROCKFORD[Number(bits & 31n)] ?? '0') + chance;
  return time + chance;
}

type Values = Readonly<Record<string, string | boolean>>;

/** What was typed, in the type that the input has; what is no number stays text and is refused by the check. */
function typed(specs: Readonly<Record<string, InputSpec>>, values: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(specs).flatMap(([name, spec]) => {
      const value = values[name] ?? (spec.default === null ? '' : spec.default);
      if (value === '' && spec.type !== 'string') return [];
      const number = spec.type === 'integer' || spec.type === 'number';
      return [[name, number && typeof value === 'string' && value.trim() !== '' ? Number(value) : value] as const];
    }),
  );
}

export function StartPage({ digest }: { readonly digest: string }) {
  const app = useApp();
  const doc = useSignal<FolderDocument | null>(null);
  const found = useSignal<Problem | null>(null);
  const values = useSignal<Values>({});
  const busy = useSignal(false);
  useEffect(() => {
    void app.api.get<FolderDocument>(`/api/runbooks/${encodeURIComponent(digest)}`).then((got) => {
      if (got.ok) doc.value = got.value;
      else found.value = got.problem;
    });
  }, [digest]);
  const now = doc.value;
  if (!now)
    return (
      <main class="plain">
        {found.value ? <Refusal problem={found.value} /> : <p role="status">The runbook is being fetched.</p>}
      </main>
    );
  const stop = app.unsignable();
  const open = async (event: Event) => {
    event.preventDefault();
    const inputs = checkInputs(now.document, typed(now.document.inputs, values.value));
    if (!inputs.ok) {
      found.value = inputs.refusal;
      return;
    }
    busy.value = true;
    found.value = await openRun(app, now, inputs.value);
    busy.value = false;
  };
  return (
    <main class="plain">
      <div>
        <h1 class="break">Start: {visible(now.document.title)}</h1>
        <p>You open this run, sign for its inputs, and lead it. Your confirmation can then never count in it.</p>
      </div>
      <form onSubmit={open}>
        {Object.entries(now.document.inputs).map(([name, spec]) => (
          <Field key={name} name={name} spec={spec} values={values} />
        ))}
        <p class="row">
          <button
            type="submit"
            class="big outline-act"
            disabled={busy.value || stop !== null || !now.summary?.approved}
          >
            {busy.value ? 'Signing' : 'Sign and open the run'}
          </button>
          <span>
            {stop
              ? `${stop.sentence} Sign with: crosscheck run start ${visible(now.document.id)} --input NAME=VALUE`
              : now.summary?.approved
                ? ''
                : 'It is not approved yet.'}
          </span>
        </p>
        <Refusal problem={found.value} />
      </form>
    </main>
  );
}

function Field({
  name,
  spec,
  values,
}: {
  readonly name: string;
  readonly spec: InputSpec;
  readonly values: { value: Values };
}) {
  const value = values.value[name] ?? (spec.default === null ? '' : String(spec.default));
  const set = (next: string | boolean) => {
    values.value = { ...values.value, [name]: next };
  };
  const id = `input-${name}`;
  const rules = [
    spec.type,
    spec.pattern && `must match ${spec.pattern}`,
    spec.minimum !== null && `at least ${spec.minimum}`,
    spec.maximum !== null && `at most ${spec.maximum}`,
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <div class="field">
      <label for={id}>{visible(name)}</label>
      {spec.enum ? (
        <select id={id} value={String(value)} onChange={(event) => set(event.currentTarget.value)}>
          {spec.default === null ? <option value="">choose</option> : null}
          {spec.enum.map((one) => (
            <option key={one} value={one}>
              {visible(String(one))}
            </option>
          ))}
        </select>
      ) : spec.type === 'boolean' ? (
        <input
          id={id}
          type="checkbox"
          checked={values.value[name] === true || (values.value[name] === undefined && spec.default === true)}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      ) : (
        <input
          id={id}
          class="mono"
          autocomplete="off"
          spellcheck={false}
          value={String(value)}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
      <p class="dim small break">
        {spec.description === null ? '' : `${visible(spec.description)} · `}
        {visible(rules)}
      </p>
    </div>
  );
}

async function openRun(
  app: App,
  doc: FolderDocument,
  inputs: Readonly<Record<string, InputValue>>,
): Promise<Problem | null> {
  const me = app.me.value;
  const about = doc.summary?.approved;
  if (!me || !about) return null;
  const { crypto } = app.deps;
  const run = ulid(app.clock.value, crypto.getRandomValues(new Uint8Array(10)));
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const text = jcs(inputs);
  const content = { follows: null, inputs: bodyDigest({ bytes: utf8(text), salt }), run };
  const answer = await signAtSite(
    app,
    'open',
    (signing) => actLines('open', { origin: me.origin, run, about, content }, signing),
    (signed) => ({ type: 'open', inputs: text, salt: base64(salt), ...signed }),
  );
  if (!answer.ok) return answer.problem;
  app.go(paths.room(run));
  return null;
}
