/** Secrets by reference: which files are some, which refuse the arming, and that nothing tells their values. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { areThose, NO_SECRETS, readSecrets } from '../../../server/agent/secrets.ts';
import { scratch } from './scratch.ts';

const FILES = { PGPASSWORD: { file: 'pgpassword' }, TOKEN: { file: 'token' } };

function secretsIn(t: Parameters<typeof scratch>[0], files: Record<string, string | Buffer>) {
  const root = scratch(t);
  for (const mode of ['live', 'rehearsal']) mkdirSync(join(root, mode));
  for (const [name, value] of Object.entries(files)) writeFileSync(join(root, name), value);
  return root;
}

t.test('a secret is the text of its file without the last line end, and of its mode', (t) => {
  const root = secretsIn(t, {
    'live/pgpassword': 'hunter22\r\n',
    'live/token': 'two\nlines',
    'rehearsal/pgpassword': 'other\n',
  });
  const live = readSecrets(root, 'live', FILES, ['PGPASSWORD', 'TOKEN']);
  t.match(live, { ok: true, value: { env: { PGPASSWORD: 'hunter22', TOKEN: 'two\nlines' } } });
  t.match(readSecrets(root, 'rehearsal', FILES, ['PGPASSWORD']), { value: { values: ['other'] } });
  symlinkSync(join(root, 'live', 'pgpassword'), join(root, 'rehearsal', 'token'));
  t.match(readSecrets(root, 'rehearsal', FILES, ['TOKEN']), { value: { env: { TOKEN: 'hunter22' } } }, 'by a link too');
  t.match(readSecrets(root, 'live', FILES, []), { value: { env: {} } });
  t.end();
});

t.test('what is no secret refuses, and the refusal tells nothing of it', (t) => {
  const root = secretsIn(t, {
    'live/pgpassword': 'abc\n',
    'live/token': 'a\0bcdef',
    'live/bytes': Buffer.from([255, 254, 253, 252]),
  });
  mkdirSync(join(root, 'live', 'folder'));
  const refused = (name: string, files: Record<string, { file: string }> = FILES) => {
    const answer = readSecrets(root, 'live', files, [name]);
    t.match(answer, { ok: false, refusal: { code: 'XCK_SECRET' } }, name);
    t.notMatch(JSON.stringify(answer), /abc|bcdef/);
  };
  refused('PGPASSWORD');
  refused('TOKEN');
  refused('OTHER');
  refused('constructor');
  for (const file of ['gone', 'bytes', 'folder', '../live/token', '..', '']) refused('IT', { IT: { file } });
  t.end();
});

t.test('a fingerprint tells the same secrets from others, and nothing else', (t) => {
  const root = secretsIn(t, { 'live/pgpassword': 'hunter22', 'live/token': 'another1' });
  const read = (...names: string[]) => {
    const answer = readSecrets(root, 'live', FILES, names);
    if (!answer.ok) throw new Error(answer.refusal.sentence);
    return answer.value;
  };
  const first = read('PGPASSWORD', 'TOKEN');
  t.ok(areThose(first.fingerprint, read('TOKEN', 'PGPASSWORD')));
  t.not(first.fingerprint, read('PGPASSWORD', 'TOKEN').fingerprint, 'it has a salt of its own');
  t.notMatch(first.fingerprint, /hunter22/);
  t.notOk(areThose(first.fingerprint, read('PGPASSWORD')));
  t.notOk(areThose(first.fingerprint, NO_SECRETS));
  t.notOk(areThose('', first));
  writeFileSync(join(root, 'live', 'token'), 'another2');
  t.notOk(areThose(first.fingerprint, read('PGPASSWORD', 'TOKEN')));
  t.end();
});
