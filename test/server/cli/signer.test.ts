/** Signing goes through the real ssh-keygen, with a key file and with the ssh agent, and is checked before it leaves. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { utf8 } from '../../../core/bytes/encoding.ts';
import { verifySshsig } from '../../../core/log/sshsig.ts';
import { EXIT } from '../../../server/cli/exits.ts';
import { keyFileOf, publicKeyOf, sign } from '../../../server/cli/signer.ts';
import { verifyRaw } from '../../../server/ports/verify.ts';
import { stopping } from './stopping.ts';

const absent = spawnSync('ssh-keygen', ['-?']).error ? 'ssh-keygen is not installed' : false;
const NAMESPACE = 'crosscheck-confirm-v1@crosscheck.example';
const MESSAGE = utf8('crosscheck-confirm/v1\norigin a\n');

function makeKey(file: string, type = 'ed25519'): string {
  const done = spawnSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'somebody', '-f', file]);
  if (done.status !== 0) throw new Error(done.stderr.toString());
  return file;
}

const holds = async (file: string, signature: string) => {
  const by = { key: publicKeyOf(file), kind: 'ssh', namespace: NAMESPACE, origins: [], verify: verifyRaw } as const;
  return (await verifySshsig(signature, MESSAGE, by)).ok;
};

t.test('a private key signs, whichever half is named', { skip: absent }, async (t) => {
  const key = makeKey(join(t.testdir(), 'key'));
  t.ok(await holds(key, await sign(key, NAMESPACE, MESSAGE)));
  t.ok(await holds(key, await sign(`${key}.pub`, NAMESPACE, MESSAGE)));
  const line = publicKeyOf(key).line;
  rmSync(`${key}.pub`);
  t.equal(publicKeyOf(key).line, line, 'the public half is asked of ssh-keygen');
});

t.test('a key in the ssh agent signs', { skip: absent }, async (t) => {
  const directory = t.testdir();
  const key = makeKey(join(directory, 'key'));
  // A socket's path has at most 107 bytes; where this checkout lies may take more.
  const short = mkdtempSync(join(tmpdir(), 'agent-'));
  const socket = join(short, 'sock');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  const before = process.env['SSH_AUTH_SOCK'];
  t.teardown(() => {
    agent.kill();
    rmSync(short, { recursive: true, force: true });
    if (before === undefined) delete process.env['SSH_AUTH_SOCK'];
    else process.env['SSH_AUTH_SOCK'] = before;
  });
  await new Promise((resolve, reject) => {
    agent.stdout.once('data', resolve);
    agent.once('exit', (code) => reject(new Error(`ssh-agent ended with ${code}`)));
  });
  process.env['SSH_AUTH_SOCK'] = socket;
  t.equal(spawnSync('ssh-add', ['-q', key]).status, 0);
  rmSync(key);
  t.ok(await holds(`${key}.pub`, await sign(`${key}.pub`, NAMESPACE, MESSAGE)));
});

t.test('what cannot sign says so', { skip: absent }, async (t) => {
  const directory = t.testdir();
  const file = (name: string) => join(directory, name);
  await t.rejects(sign(file('none'), NAMESPACE, MESSAGE), stopping(EXIT.usage, { message: /no key/ }));
  copyFileSync(`${makeKey(file('other'))}.pub`, file('lonely.pub'));
  await t.rejects(sign(file('lonely.pub'), NAMESPACE, MESSAGE), stopping(EXIT.failed, { message: /did not sign/ }));
  await t.rejects(sign(makeKey(file('rsa'), 'rsa'), NAMESPACE, MESSAGE), {
    exit: EXIT.usage,
    message: /only Ed25519 and/,
  });
  await t.rejects(sign(makeKey(file('ecdsa'), 'ecdsa'), NAMESPACE, MESSAGE), {
    exit: EXIT.usage,
    message: /make an ssh-ed25519 key/,
  });
  writeFileSync(file('junk'), 'junk\n');
  t.throws(() => publicKeyOf(file('junk')), stopping(EXIT.usage));
});

t.test('a signature that is not the named key’s never leaves', { skip: absent }, async (t) => {
  const directory = t.testdir();
  const [mine, other] = [makeKey(join(directory, 'mine')), makeKey(join(directory, 'other'))];
  copyFileSync(`${other}.pub`, `${mine}.pub`);
  t.ok(existsSync(mine));
  await t.rejects(sign(mine, NAMESPACE, MESSAGE), { message: /./ });
});

t.test('the key that counts: flag, environment, session, home', async (t) => {
  const env = { CROSSCHECK_KEY: '/e', HOME: '/h' };
  t.equal(keyFileOf('/f', env, '/s'), '/f');
  t.equal(keyFileOf(undefined, env, '/s'), '/e');
  t.equal(keyFileOf(undefined, { HOME: '/h' }, '/s'), '/s');
  t.equal(keyFileOf(undefined, { HOME: '/h' }, null), '/h/.ssh/id_ed25519.pub');
});
