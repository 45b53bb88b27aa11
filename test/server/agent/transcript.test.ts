/** What leaves of an attempt's output: masked from its first byte to its last, the same after a restart, and nothing at all once it cannot be masked. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openExecutor } from '../../../server/agent/executor.ts';
import { NO_SECRETS, readSecrets, type Secrets } from '../../../server/agent/secrets.ts';
import { openTranscript } from '../../../server/agent/transcript.ts';
import { ONCE, output, scratch, until } from './scratch.ts';

const newKey = () => randomBytes(16).toString('hex');
const silent = { onBytes: () => {}, onRaw: () => {}, onEnd: () => {} };

function setUp(t: Parameters<typeof scratch>[0]) {
  const root = scratch(t);
  const executor = openExecutor(join(root, 'steps'), 400);
  const secret = (value: string): Secrets => {
    mkdirSync(join(root, 'live'), { recursive: true });
    writeFileSync(join(root, 'live', 'token'), value);
    const read = readSecrets(root, 'live', { TOKEN: { file: 'token' } }, ['TOKEN']);
    if (!read.ok) throw new Error(read.refusal.sentence);
    return read.value;
  };
  const start = (script: string, secrets: Secrets) => {
    const key = newKey();
    const env = { PATH: '/usr/bin:/bin', ...secrets.env };
    executor.start(key, { phases: [['/bin/sh', '-c', script]], cwd: root, env, ...ONCE, secrets: secrets.fingerprint });
    return key;
  };
  return { root, executor, secret, start };
}

t.test('a secret that is split across two writes leaves masked, live and by offset', async (t) => {
  const { root, executor, secret, start } = setUp(t);
  const secrets = secret('hunter22');
  const script = 'printf "a hunt"; >half; while [ ! -e more ]; do sleep 0.02; done; echo "er22 b"; echo "$TOKEN"';
  const key = start(script, secrets);
  const live: [number, string][] = [];
  const transcript = openTranscript(executor, key, secrets, {
    ...silent,
    onBytes: (offset, bytes) => void live.push([offset, Buffer.from(bytes).toString()]),
  });
  await until('the first half is told', () => transcript.length() > 0 && existsSync(join(root, 'half')));
  t.same(live, [[0, 'a ']], 'the beginning of a secret waits');
  writeFileSync(join(root, 'more'), '');
  await executor.ended(key);
  transcript.finish();
  const masked = 'a *** b\n***\n';
  t.equal(Buffer.from(transcript.kept()).toString(), masked);
  t.equal(live.map(([, text]) => text).join(''), masked);
  t.ok(
    live.every(([offset], index) => offset === live.slice(0, index).reduce((sum, [, text]) => sum + text.length, 0)),
    'offsets are of the masked output',
  );
  t.equal(Buffer.from(transcript.piece(2)).toString(), masked.slice(2));
  t.equal(transcript.piece(masked.length).length, 0);
  t.equal(output(executor, key).toString(), 'a hunter22 b\nhunter22\n', 'what lies here is raw');
  for (const name of ['output', 'masked', 'secrets'])
    t.equal(statSync(join(root, 'steps', key, name)).mode & 0o777, 0o600, name);
  t.notMatch(readFileSync(join(root, 'steps', key, 'secrets'), 'utf8'), /hunter22/);
});

t.test('after a restart it is the same from the beginning', async (t) => {
  const { executor, secret, start } = setUp(t);
  const secrets = secret('hunter22');
  const key = start('echo "$TOKEN one"; echo "two $TOKEN"', secrets);
  const first = openTranscript(executor, key, secrets, silent);
  await executor.ended(key);
  first.finish();
  const again = openTranscript(executor, key, secret('hunter22'), silent);
  again.finish();
  t.ok(Buffer.from(first.kept()).equals(again.kept()));
  t.equal(Buffer.from(again.kept()).toString(), '*** one\ntwo ***\n');
});

t.test('with other secrets than it started with nothing can be masked, and nothing leaves', async (t) => {
  const { executor, secret, start } = setUp(t);
  const key = start('echo "$TOKEN"', secret('hunter22'));
  await executor.ended(key);
  for (const secrets of [secret('rotated1'), NO_SECRETS]) {
    const transcript = openTranscript(executor, key, secrets, silent);
    transcript.finish();
    t.match(Buffer.from(transcript.kept()).toString(), /^\[crosscheck: withheld/);
    t.notMatch(Buffer.from(transcript.kept()).toString(), /hunter22/);
  }
});

t.test('what is noted when the output is complete is still part of it', async (t) => {
  const { executor, start } = setUp(t);
  const key = start('echo done', NO_SECRETS);
  await executor.ended(key);
  const raw: string[] = [];
  for (let life = 0; life < 2; life++) {
    const transcript = openTranscript(executor, key, NO_SECRETS, {
      ...silent,
      onRaw: (bytes) => void raw.push(Buffer.from(bytes).toString()),
      onEnd: () => executor.at(key).note('limit', 'stopped'),
    });
    transcript.finish();
    t.equal(Buffer.from(transcript.kept()).toString(), 'done\n\n[crosscheck: stopped]\n', 'once, in every life');
  }
  t.match(raw.join(''), /^done\n/);
});

t.test('of a long output the middle is left out', async (t) => {
  const { executor, start } = setUp(t);
  const key = start('echo begin; head -c 9000000 /dev/zero | tr "\\0" x; echo end', NO_SECRETS);
  const transcript = openTranscript(executor, key, NO_SECRETS, silent);
  await executor.ended(key);
  transcript.finish();
  const kept = Buffer.from(transcript.kept());
  t.equal(transcript.length(), 9_000_010);
  t.match(kept.subarray(0, 10).toString(), /^begin\nxxxx/);
  t.match(kept.subarray(-10).toString(), /xxx+end\n$/);
  t.match(kept.toString(), /\n\[crosscheck: 611402 bytes left out here\]\n/);
  t.equal(transcript.piece(8_999_000).length, 1010, 'by offset all of it is there');
});
