/** The agent's signatures and salted bodies. It signs its three acts and its hello, and nothing that it was handed. */
import { type KeyObject, randomBytes, sign as signRaw } from 'node:crypto';
import { statementText } from '../../core/approval/statement.ts';
import { base64, fromBase64, utf8 } from '../../core/bytes/encoding.ts';
import type { Act, Lines } from '../../core/log/acts.ts';
import { type Body, bodyDigest } from '../../core/log/entry.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { armor, namespaceOf, rawToSshSignature, signedData } from '../../core/log/sshsig.ts';
import type { AgentSigned } from '../../core/protocol/agent.ts';
import type { BodyText } from '../../core/protocol/frames.ts';

export interface Signer {
  /** Signs the statement of an act; both bodies come salted. */
  statement<A extends 'armed' | 'started' | 'outcome'>(act: A, lines: Lines<A>): AgentSigned;
  /** Armored SSHSIG over the server's challenge. */
  hello(challenge: Uint8Array): string;
}

export const salted = (bytes: Uint8Array): Body => ({ bytes, salt: randomBytes(32) });
export const bodyText = ({ bytes, salt }: Body): BodyText => ({ bytes: base64(bytes), salt: base64(salt) });
export const bodyOf = ({ bytes, salt }: BodyText): Body => ({
  bytes: fromBase64(bytes) ?? new Uint8Array(),
  salt: fromBase64(salt) ?? new Uint8Array(),
});
export const digestOf = (body: Body): string => bodyDigest(body);

export function agentSigner(origin: string, publicLine: string, privateKey: KeyObject): Signer {
  const key = parsePublicKey(publicLine);
  if (!key.ok) throw new Error(key.refusal.sentence);
  const sshsig = (act: string, message: Uint8Array): string => {
    const namespace = namespaceOf(act, origin);
    const raw = signRaw(null, signedData(namespace, message), privateKey);
    return armor({ publicKey: key.value.blob, namespace, signatureBlob: rawToSshSignature('ssh-ed25519', raw) });
  };
  return {
    statement: (act, lines) => {
      const text = utf8(statementText(act as Act, lines as never));
      return { statement: bodyText(salted(text)), signature: bodyText(salted(utf8(sshsig(act, text)))) };
    },
    hello: (challenge) => sshsig('agent-hello', challenge),
  };
}
