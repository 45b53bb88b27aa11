/** A process whose files may not grow: it tells which records its journal took. Run by journal.test.ts. */
import { openJournal } from '../../../server/agent/journal.ts';

// Without a handler the limit ends the process instead of failing the write.
process.on('SIGXFSZ', () => {});
const journal = openJournal(process.argv[2] ?? '');
const record = (nonce: string, step: string): string => {
  try {
    journal.issue(nonce, 1);
    journal.intend({ nonce, item: '' }, { run: 'r', step, attempt: 1 }, 0);
    return 'written';
  } catch {
    return 'threw';
  }
};
const first = record('a'.repeat(64), 'short');
const second = record('b'.repeat(64), 'x'.repeat(4096));
const third = record('c'.repeat(64), 'short');
process.stdout.write(JSON.stringify({ first, second, third }));
