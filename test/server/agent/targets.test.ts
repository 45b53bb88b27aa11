/** The agent's own configuration: every target is live unless its file says otherwise, and a file that is not understood is no configuration. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readTargets, writeTargets } from '../../../server/agent/targets.ts';
import { scratch } from './scratch.ts';

t.test('targets', (t) => {
  const root = scratch(t);
  const data = join(root, 'data');
  t.same(readTargets(root)('anything'), { mode: 'live', data });
  writeTargets(root, { local: { mode: 'live' }, staging: { mode: 'rehearsal', data: 'rehearsal' } });
  const targets = readTargets(root);
  t.same(targets('local'), { mode: 'live', data });
  t.same(targets('staging'), { mode: 'rehearsal', data: join(root, 'rehearsal') });
  t.ok(existsSync(join(root, 'rehearsal')), 'it is there when a command needs it');
  t.equal(targets('other'), undefined, 'what is not named is not served');
  t.equal(targets('constructor'), undefined);

  const before = readFileSync(join(root, 'agent.json'), 'utf8');
  writeTargets(root, { local: { mode: 'rehearsal' } });
  t.equal(readFileSync(join(root, 'agent.json'), 'utf8'), before, 'the operator’s own file is kept');

  for (const text of [
    '',
    'null',
    '[]',
    '{}',
    '{"targets":[]}',
    '{"targets":{},"more":1}',
    '{"targets":{"local":{}}}',
    '{"targets":{"local":{"mode":"Live"}}}',
    '{"targets":{"local":{"mode":"live","data":7}}}',
    '{"targets":{"local":{"mode":"live","datta":"x"}}}',
  ]) {
    writeFileSync(join(root, 'agent.json'), text);
    t.throws(() => readTargets(root), { message: /agent\.json/ }, text);
  }
  t.end();
});
