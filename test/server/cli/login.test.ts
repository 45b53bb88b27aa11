/** Signing in pins the log: by trust root where one is given, else what was seen first; another log afterwards is not believed. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import type { Cli, Given } from '../../../server/cli/args.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { openTerminal } from '../../../server/cli/terminal.ts';
import { login, whoami } from '../../../server/cli/words/login.ts';
import { serve, testSite } from '../../helpers/server.ts';
import { stopping } from './stopping.ts';

function person(state: string) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = openTerminal({ stdin, stdout, stderr }, { input: true, color: false });
  const env = { XDG_STATE_HOME: state, HOME: state };
  const cli: Cli = { terminal, env, root: '/', now: Date.now, random: (length) => new Uint8Array(length) };
  const run = async (word: typeof login, options: Given['options']) => {
    const exit = await word(cli, { positionals: [], options });
    return { exit, out: (stdout.read() as Buffer | null)?.toString('utf8') ?? '' };
  };
  return { login: (options: Given['options']) => run(login, options), whoami: () => run(whoami, {}) };
}

/** A site of its own with its server, both gone after the test. */
async function running(t: import('tap').Test) {
  const site = await testSite();
  const server = await serve(site);
  t.teardown(async () => {
    await server.close();
    site.remove();
  });
  const links = server.links.map(({ url }) => url.replace(/^http:\/\/[^/]+/, `http://127.0.0.1:${site.port}`));
  return { site, server, links };
}

t.test('a link signs in once, and the session is the owner’s alone', async (t) => {
  const state = t.testdir();
  const { server, links } = await running(t);
  const marta = person(state);
  const link = links[0] ?? '';
  t.match(await marta.login({ link, trust: server.trustFile }), { exit: EXIT.ok, out: /^p-[0-9a-f]{16}\n$/ });
  t.match(await marta.whoami(), { exit: EXIT.ok, out: /^Marta \(p-.*release-lead/ });
  t.equal(statSync(join(state, 'crosscheck', 'session.json')).mode & 0o777, 0o600);
  await t.rejects(marta.login({ link }), stopping(EXIT.denied, { code: 'XCK_SIGNED_OUT' }), 'a spent link');
  await t.rejects(person(t.testdirName).login({ link: links[1]?.replace('#t=', '#x=') ?? '' }), stopping(EXIT.usage));
});

t.test('a server whose log is not the pinned one is not believed', async (t) => {
  const state = t.testdir();
  const [mine, other] = [await running(t), await running(t)];
  const marta = person(state);
  const wrong = marta.login({ link: mine.links[0] ?? '', trust: other.server.trustFile });
  await t.rejects(wrong, stopping(EXIT.diverged, { code: 'XCK_FORK' }), 'the trust file names another log');
  t.match(
    await marta.login({ link: mine.links[1] ?? '' }),
    { exit: EXIT.ok },
    'nothing was given, so it is pinned now',
  );

  // The same address comes back with another log: what is remembered of it says that there was one before.
  const session = join(state, 'crosscheck', 'session.json');
  const remembered = readFileSync(session, 'utf8').replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${other.site.port}`);
  writeFileSync(session, remembered);
  const moved = marta.login({ link: other.links[0] ?? '' });
  await t.rejects(moved, stopping(EXIT.diverged, { code: 'XCK_FORK', message: /another log than before/ }));
  const told = await marta.login({ link: other.links[1] ?? '', trust: other.server.trustFile });
  t.match(told, { exit: EXIT.ok }, 'its trust file settles it');
});
