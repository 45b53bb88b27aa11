/** Passkeys and security keys: each rule broken once, against stock ssh-keygen and @simplewebauthn/server where they judge too. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { concat, utf8 } from '../../../core/bytes/encoding.ts';
import { jcs } from '../../../core/bytes/jcs.ts';
import { KEY_KINDS, type KeyKind } from '../../../core/log/publicKey.ts';
import { armor, namespaceOf, parseSshsig, type SignedBy, signedData, verifySshsig } from '../../../core/log/sshsig.ts';
import { allowedSigners } from '../../../core/record/allowedSigners.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import {
  type Asked,
  type Assertion,
  asserted,
  assertion,
  type HeldKey,
  heldKey,
  passkey,
  plainly,
  type Told,
  touched,
  UP,
  UV,
} from '../../helpers/authenticator.ts';
import { relyingParty } from '../../helpers/relyingParty.ts';
import { must } from '../../helpers/signer.ts';

const RP = 'crosscheck.example';
const ORIGIN = 'https://crosscheck.example:8443';
const ORIGINS = ['https://other.example', ORIGIN];
const LOG = 'crosscheck.example:8443/log/00';
const NAMESPACE = namespaceOf('confirm', LOG);
const MESSAGE = utf8('crosscheck-confirm/v1\norigin crosscheck.example:8443/log/00\n');
const SK = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'] as const;

async function check(text: string, { key }: HeldKey, kind: KeyKind, more: Partial<SignedBy> = {}): Promise<string> {
  const by = { key, kind, namespace: NAMESPACE, origins: ORIGINS, verify: verifyRaw, ...more };
  const result = await verifySshsig(text, MESSAGE, by);
  return result.ok ? 'good' : result.refusal.sentence;
}

const absent = spawnSync('ssh-keygen', ['-?']).error ? 'ssh-keygen is not installed' : false;

/** What stock ssh-keygen says, with the allowed signers as a bundle has them. */
function keygen(t: Test, text: string, { key }: HeldKey, kind: KeyKind): string {
  const at = t.testdir();
  const own = { key: key.line, kind, log: LOG, token: `sha256:${'0'.repeat(64)}` };
  const names = { statement: own.token, signature: own.token };
  const entry = {
    ...own,
    type: 'key.enrolled',
    actor: 'p-0011223344556677',
    v: 1,
    seq: 1,
    ts: 0,
    bodies: names,
    rprev: own.token,
  };
  writeFileSync(join(at, 'allowed'), allowedSigners([utf8(jcs(entry))], new Map()));
  writeFileSync(join(at, 'sig'), text);
  const done = spawnSync(
    'ssh-keygen',
    ['-Y', 'verify', '-f', join(at, 'allowed'), '-I', entry.actor, '-n', NAMESPACE, '-s', join(at, 'sig')],
    { input: MESSAGE, encoding: 'utf8' },
  );
  return done.status === 0 ? done.stdout : `refused ${done.stderr}`;
}

/** What another relying party says of the same assertion. */
const oracle = ({ key }: HeldKey, made: Assertion): Promise<boolean> =>
  relyingParty(made, { point: key.raw, challenge: signedData(NAMESPACE, MESSAGE), origin: ORIGIN, rpId: RP });

const edit = (from: string | RegExp, to: string) => ({ json: (text: string) => text.replace(from, to) });
const elsewhere = (origin: string): Asked => ({ origin });

