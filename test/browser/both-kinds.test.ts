/** A live release of a site that is not a demo, by the policy as it is: one confirmation by a passkey in a real browser, one by an SSH key at a terminal. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../core/bytes/encoding.ts';
import { parseTrust } from '../../core/record/trust.ts';
import { contextOf } from '../../core/run/state.ts';
import { verifyFile } from '../../core/verify/verify.ts';
import { openExecutor } from '../../server/agent/executor.ts';
import { runAgent } from '../../server/agent/main.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { auditorSkip, GOOD, pasteReadme } from '../helpers/auditor.ts';
import { findChromium, launch } from '../helpers/chromium.ts';
import { DROP_FOLDER, SECRET_ROWS } from '../helpers/drop.ts';
import { Person, testKey } from '../helpers/person.ts';
import { at, serve, testLog, testSite, until } from '../helpers/server.ts';
import { must } from '../helpers/signer.ts';
import { authenticatorOf, readThrough, skip } from './people.ts';

/** The runbook without a word about keys: what it asks for is the default of an irreversible step. */
const FOLDER = DROP_FOLDER.map((file) =>
  file.path === 'runbook.yaml'
    ? { ...file, bytes: utf8(new TextDecoder().decode(file.bytes).replace(/ +keys: .*\n/, '')) }
    : file,
);

t.test('a passkey and an SSH key', { timeout: 240_000, skip: skip || auditorSkip() }, async (t) => {
  const site = await testSite();
  const keys = { lead: testKey(), verifier: testKey() };
  writeFileSync(
    site.people,
    `people:
  - {name: Marta, roles: [release-lead], key: '${keys.lead.line}', keeper: true}
  - {name: Jonas, roles: [dba]}
  - {name: Aiko, roles: [sre], key: '${keys.verifier.line}', keeper: true}
keepers_needed: 2
reviewer_roles: [dba, sre]
`,
  );
  const running = await serve(site);
  const data = join(site.data, 'var', 'agent');
  const end = new AbortController();
  const agent = runAgent({
    ...{ server: `ws://127.0.0.1:${running.port}`, data, path: '/usr/bin:/bin', log: testLog(), endWithStdin: false },
    ...{ now: Date.now, verifyRaw, openExecutor, until: end.signal },
  });
  t.teardown(async () => {
    end.abort();
    await agent;
    await running.close();
    site.remove();
  });
  const browser = await launch((await findChromium()) ?? '');
  t.teardown(() => browser.close());

  // Jonas enrols a passkey on the page that his link opens; it counts for nothing yet.
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(60_000);
  await authenticatorOf(page);
  await page.goto(running.links.find(({ name }) => name === 'Jonas')?.url ?? '');
  await page.getByRole('button', { name: 'Make and enrol my key' }).click();
  await page.getByRole('button', { name: 'Make and enrol my key' }).waitFor({ state: 'detached' });

  const signed = async (key: typeof keys.lead) => {
    const person = new Person(running.port, site.host, key);
    await person.signIn(at(running).origin);
    return person;
  };
  const [lead, verifier] = [await signed(keys.lead), await signed(keys.verifier)];
  const { next, made, offered } = await lead.people();
  t.match(offered, [{ kind: 'passkey' }]);
  const people = next.people.map((one) => {
    const mine = offered.filter(({ person }) => person === one.id);
    return { ...one, token: null, keys: [...one.keys, ...mine.map(({ key, kind }) => ({ key, kind }))] };
  });
  const salt = randomBytes(32);
  for (const keeper of [lead, verifier]) await keeper.signRoster({ ...next, people }, made, salt);

  const runbook = await lead.register(FOLDER, 'drop-thing');
  await verifier.approve(runbook);
  const run = await lead.open(runbook, {});
  await verifier.do({ type: 'join', run, seat: 'verifier', role: 'sre' });
  writeFileSync(join(data, 'data', 'rows'), `${SECRET_ROWS}\n`);
  writeFileSync(join(data, 'data', 'writers'), '0\n');
  await page.goto(`http://${site.host}/runs/${run}`);
  await page.getByRole('button', { name: 'Take the reviewer seat' }).click();
  await page.getByRole('button', { name: 'Take the reviewer seat' }).waitFor({ state: 'detached' });
  await until(async () => (await lead.send({ type: 'arm', run, step: 'drop', target: 'local' })).ok, 'the arming');

  await verifier.do(await verifier.confirmation(run, { count: SECRET_ROWS }));
  await page.goto(`http://${site.host}/runs/${run}/check`);
  await page.getByRole('heading', { name: /pairs of eyes/ }).waitFor();
  await page.locator('input[id^="answer-"]').fill(SECRET_ROWS);
  await page.locator('#statement').evaluate(readThrough);
  await page.getByRole('button', { name: /^Confirm$/ }).click();
  await page.getByText(/You confirmed/).waitFor();

  await lead.do(await lead.keyTurn(run));
  const state = async () => contextOf((await lead.state(run)).state);
  await until(async () => (await state()).outcomes['drop'] === 'finished', 'the drop');
  await lead.do({ type: 'arm', run, step: 'after', target: 'local' });
  await lead.do({ type: 'start', run, step: 'after' });
  await until(async () => (await state()).outcomes['after'] === 'finished', 'the last step');
  await lead.do(await lead.close(run));
  await verifier.do(await verifier.close(run));

  const record = await fetch(`http://127.0.0.1:${running.port}/api/runs/${run}/record`, {
    headers: { authorization: `Bearer ${lead.session}` },
  });
  const tar = join(site.data, 'run.tar');
  const bytes = new Uint8Array(await record.arrayBuffer());
  writeFileSync(tar, bytes);
  const trust = must(parseTrust(readFileSync(running.trustFile, 'utf8')));
  const verdict = await verifyFile(bytes, trust, verifyRaw);
  t.same(verdict.reasons, []);
  t.match(verdict, { verdict: 'ANCHORED', exit: 0, assurance: 'independent', solo: false, mode: 'live' });
  const confirmed = verdict.facts?.signatures.filter(({ act }) => act === 'confirm').map(({ kind }) => kind);
  t.same(confirmed, ['ssh', 'passkey'], 'one at a terminal, one that was touched');
  const lines = pasteReadme(tar, running.trustFile, join(site.data, 'unpacked'));
  t.strictSame(
    lines.filter((line) => !GOOD.test(line)),
    [],
    'stock tools find nothing wrong',
  );
  t.ok(
    lines.some((line) => /^Good "crosscheck-confirm-v1@localhost".* with ECDSA-SK key/.test(line)),
    'ssh-keygen says Good of the passkey’s confirmation',
  );
});
