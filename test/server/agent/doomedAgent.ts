/** A process that stands for an agent that is killed: it prepares or starts one command, says so, and is never told to end. */
import { join } from 'node:path';
import { attemptAt } from '../../../server/agent/attempt.ts';
import { type CommandSpec, openExecutor } from '../../../server/agent/executor.ts';

const [root = '', nonce = '', how = '', spec = '{}'] = process.argv.slice(2);

if (how === 'prepare') attemptAt(join(root, nonce)).prepare(null, '');
else openExecutor(root).start(nonce, JSON.parse(spec) as CommandSpec);
if (how === 'start-and-die') process.kill(process.pid, 'SIGKILL');
process.stdout.write('ready\n');
setInterval(() => {}, 1000);
