/** A process that journals twenty intents, tells each once it is durable, and is killed. Run by journal.test.ts. */
import { writeSync } from 'node:fs';
import { openJournal } from '../../../server/agent/journal.ts';

const journal = openJournal(process.argv[2] ?? '');
for (let count = 0; count < 20; count++) {
  const nonce = count.toString(16).padStart(64, '0');
  journal.issue(nonce, 1);
  if (journal.intend({ nonce, item: '' }, { run: 'r', step: 's', attempt: 1 }, 0).ok) writeSync(1, `${nonce}\n`);
}
process.kill(process.pid, 'SIGKILL');
