/** Records that earlier versions wrote verify for ever, with the verdict that stands beside them. `record.ts` writes them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseTrust } from '../../core/record/trust.ts';
import { verifyFile } from '../../core/verify/verify.ts';
import { verifyRaw } from '../../server/ports/verify.ts';
import { ROOT } from '../helpers/server.ts';
import { must } from '../helpers/signer.ts';
import * as second from '../second/tree.ts';
import { verify } from '../second/verify.ts';
import { told } from './told.ts';

const logs = join(ROOT, 'test', 'logs');
const formats = readdirSync(logs, { withFileTypes: true }).filter((one) => one.isDirectory());

t.ok(formats.length > 0, 'something was recorded');
for (const { name } of formats)
  for (const tar of readdirSync(join(logs, name)).filter((file) => file.endsWith('.crosscheck.tar')))
    t.test(`${name}/${tar}`, async (t) => {
      const beside = (end: string) => readFileSync(join(logs, name, tar.replace(/crosscheck\.tar$/, end)), 'utf8');
      const bytes = readFileSync(join(logs, name, tar));
      const verdict = await verifyFile(bytes, must(parseTrust(beside('trust.txt'))), verifyRaw);
      t.same(told(verdict), JSON.parse(beside('verdict.json')));
      const trust = second.parseTrust(beside('trust.txt'));
      t.same(trust && verify(bytes, trust), [], 'nor does the second verifier find anything');
    });
