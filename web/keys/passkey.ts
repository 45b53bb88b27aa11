/**
 * Passkeys by WebAuthn: the challenge is exactly what an SSHSIG signs, so what the authenticator answers is one. It
 * returns nothing that the one verifying function would not take.
 */
import { concat, equal, fromBase64, fromUtf8, utf8 } from '../../core/bytes/encoding.ts';
import { parsePublicKey, publicKeyLine } from '../../core/log/publicKey.ts';
import { armor, namespaceOf, signedData, verifySshsig, webauthnToSshSignature } from '../../core/log/sshsig.ts';
import { type Answer, type Api, problem } from '../api.ts';
import type { Deps } from '../deps.ts';
import { keepPasskey, type Passkey, passkeysHere } from './keyStore.ts';
import { webVerify } from './verify.ts';

const ES256 = -7;
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** Makes a passkey of this page's host for `person`. Nobody vouches for it yet, and none of it is kept here. */
export async function makePasskey(deps: Deps, person: string, name: string): Promise<Answer<Passkey>> {
  const { hostname } = deps.window.location;
  const made = await asked(deps, (credentials) =>
    credentials.create({
      publicKey: {
        rp: { id: hostname, name: 'Crosscheck' },
        user: { id: own(utf8(person)), name, displayName: name },
        // The first thing that the key signs is its enrolment: nothing rests on this challenge.
        challenge: deps.crypto.getRandomValues(new Uint8Array(32)),
        pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        attestation: 'none',
      },
    }),
  );
  if (!made.ok) return made;
  const { rawId, response } = made.value as PublicKeyCredential & { response: AuthenticatorAttestationResponse };
  const spki = response.getPublicKeyAlgorithm() === ES256 ? response.getPublicKey() : null;
  const line = publicKeyLine('sk-ecdsa-sha2-nistp256@openssh.com', new Uint8Array(spki ?? []).slice(-65), hostname);
  return parsePublicKey(line).ok
    ? { ok: true, value: { id: new Uint8Array(rawId), line } }
    : problem('XCK_KEY', 'This authenticator makes keys of another kind.', 'Use another, or a key in this browser.');
}

export interface Asking {
  readonly act: string;
  /** Of the log. */
  readonly origin: string;
  readonly message: Uint8Array;
  /** Credentials that may answer; any of this host where the list is empty. */
  readonly ids: readonly Uint8Array[];
  /** The keys that it may be, asked for once a credential has answered, and whose the authenticator says it is. */
  readonly lines: (id: Uint8Array, person: string | null) => Promise<readonly string[]>;
}

/** The key that signed, and its armored SSHSIG. */
export interface SignedBy extends Passkey {
  readonly signature: string;
}

/** Has a passkey sign `message` for one act, and finds out which of the keys it was. */
export async function signWithPasskey(deps: Deps, asking: Asking): Promise<Answer<SignedBy>> {
  const namespace = namespaceOf(asking.act, asking.origin);
  const got = await asked(deps, (credentials) =>
    credentials.get({
      publicKey: {
        challenge: own(signedData(namespace, asking.message)),
        rpId: deps.window.location.hostname,
        allowCredentials: asking.ids.map((id) => ({ type: 'public-key', id: own(id) })),
        userVerification: 'required',
      },
    }),
  );
  if (!got.ok) return got;
  const { rawId, response } = got.value as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
  const id = new Uint8Array(rawId);
  const person = response.userHandle && fromUtf8(new Uint8Array(response.userHandle));
  const { origin } = deps.window.location;
  for (const line of await asking.lines(id, person ?? null)) {
    const key = parsePublicKey(line);
    if (!key.ok) continue;
    const signature = armor({ publicKey: key.value.blob, namespace, signatureBlob: blobOf(response, origin) });
    const by = {
      key: key.value,
      kind: 'passkey',
      namespace,
      origins: [origin],
      verify: webVerify(deps.crypto),
    } as const;
    if ((await verifySshsig(signature, asking.message, by)).ok) return { ok: true, value: { id, line, signature } };
  }
  return problem(
    'XCK_SIGNATURE',
    'This passkey is not one that the roster has for you at this page, or it did not verify you.',
    'Nothing was signed. Use the passkey that you enrolled, at the address where you did.',
  );
}

/** Authenticator data is rpIdHash, flags, counter (WebAuthn §6.1); what would follow, a flag says and the verifier refuses. */
function blobOf(response: AuthenticatorAssertionResponse, origin: string): Uint8Array {
  const data = new DataView(response.authenticatorData);
  const told = { flags: data.getUint8(32), counter: data.getUint32(33) };
  const json = new Uint8Array(response.clientDataJSON);
  const extensions = new Uint8Array(0);
  return webauthnToSshSignature(rawOf(new Uint8Array(response.signature)), told, { origin, json, extensions });
}