interface Row {
  readonly what: string;
  readonly asked: Asked;
  readonly why: RegExp;
  /** What `@simplewebauthn/server` lets pass: it does not see the SSH blob, nor care how JSON is spelled. */
  readonly passes?: true;
}
const BROKEN: readonly Row[] = [
  { what: 'nobody there', asked: { flags: UV }, why: /nobody touched/ },
  { what: 'not verified', asked: { flags: UP }, why: /did not verify who/ },
  { what: 'no flag', asked: { flags: 0 }, why: /nobody touched/ },
  { what: 'AT set', asked: { flags: UP | UV | 0x40 }, why: /no place here/ },
  { what: 'ED set', asked: { flags: UP | UV | 0x80 }, why: /no place here/ },
  { what: 'bit 1 set', asked: { flags: UP | UV | 0x02 }, why: /no place here/, passes: true },
  { what: 'bit 5 set', asked: { flags: UP | UV | 0x20 }, why: /no place here/, passes: true },
  { what: 'BS without BE', asked: { flags: UP | UV | 0x10 }, why: /calls a key backed up/ },
  { what: 'another site', asked: elsewhere('https://evil.example'), why: /another page/ },
  { what: 'another port', asked: elsewhere('https://crosscheck.example'), why: /another page/ },
  { what: 'another scheme', asked: elsewhere('http://crosscheck.example:8443'), why: /another page/ },
  { what: 'an origin of another host', asked: elsewhere('https://other.example'), why: /not of the page/ },
  { what: 'an origin with more', asked: elsewhere(`${ORIGIN}/`), why: /another page/ },
  {
    what: 'client data of another site',
    asked: { origin: 'https://evil.example', named: ORIGIN },
    why: /asked for something else/,
  },
  {
    what: 'a blob that names another',
    asked: { named: 'https://other.example' },
    why: /not of the page/,
    passes: true,
  },
  { what: 'output of extensions', asked: { extensions: Uint8Array.of(0xa0) }, why: /extensions/, passes: true },
  { what: 'registration', asked: { type: 'webauthn.create' }, why: /something else/ },
  { what: 'payment', asked: { type: 'payment.get' }, why: /something else/ },
  { what: 'another challenge', asked: { challenge: 'AAAA' }, why: /something else/ },
  {
    what: 'a padded challenge',
    asked: { challenge: `${Buffer.from(signedData(NAMESPACE, MESSAGE)).toString('base64url')}=` },
    why: /something else/,
  },
  {
    what: 'a longer challenge',
    asked: { challenge: Buffer.from(concat(signedData(NAMESPACE, MESSAGE), Uint8Array.of(0))).toString('base64url') },
    why: /something else/,
  },
  {
    what: 'the challenge in plain base64',
    asked: { challenge: `${Buffer.from(signedData(NAMESPACE, MESSAGE)).toString('base64')}` },
    why: /something else/,
  },
  { what: 'in a frame', asked: edit('"crossOrigin":false', '"crossOrigin":true'), why: /around/, passes: true },
  {
    what: 'in a frame of a page that is named',
    asked: edit('"crossOrigin":false', '"crossOrigin":true,"topOrigin":"https://evil.example"'),
    why: /around/,
  },
  { what: 'a page around', asked: edit('}', ',"topOrigin":"https://crosscheck.example:8443"}'), why: /around/ },
  { what: 'crossOrigin as text', asked: edit(':false}', ':"false"}'), why: /around/, passes: true },
  { what: 'crossOrigin as null', asked: edit(':false}', ':null}'), why: /around/, passes: true },
  {
    what: 'a member twice',
    asked: edit('"crossOrigin"', '"crossOrigin":true,"crossOrigin"'),
    why: /plain/,
    passes: true,
  },
  { what: 'the challenge twice', asked: edit('}', ',"challenge":"AAAA"}'), why: /plain/ },
  { what: 'a space', asked: edit('{', '{ '), why: /something else/, passes: true },
  { what: 'a space inside', asked: edit(',"cross', ', "cross'), why: /plain/, passes: true },
  { what: 'a line feed after it', asked: { json: (text) => `${text}\n` }, why: /plain/, passes: true },
  {
    what: 'another order',
    asked: edit(/"type":"webauthn.get",(.*)}/, '$1,"type":"webauthn.get"}'),
    why: /else/,
    passes: true,
  },
  { what: 'an escape', asked: edit('crossOrigin', 'cross\\u004frigin'), why: /plain/, passes: true },
  { what: 'a BOM', asked: { json: (text) => `\ufeff${text}` }, why: /something else/, passes: true },
  { what: 'cut off', asked: edit(':false}', ''), why: /plain/ },
  { what: 'more after it', asked: { json: (text) => `${text}{}` }, why: /plain/ },
  { what: 'no object', asked: { json: (text) => `[${text}]` }, why: /something else/ },
  { what: 'no JSON', asked: { json: () => '' }, why: /something else/ },
  { what: 'no UTF-8', asked: { json: (text) => concat(utf8(text), Uint8Array.of(0xff)) }, why: /something else/ },
  { what: 'a key of another page by its hash', asked: { rpId: 'other.example' }, why: /other bytes/ },
];

t.test('a passkey: each rule broken once', async (t) => {
  const mine = passkey(RP);
  for (const { what, asked, why, passes } of BROKEN) {
    t.match(await check(asserted(mine, NAMESPACE, MESSAGE, ORIGIN, asked), mine, 'passkey'), why, what);
    const same = assertion(mine, signedData(NAMESPACE, MESSAGE), ORIGIN, asked);
    t.equal(await oracle(mine, same), passes ?? false, `${what}, says @simplewebauthn/server`);
  }
});

