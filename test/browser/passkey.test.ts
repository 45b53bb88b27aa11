/** Passkeys in real browsers: made, signed in with, and a critical step of a real run confirmed by one; stock ssh-keygen and another relying party agree. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { parsePublicKey } from '../../core/log/publicKey.ts';
import { armor, namespaceOf, signedData, webauthnToSshSignature } from '../../core/log/sshsig.ts';
import { auditorSkip, GOOD, pasteReadme } from '../helpers/auditor.ts';
import { assertionIn, relyingParty } from '../helpers/relyingParty.ts';
import { ROOT } from '../helpers/server.ts';
import { must } from '../helpers/signer.ts';
import { authenticatorOf, Browsers, skip } from './people.ts';

const MAIN = join(ROOT, 'build', 'server', 'cli', 'main.js');
const CANCELLED = 'No passkey was used: it was cancelled, or none of yours is at hand.';

t.setTimeout(300_000);

/** An assertion that asks for no verification, which our own pages never do. Runs in the page. */
async function unverified(challenge: readonly number[]): Promise<Record<'json' | 'data' | 'signature', number[]>> {
  const publicKey = { challenge: new Uint8Array(challenge), userVerification: 'discouraged' as const };
  const got = await navigator.credentials.get({ publicKey });
  const { response } = got as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
  const numbers = (buffer: ArrayBuffer) => [...new Uint8Array(buffer)];
  return {
    json: numbers(response.clientDataJSON),
    data: numbers(response.authenticatorData),
    signature: numbers(response.signature),
  };
}

/** Signs in at the server itself with a real assertion whose user nobody verified; returns what it answers. */
async function signInUnverified(page: Page, line: string): Promise<string> {
  const post = (path: string, body: unknown) =>
    page.evaluate(
      async ([to, text]) =>
        (await fetch(to, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })).text(),
      [path, JSON.stringify(body)] as const,
    );
  const { challenge, origin } = JSON.parse(await post('/api/session/challenge', {})) as Record<string, string>;
  const namespace = namespaceOf('sign-in', origin ?? '');
  const data = signedData(namespace, Buffer.from(challenge ?? '', 'base64'));
  const made = await page.evaluate(unverified, [...data]);
  const [flags, counter] = [made.data[32] ?? 0, Buffer.from(made.data).readUInt32BE(33)];
  const der = Buffer.from(made.signature);
  const [r, s] = [der.subarray(4, 4 + (der[3] ?? 0)), der.subarray(6 + (der[3] ?? 0))];
  const raw = Buffer.concat([r, s].map((part) => Buffer.concat([Buffer.alloc(32), part]).subarray(-32)));
  const client = { origin: new URL(page.url()).origin, json: Buffer.from(made.json), extensions: new Uint8Array(0) };
  const signatureBlob = webauthnToSshSignature(raw, { flags, counter }, client);
  const signature = armor({ publicKey: must(parsePublicKey(line)).blob, namespace, signatureBlob });
  return post('/api/session/key', { challenge, key: line, signature });
}

