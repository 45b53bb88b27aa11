/** Signing in by a one-time link or a passkey, and where enrolment begins. A token never stays in the address. */
import { useSignal } from '@preact/signals';
import { type Problem, unexpected } from '../api.ts';
import { type App, useApp } from '../app.ts';
import { later } from '../keys/signer.ts';
import { Refusal } from '../parts/basics.tsx';
import { Later } from '../parts/later.tsx';

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
      <p>Use the passkey that you enrolled, or open the link that was made for you. A link signs in once.</p>
      <Passkey />
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

/** After a passkey that was used here before did not do, any of this host is asked for. */
function Passkey() {
  const app = useApp();
  const found = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const signIn = async () => {
    busy.value = true;
    const answer = await later
      .passkey()
      .then(({ signInWithPasskey }) => signInWithPasskey(app.deps, app.api, found.value !== null))
      .catch(unexpected);
    busy.value = false;
    if (answer.ok) await app.refresh();
    else found.value = answer.problem;
  };
  return (
    <>
      <p class="row">
        <button type="button" class="big outline-act" disabled={busy.value} onClick={signIn}>
          {busy.value ? 'Asking for your passkey' : 'Sign in with a passkey'}
        </button>
      </p>
      <Refusal problem={found.value} />
    </>
  );
}

/** Offers to enrol a key: only where the roster has none for me and I was given a token. */
export function Enrol() {
  const app = useApp();
  const me = app.me.value;
  const token = app.deps.window.sessionStorage.getItem(TOKEN);
  if (!me || me.keys.length > 0 || token === null) return null;
  return (
    <Later part load={enrolment} with={{ token, onDone: () => app.deps.window.sessionStorage.removeItem(TOKEN) }} />
  );
}

const enrolment = () => import('./enrol.tsx').then(({ EnrolSection }) => EnrolSection);
