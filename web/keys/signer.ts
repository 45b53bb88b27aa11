/** Which of my keys this page signs with. What signs is fetched when it is first needed, or a little before. */
import type { Me } from '../../core/protocol/frames.ts';
import { type Answer, type Problem, problem } from '../api.ts';
import type { Deps } from '../deps.ts';
import { type BrowserKey, loadKey } from './keyStore.ts';

export interface Signer {
  /** Why nothing can be signed here; null when it can. */
  readonly problem: Problem | null;
  readonly sign: (act: string, text: string) => Promise<Answer<string>>;
}

const NO_KEY = problem(
  'XCK_KEY',
  'Your signing key is not in this browser.',
  'Use the browser or device in which you enrolled, or with an SSH key the command line.',
);
export const NO_SIGNER: Signer = { problem: NO_KEY.problem, sign: async () => NO_KEY };

export const later = { browser: () => import('./browserKey.ts'), passkey: () => import('./passkey.ts') };

/** A passkey where I have one and the browser knows such; else this browser's own key, where the roster has it. */
export async function signerOf(deps: Deps, me: Me): Promise<Signer> {
  const lines = me.keys.filter(({ kind }) => kind === 'passkey').map(({ key }) => key);
  if (lines.length > 0 && 'PublicKeyCredential' in deps.window) return byPasskey(deps, { ...me, lines });
  const own = await loadKey(deps.indexedDB, me.person).catch(() => undefined);
  return own && me.keys.some(({ key }) => key === own.line) ? byBrowser(deps, own, me.origin) : NO_SIGNER;
}

const byBrowser = (deps: Deps, key: BrowserKey, origin: string): Signer => ({
  problem: null,
  sign: async (act, text) => {
    const { signWith } = await later.browser();
    return { ok: true, value: await signWith(deps.crypto, key, act, origin, text) };
  },
});

const byPasskey = (deps: Deps, mine: Pick<Me, 'person' | 'origin'> & { lines: readonly string[] }): Signer => ({
  problem: null,
  sign: async (act, text) => {
    const { signAs } = await later.passkey();
    return signAs(deps, mine, act, text);
  },
});
