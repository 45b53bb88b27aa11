/** The epoch ceremony by itself: whom a new log takes over, lost keepers and lost databases, and a crash between any two of its steps. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseTrust } from '../../core/record/trust.ts';
import { readConfig } from '../../server/config.ts';
import { fsck } from '../../server/fsck/fsck.ts';
import { beginEpoch } from '../../server/people/epoch.ts';
import { realPorts } from '../../server/ports/real.ts';
import { startServer } from '../../server/start.ts';
import { markFile, readMark } from '../../server/store/mark.ts';
import { testKey } from '../helpers/person.ts';
import { at, serve, signedIn, testLog, testSite } from '../helpers/server.ts';

const REASON = 'The disk was lost';

async function stopped(t: import('tap').Test) {
  const site = await testSite();
  t.teardown(site.remove);
  const data = join(site.data, 'var');
  const running = await serve(site);
  const crew = await signedIn(site, at(running));
  const { origin, document, roster } = running.engine.site;
  const size = running.engine.log.size;
  await running.close();
  const begin = (people: string | null = null) => beginEpoch({ data, people, reason: REASON }, realPorts());
  const aside = join(data, 'epochs', origin.slice(-32));
  return { site, data, begin, aside, crew, before: { origin, document, roster, size } };
}

const trustIn = (file: string) => parseTrust(readFileSync(file, 'utf8'));

t.test('people, roles, keys, keepers and agents are taken over, and nothing else', async (t) => {
  const { data, begin, aside, before, site } = await stopped(t);
  const began = await begin();
  t.not(began.origin, before.origin);
  t.same(began.site.people, before.roster.people);
  t.same(began.site.agents, before.roster.agents);
  t.same(began.site.keepers, before.roster.keepers);
  t.not(began.site.log_key, before.document.log_key, 'the log key is new');
  t.match(began.former, { origin: before.origin, reason: REASON, acknowledged: began.former.checkpoint });
  t.match(began.former.checkpoint, new RegExp(`^${before.size} `));
  t.equal(began.former.keepers.length, 3);
  t.same(Object.values(began.names).sort(), ['Aiko', 'Jonas', 'Marta']);
  t.match(trustIn(join(data, 'trust.txt')), { value: { origin: began.origin, genesis: began.genesis } });
  t.equal(
    readFileSync(join(data, 'agent', 'trust.txt'), 'utf8'),
    readFileSync(join(data, 'trust.txt'), 'utf8'),
    'the embedded agent has it',
  );
  t.match(readMark(data), { origin: began.origin, size: 1 });
  for (const directory of [data, aside]) t.strictSame(fsck(directory).findings, [], directory);
  t.notOk(existsSync(join(data, 'epochs', 'next')));
  const running = await serve(site);
  await running.close();
  const twice = await begin();
  t.equal(twice.former.origin, began.origin, 'and so on');
});

t.test('a crash between any two steps: no server starts, and the word said again finishes it', async (t) => {
  const { data, begin, site, aside } = await stopped(t);
  const pristine = join(site.data, 'pristine');
  cpSync(data, pristine, { recursive: true });
  const began = await begin();
  // Each step of putting in place is one file; the state before each is made by hand from what was and what is.
  const files = ['crosscheck.db', 'log.key', 'trust.txt', 'agent/trust.txt', 'high-water'];
  const finished = join(site.data, 'finished');
  cpSync(data, finished, { recursive: true });
  for (const done of [0, 1, 2, 3, 4, 5]) {
    rmSync(data, { recursive: true });
    cpSync(pristine, data, { recursive: true });
    const next = join(data, 'epochs', 'next');
    cpSync(finished, next, {
      recursive: true,
      filter: (path) => !/epochs|lock|agent/.test(path.slice(finished.length)),
    });
    cpSync(join(finished, 'agent', 'trust.txt'), join(next, 'agent-trust.txt'));
    writeFileSync(join(next, 'plan.json'), JSON.stringify(began));
    execFileSync('mkdir', ['-p', aside]);
    for (const name of files.slice(0, done)) {
      const staged = join(next, name === 'agent/trust.txt' ? 'agent-trust.txt' : name);
      cpSync(join(data, name), join(aside, name === 'agent/trust.txt' ? 'agent-trust.txt' : name));
      cpSync(staged, join(data, name));
      rmSync(staged);
    }
    await t.rejects(serve(site), /a new epoch was begun and not finished/, `after ${done} files`);
    const again = await begin();
    t.equal(again.origin, began.origin, 'the same new log');
    for (const directory of [data, aside]) t.strictSame(fsck(directory).findings, [], `after ${done}: ${directory}`);
    t.match(trustIn(join(aside, 'trust.txt')), { value: { origin: began.former.origin } });
    const running = await serve(site);
    t.equal(running.engine.site.origin, began.origin);
    await running.close();
  }
});

t.test('a crash before the new log was whole leaves the old one as it was', async (t) => {
  const { data, begin, site, before } = await stopped(t);
  const missing = await beginEpoch({ data, people: join(data, 'none.yaml'), reason: REASON }, realPorts()).then(
    () => 'begun',
    (error: Error) => error.message,
  );
  t.match(missing, /none.yaml/);
  t.ok(existsSync(join(data, 'epochs', 'next.draft')), 'what was begun lies there');
  const running = await serve(site);
  t.equal(running.engine.site.origin, before.origin, 'and disturbs nobody');
  await running.close();
  await begin();
  t.notOk(existsSync(join(data, 'epochs', 'next.draft')));
});

t.test('a solo site goes on with its people, their browsers’ keys and their unused links', async (t) => {
  const site = await testSite();
  t.teardown(site.remove);
  const data = join(site.data, 'var');
  const config = readConfig({ port: String(site.port), data, site: site.host }, {}, site.data);
  const start = () => startServer(config, realPorts(), testLog(), site.data);
  const first = await start();
  const links = first.links.map(({ url }) => /&e=[0-9a-f]{64}/.exec(url)?.[0]);
  await first.close();
  await beginEpoch({ data, people: null, reason: REASON }, realPorts());
  const second = await start();
  t.equal(second.engine.site.roster.solo, true);
  t.equal(second.engine.site.roster.due, true, 'nobody signs it; it stops nothing in a solo site');
  t.same(
    second.links.map(({ url }) => /&e=[0-9a-f]{64}/.exec(url)?.[0]),
    links,
    'the same enrolment tokens',
  );
  await second.close();
});

const peopleFile = (lines: readonly string[]) =>
  `people:\n${lines.map((line) => `  - {${line}}\n`).join('')}keepers_needed: 2\nreviewer_roles: [dba, sre]\n`;

t.test('where keepers were lost a file names the people; who is known by their key stays who they are', async (t) => {
  const { site, begin, crew, before } = await stopped(t);
  const file = join(site.data, 'people-new.yaml');
  const key = testKey();
  const text = peopleFile([
    `name: Marta, roles: [release-lead], key: '${site.keys.lead.line}', keeper: true`,
    `name: Nora, roles: [dba], key: '${key.line}', keeper: true`,
  ]);
  writeFileSync(file, text);
  const { former, site: made, names } = await begin(file);
  const [marta, nora] = made.people;
  t.equal(marta?.id, crew.lead.me.person);
  t.notOk(before.roster.people.some(({ id }) => id === nora?.id));
  t.same(former.keepers, [marta?.id], 'one keeper is left of the former log');
  t.same(names, { [marta?.id ?? '']: 'Marta', [nora?.id ?? '']: 'Nora' });
  t.match(made.agents, [{ kind: 'embedded', serves: ['local', 'staging'] }]);
  t.equal(made.host, before.document.host);
});

t.test('a database that is lost or ruined needs a people file; nothing at all is no site', async (t) => {
  const { site, data, begin, before, aside } = await stopped(t);
  writeFileSync(join(data, 'crosscheck.db'), 'a disk full of noise'.repeat(1000));
  await t.rejects(
    begin(),
    /the former roster cannot be read from the database; name the people of the new log: --people FILE/,
  );
  rmSync(join(data, 'crosscheck.db'));
  const { former, site: made } = await begin(site.people);
  t.match(former, { origin: before.origin, checkpoint: null, keepers: [] });
  t.match(former.acknowledged, new RegExp(`^${before.size} `), 'the mark still says how much there was');
  t.equal(made.host, before.document.host);
  t.same(readdirSync(aside).sort(), ['agent-trust.txt', 'high-water', 'log.key', 'retired', 'trust.txt']);
  for (const name of ['crosscheck.db', 'trust.txt']) rmSync(join(data, name));
  await t.rejects(begin(site.people), /holds neither a log nor the trust root of one/);
});

t.test('a database of another log is not taken for the former one', async (t) => {
  const [one, other] = [await stopped(t), await stopped(t)];
  cpSync(join(other.data, 'crosscheck.db'), join(one.data, 'crosscheck.db'));
  await t.rejects(one.begin(), /one does not belong here/);
  t.ok(existsSync(markFile(one.data)));
});
