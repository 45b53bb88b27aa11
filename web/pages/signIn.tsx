/** Signing in by a one-time link, and enrolling this browser's key where the person has none. A token never stays in the address. */
import { useSignal } from '@preact/signals';
import { statementText, statementTime } from '../../core/approval/statement.ts';
import { fromHex, hex } from '../../core/bytes/encoding.ts';
import { digest } from '../../core/bytes/hash.ts';
import { actLines } from '../../core/run/lines.ts';
import type { Problem } from '../api.ts';
import { type App, useApp } from '../app.ts';
import { loadKey, makeKey, signWith } from '../keys/browserKey.ts';
import { siteSigning } from '../keys/site.ts';
import { Refusal } from '../parts/basics.tsx';

const TOKEN = 'crosscheck-enrolment';

/** Takes `#t=…&e=…` out of the address, signs in with it, and asks who I am. */
export async function linkFrom(app: App): Promise<void> {
  const { location, history, sessionStorage } = app.deps.window;
  const given = new URLSearchParams(location.hash.slice(1));
  const [token, enrolment] = [given.get('t'), given.get('e')];
  if (token !== null || enrolment !== null) history.replaceState(null, '', location.pathname);
  if (enrolment !== null) sessionStorage.setItem(TOKEN, enrolment);
  if (token !== null) {
    const answer = await app.api.post('/api/session/link', { token });
    await app.refresh();
    if (!answer.ok && app.session.value.kind === 'out') app.fail(answer.problem);
    return;
  }
  await app.refresh();
}

export const SignedOut = ({ problem }: { readonly problem: Problem | null }) => (
  <main class="plain">
    <div>
      <h1>You are not signed in.</h1>
      <Refusal problem={problem} />
      <p>Open the link that was made for you. A link signs in once.</p>
    </div>
    <div>
      <h2>How to get a link</h2>
      <ul>
        <li>
          In the demo: the terminal in which <code>npm start</code> runs prints one per person.
        </li>
        <li>
          With an SSH key in the roster: <code>crosscheck login</code> prints one for you.
        </li>
      </ul>
    </div>
  </main>
);

/** Offers to enrol this browser's key: only where the roster has none for me and I was given a token. */
export function Enrol() {
  const app = useApp();
  const found = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const me = app.me.value;
  const token = app.deps.window.sessionStorage.getItem(TOKEN);
  if (!me || me.keys.length > 0 || token === null) return null;
  const enrol = async () => {
    busy.value = true;
    found.value = await enrolKey(app, token).catch((error: unknown) => ({
      code: 'XCK_PAGE',
      sentence: `This browser could not make a key: ${String(error)}.`,
      hint: 'Use another browser.',
    }));
    busy.value = false;
  };
  return (
    <section class="notice" aria-labelledby="enrol-head">
      <h2 id="enrol-head">Make a signing key in this browser</h2>
      <p>
        It cannot leave this browser. With it you confirm, turn keys and close runs as {me.name}. The log remembers
        whose it is.
      </p>
      <p class="row">
        <button type="button" class="big outline-act" disabled={busy.value} onClick={enrol}>
          {busy.value ? 'Enrolling' : 'Make and enrol my key'}
        </button>
      </p>
      <Refusal problem={found.value} />
    </section>
  );
}

async function enrolKey(app: App, token: string): Promise<Problem | null> {
  const me = app.me.value;
  const bytes = fromHex(token);
  const signing = await siteSigning(app);
  if (!signing.ok) return signing.problem;
  if (!me || !bytes)
    return { code: 'XCK_TOKEN', sentence: 'This enrolment token is not 32 bytes.', hint: 'Open the whole link.' };
  const { indexedDB, crypto, window } = app.deps;
  // A key from an attempt that failed before is used again, so that none lies about unused.
  const key = (await loadKey(indexedDB, me.person)) ?? (await makeKey(indexedDB, crypto, me.person));
  const content = { key: key.line, kind: 'browser', token: digest(bytes) };
  const lines = actLines(
    'enrol',
    { origin: me.origin, run: null, mode: null, about: me.genesis, content },
    { ...signing.value, signedAt: statementTime(app.clock.value) },
  );
  const statement = statementText('enrol', lines);
  const signature = await signWith(crypto, key, 'enrol', me.origin, statement);
  const answer = await app.api.command({ type: 'enrol', token: hex(bytes), statement, signature });
  if (!answer.ok) return answer.problem;
  window.sessionStorage.removeItem(TOKEN);
  await app.refresh();
  return null;
}
