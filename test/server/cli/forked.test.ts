/** A server that was rolled back, or went on with another history, gets no signature from a command line that knows better. A real server, real words. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { EXIT } from '../../../server/cli/exits.ts';
import type { Running } from '../../../server/start.ts';
import { ROOT, serve, testSite } from '../../helpers/server.ts';
import { MAIN, noTerminals } from '../../helpers/terminals.ts';

const NAMES = { lead: 'release-lead', dba: 'dba' } as const;
type Who = keyof typeof NAMES;

/** The command line of two people beside a server in this process, whose whole directory can be kept and put back. */
class Site {
  readonly site: Awaited<ReturnType<typeof testSite>>;
  running: Running | null = null;

  constructor(site: Awaited<ReturnType<typeof testSite>>) {
    this.site = site;
    const people = (Object.keys(NAMES) as Who[]).map((who) => {
      mkdirSync(join(site.data, who));
      const key = join(site.data, who, 'key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', who, '-f', key]);
      return `  - {name: ${who}, roles: [${NAMES[who]}], key: '${readFileSync(`${key}.pub`, 'utf8').trim()}', keeper: true}\n`;
    });
    writeFileSync(site.people, `people:\n${people.join('')}keepers_needed: 2\nreviewer_roles: [dba]\n`);
  }

  get size(): number {
    return this.running?.engine.log.size ?? -1;
  }

  async start(): Promise<void> {
    this.running = await serve(this.site);
  }

  async stop(): Promise<void> {
    await this.running?.close();
    this.running = null;
  }

  /** Stops, and keeps or puts back everything that the server has, mark and keys included. */
  async keep(): Promise<void> {
    await this.stop();
    cpSync(join(this.site.data, 'var'), join(this.site.data, 'old'), { recursive: true });
    await this.start();
  }

  async rollBack(): Promise<void> {
    await this.stop();
    rmSync(join(this.site.data, 'var'), { recursive: true });
    cpSync(join(this.site.data, 'old'), join(this.site.data, 'var'), { recursive: true });
    await this.start();
  }

  /** A runbook folder that is another one for each name. */
  folder(name: string): string {
    const path = join(this.site.data, `folder-${name}`);
    mkdirSync(path, { recursive: true });
    const text = readFileSync(join(ROOT, 'docs', 'examples', 'shell', 'runbook.yaml'), 'utf8');
    writeFileSync(join(path, 'runbook.yaml'), text.replace(/^id: .*$/m, `id: ${name}`));
    return path;
  }

  async say(who: Who, ...words: string[]): Promise<{ exit: number; err: string }> {
    const home = join(this.site.data, who);
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_STATE_HOME: home,
      CROSSCHECK_KEY: join(home, 'key'),
      CROSSCHECK_SERVER: `http://127.0.0.1:${this.site.port}`,
      NO_COLOR: '1',
    };
    const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.on('data', (data) => {
      err += data;
    });
    const [exit] = (await once(child, 'close')) as [number];
    return { exit, err };
  }
}

async function begun(t: Test): Promise<Site> {
  const made = await testSite();
  const site = new Site(made);
  t.teardown(async () => {
    await site.stop();
    made.remove();
  });
  await site.start();
  for (const who of ['lead', 'dba'] as const) {
    const { exit, err } = await site.say(who, 'login', '--trust', join(made.data, 'var', 'trust.txt'));
    t.equal(exit, EXIT.ok, err);
  }
  t.match(await site.say('lead', 'runbook', 'register', site.folder('known')), { exit: EXIT.ok });
  await site.keep();
  return site;
}

const FORKED = { exit: EXIT.diverged, err: /XCK_FORK|history was changed or restored/ };

t.test('a server that forgot what was signed is signed for no more', { skip: noTerminals }, async (t) => {
  const site = await begun(t);
  t.match(await site.say('lead', 'runbook', 'register', site.folder('later')), { exit: EXIT.ok });
  const before = site.size;
  await site.rollBack();
  t.ok(site.size < before, 'it was rolled back');
  const rolledBack = site.size;
  t.match(
    await site.say('lead', 'runbook', 'register', site.folder('other')),
    FORKED,
    'shorter than what was verified',
  );
  t.equal(site.size, rolledBack, 'nothing was signed, so nothing was entered');
  for (const name of ['one', 'two', 'three'])
    t.match(await site.say('dba', 'runbook', 'register', site.folder(name)), { exit: EXIT.ok }, 'who saw nothing else');
  const forked = site.size;
  t.ok(forked > before, 'and it went on with another history');
  t.match(await site.say('lead', 'runbook', 'register', site.folder('another')), FORKED, 'as long, but another');
  t.equal(site.size, forked, 'nothing was signed for the second history');
});

t.test('no word signs but over a tree that was held against the newest one', async (t) => {
  const folder = join(ROOT, 'server', 'cli');
  const sources = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const signing = sources.filter(({ name, text }) => name !== 'client.ts' && /\bsigned\(client/.test(text));
  t.ok(signing.length >= 7);
  for (const { name, text } of signing)
    t.equal(
      text.match(/\bsigned\(client/g)?.length,
      text.match(/\bsigningOver\(client/g)?.length,
      `${name}: as many trees as signatures`,
    );
  const others = sources.filter(({ text }) => /\bsign\b[^;]*from '[./]+signer\.ts'/.test(text)).map(({ name }) => name);
  t.same(others.sort(), ['client.ts', 'words/login.ts'], 'and only a sign-in is signed otherwise');
});