t.test('a lead and a reviewer with passkeys', { timeout: 300_000, skip: skip || auditorSkip() }, async (t) => {
  const runbooks = mkdtempSync(join(tmpdir(), 'crosscheck-runbooks-'));
  t.teardown(() => rmSync(runbooks, { recursive: true, force: true }));
  spawnSync(process.execPath, [MAIN, 'runbook', 'init', join(runbooks, 'remove-old')]);
  const people = await Browsers.open(t, 'passkey', ['--runbooks', runbooks], ['lead', 'reviewer']);
  const { lead, reviewer, verifier } = people.pages;
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();
  const own = people.authenticators.get('reviewer');
  t.match(await own?.credentials(), [{ rpId: 'reviewer.localhost', isResidentCredential: true }], 'one passkey, kept');

  const [line = ''] = await reviewer.evaluate(async () =>
    ((await (await fetch('/api/me')).json()) as { keys: { key: string }[] }).keys.map(({ key }) => key),
  );
  await own?.verifies(false);
  t.match(
    await signInUnverified(reviewer, line),
    /the authenticator did not verify who touched it/,
    'the server refuses',
  );
  await own?.verifies(true);

  // Signing in: with the key that was used here, with any where nothing is remembered, and by nobody else.
  await press(reviewer, 'Sign out');
  await press(reviewer, 'Sign in with a passkey');
  await reviewer.getByText('Jonas Brandt').first().waitFor();
  await press(reviewer, 'Sign out');
  await reviewer.evaluate(() => localStorage.clear());
  await press(reviewer, 'Sign in with a passkey');
  await reviewer.getByText('Jonas Brandt').first().waitFor();
  await authenticatorOf(verifier);
  await people.go('verifier', new URL('/', people.demo.links.reviewer).href);
  await press(verifier, 'Sign in with a passkey');
  await verifier.getByText(CANCELLED).waitFor();
  await people.shot('verifier', '1-not-mine');
  await verifier.evaluate(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'));
  await press(verifier, 'Sign in with a passkey');
  await verifier.getByText('This browser has no passkeys here.').waitFor();

  await lead.getByRole('link', { name: /Read and register/ }).click();
  await press(lead, 'Register this folder');
  await lead.getByText('You are an author of this folder').waitFor();
  await reviewer.reload();
  await reviewer.getByRole('link', { name: /Read and approve/ }).click();
  await press(reviewer, 'Approve this folder');
  await reviewer.getByRole('link', { name: 'Plan a run' }).waitFor();
  await people.go('lead', '/');
  await lead.getByRole('link', { name: /Plan a run/ }).click();
  await lead.getByRole('radio', { name: /^Live/ }).check();
  await press(lead, 'Save the plan');
  await press(lead, 'Sign and open the run');
  await lead.waitForURL(/\/runs\//);
  const room = new URL(lead.url()).pathname.replace(/\/$/, '');
  await people.go('reviewer', room);
  await press(reviewer, 'Take the reviewer seat');
  await reviewer.getByRole('button', { name: 'Take the reviewer seat' }).waitFor({ state: 'detached' });
  await people.answer('lead', room, 'https://tickets.example/7');
  await people.voteGo(room, ['lead', 'reviewer']);
  await lead.getByText('Everything is answered. The lead may arm.').waitFor();

  await people.go('lead', room);
  const arm = async (number: number) => {
    await lead.getByText(`To arm step ${number}, type its target`).waitFor();
    await lead.locator('#target').fill('local');
    await press(lead, `Arm step ${number}`);
  };
  for (const number of [1, 2]) {
    await arm(number);
    await press(lead, `Start step ${number}`);
  }
  await arm(3);

  // Whoever touches without being verified confirms nothing.
  const confirm = await people.check('reviewer', room, '2');
  await own?.verifies(false);
  await confirm.click();
  await reviewer.getByText(CANCELLED).waitFor();
  await people.shot('reviewer', '2-not-verified');
  await own?.verifies(true);
  await confirm.click();
  await reviewer.getByText(/You confirmed/).waitFor();
  await press(lead, 'Turn the key');
  await people.shot('lead', '3-keyed');
  await lead.getByRole('link', { name: 'Sign the close-out' }).first().click();
  for (const page of [lead, await people.go('reviewer', `${room}/close`)]) await press(page, 'Sign the close-out');

  await people.go('lead', `${room}/record`);
  await lead
    .getByText(/SELF-CONSISTENT/)
    .first()
    .waitFor();
  const [download] = await Promise.all([lead.waitForEvent('download'), press(lead, 'Export')]);
  const [tar, trust] = [join(people.demo.data, 'run.tar'), join(people.demo.data, 'trust.txt')];
  await download.saveAs(tar);

  const verdict = spawnSync(process.execPath, [MAIN, 'record', 'verify', tar, '--trust', trust], { encoding: 'utf8' });
  t.match([verdict.status, verdict.stdout], [3, /ANCHORED \(solo\)/], 'our verifier accepts it');
  const folder = join(people.demo.data, 'unpacked');
  const lines = pasteReadme(tar, trust, folder);
  t.strictSame(
    lines.filter((line) => !GOOD.test(line)),
    [],
    'stock tools find nothing wrong',
  );
  const passkeys = lines.filter((line) => /^Good ".* with ECDSA-SK key/.test(line));
  t.ok(passkeys.length >= 5, `${passkeys.length} signatures by passkeys`);
  t.ok(
    passkeys.some((line) => line.startsWith('Good "crosscheck-confirm-v1@localhost"')),
    'the confirmation is one',
  );
  const bodies = readdirSync(join(folder, 'bodies')).map((name) => readFileSync(join(folder, 'bodies', name), 'utf8'));
  const statement = bodies.find((text) => text.startsWith('crosscheck-confirm/v1')) ?? '';
  const challenge = signedData('crosscheck-confirm-v1@localhost', Buffer.from(statement));
  const made = bodies.flatMap((text) => (text.startsWith('-----BEGIN SSH') ? (assertionIn(text) ?? []) : []));
  const taken = [];
  for (const one of made) if (await relyingParty(one, { ...one, challenge })) taken.push(one);
  const { origin } = new URL(people.demo.links.reviewer);
  t.match(taken, [{ origin, rpId: 'reviewer.localhost' }], 'another relying party takes exactly one of them for it');
  t.same(people.problems, [], 'no page had an error');
});
