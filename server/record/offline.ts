/** A run's record from a database whose server is stopped, as of a log that another one continues. It appends nothing. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64, utf8 } from '../../core/bytes/encoding.ts';
import { packBundle } from '../../core/record/bundle.ts';
import { rawPublic } from '../agent/identity.ts';
import { realPorts } from '../ports/real.ts';
import { signEd25519 } from '../ports/verify.ts';
import { openEngine } from '../runner/engine.ts';
import { openLog } from '../runner/log.ts';
import { readEntry } from '../runner/site.ts';
import { hiddenFrom } from '../runner/slices.ts';
import { readSqlite } from '../store/sqlite.ts';
import { collect } from './collect.ts';

/** Returns the file of the record. Throws where the directory holds no log with its key, or no such run. */
export function offlineRecord(data: string, run: string): Uint8Array {
  const store = readSqlite(join(data, 'crosscheck.db'));
  try {
    const privateKey = createPrivateKey(readFileSync(join(data, 'log.key')));
    const raw = rawPublic(privateKey);
    const first = store.entry(0);
    if (!first) throw new Error('the database is empty');
    const log = openLog(store, readEntry(first).entry.log, {
      raw,
      sign: (message) => signEd25519(privateKey, message),
    });
    const engine = openEngine(store, log, realPorts());
    if (engine.site.document.log_key !== base64(raw)) throw new Error('log.key is not the key that genesis names');
    const live = engine.run(run);
    if (!live) throw new Error(`there is no run ${run}`);
    const wanted = { checkpoint: utf8(log.checkpoint), size: log.size, withheld: hiddenFrom(live, null) };
    return packBundle(collect(store, run, wanted));
  } finally {
    store.close();
  }
}