t.test('a passkey: what is taken', { skip: absent }, async (t) => {
  const good: Record<string, Asked> = {
    plain: {},
    'eligible for backup': { flags: UP | UV | 0x08 },
    'backed up': { flags: UP | UV | 0x18 },
    'a counter': { counter: 0xffffffff },
    'no crossOrigin, as older Safari': edit(',"crossOrigin":false', ''),
    'what a browser adds, as Chromium': edit('}', ',"other_keys_can_be_added_here":"do not compare é \\"x\\""}'),
  };
  const mine = passkey(RP);
  for (const [what, asked] of Object.entries(good)) {
    const text = asserted(mine, NAMESPACE, MESSAGE, ORIGIN, asked);
    t.equal(await check(text, mine, 'passkey'), 'good', what);
    t.match(keygen(t, text, mine, 'passkey'), /^Good "crosscheck-confirm.*ECDSA-SK/, `${what}, says ssh-keygen`);
    t.ok(
      await oracle(mine, assertion(mine, signedData(NAMESPACE, MESSAGE), ORIGIN, asked)),
      `${what}, says the oracle`,
    );
  }
});

t.test('a passkey counts on the pages of its own host only', async (t) => {
  for (const rpId of ['example', 'sub.crosscheck.example', 'crosscheck.example:8443', 'ssh:', 'Crosscheck.example']) {
    const other = passkey(rpId);
    t.match(await check(asserted(other, NAMESPACE, MESSAGE, ORIGIN), other, 'passkey'), /not of the page/, rpId);
  }
  const mine = passkey(RP);
  const text = asserted(mine, NAMESPACE, MESSAGE, ORIGIN);
  t.match(await check(text, mine, 'passkey', { origins: [] }), /another page/);
  t.match(await check(text, mine, 'passkey', { origins: ['https://other.example'] }), /another page/);
});

t.test('a security key: each rule broken once', { skip: absent }, async (t) => {
  for (const type of SK) {
    const mine = heldKey(type, 'ssh:');
    const judge = (told: Told, uv?: boolean) =>
      check(touched(mine, NAMESPACE, MESSAGE, told), mine, 'sk-ssh', uv === undefined ? {} : { uv });
    for (const told of [{}, { flags: UP | UV }, { counter: 0 }]) {
      t.equal(await judge(told), 'good', `${type} ${JSON.stringify(told)}`);
      t.match(keygen(t, touched(mine, NAMESPACE, MESSAGE, told), mine, 'sk-ssh'), /^Good "/);
    }
    t.equal(await judge({ flags: UP | UV }, true), 'good', 'verified where that is the policy');
    t.match(await judge({ flags: UP }, true), /did not verify who/);
    t.match(await judge({ flags: 0 }), /nobody touched/);
    t.match(await judge({ flags: UV }), /nobody touched/);
    for (const bit of [0x02, 0x08, 0x10, 0x20, 0x40, 0x80])
      t.match(await judge({ flags: UP | bit }), /no place here/, `bit ${bit}`);
    t.match(await judge({ rpId: 'ssh:other' }), /other bytes/);
  }
});

t.test('signature blobs that do not fit', async (t) => {
  const [mine, sk] = [passkey(RP), heldKey(SK[0], 'ssh:')];
  const cases = [
    [mine, 'passkey', asserted(mine, NAMESPACE, MESSAGE, ORIGIN)],
    [sk, 'sk-ssh', touched(sk, NAMESPACE, MESSAGE)],
  ] as const;
  for (const [held, kind, text] of cases) {
    const whole = must(parseSshsig(text));
    const judge = (signatureBlob: Uint8Array) => check(armor({ ...whole, signatureBlob }), held, kind);
    t.equal(await judge(whole.signatureBlob), 'good');
    for (let end = 0; end < whole.signatureBlob.length; end++)
      if ((await judge(whole.signatureBlob.subarray(0, end))) === 'good') t.fail(`${kind} cut off at ${end}`);
    t.not(await judge(concat(whole.signatureBlob, Uint8Array.of(0))), 'good', 'a byte after it');
  }
});

t.test('the kind in the roster decides which form of signature is taken', async (t) => {
  const ecdsa = passkey(RP);
  const edwards = heldKey('sk-ssh-ed25519@openssh.com', RP);
  const [file, page] = [heldKey('ssh-ed25519', ''), heldKey('ecdsa-sha2-nistp256', '')];
  const texts: readonly (readonly [string, HeldKey, KeyKind | null])[] = [
    [asserted(ecdsa, NAMESPACE, MESSAGE, ORIGIN), ecdsa, 'passkey'],
    [touched(ecdsa, NAMESPACE, MESSAGE, { flags: UP | UV }), ecdsa, 'sk-ssh'],
    [touched(edwards, NAMESPACE, MESSAGE, { flags: UP | UV }), edwards, 'sk-ssh'],
    [asserted(edwards, NAMESPACE, MESSAGE, ORIGIN), edwards, null],
    [plainly(ecdsa, NAMESPACE, MESSAGE), ecdsa, null],
    [plainly(file, NAMESPACE, MESSAGE), file, 'ssh'],
    [plainly(page, NAMESPACE, MESSAGE), page, 'browser'],
  ];
  for (const [text, held, own] of texts)
    for (const kind of KEY_KINDS)
      t.equal((await check(text, held, kind)) === 'good', kind === own, `${held.key.type} as ${kind}`);
});
