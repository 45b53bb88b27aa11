/** The real first start and what follows: a first key by a link, roster 2 by two keepers, a person who comes, a key that is rotated, a key that is lost. All of it at terminals. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fingerprint } from '../helpers/keepers.ts';
import { noTerminals, Terminals } from '../helpers/terminals.ts';

interface Listed {
  readonly version: number;
  readonly vouched: boolean;
  readonly people: readonly {
    readonly name: string;
    readonly roles: string[];
    readonly keys: { fingerprint: string; kind: string }[];
  }[];
  readonly offered: readonly { readonly fingerprint: string }[];
  readonly former: readonly { readonly fingerprint: string }[];
  readonly proposal: { readonly version: number; readonly signers: readonly string[] } | null;
}

t.test('people come, keys change, and keepers sign each of it', { timeout: 300_000, skip: noTerminals }, async (t) => {
  const site = new Terminals(t);
  await site.start([], '  - {name: nora, roles: [dba]}\n');
  t.match(site.printed, /Nothing runs live yet: 2 of the 3 keepers/);
  const linkFor = (text: string) =>
    (/http:\/\/\S+#t=\S+&e=[0-9a-f]{64}/.exec(text)?.[0] ?? '').replace('//localhost:', '//127.0.0.1:');
  const link = linkFor(site.printed.split('\n').find((line) => line.includes('nora')) ?? '');
  const list = (who = 'lead') => JSON.parse(site.plain(who, 'people', 'list', '--json').stdout) as Listed;
  const keyOf = (who: string, name = 'key') => fingerprint(join(site.folder, who, `${name}.pub`));
  const enrol = ['key', 'enrol', '--trust', site.trust];

  site.settle('nora');
  await site.type('nora', [...enrol, '--link', link], [/Type enrol/, 'enrol']);
  t.match(list().offered, [{ fingerprint: keyOf('nora') }], 'it waits for the keepers');
  const spent = site.terminal('nora', ...enrol, '--link', link);
  t.equal(await spent.exit(), 4, 'a link is good once');
  t.match(site.plain('nora', 'login', '--trust', site.trust), { status: 4 }, 'and the key signs nobody in yet');

  await site.signs('lead');
  t.match(list(), { version: 1, vouched: false, proposal: { version: 2 } });
  const wrong = site.terminal('reviewer', 'people', 'sign');
  await wrong.expect(/last 6 characters of the fingerprint of nora’s key/);
  wrong.type('abcdef');
  t.equal(await wrong.exit(), 5, 'whoever does not compare signs nothing');
  t.match(wrong.printed, /Signed by lead;/);
  const signed = await site.signs('reviewer');
  t.match(signed, /Roster 2 counts from here on\. Genesis sha256:[0-9a-f]{64}/);
  t.match(signed, new RegExp(`\\+ key ssh ${keyOf('nora').replace(/[+/]/g, '\\$&')}`), 'every fingerprint is shown');
  await site.say('nora', 'login', '--trust', site.trust);
  t.equal(
    site.plain('reviewer', 'people', 'trust').stdout,
    readFileSync(site.trust, 'utf8'),
    'the trust file, as verified',
  );

  const file = join(site.folder, 'roster.yaml');
  const sign = async () => {
    await site.signs('lead', file);
    return site.signs('verifier');
  };
  const propose = (...flags: string[]) => {
    const done = site.plain('lead', 'people', 'propose', '-o', file, ...flags);
    t.equal(done.status, 0, done.stderr);
    return done.stderr;
  };
  t.match(site.plain('lead', 'people', 'propose', '--roles', 'nobody=dba'), { status: 2, stderr: /XCK_UNKNOWN/ });
  t.match(site.plain('lead', 'people', 'propose', '--need', '1'), { status: 1, stderr: /two keepers must be needed/ });

  const invited = linkFor(propose('--add-person', 'oezil=sre', '--roles', 'nora=dba,sre'));
  t.match(readFileSync(file, 'utf8'), /# lead\n/, 'names stand beside the ids');
  const diff = await sign();
  t.match(diff, /oezil \(p-[0-9a-f]{16}\)[\s\S]*\+ role sre/);
  t.notMatch(diff, /key ssh/, 'only what differs is shown');
  t.match(list(), { version: 3, proposal: null });
  site.settle('oezil');
  await site.type('oezil', [...enrol, '--link', invited], [/Type enrol/, 'enrol']);
  propose('--add-key', 'oezil');
  await sign();
  t.match(list().people.find(({ name }) => name === 'oezil')?.keys, [{ kind: 'ssh', fingerprint: keyOf('oezil') }]);

  const next = join(site.folder, 'nora', 'next');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'nora', '-f', next]);
  await site.type('nora', ['key', 'enrol', '--offer', '--key', next], [/Type enrol/, 'enrol']);
  t.match(site.plain('nora', 'key', 'list').stdout, /\(offered: the keepers have not signed it\)/);
  propose('--add-key', 'nora', '--remove-key', keyOf('nora'));
  await sign();
  t.match(list('nora').former, [{ fingerprint: keyOf('nora') }]);
  const old = site.plain('nora', 'login', '--trust', site.trust);
  t.equal(old.status, 4, 'the old key signs nobody in');
  const own = site.plain('nora', 'login', '--trust', site.trust, '--key', next);
  t.equal(own.status, 0, own.stderr);

  const stale = site.plain('lead', 'people', 'propose', '-o', file);
  t.equal(stale.status, 0);
  const lost = site.plain('verifier', 'key', 'suspend', '--of', 'nora', '--key', `${next}.pub`);
  t.equal(lost.status, 0, lost.stderr);
  const late = site.terminal('lead', 'people', 'sign', file);
  t.equal(await late.exit(), 6, 'what was prepared before another version is signed by nobody');
  const again = linkFor(propose('--new-link', 'nora'));
  await sign();
  t.match(again, /#t=/);
  const refused = site.plain('nora', 'key', 'suspend');
  t.match([refused.status, refused.stderr], [2, /no key that counts/]);
  const nobody = site.terminal('nora', 'people', 'sign', file);
  t.not(await nobody.exit(), 0, 'whoever is no keeper signs no roster');

  const kept = readdirSync(join(site.folder, 'lead', 'crosscheck', 'receipts'));
  t.equal(kept.length, 5, 'a receipt of every roster that the lead signed');
  t.ok(existsSync(join(site.folder, 'nora', 'crosscheck', 'receipts')), 'and of every key that was enrolled');
  writeFileSync(file, 'roster: {}\n');
  const bad = site.terminal('lead', 'people', 'sign', file);
  t.equal(await bad.exit(), 2, 'a file that is no roster');
});
