/** The test vectors of docs/log-format.md, recomputed by the second verifier's code and by ours. */
import t from 'tap';
import { statementBytes } from '../../core/approval/statement.ts';
import { base64, fromBase64, hex, utf8 } from '../../core/bytes/encoding.ts';
import { digest, sha256 } from '../../core/bytes/hash.ts';
import { jcs } from '../../core/bytes/jcs.ts';
import type { Act, Lines } from '../../core/log/acts.ts';
import { checkpointBody, keyId, openCheckpoint, parseVkey } from '../../core/log/checkpoint.ts';
import { bodyDigest } from '../../core/log/entry.ts';
import { append, consistencyProof, inclusionProof, leafHash, rootOf } from '../../core/log/merkle.ts';
import { originOf } from '../../core/log/origin.ts';
import { parseEntry } from '../../core/log/parse.ts';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { namespaceOf, signedData, verifySshsig } from '../../core/log/sshsig.ts';
import type { SiteDocument } from '../../core/log/tables.ts';
import { folderDigest, folderIndex } from '../../core/runbook/folder.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { must } from '../helpers/signer.ts';
import { parseStatement } from './authentic.ts';
import { PAGE } from './page.ts';
import * as second from './sshsig.ts';
import { vectors } from './vectors.ts';

const block = PAGE.slice(PAGE.indexOf('```text\n', PAGE.indexOf('## Test vectors')) + 8).split('\n```')[0] ?? '';
const page = new Map(
  block.split('\n').map((line) => {
    const at = line.indexOf(': ');
    return [line.slice(0, at), line.slice(at + 2)] as const;
  }),
);
const value = (name: string): string => page.get(name) ?? '';
const text = (name: string): string => JSON.parse(value(name)) as string;

t.test('every value follows from the seeds', async (t) => {
  const own = vectors();
  for (const [name, computed] of own) t.equal(value(name), computed, name);
  t.same([...page.keys()], [...own.keys(), 'passkey', 'SSHSIG by the passkey']);
});

t.test('ours computes the same', async (t) => {
  const site = JSON.parse(value('site')) as SiteDocument;
  t.equal(originOf(site), value('origin'));
  const files = [{ path: 'runbook.yaml', bytes: utf8(text('file runbook.yaml')), mode: '0644' as const }];
  t.equal(must(folderIndex(files)), value('folder array'));
  t.equal(must(folderDigest(files)), value('folder digest'));
  const lines = parseStatement('runbook', Buffer.from(text('statement'))) ?? {};
  t.equal(Buffer.from(statementBytes('runbook' as Act, lines as Lines<Act>)).toString(), text('statement'));
  t.equal(namespaceOf('runbook', value('origin')), value('namespace'));
  const data = signedData(value('namespace'), utf8(text('statement')));
  t.equal(hex(data), value('signed data'));
  t.equal(hex(sha256(data)), value('SHA-256 of signed data'));
  for (const [name, body] of [
    ['statement', 'statement'],
    ['signature', 'SSHSIG'],
  ] as const) {
    const salt = fromBase64(value(`salt of ${name}`)) ?? new Uint8Array();
    t.equal(bodyDigest({ bytes: utf8(text(body)), salt }), value(`digest of ${name}`));
  }
});

t.test('entries, tree and checkpoint', async (t) => {
  const nodes = new Map<string, Uint8Array>();
  const node = (level: number, index: number) => nodes.get(`${level}/${index}`) ?? new Uint8Array();
  for (const seq of [0, 1, 2]) {
    const bytes = utf8(value(`entry ${seq}`));
    t.equal(jcs(must(parseEntry(bytes))), value(`entry ${seq}`), 'an entry of the table');
    t.equal(digest(bytes), value(`digest ${seq}`));
    t.equal(hex(leafHash(bytes)), value(`leaf ${seq}`));
    for (const one of append(seq, leafHash(bytes), node)) nodes.set(`${one.level}/${one.index}`, one.hash);
  }
  const hexes = (proof: readonly Uint8Array[]) => proof.map(hex).join(' ');
  t.equal(hex(node(1, 0)), value('node 0 1'));
  t.equal(hex(rootOf(3, node)), value('root of 3'));
  t.equal(hexes(inclusionProof(1, 3, node)), value('inclusion of 1 in 3'));
  t.equal(hexes(consistencyProof(1, 3, node)), value('consistency of 1 with 3'));
  t.equal(hexes(consistencyProof(2, 3, node)), value('consistency of 2 with 3'));
  const { raw } = must(parseVkey(value('log key')));
  t.equal(hex(keyId(value('origin'), raw)), value('key id'));
  const opened = must(await openCheckpoint(utf8(text('checkpoint')), value('origin'), raw, verifyRaw));
  t.equal(checkpointBody(opened), text('checkpoint body'));
  t.equal(base64(raw), (JSON.parse(value('site')) as SiteDocument).log_key);
});

t.test('both signatures hold for both verifiers, and over this statement alone', async (t) => {
  const message = utf8(text('statement'));
  const origins = ['https://crosscheck.example'];
  for (const [line, sig, kind] of [
    [value('person key'), text('SSHSIG'), 'ssh'],
    [value('passkey'), text('SSHSIG by the passkey'), 'passkey'],
  ] as const) {
    const key = must(parsePublicKey(line));
    const by = { key, kind, namespace: value('namespace'), origins, verify: verifyRaw };
    t.equal((await verifySshsig(sig, message, by)).ok, true, `ours, ${kind}`);
    t.equal((await verifySshsig(sig, utf8('another'), by)).ok, false);
    const [own, parsed] = [second.parseKey(line), second.parseSshsig(Buffer.from(sig))];
    if (!own || !parsed) throw new Error('unreadable');
    const theirs = { key: own, kind, origins, uv: true };
    t.equal(second.isSignedBy(parsed, value('namespace'), message, theirs), true, `the second, ${kind}`);
    t.equal(second.isSignedBy(parsed, value('namespace'), utf8('another'), theirs), false);
  }
});
