/** The whole log over HTTP: for a keeper and an auditor, with a period, and for nobody else. */
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { parseTrust } from '../../../core/record/trust.ts';
import { verifyAny } from '../../../core/verify/whole.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { Person, testKey } from '../../helpers/person.ts';
import { folderOf, RUNBOOK } from '../../helpers/runbook.ts';
import { at, released, serve, testSite, vouched } from '../../helpers/server.ts';

t.test('who may have the whole log, and of which runs', async (t) => {
  const site = await testSite();
  const ines = testKey();
  const people = readFileSync(site.people, 'utf8')
    .replace(/(Jonas, roles: \[dba)(.*), keeper: true/, '$1, auditor$2')
    .replace(/(Aiko.*), keeper: true/, '$1')
    .replace(
      'keepers_needed',
      `  - {name: Ines, roles: [sre], key: '${ines.line} Ines', keeper: true}\nkeepers_needed`,
    );
  writeFileSync(site.people, people);
  const running = await serve(site);
  t.teardown(async () => {
    await running.close();
    site.remove();
  });
  const keepers = [site.keys.lead, ines].map((key) => new Person(running.port, site.host, key));
  for (const keeper of keepers) await keeper.signIn(at(running).origin);
  await vouched(...keepers);
  const { lead, reviewer, verifier, run } = await released(site, at(running), folderOf(RUNBOOK), 'drop-email', {
    table: 'customers',
  });
  const ask = (person: typeof lead | null, query = '') =>
    fetch(`http://127.0.0.1:${running.port}/api/log/record${query}`, {
      headers: person ? { authorization: `Bearer ${person.session}` } : {},
    });
  const trust = parseTrust(readFileSync(running.trustFile, 'utf8'));
  const judged = async (response: Response) => {
    t.match([response.status, response.headers.get('content-type')], [200, 'application/x-tar']);
    const tar = new Uint8Array(await response.arrayBuffer());
    const verdict = await verifyAny(tar, trust.ok ? trust.value : null, verifyRaw);
    return verdict.kind === 'log' ? verdict.log : null;
  };
  for (const person of [lead, reviewer])
    t.match(await judged(await ask(person)), { verdict: 'OPEN', runs: [{ run }], outside: [] });
  t.match(await judged(await ask(lead, '?from=0&to=1')), { verdict: 'ANCHORED', runs: [], outside: [run] });
  t.match(await judged(await ask(lead, '?from=1')), { period: { from: 1, to: null }, runs: [{ run }] });

  const denied = await ask(verifier);
  t.match([denied.status, await denied.json()], [403, { code: 'XCK_AUDITOR' }]);
  t.equal((await ask(null)).status, 401);
  for (const query of ['?from=x', '?to=-1', '?from=1.5', '?until=1'])
    t.equal((await ask(lead, query)).status, 400, query);
});
