/** Another relying party's verdict on our passkeys, by @simplewebauthn/server, and the assertion inside an SSHSIG for it to judge. For tests only. */
import { createHash } from 'node:crypto';
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { concat, fromUtf8 } from '../../core/bytes/encoding.ts';
import { mpint, uint32, wireReader } from '../../core/bytes/wire.ts';
import { parseSshsig } from '../../core/log/sshsig.ts';
import type { Assertion } from './authenticator.ts';
import { must } from './signer.ts';

export interface Asked {
  /** 04‖x‖y */
  readonly point: Uint8Array;
  readonly challenge: Uint8Array;
  readonly origin: string;
  readonly rpId: string;
}

const url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

function der(raw: Uint8Array): Uint8Array {
  const integer = (part: Uint8Array) => Buffer.from([2, ...mpint(part).subarray(3)]);
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}

/** The key as COSE (RFC 9053 §7.1.1): EC2, ES256, P-256, x, y. */
const cose = (point: Uint8Array) =>
  Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    point.subarray(1, 33),
    Buffer.from('225820', 'hex'),
    point.subarray(33),
  ]);

/** Whether it takes the assertion, asking for the user to be verified. */
export async function relyingParty({ clientData, authenticatorData, raw }: Assertion, asked: Asked): Promise<boolean> {
  const { point, challenge, origin, rpId } = asked;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id: 'AAAA',
        rawId: 'AAAA',
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: url(clientData),
          authenticatorData: url(authenticatorData),
          signature: url(der(raw)),
        },
      },
      expectedChallenge: url(challenge),
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: { id: 'AAAA', publicKey: new Uint8Array(cose(point)), counter: 0 },
    });
    return verified && authenticationInfo.userVerified;
  } catch {
    return false;
  }
}

/** The assertion that a passkey's SSHSIG holds, with the key and pages that it names; null of every other. */
export function assertionIn(text: string): (Assertion & Omit<Asked, 'challenge'>) | null {
  const { publicKey, signatureBlob } = must(parseSshsig(text));
  const [key, blob] = [wireReader(publicKey), wireReader(signatureBlob)];
  if (!fromUtf8(blob.string())?.startsWith('webauthn-')) return null;
  const [, , point, application] = [key.string(), key.string(), key.string(), key.string()];
  const rs = wireReader(blob.string());
  const [r, s] = [rs.mpint(), rs.mpint()].map((part) => concat(new Uint8Array(32 - part.length), part));
  const [flags, counter] = [blob.byte(), blob.uint32()];
  const [origin, clientData] = [fromUtf8(blob.string()) ?? '', blob.string()];
  const head = new Uint8Array(createHash('sha256').update(application).digest());
  return {
    clientData,
    authenticatorData: concat(head, Uint8Array.of(flags), uint32(counter)),
    raw: concat(r ?? new Uint8Array(), s ?? new Uint8Array()),
    point,
    origin,
    rpId: fromUtf8(application) ?? '',
  };
}
