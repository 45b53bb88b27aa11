/** The log of three entries whose every intermediate value stands under *Test vectors* of docs/log-format.md, computed from seeds. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { asciiJcs, digestOf, jcs, sha256, sshString, utf8 } from './bytes.ts';
import { LINES, MEANING } from './page.ts';
import { bodyDigest, originOf } from './record.ts';
import { armor, namespaceOf, signedData } from './sshsig.ts';
import { keyId, leafHash, nodeHash } from './tree.ts';

const SEEDS = { log: '01', person: '02', agent: '03' } as const;
const seed = (byte: string): Buffer => Buffer.from(byte.repeat(32), 'hex');
const privateKey = (byte: string): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed(byte)]),
    format: 'der',
    type: 'pkcs8',
  });
const raw = (byte: string): Buffer =>
  createPublicKey(privateKey(byte)).export({ format: 'der', type: 'spki' }).subarray(-32);
const blobOf = (byte: string): Buffer => Buffer.concat([sshString('ssh-ed25519'), sshString(raw(byte))]);
const lineOf = (byte: string): string => `ssh-ed25519 ${blobOf(byte).toString('base64')}`;

const PERSON = 'p-4f1c9a0b7d2e6358';
const ROOT_TS = 1_795_000_000_000;

/** Every value by its name, in the order of the page. Texts with line feeds are JSON strings. */
export function vectors(): ReadonlyMap<string, string> {
  const site = {
    agents: [{ id: 'a-0f1e2d3c4b5a6978', key: lineOf(SEEDS.agent), kind: 'embedded', serves: ['local'] }],
    host: 'crosscheck.example',
    keepers: { need: 1, of: [PERSON] },
    log_key: raw(SEEDS.log).toString('base64'),
    origins: ['https://crosscheck.example'],
    people: [{ id: PERSON, keys: [{ key: lineOf(SEEDS.person), kind: 'ssh' }], roles: ['dba'], token: null }],
    random: '0'.repeat(64),
    reviewer_roles: ['dba'],
  };
  const log = originOf(site);
  const entry = (seq: number, type: string, actor: string, fields: object) =>
    jcs({ v: 1, log, seq, type, ts: ROOT_TS + seq, actor, ...fields });
  const genesis = entry(0, 'genesis', 'server', { site });

  const file = utf8('id: tiny\n');
  const index = jcs([['runbook.yaml', sha256(file).toString('hex'), '0644']]);
  const content = { authors: [PERSON], id: 'tiny', runbook: digestOf(index) };
  const root1 = leafHash(utf8(genesis));
  const values: Record<string, string> = {
    origin: log,
    mode: 'none',
    run: 'none',
    about: `0 ${digestOf(genesis)}`,
    content: asciiJcs(content),
    signer: PERSON,
    tree: `1 ${root1.toString('base64')}`,
    client: 'cli/1.0.0',
    'signed-at': '2026-11-18T07:06:40Z',
    meaning: MEANING.get('runbook') ?? '',
  };
  const lines = (LINES.get('runbook') ?? []).map((line) => `${line} ${values[line]}\n`);
  const statement = `crosscheck-runbook/v1\n${lines.join('')}`;
  const namespace = namespaceOf('runbook', log);
  const data = signedData(namespace, utf8(statement));
  const signature = Buffer.concat([sshString('ssh-ed25519'), sshString(sign(null, data, privateKey(SEEDS.person)))]);
  const sshsig = armor(blobOf(SEEDS.person), namespace, signature);
  const [salt1, salt2] = [Buffer.alloc(32, 0x11), Buffer.alloc(32, 0x22)];
  const bodies = { statement: bodyDigest(salt1, utf8(statement)), signature: bodyDigest(salt2, utf8(sshsig)) };
  const entries = [
    genesis,
    entry(1, 'runbook.registered', PERSON, { ...content, bodies }),
    entry(2, 'attempt.refused', PERSON, { act: 'open', code: 'XCK_UNVOUCHED' }),
  ];

  const leaves = entries.map((text) => leafHash(utf8(text)));
  const [leaf0 = root1, leaf1 = root1, leaf2 = root1] = leaves;
  const node = nodeHash(leaf0, leaf1);
  const root = nodeHash(node, leaf2);
  const body = `${log}\n3\n${root.toString('base64')}\n`;
  const id = keyId(log, raw(SEEDS.log));
  const signed = sign(null, utf8(body), privateKey(SEEDS.log));
  const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return new Map([
    ['log seed', seed(SEEDS.log).toString('hex')],
    ['person seed', seed(SEEDS.person).toString('hex')],
    ['agent seed', seed(SEEDS.agent).toString('hex')],
    ['site', jcs(site)],
    ['SHA-256 of the genesis prefix and site', sha256('crosscheck-genesis/v1\n', jcs(site)).toString('hex')],
    ['origin', log],
    ['file runbook.yaml', JSON.stringify(file.toString())],
    ['folder array', index],
    ['folder digest', digestOf(index)],
    ['person key', lineOf(SEEDS.person)],
    ['statement', JSON.stringify(statement)],
    ['namespace', namespace],
    ['signed data', data.toString('hex')],
    ['SHA-256 of signed data', sha256(data).toString('hex')],
    ['SSHSIG', JSON.stringify(sshsig)],
    ['salt of statement', b64(salt1)],
    ['digest of statement', bodies.statement],
    ['salt of signature', b64(salt2)],
    ['digest of signature', bodies.signature],
    ...entries.map((text, seq) => [`entry ${seq}`, text] as const),
    ...entries.map((text, seq) => [`digest ${seq}`, digestOf(text)] as const),
    ...leaves.map((leaf, seq) => [`leaf ${seq}`, leaf.toString('hex')] as const),
    ['node 0 1', node.toString('hex')],
    ['root of 3', root.toString('hex')],
    ['inclusion of 1 in 3', `${leaf0.toString('hex')} ${leaf2.toString('hex')}`],
    ['consistency of 1 with 3', `${leaf1.toString('hex')} ${leaf2.toString('hex')}`],
    ['consistency of 2 with 3', leaf2.toString('hex')],
    ['key id', id.toString('hex')],
    ['log key', `${log}+${id.toString('hex')}+${b64(Buffer.concat([Uint8Array.of(1), raw(SEEDS.log)]))}`],
    ['checkpoint body', JSON.stringify(body)],
    ['checkpoint', JSON.stringify(`${body}\n— ${log} ${b64(Buffer.concat([id, signed]))}\n`)],
  ]);
}
