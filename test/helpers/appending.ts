/** A process that appends to a log of its own for ever and says so after each entry, to be killed. For tests. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { base64 } from '../../core/bytes/encoding.ts';
import { type Draft, seal } from '../../core/log/entry.ts';
import { keyFile, rawPublic } from '../../server/agent/identity.ts';
import { signEd25519 } from '../../server/ports/verify.ts';
import { openLog } from '../../server/runner/log.ts';
import { mustBeNewest } from '../../server/runner/newest.ts';
import { openMark } from '../../server/store/mark.ts';
import { openSqlite } from '../../server/store/sqlite.ts';

const data = process.argv[2] ?? '';
const origin = `localhost/log/${'0'.repeat(32)}`;
mkdirSync(data, { recursive: true });
const key = keyFile(join(data, 'log.key'));
const store = openSqlite(join(data, 'crosscheck.db'));
if (store.size() > 0) mustBeNewest(store, origin, data);
const mark = openMark(data);
const log = openLog(
  store,
  origin,
  { raw: rawPublic(key), sign: (message) => signEd25519(key, message) },
  ({ size, root }) => mark.put({ origin, size, root: base64(root) }),
);
const draft = { type: 'attempt.refused', actor: `p-${'1'.repeat(16)}`, fields: { act: 'key', code: 'XCK_SELF' } };
for (let count = 0; ; count += 1) {
  log.append([seal(draft as Draft, { log: origin, seq: log.size, ts: log.lastTs + 1 })]);
  if (count % 7 === 0) mark.sync();
  process.stdout.write(`${log.size}\n`);
}
