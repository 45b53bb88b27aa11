/**
 * Records one closed run of each kind with its trust file and the verdict on it: `node build/test/logs/record.js NAME`
 * writes into test/logs/NAME. What is there stays: a record of a released format is verified for ever.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packBundle } from '../../core/record/bundle.ts';
import { trustText } from '../../core/record/trust.ts';
import { verifyFile } from '../../core/verify/verify.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { GENUINE } from '../helpers/genuine.ts';
import { ROOT } from '../helpers/server.ts';
import { told } from './told.ts';

const KINDS = {
  plain: 'live',
  solo: 'solo',
  passkeys: 'passkeys, and a roster that was changed',
  continued: 'of a log that continues another',
  redacted: 'with texts and outputs erased by order',
} as const;

const [name = ''] = process.argv.slice(2);
const folder = join(ROOT, 'test', 'logs', name);
if (!/^[a-z0-9-]+$/.test(name) || existsSync(folder)) {
  process.stderr.write(
    'Give the name of a format that has not been recorded yet; remove the folder to record it anew.\n',
  );
  process.exit(2);
}
mkdirSync(folder);
for (const [kind, story] of Object.entries(KINDS)) {
  const run = GENUINE[story]?.();
  if (!run) throw new Error(`there is no record “${story}”`);
  const tar = packBundle(run.bundle());
  const verdict = await verifyFile(tar, run.site.trust, verifyRaw);
  writeFileSync(join(folder, `${kind}.crosscheck.tar`), tar);
  writeFileSync(join(folder, `${kind}.trust.txt`), trustText(run.site.trust));
  writeFileSync(join(folder, `${kind}.verdict.json`), `${JSON.stringify(told(verdict), null, 2)}\n`);
}
