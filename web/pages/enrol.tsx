/** Enrolling a first key with a one-time token: a passkey, or a key in this browser. Whichever it is signs for itself before anybody believes it. */
import { useSignal } from '@preact/signals';
import { statementText, statementTime } from '../../core/approval/statement.ts';
import { fromHex, hex, utf8 } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import type { Me } from '../../core/protocol/frames.ts';
import { actLines } from '../../core/run/lines.ts';
import { type Answer, type Problem, problem, unexpected } from '../api.ts';
import { type App, useApp } from '../app.ts';
import { makeKey, signWith } from '../keys/browserKey.ts';
import { keepPasskey, loadKey } from '../keys/keyStore.ts';
import { makePasskey, signWithPasskey } from '../keys/passkey.ts';
import { sent, siteSigning } from '../keys/site.ts';
import { Refusal } from '../parts/basics.tsx';
import { Choice } from '../parts/fields.tsx';

type Kind = 'passkey' | 'browser';
const KINDS = [
  ['passkey', 'Passkey (recommended): your device or security key keeps it and asks for you each time you sign'],
  ['browser', 'Key in this browser: it cannot leave it, and asks for nobody'],
] as const;

export function EnrolSection({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const app = useApp();
  const found = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const kind = useSignal<string>('PublicKeyCredential' in app.deps.window ? 'passkey' : 'browser');
  const enrol = async () => {
    busy.value = true;
    const answer = await enrolKey(app, token, kind.value as Kind).catch(unexpected);
    busy.value = false;
    found.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    onDone();
    await app.refresh();
  };
  return (
    <section class="notice" aria-labelledby="enrol-head">
      <h2 id="enrol-head">Make your signing key</h2>
      <p>
        With it you confirm, turn keys and close runs as {app.me.value?.name}. The log remembers whose it is. A passkey
        is asked for twice: to make it, and for its first signature.
      </p>
      <Choice name="enrol-kind" legend="Which kind" value={kind} options={KINDS} disabled={busy.value} />
      <p class="row">
        <button type="button" class="big outline-act" disabled={busy.value} onClick={enrol}>
          {busy.value ? 'Enrolling' : 'Make and enrol my key'}
        </button>
      </p>
      <Refusal problem={found.value} />
    </section>
  );
}

interface Made {
  readonly line: string;
  readonly sign: (statement: string) => Promise<Answer<string>>;
  /** Once the log has it. */
  readonly keep: () => void;
}

async function enrolKey(app: App, token: string, kind: Kind): Promise<Answer<unknown>> {
  const me = app.me.value;
  const bytes = fromHex(token);
  if (!me || !bytes) return problem('XCK_TOKEN', 'This enrolment token is not 32 bytes.', 'Open the whole link.');
  const made = await (kind === 'passkey' ? passkeyOf(app, me) : browserKeyOf(app, me));
  if (!made.ok) return made;
  const signing = await siteSigning(app);
  if (!signing.ok) return signing;
  const content = { key: made.value.line, kind, token: digest(bytes) };
  const lines = actLines(
    'enrol',
    { origin: me.origin, run: null, mode: null, about: me.genesis, content },
    { ...signing.value, signedAt: statementTime(app.clock.value) },
  );
  const statement = statementText('enrol', lines);
  const signature = await made.value.sign(statement);
  if (!signature.ok) return signature;
  const answer = await sent(app, { type: 'enrol', token: hex(bytes), statement, signature: signature.value });
  if (answer.ok) made.value.keep();
  return answer;
}

/** A key from an attempt that failed before is used again, so that none lies about unused. */
async function browserKeyOf({ deps: { indexedDB, crypto } }: App, { person, origin }: Me): Promise<Answer<Made>> {
  const key = (await loadKey(indexedDB, person)) ?? (await makeKey(indexedDB, crypto, person));
  const sign = async (statement: string) =>
    ({ ok: true, value: await signWith(crypto, key, 'enrol', origin, statement) }) as const;
  return { ok: true, value: { line: key.line, sign, keep: () => {} } };
}

/** An authenticator keeps one passkey per person and host: another attempt takes the place of one that failed. */
async function passkeyOf({ deps }: App, { person, name, origin }: Me): Promise<Answer<Made>> {
  const made = await makePasskey(deps, person, name);
  if (!made.ok) return made;
  const { id, line } = made.value;
  const sign = async (statement: string): Promise<Answer<string>> => {
    const asking = { act: 'enrol', origin, message: utf8(statement), ids: [id], lines: async () => [line] };
    const signed = await signWithPasskey(deps, asking);
    return signed.ok ? { ok: true, value: signed.value.signature } : signed;
  };
  return { ok: true, value: { line, sign, keep: () => keepPasskey(deps.storage, person, made.value) } };
}