const to32 = (integer: Uint8Array): Uint8Array =>
  concat(new Uint8Array(Math.max(0, 32 - integer.length)), integer.slice(-32));

/** r‖s of a DER SEQUENCE of two INTEGERs, whose lengths for P-256 are one byte each. Other bytes yield what verifies nowhere. */
function rawOf(der: Uint8Array): Uint8Array {
  const s = 4 + (der[3] ?? 0);
  return concat(to32(der.slice(4, s)), to32(der.slice(s + 2)));
}

/** The person's `lines` sign; that which signed here before is asked for, else any that the authenticator finds. */
export async function signAs(
  deps: Deps,
  { person, origin, lines }: { readonly person: string; readonly origin: string; readonly lines: readonly string[] },
  act: string,
  text: string,
): Promise<Answer<string>> {
  const known = passkeysHere(deps.storage).get(person);
  // One that the roster has no more is not asked for.
  const ids = known && lines.includes(known.line) ? [known.id] : [];
  const asking = { act, origin, message: utf8(text), ids, lines: async () => lines };
  const signed = await signWithPasskey(deps, asking);
  if (!signed.ok) return signed;
  keepPasskey(deps.storage, person, signed.value);
  return { ok: true, value: signed.value.signature };
}

/** Signs in over 32 bytes of the server, and nothing else. With `any`, also by a passkey that was never used here. */
export async function signInWithPasskey(deps: Deps, api: Api, any: boolean): Promise<Answer<unknown>> {
  const got = await api.post<{ challenge: string; origin: string }>('/api/session/challenge', {});
  if (!got.ok) return got;
  const { challenge, origin } = got.value;
  const message = fromBase64(challenge);
  if (message?.length !== 32)
    return problem('XCK_SIGNATURE', 'The challenge is not 32 bytes, so it is not signed.', 'Ask who keeps the site.');
  const here = passkeysHere(deps.storage);
  let whose = '';
  const lines = async (id: Uint8Array, person: string | null): Promise<readonly string[]> => {
    whose = person ?? [...here].find(([, known]) => equal(known.id, id))?.[0] ?? '';
    const found = await api.get<{ keys: readonly string[] }>(`/api/session/passkeys/${encodeURIComponent(whose)}`);
    return found.ok ? found.value.keys : [];
  };
  const ids = any ? [] : [...here.values()].map(({ id }) => id);
  const signed = await signWithPasskey(deps, { act: 'sign-in', origin, message, ids, lines });
  if (!signed.ok) return signed;
  const { line, signature } = signed.value;
  const begun = await api.post('/api/session/key', { challenge, key: line, signature });
  if (begun.ok) keepPasskey(deps.storage, whose, signed.value);
  return begun;
}

const AGAIN = 'Nothing was signed. Try again, or use the device that has your passkey.';
/** What the browser calls it, in words for whoever pressed the button. */
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  NotAllowedError: ['No passkey was used: it was cancelled, or none of yours is at hand.', AGAIN],
  AbortError: ['No passkey was used: it was cancelled.', AGAIN],
  SecurityError: [
    'Passkeys do not work at this address.',
    'Open the page by its host name, such as http://localhost:4400, not by a number, and over HTTPS elsewhere.',
  ],
  NotSupportedError: ['No authenticator here makes the passkey that is needed.', 'Use another device.'],
  ConstraintError: [
    'The authenticator cannot verify you.',
    'Set up its PIN, fingerprint or face first, or use another.',
  ],
};

/** Asks the authenticator; whatever goes wrong is said calmly, for most of it is a person who changed their mind. */
async function asked(
  { window }: Deps,
  ask: (credentials: CredentialsContainer) => Promise<Credential | null>,
): Promise<Answer<Credential>> {
  const { credentials } = window.navigator;
  if (!credentials || !('PublicKeyCredential' in window))
    return problem('XCK_KEY', 'This browser has no passkeys here.', REASONS['SecurityError']?.[1]);
  try {
    const found = await ask(credentials);
    if (found) return { ok: true, value: found };
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    const [sentence, hint] = REASONS[name] ?? [`The passkey could not be used: ${String(error)}.`, AGAIN];
    return problem('XCK_KEY', sentence, hint);
  }
  return problem('XCK_KEY', 'The authenticator answered nothing.', AGAIN);
}
