/** Checkpoints and notes: the published example, our own through openssl, and everything near them refused. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { base64, concat, hex, utf8 } from '../../../core/bytes/encoding.ts';
import {
  checkpointBody,
  formatNote,
  keyId,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVkey,
  vkey,
} from '../../../core/log/checkpoint.ts';
import { signEd25519, verifyRaw } from '../../../server/ports/verify.ts';

const ORIGIN = 'crosscheck.example:8443/log/0123456789abcdef0123456789abcdef';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
const root = new Uint8Array(32).fill(9);
const BODY = checkpointBody({ origin: ORIGIN, size: 42, root });

const signed = (body: string, name = ORIGIN) => ({
  name,
  keyId: keyId(name, raw),
  signature: signEd25519(privateKey, utf8(body)),
});
const open = (note: string, origin = ORIGIN) => openCheckpoint(utf8(note), origin, raw, verifyRaw);

// golang.org/x/mod/sumdb/note, whose format C2SP signed-note is.
const NEUMANN = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PROBLEM = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

t.test('the published note and verifier key', async (t) => {
  const key = parseVkey(NEUMANN);
  const note = parseNote(utf8(PROBLEM));
  if (!key.ok || !note.ok) return t.fail('they do not parse');
  const [signature] = note.value.signatures;
  t.same(signature?.keyId, key.value.keyId);
  t.ok(await verifyRaw('ed25519', key.value.raw, utf8(note.value.body), signature?.signature ?? new Uint8Array(0)));
  t.equal(vkey('PeterNeumann', key.value.raw), NEUMANN);
  t.equal(formatNote(note.value.body, note.value.signatures), PROBLEM);
});

// The examples of c2sp.org/signed-note and c2sp.org/tlog-checkpoint; their pages do not say the public keys.
const QUASIMODO = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`;
const SOFA = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

t.test('the examples of the C2SP specifications', async (t) => {
  for (const [text, name, lines] of [
    [QUASIMODO, 'quasimodo.example/salvatore', 4],
    [SOFA, 'example.com/behind-the-sofa', 3],
  ] as const) {
    const note = parseNote(utf8(text));
    if (!note.ok) return t.fail(note.refusal.sentence);
    const { body, signatures } = note.value;
    t.equal(body, text.slice(0, text.lastIndexOf('\n\n') + 1));
    t.equal(body.split('\n').length, lines + 1, 'an empty line of its own belongs to the text');
    t.match(signatures, [{ name }]);
    t.same([signatures[0]?.keyId.length, signatures[0]?.signature.length], [4, 64]);
    t.equal(formatNote(body, signatures), text);
    t.notOk((await openCheckpoint(utf8(text), name, raw, verifyRaw)).ok, 'our key has not signed it');
  }
  const sofa = parseCheckpoint(SOFA.slice(0, SOFA.indexOf('\n\n') + 1));
  t.match(sofa, { ok: true, value: { origin: 'example.com/behind-the-sofa', size: 20_852_163 } });
  t.notOk(parseCheckpoint(QUASIMODO.slice(0, QUASIMODO.lastIndexOf('\n\n') + 1)).ok);
});

t.test('our checkpoint opens, and other signatures are ignored', async (t) => {
  t.equal(BODY, `${ORIGIN}\n42\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n`);
  const witness = { name: 'witness.example', keyId: Uint8Array.of(1, 2, 3, 4), signature: new Uint8Array(72) };
  const note = formatNote(BODY, [witness, signed(BODY)]);
  t.equal(note.split('\n')[3], '');
  t.same(await open(note), { ok: true, value: { origin: ORIGIN, size: 42, root } });
  const sameName = { ...witness, name: ORIGIN };
  t.ok((await open(formatNote(BODY, [sameName, signed(BODY)]))).ok, 'another key under our name');
  const sameId = { ...witness, keyId: keyId(ORIGIN, raw) };
  t.ok((await open(formatNote(BODY, [sameId, signed(BODY)]))).ok, 'another name with the id of our key');
  t.notOk((await open(formatNote(BODY, [witness]))).ok, 'only the witness has signed');
});

t.test('a checkpoint that is not exactly ours is refused', async (t) => {
  const note = formatNote(BODY, [signed(BODY)]);
  const bad = { ...signed(BODY), signature: new Uint8Array(64) };
  const elsewhere = checkpointBody({ origin: 'other.example/log/00', size: 42, root });
  const cases: Record<string, string> = {
    'another size': note.replace('\n42\n', '\n43\n'),
    'one of two signatures is wrong': formatNote(BODY, [signed(BODY), bad]),
    'an extension line': formatNote(`${BODY}more\n`, [signed(`${BODY}more\n`)]),
    'a second empty line': formatNote(`${BODY}\n`, [signed(`${BODY}\n`)]),
    'another origin, signed by us': formatNote(elsewhere, [signed(elsewhere)]),
    'no final line feed': note.slice(0, -1),
    'no signature': `${BODY}\n`,
    'text after the signature': `${note}x\n`,
    'carriage returns': note.replaceAll('\n', '\r\n'),
    'a hyphen for the dash': note.replace('—', '-'),
    'two spaces': note.replace('— ', '—  '),
    'base64 without padding': note.replace(/=+\n$/, '\n'),
    'a BOM': `\ufeff${note}`,
    'too many signatures': formatNote(
      BODY,
      Array.from({ length: 101 }, () => signed(BODY)),
    ),
  };
  t.ok((await open(note)).ok);
  for (const [name, text] of Object.entries(cases)) {
    t.not(text, note);
    t.notOk((await open(text)).ok, name);
  }
  t.notOk((await open(note, 'other.example/log/00')).ok, 'asked for another origin');
  t.notOk((await openCheckpoint(concat(utf8(note), Uint8Array.of(0xff)), ORIGIN, raw, verifyRaw)).ok, 'no UTF-8');
});

t.test('a note splits at its last empty line', async (t) => {
  const body = `first\n\n— ${ORIGIN} AAAAAAA=\n\nlast\n`;
  const note = parseNote(utf8(formatNote(body, [signed(body)])));
  t.equal(note.ok && note.value.body, body);
  t.equal(note.ok && note.value.signatures.length, 1);
});

t.test('bodies near a checkpoint', async (t) => {
  const b64 = base64(root);
  t.ok(parseCheckpoint(`a\n0\n${b64}\n`).ok);
  t.ok(parseCheckpoint(`a\n9007199254740991\n${b64}\n`).ok);
  for (const size of ['', '01', '+1', '-1', '1.0', '1e3', ' 1', '9007199254740992', '99999999999999999']) {
    t.notOk(parseCheckpoint(`a\n${size}\n${b64}\n`).ok, `size ${JSON.stringify(size)}`);
  }
  for (const body of [
    `\n1\n${b64}\n`,
    `a\n1\n${b64}`,
    `a\n1\n`,
    `a\n1\n${base64(root.slice(1))}\n`,
    `a\n1\n${b64}\n\n`,
    `a\n1\n${b64}=\n`,
  ]) {
    t.notOk(parseCheckpoint(body).ok, JSON.stringify(body));
  }
});

t.test('verifier keys near the right one', async (t) => {
  const key = vkey(ORIGIN, raw);
  t.same(parseVkey(key), { ok: true, value: { name: ORIGIN, keyId: keyId(ORIGIN, raw), raw } });
  const [name = '', id = '', data = ''] = [ORIGIN, hex(keyId(ORIGIN, raw)), base64(concat(Uint8Array.of(1), raw))];
  const other = concat(Uint8Array.of(2), raw);
  const bad = [
    `${name}+00000000+${data}`,
    `${name}x+${id}+${data}`,
    `${name}+${id.toUpperCase()}A+${data}`,
    `${name}+${id}+${base64(raw)}`,
    `${name}+${id}+${base64(other)}`,
    `+${id}+${data}`,
    `a b+${id}+${data}`,
    `${key}\n`,
    ` ${key}`,
    `${name}+${id}`,
    '',
  ];
  for (const text of bad) t.notOk(parseVkey(text).ok, JSON.stringify(text));
  const says = (text: string, sentence: RegExp) => t.match(parseVkey(text), { ok: false, refusal: { sentence } }, text);
  for (const text of ['', `a b+${id}+${data}`, `${name}+${id}+${data}!`]) says(text, /it is not name\+hash\+key/);
  says(vkey('a b', raw), /it is not name\+hash\+key/);
  says(vkey(name, concat(raw, Uint8Array.of(0))), /the key is not Ed25519/);
});

t.test('notes near the right one', async (t) => {
  const good = formatNote(BODY, [signed(BODY)]);
  t.ok(parseNote(utf8(good)).ok);
  const [line = ''] = good.split('\n').slice(-2);
  const short = `— ${ORIGIN} ${base64(new Uint8Array(4))}`;
  const cases: readonly (readonly [string, RegExp])[] = [
    [good.replace(ORIGIN, `${ORIGIN}\t`), /control character/],
    [`x${line}\n`, /no signatures after an empty line/],
    [`${good.slice(0, -1)}x`, /no signatures after an empty line/],
    [good.replace(line, line.replace(`— ${ORIGIN}`, '— a+b')), /a signature line is malformed/],
    [good.replace(line, short), /a signature line is malformed/],
    [good.replace(line, line.replace(' ', '')), /a signature line is malformed/],
  ];
  for (const [text, sentence] of cases)
    t.match(parseNote(utf8(text)), { ok: false, refusal: { sentence } }, JSON.stringify(text));
});

const openssl = spawnSync('openssl', ['version']).status === 0;
t.test('openssl verifies the checkpoint’s signature', { skip: openssl ? false : 'openssl absent' }, async (t) => {
  const folder = t.testdir();
  const note = parseNote(utf8(formatNote(BODY, [signed(BODY)])));
  if (!note.ok) return t.fail('our own note does not parse');
  const at = (name: string) => join(folder, name);
  writeFileSync(at('key.pem'), publicKey.export({ format: 'pem', type: 'spki' }));
  writeFileSync(at('signature'), note.value.signatures[0]?.signature ?? '');
  const verify = (body: string) => {
    writeFileSync(at('body'), body);
    return spawnSync('openssl', [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      at('key.pem'),
      '-rawin',
      '-in',
      at('body'),
      '-sigfile',
      at('signature'),
    ]).status;
  };
  t.equal(verify(note.value.body), 0);
  t.not(verify(note.value.body.replace('42', '43')), 0);
});
