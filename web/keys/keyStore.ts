/** Where a browser keeps what it signs with: its own key in IndexedDB, by person, and the ids of passkeys. It holds no secret that a script could read. */
import { base64, fromBase64 } from '../../core/bytes/encoding.ts';

export interface BrowserKey {
  /** OpenSSH public key line. */
  readonly line: string;
  readonly privateKey: CryptoKey;
}

const STORE = 'keys';

function asPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open(indexedDB: IDBFactory): Promise<IDBDatabase> {
  const request = indexedDB.open('crosscheck', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return asPromise(request);
}

/** Returns the key that this browser made for `person` at this site, or undefined. */
export async function loadKey(indexedDB: IDBFactory, person: string): Promise<BrowserKey | undefined> {
  const db = await open(indexedDB);
  const found = await asPromise<BrowserKey | undefined>(db.transaction(STORE).objectStore(STORE).get(person));
  db.close();
  return found;
}

export async function keepKey(indexedDB: IDBFactory, person: string, key: BrowserKey): Promise<void> {
  const db = await open(indexedDB);
  await asPromise(db.transaction(STORE, 'readwrite').objectStore(STORE).put(key, person));
  db.close();
}

export interface Passkey {
  /** What the authenticator calls it; no secret, it only tells which of its keys is meant. */
  readonly id: Uint8Array;
  /** OpenSSH public key line. */
  readonly line: string;
}

const PASSKEY = 'crosscheck-passkey:';

export const keepPasskey = (storage: Storage, person: string, { id, line }: Passkey): void =>
  storage.setItem(PASSKEY + person, JSON.stringify({ id: base64(id), line }));

/** The passkeys that were used here, by person. */
export function passkeysHere(storage: Storage): ReadonlyMap<string, Passkey> {
  const found = new Map<string, Passkey>();
  for (let i = 0; i < storage.length; i++) {
    const name = storage.key(i) ?? '';
    if (!name.startsWith(PASSKEY)) continue;
    const { id, line } = JSON.parse(storage.getItem(name) ?? '{}') as Record<string, string>;
    const bytes = fromBase64(id ?? '');
    if (bytes && line) found.set(name.slice(PASSKEY.length), { id: bytes, line });
  }
  return found;
}
