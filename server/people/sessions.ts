/** Sessions, one-time links and sign-in challenges. Only digests of secrets are stored; a session lets nobody sign anything. */
import { fromBase64, hex, utf8 } from '../../core/bytes/encoding.ts';
import { digest, sha256 } from '../../core/bytes/hash.ts';
import { fail } from '../../core/errors.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import type { Roster } from '../../core/log/roster.ts';
import { namespaceOf, verifySshsig } from '../../core/log/sshsig.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Ports } from '../ports/ports.ts';
import type { PeopleStore, SessionRow } from '../store/store.ts';

const LIFETIME: Record<SessionRow['kind'], number> = {
  session: 12 * 3_600_000,
  link: 24 * 3_600_000,
  challenge: 60_000,
};
const CHALLENGE_BYTES = 32;

export interface Sessions {
  /** Returns the secret of a new session or one-time link. */
  mint(person: string, kind: 'session' | 'link'): { secret: string; expires: number };
  person(secret: string): string | undefined;
  /** Turns a one-time link into a session; the link is spent. The token of a first key does as well, as long as it is unused. */
  redeem(roster: Roster, link: string): Result<{ person: string; secret: string; expires: number }>;
  /** 32 random bytes in base64, good for one minute and once. */
  challenge(): string;
  /** Signs in by an SSHSIG over the challenge; 32 bytes can never be a statement. */
  signIn(
    roster: Roster,
    origin: string,
    given: { challenge: string; key: string; signature: string },
  ): Promise<Result<{ person: string; secret: string; expires: number }>>;
  end(secret: string): void;
}

export function openSessions(store: PeopleStore, ports: Ports): Sessions {
  const digestOf = (secret: string) => hex(sha256(utf8(secret)));
  const put = (secret: string, person: string, kind: SessionRow['kind']) => {
    const expires = ports.now() + LIFETIME[kind];
    store.expireSessions(ports.now());
    store.putSession({ secret: digestOf(secret), person, kind, expires });
    return { secret, expires };
  };
  const find = (secret: string, kind: SessionRow['kind']) => {
    const row = store.session(digestOf(secret));
    return row && row.kind === kind && row.expires > ports.now() ? row : undefined;
  };
  const spend = (secret: string, kind: SessionRow['kind']) => {
    const row = find(secret, kind);
    if (row) store.dropSession(row.secret);
    return row;
  };
  const mint: Sessions['mint'] = (person, kind) => put(hex(ports.random(32)), person, kind);
  const begin = (person: string) => ok({ person, ...mint(person, 'session') });

  return {
    mint,
    person: (secret) => find(secret, 'session')?.person,
    redeem: (roster, link) => {
      const token = digest(Buffer.from(link, 'hex'));
      const person = spend(link, 'link')?.person ?? roster.people.find((one) => one.token === token)?.id;
      return person === undefined ? fail('XCK_SIGNED_OUT', {}) : begin(person);
    },
    challenge: () => {
      const secret = Buffer.from(ports.random(CHALLENGE_BYTES)).toString('base64');
      put(secret, '', 'challenge');
      return secret;
    },
    signIn: async (roster, origin, given) => {
      const bytes = fromBase64(given.challenge);
      const row = spend(given.challenge, 'challenge');
      const key = parsePublicKey(given.key);
      if (!row || bytes?.length !== CHALLENGE_BYTES)
        return fail('XCK_SIGNATURE', { why: 'the challenge is unknown or used' });
      if (!key.ok) return key;
      const [own] = roster.people.flatMap(({ id, keys }) =>
        keys.filter((one) => one.key === key.value.line).map(({ kind }) => ({ id, kind })),
      );
      if (!own) return fail('XCK_SIGNATURE', { why: 'the roster does not have this key' });
      const namespace = namespaceOf('sign-in', origin);
      const by = { key: key.value, kind: own.kind, namespace, origins: roster.origins, verify: ports.verifyRaw };
      const checked = await verifySshsig(given.signature, bytes, by);
      return checked.ok ? begin(own.id) : checked;
    },
    end: (secret) => store.dropSession(digestOf(secret)),
  };
}
